"""Which cells the text alone cannot settle, by enumerating every reading that the sums allow."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from gipr_ml.forms import FormColumn, TableForm
from gipr_ml.learning.synthesis.canvas import Canvas, Span
from gipr_ml.learning.synthesis.paper import OUTSIDE, Value

PATTERNS = {
    "integer": re.compile(r"0|[1-9]\d*"),
    "signed": re.compile(r"[+\-−减]?(?:0|[1-9]\d*)"),
    "decimal": re.compile(r"(?:0|[1-9]\d*)(?:\.\d+)?(?:元|万元)?"),
}
MOST_READINGS = 4000
Reading = tuple[str, ...]
Check = Callable[[Reading], bool]


def unsettled(canvas: Canvas, tables: Sequence[TableForm]) -> set[str]:
    """Keys of the cells of glued rows of digits that more than one reading fits."""
    runs = list(_runs(canvas))
    rows: dict[str, tuple[list[Value], list[Reading]]] = {}
    unsure: set[str] = set()
    for spans in runs:
        values = [span.value for span in spans if span.value is not None and span.text]
        table = next((t for t in tables for v in values[:1] if v.key in t.by_key), None)
        if table is None or len(values) == 1:
            continue
        if any(value.key is None for value in values):
            # A reader cannot know that there is a number too many; zeros are zeros all the same.
            if any(value.number or value.text != "0" for value in values):
                unsure |= {value.key for value in values if value.key}
            continue
        columns = [table.by_key[value.key][1] for value in values if value.key]
        readings = _readings(_pieces(spans), columns, _check(table.table))
        if table.table == "t3" and values[0].key and len(values) == 7:
            rows[values[0].key.split("/")[1]] = (values, readings)
        else:
            unsure |= _differing(values, readings)
    return unsure | _unsettled_rows(rows)


def _runs(canvas: Canvas) -> Iterable[list[Span]]:
    """The values of each printed row with the separators between them."""
    run: list[Span] = []
    for span in canvas.spans:
        if span.value is not None and (not run or span.row == run[0].row):
            run.append(span)
        elif span.value is not None or span.line:
            if run:
                yield run
            run = [span] if span.value is not None else []
        elif run:
            run.append(span)
    if run:
        yield run


def _pieces(spans: Sequence[Span]) -> list[str]:
    """What is printed between two separators, in one piece each."""
    return _plain("".join(span.text for span in spans)).split()


def _plain(text: str) -> str:
    """Full-width digits and signs as ASCII."""
    return unicodedata.normalize("NFKC", text)


def _readings(pieces: Sequence[str], columns: Sequence[FormColumn], check: Check) -> list[Reading]:
    """Every way to cut the pieces into one number a column that passes the check."""
    found: list[Reading] = []
    pending: list[tuple[int, str, Reading]] = [(1, pieces[0], ())]
    steps = 0
    while pending and steps < 50 * MOST_READINGS and len(found) < MOST_READINGS:
        steps += 1
        piece, rest, taken = pending.pop()
        if not check(taken):
            continue
        if not rest:
            if piece < len(pieces):
                pending.append((piece + 1, pieces[piece], taken))
            elif len(taken) == len(columns):
                found.append(taken)
            continue
        if len(taken) == len(columns):
            continue
        for end in range(1, len(rest) + 1):
            if PATTERNS[columns[len(taken)].type].fullmatch(rest, 0, end):
                pending.append((piece, rest[end:], (*taken, rest[:end])))
    return found


def _check(table: str) -> Check:
    """Whether the readings so far can be right: the sum of a row or of a block of table 4."""

    def row_sum(numbers: Reading) -> bool:
        if len(numbers) != 7:
            return True
        return sum(map(int, numbers[:6])) == int(numbers[6])

    def block_sum(numbers: Reading) -> bool:
        if not numbers or len(numbers) % 5:
            return True
        return sum(map(int, numbers[-5:-1])) == int(numbers[-1])

    checks: dict[str, Check] = {"t3": row_sum, "t4": block_sum}
    return checks.get(table, lambda _: True)


def _differing(values: Sequence[Value], readings: Sequence[Reading]) -> set[str]:
    """Keys of the values that differ between readings; all if the truth is not among them."""
    truth = _texts(values)
    if truth not in readings:
        return {value.key for value in values if value.key}
    return {
        value.key
        for number, value in enumerate(values)
        if value.key and len({reading[number] for reading in readings}) > 1
    }


def _texts(values: Sequence[Value]) -> Reading:
    return tuple(_plain(value.text) for value in values)


def _unsettled_rows(rows: Mapping[str, tuple[list[Value], list[Reading]]]) -> set[str]:
    """Rows of table 3 read together: a reading stays if the columns can add up with it."""
    truths = {row: _texts(values) for row, (values, _) in rows.items()}
    live = {row: [_vector(r) for r in readings] for row, (_, readings) in rows.items()}
    joint = joint_readings(live)
    unsure: set[str] = set()
    for row, (values, readings) in rows.items():
        kept = readings
        if joint is not None and _vector(truths[row]) in joint[row]:
            kept = [reading for reading in readings if _vector(reading) in joint[row]]
        unsure |= _differing(values, kept)
    return unsure


Vector = tuple[int, ...]


def _vector(reading: Reading) -> Vector:
    return tuple(int(number) if number.isdecimal() else -1 for number in reading)


def joint_readings(rows: Mapping[str, Sequence[Vector]]) -> dict[str, set[Vector]] | None:
    """Per row the readings that occur in some choice for which all columns of table 3 add up.

    None where a row is missing, no choice adds up, or there are too many to go through.
    """
    if any(not rows.get(row) for row in OUTSIDE):
        return None
    totals = _balanced(rows)
    results = [row for row in rows if row not in OUTSIDE]
    forward: list[set[Vector]] = [{(0,) * 7}]
    for row in results:
        sums = {_add(a, b) for a in forward[-1] for b in rows[row]}
        forward.append({s for s in sums if any(_fits(s, total) for total in totals)})
        if len(forward[-1]) > MOST_READINGS:
            return None
    wanted = totals & forward[-1]
    if not wanted:
        return None
    joint: dict[str, set[Vector]] = {"total_processed": wanted}
    for number in range(len(results) - 1, -1, -1):
        row = results[number]
        steps = {
            (before, reading)
            for reading in rows[row]
            for total in wanted
            if (before := _subtract(total, reading)) in forward[number]
        }
        joint[row] = {reading for _, reading in steps}
        wanted = {before for before, _ in steps}
    joint |= _outside(rows, joint["total_processed"])
    return joint


def _balances(
    rows: Mapping[str, Sequence[Vector]],
) -> Iterable[tuple[Vector, Vector, Vector, Vector]]:
    processed = set(rows["total_processed"])
    for new in rows["new_requests"]:
        for carried_in in rows["carried_in"]:
            for carried_out in rows["carried_out"]:
                total = _subtract(_add(new, carried_in), carried_out)
                if total in processed:
                    yield new, carried_in, carried_out, total


def _balanced(rows: Mapping[str, Sequence[Vector]]) -> set[Vector]:
    return {total for *_, total in _balances(rows)}


def _outside(rows: Mapping[str, Sequence[Vector]], totals: set[Vector]) -> dict[str, set[Vector]]:
    kept: dict[str, set[Vector]] = {row: set() for row in OUTSIDE[:3]}
    for new, carried_in, carried_out, total in _balances(rows):
        if total in totals:
            kept["new_requests"].add(new)
            kept["carried_in"].add(carried_in)
            kept["carried_out"].add(carried_out)
    return kept


def _add(a: Vector, b: Vector) -> Vector:
    return tuple(x + y for x, y in zip(a, b, strict=True))


def _subtract(a: Vector, b: Vector) -> Vector:
    return tuple(x - y for x, y in zip(a, b, strict=True))


def _fits(part: Vector, whole: Vector) -> bool:
    return all(x <= y for x, y in zip(part, whole, strict=True))


Row = Sequence[Decimal]


def lost_in_row(printed: Row, width: int, fits: Callable[[Row], bool]) -> set[int]:
    """Places of a row of `width` cells whose content depends on which cell of it was lost.

    `printed` holds the values that are left in their order, the last cell being the sum of the
    others; `fits` says whether a completed row can be right.
    """
    fitting: list[list[Decimal | None]] = []
    for lost in range(width):
        row = [*printed[:lost], Decimal(0), *printed[lost:]]
        rest = sum(row[:-1], Decimal(0))
        row[lost] = rest if lost == width - 1 else row[-1] - rest
        if row[lost] >= 0 and fits(row):
            fitting.append([*printed[:lost], None, *printed[lost:]])
    return _places_that_differ(fitting, width)


def surplus_in_row(printed: Row, width: int, fits: Callable[[Row], bool]) -> set[int]:
    """Places of a row of `width` cells whose content depends on which value is one too many."""
    rows = [[*printed[:place], *printed[place + 1 :]] for place in range(len(printed))]
    return _places_that_differ([row for row in rows if fits(row)], width)


def _places_that_differ(rows: Sequence[Sequence[Decimal | None]], width: int) -> set[int]:
    if not rows:
        return set(range(width))
    return {place for place in range(width) if len({row[place] for row in rows}) > 1}
