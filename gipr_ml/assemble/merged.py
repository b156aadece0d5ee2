"""Two rows in one: what other programs make of neighbouring rows whose rule they did not see.

The labels of both then stand in one cell, and so do their values: 3960 and 704 as 3960704. The row
is taken apart before anything is read; where digits can be cut in several ways, the sums decide
afterwards, or the cells stay illegible. Never silently: such a table is always in doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise, product

from rapidfuzz import fuzz

from gipr_ml.assemble.candidates import Slot
from gipr_ml.assemble.numbers import may_be_printed
from gipr_ml.assemble.table import FROM_SPLIT, TableReading
from gipr_ml.forms import FormRow, Forms, Identity
from gipr_ml.match import normalise
from gipr_ml.types import Cell, LabelledLine, State

ALIKE = 88.0
"""rapidfuzz ratio of a text and two labels of the form, one behind the other."""
MOST_CUTS = 20_000


@dataclass(frozen=True)
class Pair:
    """Neighbouring rows of a form that stand in one line of the document."""

    line: int
    first: FormRow
    second: FormRow


def unmerge(
    lines: Sequence[LabelledLine], forms: Forms
) -> tuple[list[LabelledLine], tuple[Pair, ...]]:
    """The lines with every merged row as two of the same number, and which rows those are."""
    found: list[LabelledLine] = []
    pairs: list[Pair] = []
    for labelled in lines:
        merged = _merged(labelled, forms) if labelled.line.borders == "explicit" else None
        if merged is None:
            found.append(labelled)
            continue
        pair, place, cut = merged
        pairs.append(replace(pair, line=labelled.line.number))
        found += _taken_apart(labelled, place, cut)
    return found, tuple(pairs)


def _merged(labelled: LabelledLine, forms: Forms) -> tuple[Pair, int, int] | None:
    """The rows of a merged line, which of its cells names both, and where the second begins."""
    cells = labelled.line.cells
    values = printed = 0
    while values < len(cells) and (digits := _digits(cells[-1 - values].text)) >= 0:
        if digits == 1:
            return None  # that is the value of one row: then only the labels ran together
        values += 1
        printed += digits
    if not printed:
        return None
    for place in reversed(range(len(cells) - values)):
        found = _labels_in(cells[place].text, forms)
        if found is not None:
            return found[0], place, found[1]
    return None


def _values(labelled: LabelledLine) -> int:
    """How many cells at the end of the line hold digits or nothing."""
    cells = labelled.line.cells
    count = 0
    while count < len(cells) and _digits(cells[-1 - count].text) >= 0:
        count += 1
    return count


@lru_cache(maxsize=20_000)
def _digits(text: str) -> int:
    """How many digits a cell holds that holds nothing else, or -1."""
    joined = "".join(text.split())
    return len(joined) if not joined or (joined.isascii() and joined.isdigit()) else -1


@lru_cache(maxsize=4)
def _neighbours(forms: Forms) -> tuple[tuple[str, str, Pair], ...]:
    """Rows of a table that follow each other, as texts without and with their marks."""
    return tuple(
        (normalise(first.full_label), normalise(second.full_label), Pair(-1, first, second))
        for form in forms.tables.values()
        if form.table != "t4"
        for first, second in pairwise(form.rows)
    )


@lru_cache(maxsize=4096)
def _labels_in(text: str, forms: Forms) -> tuple[Pair, int] | None:
    """The two rows whose labels make up the text, and where the second begins in it."""
    plain = normalise(text)
    best, found = ALIKE, None
    for first, second, pair in _neighbours(forms):
        ratio = fuzz.ratio(plain, first + second, score_cutoff=best)
        alone = max(fuzz.ratio(plain, first), fuzz.ratio(plain, second))
        if ratio > alone and ratio >= best:
            best, found = ratio, (first, second, pair)
    if found is None:
        return None
    first, second, pair = found
    cut = max(
        range(1, len(text)),
        key=lambda at: (
            fuzz.ratio(normalise(text[:at]), first) + fuzz.ratio(normalise(text[at:]), second)
        ),
        default=0,
    )
    return (pair, cut) if cut else None


def _taken_apart(labelled: LabelledLine, place: int, cut: int) -> list[LabelledLine]:
    line = labelled.line
    values = len(line.cells) - _values(labelled)
    above, below = list(line.cells), [replace(cell, text="") for cell in line.cells]
    label = line.cells[place]
    above[place], below[place] = (
        replace(label, text=text) for text in (label.text[:cut], label.text[cut:])
    )
    for index in range(values, len(line.cells)):
        above[index], below[index] = _cut(line.cells[index])
    return [replace(labelled, line=replace(line, cells=tuple(cells))) for cells in (above, below)]


def _cut(cell: Cell) -> tuple[Cell, Cell]:
    """The cell of each row; illegible where it is open where the one number ends."""
    text = cell.text.strip()
    parts = text.split() or ["", ""]
    if len(parts) == 1 and len(text) == 2:
        parts = list(text)
    if len(parts) == 2:
        return replace(cell, text=parts[0]), replace(cell, text=parts[1])
    open_cell = replace(cell, text=text, illegible=True)
    return open_cell, open_cell


# ---------------------------------------------------------------- afterwards


def doubt_merged(
    table: TableReading, pairs: Sequence[Pair], identities: Sequence[Identity]
) -> None:
    """Read what the sums decide of merged rows of the table, and say that they were merged."""
    keys = {row.key: row for row in table.form.rows}
    for pair in pairs:
        rows = [keys.get(row.key) for row in (pair.first, pair.second)]
        first, second = rows
        if first is None or second is None or pair.first.table != table.form.table:
            continue
        cells = [*first.cell_keys, *second.cell_keys]
        what = f"“{first.label}”与“{second.label}”两行在文件中并成了一行"
        decided = _decide(table, first, second, identities)
        how = "，数字已按勾稽关系拆开" if decided else "，请对照原文核对"
        table.doubt(f"{table.form.table}.merged_rows", what + how, cells)


def _decide(
    table: TableReading, first: FormRow, second: FormRow, identities: Sequence[Identity]
) -> bool:
    """Take the one way to cut the digits with which all sums hold; whether there is one."""
    slots = table.slots()
    open_columns = [
        (one, two)
        for one, two in zip(first.cell_keys, second.cell_keys, strict=True)
        if one in slots and two in slots and _is_open(slots[one], slots[two])
    ]
    if not open_columns:
        return False
    known = {key: slot.value for key, slot in slots.items() if slot.value is not None}
    own = {key for columns in open_columns for key in columns}
    rules = [
        identity
        for identity in identities
        if own & identity.coefficients.keys()
        and all(key in own or key in known for key in identity.coefficients)
    ]
    ways = _ways(open_columns, slots, known, rules)
    if len(ways) != 1 or not all(own & {key for r in rules for key in r.coefficients}):
        return False
    for key, value in ways[0].items():
        table.settle(key, Slot(State.READ, value, slots[key].atom, slots[key].raw), FROM_SPLIT)
    return True


def _is_open(one: Slot, two: Slot) -> bool:
    illegible = one.state is State.ILLEGIBLE and two.state is State.ILLEGIBLE
    return illegible and one.raw == two.raw and (one.raw or "").isdigit()


def _ways(
    columns: Sequence[tuple[str, str]],
    slots: Mapping[str, Slot],
    known: Mapping[str, Decimal],
    rules: Sequence[Identity],
) -> list[dict[str, Decimal]]:
    """Values of all open cells with which every rule holds; at most two ways."""
    options = []
    for one, two in columns:
        local = [rule for rule in rules if not _own(columns, rule) - {one, two}]
        cuts = [{one: a, two: b} for a, b in _cuts(slots[one].raw or "")]
        options.append(
            [cut for cut in cuts if all(_holds(rule, {**known, **cut}) for rule in local)]
        )
    count = 1
    for cuts in options:
        count *= len(cuts)
    if not 0 < count <= MOST_CUTS:
        return []
    found: list[dict[str, Decimal]] = []
    for choice in product(*options):
        values = {key: value for cut in choice for key, value in cut.items()}
        if all(_holds(rule, {**known, **values}) for rule in rules):
            found.append(values)
            if len(found) > 1:
                break
    return found


def _own(columns: Sequence[tuple[str, str]], rule: Identity) -> set[str]:
    return {key for pair in columns for key in pair} & rule.coefficients.keys()


def _cuts(digits: str) -> Iterator[tuple[Decimal, Decimal]]:
    for at in range(1, len(digits)):
        parts = digits[:at], digits[at:]
        if all(part == "0" or part[0] != "0" for part in parts):
            one, two = map(Decimal, parts)
            if may_be_printed(one) and may_be_printed(two):
                yield one, two


def _holds(rule: Identity, values: Mapping[str, Decimal]) -> bool:
    return sum(values[key] * factor for key, factor in rule.coefficients.items()) == 0
