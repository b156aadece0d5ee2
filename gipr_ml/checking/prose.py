"""Compare what the prose restates with the cells.

A statement may be read in several ways (`Statement.alternatives`); it agrees when one of them
does. A total that is left blank is taken as the sum of its parts. Only an exact number or a share
can contradict the cells; an approximation, or a number of a narrower scope, can agree or says
nothing. A change against last year is compared in `prose_years`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Context, Decimal

from gipr_ml.checking.cells import Cells, printed
from gipr_ml.checking.identities import UNREAD, computed_total
from gipr_ml.checking.words import Names, figure
from gipr_ml.forms import Identity
from gipr_ml.types import (
    Finding,
    NarrativeFigure,
    Outcome,
    Severity,
    Statement,
)

MISMATCH = "narrative.mismatch"
SHARE = "narrative.share"

_PARTS_RULES = frozenset({"t3.row_total", "t4.row_total"})


class CellSums:
    """The cells of a report as the prose is compared with them."""

    def __init__(self, cells: Cells, identities: Sequence[Identity]) -> None:
        self._cells = cells
        self._parts = {i.total: i for i in identities if i.rule in _PARTS_RULES}

    def has(self, keys: Sequence[str]) -> bool:
        """Whether the forms of the report have all the cells."""
        return all(key in self._cells for key in keys)

    def written_out(self, keys: Sequence[str]) -> tuple[str, ...]:
        """The keys, or those of their parts where none of the totals named is printed."""
        if any(self._cells[key].value is not None for key in keys) or not all(
            key in self._parts and self._is_blank(key) and key.startswith("t3/") for key in keys
        ):
            return tuple(keys)
        return tuple(part for key in keys for part in self._part_keys(key))

    def add_up(self, keys: Sequence[str]) -> Decimal | None:
        """The sum of the cells, or None where one that counts was not read."""
        total = Decimal(0)
        for key in keys:
            value = self._value(key)
            if value is None:
                return None
            total += value
        return total

    def anything_printed(self, keys: Sequence[str]) -> bool:
        """Whether one of the cells, or of the parts of a blank one, prints a number."""
        return any(
            self._cells[part].value is not None
            for key in keys
            for part in (key, *self._part_keys(key))
        )

    def _value(self, key: str) -> Decimal | None:
        cell = self._cells[key]
        if cell.state in UNREAD:
            return None
        if cell.value is not None:
            return printed(cell)
        parts = self._part_keys(key)
        if any(self._cells[part].state in UNREAD for part in parts):
            return None
        if not parts:
            return Decimal(0)
        values = {part: self._cells[part].value or Decimal(0) for part in parts}
        return computed_total(self._parts[key], values)

    def _is_blank(self, key: str) -> bool:
        cell = self._cells[key]
        return cell.value is None and cell.state not in UNREAD

    def _part_keys(self, key: str) -> tuple[str, ...]:
        identity = self._parts.get(key)
        if identity is None:
            return ()
        return tuple(part for part in identity.coefficients if part != key)


def compare(
    statements: Sequence[Statement], cells: CellSums, names: Names
) -> tuple[tuple[NarrativeFigure, ...], tuple[Finding, ...]]:
    """Each statement with its chosen reading, and a warning for each that contradicts the cells."""
    figures: list[NarrativeFigure] = []
    findings: list[Finding] = []
    before: tuple[tuple[str, ...], ...] = ()
    chosen = 0
    disputed: set[tuple[str, ...]] = set()
    for statement in statements:
        readings = tuple(r for r in (statement.restates, *statement.alternatives) if cells.has(r))
        if not readings:
            figures.append(NarrativeFigure(statement, None))
            continue
        first = chosen if _rows(readings) == before else 0
        chosen, agrees = _choose(statement, readings, first, cells)
        before = _rows(readings)
        if agrees is False and _says_nothing(statement, readings[chosen], disputed):
            agrees = None
        keys = cells.written_out(readings[chosen])
        figures.append(NarrativeFigure(_reread(statement, keys), agrees))
        if agrees is False:
            disputed.add(readings[chosen])
            told = _share_mismatch if statement.kind == "share" else _mismatch
            findings.append(told(statement, keys, cells, names))
    return tuple(figures), tuple(findings)


def _says_nothing(
    statement: Statement, keys: tuple[str, ...], disputed: set[tuple[str, ...]]
) -> bool:
    """Whether that the cells differ means little: of a narrower scope, approximate, or the share of
    a number that was found to differ already."""
    if statement.kind == "share":
        return bool(statement.scope) or keys in disputed
    return bool(statement.scope) or statement.kind != "exact"


def _rows(readings: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """The rows that the readings name: figures of one sentence are read the same way."""
    return tuple(tuple(key.rsplit("/", 1)[0] for key in reading) for reading in readings)


def _choose(
    statement: Statement, readings: Sequence[Sequence[str]], first: int, cells: CellSums
) -> tuple[int, bool | None]:
    """Which reading agrees with the cells; else the one that is the most literal."""
    order = [first, *(i for i in range(len(readings)) if i != first)]
    known = False
    for i in order:
        agrees = _agrees(statement, readings[i], cells)
        if agrees:
            return i, True
        known = known or agrees is False
    literal = _agrees(statement, readings[order[0]], cells)
    return order[0], False if known and literal is False else None


def _agrees(statement: Statement, keys: Sequence[str], cells: CellSums) -> bool | None:
    total = cells.add_up(keys)
    if total is None or statement.kind in ("change", "growth"):
        return None
    if statement.kind == "share":
        return _share_agrees(statement, total, cells)
    if not cells.anything_printed(keys):
        return True if statement.value == 0 else None
    return _fits(statement, total)


def _fits(statement: Statement, total: Decimal) -> bool:
    """Whether a sum is what the statement says it is."""
    value = statement.value
    if statement.kind == "about":
        return abs(total - value) <= value / 10
    if statement.kind == "at_least":
        return total >= value
    if statement.kind == "at_most":
        return total <= value
    if statement.kind == "range" and statement.upper is not None:
        return value <= total <= statement.upper
    return total == value


def _share_agrees(statement: Statement, part: Decimal, cells: CellSums) -> bool | None:
    """Whether the part is the share said of one of the sums that it may be a share of."""
    wholes = _wholes(statement, cells)
    if any(near(statement.value, 100 * part / whole) for whole in wholes):
        return True
    every = all(cells.add_up(keys) is not None for keys in statement.of if cells.has(keys))
    return False if wholes and every else None


def _wholes(statement: Statement, cells: CellSums) -> list[Decimal]:
    sums = (cells.add_up(keys) for keys in statement.of if cells.has(keys))
    return [whole for whole in sums if whole]


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """The share in percent, to two decimals."""
    return (100 * part / whole).quantize(Decimal("0.01"), context=Context(prec=60))


def near(printed: Decimal, exact: Decimal) -> bool:
    """Whether `printed` is `exact`, rounded or cut off at its last decimal."""
    exponent = printed.as_tuple().exponent
    assert isinstance(exponent, int)
    return abs(printed - exact) < Decimal(1).scaleb(min(exponent, 0))


def _reread(statement: Statement, keys: tuple[str, ...]) -> Statement:
    others = tuple(
        reading for reading in (statement.restates, *statement.alternatives) if reading != keys
    )
    return replace(statement, restates=keys, alternatives=others)


def _mismatch(
    statement: Statement, keys: tuple[str, ...], cells: CellSums, names: Names
) -> Finding:
    total = cells.add_up(keys)
    assert total is not None
    words = (
        f"正文称“{statement.quote}”，即 {figure(statement.value)}；"
        f"表中{names.sum_of(keys)}为 {figure(total)}，两者不一致，请核实。"
    )
    return contradiction(MISMATCH, statement, keys, words, total)


def _share_mismatch(
    statement: Statement, keys: tuple[str, ...], cells: CellSums, names: Names
) -> Finding:
    part, whole = cells.add_up(keys), _wholes(statement, cells)[0]
    assert part is not None
    computed = percent(part, whole)
    words = (
        f"正文称“{statement.quote}”；表中{names.sum_of(keys)}为 {figure(part)}，"
        f"占 {figure(whole)} 的 {figure(computed)}%，两者不一致，请核实。"
    )
    return contradiction(SHARE, statement, keys, words, computed)


def contradiction(
    rule: str, statement: Statement, keys: Sequence[str], words: str, computed: Decimal
) -> Finding:
    """What the prose says and the cells `keys`, which come to `computed`, do not."""
    return Finding(
        rule,
        Severity.WARNING,
        Outcome.FAIL,
        tuple(keys),
        words,
        reported=statement.value,
        computed=computed,
        difference=statement.value - computed,
    )
