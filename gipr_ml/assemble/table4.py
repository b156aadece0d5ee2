"""Read table 4: reconsideration and litigation, three blocks of five values in one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from gipr_ml.assemble.candidates import (
    LOST,
    Slot,
    candidates,
    slot,
    sum_score,
)
from gipr_ml.assemble.splits import summed_splits
from gipr_ml.assemble.stream import Atom, Kind, Stream
from gipr_ml.assemble.table import FROM_SPLIT, TableReading, unused_numbers
from gipr_ml.assemble.trust import Values, content, header_texts, swappable_columns
from gipr_ml.forms import Forms, TableForm
from gipr_ml.types import Proposal, State, Statement

SKIPPED, BLANK_SKIPPED, WEAK_SKIPPED, BLOCK_LOST, CUT = -3.0, -0.05, -0.1, -12.0, -2.0
MARGIN = 1.5
KEPT = 12
WEAK = 0.6
MOST_SPLITS = 200


@dataclass(frozen=True, slots=True)
class _Reading:
    slots: tuple[Slot, ...]
    score: float
    skipped: tuple[Atom, ...]
    split: bool = False


_Skipped = tuple[Sequence[int], "_Skipped | None"]
"""Numbers of atoms that no cell takes, in order: the first of them, and then the others."""


class _Path(NamedTuple):
    """A reading from some atom to the last."""

    slots: tuple[Slot, ...]
    held: Values
    """What the slots hold."""
    score: float
    skipped: _Skipped | None


class _Step(NamedTuple):
    """What becomes of the atoms up to `stop`: a block of the table, or none."""

    slots: tuple[Slot, ...]
    held: Values
    score: float
    stop: int
    spare: Sequence[int]
    """Numbers of the atoms that no cell takes."""


def read_table4(
    stream: Stream, forms: Forms, statements: Sequence[Statement]
) -> TableReading | None:
    """The table, or None where the stream holds no values."""
    form = forms.forms_of("t4")[-1]
    width = len(form.rows[0].columns)
    atoms = _values(stream)
    if not atoms:
        return None
    if _is_glued(atoms, len(form.rows) * width):
        readings = list(_glued(atoms, len(form.rows), width))
    else:
        readings = _in_order(atoms, len(form.rows), width)
    if not readings:
        return _illegible(form, atoms)
    readings.sort(key=lambda reading: -reading.score)
    return _table(form, width, stream, readings, _totals(form, statements))


def _is_glued(atoms: Sequence[Atom], cells: int) -> bool:
    """Whether several values stand in one run of digits, and no row has a cell for each."""
    if cells in Counter(atom.row for atom in atoms if atom.bordered).values():
        return False
    printed = [atom for atom in atoms if atom.kind is not Kind.BLANK]
    digits = sum(len(atom.raw) for atom in printed)
    few = len(printed) <= cells // 2 and digits >= cells
    return any(a.kind is Kind.RUN for a in printed) or (
        few and not any(a.bordered for a in printed)
    )


def _values(stream: Stream) -> list[Atom]:
    """The atoms without prose, and without the empty cells of header lines."""
    printed = {atom.line for atom in stream.atoms if atom.kind is not Kind.BLANK}
    worded = {piece.line for gap in stream.gaps for piece in gap}
    return [
        atom
        for atom in stream.atoms
        if atom.weak < WEAK and (atom.line in printed or atom.line not in worded)
    ]


def _in_order(atoms: Sequence[Atom], blocks: int, width: int) -> list[_Reading]:
    """Blocks taken one after the other; atoms between them may be skipped. Best few first."""
    printed = [atom for atom in atoms if atom.kind is not Kind.BLANK]
    whole = printed if len(printed) == blocks * width else atoms
    if len(whole) == blocks * width and len({atom.row for atom in whole}) == 1:
        slots = tuple(slot(atom) for atom in whole)
        sums = [sum_score(slots[i : i + width]) for i in range(0, len(slots), width)]
        return [_Reading(slots, sum(sums), ())]

    costs = [_skip(atom) for atom in atoms]

    @cache
    def rest(start: int, block: int) -> tuple[_Path, ...]:
        if block == blocks:
            return (_Path((), (), sum(costs[start:]), (range(start, len(atoms)), None)),)
        return _best(
            [
                (step, tail)
                for step in steps(start)
                for tail in rest(step.stop, block + bool(step.slots))
            ]
        )

    @cache
    def steps(start: int) -> list[_Step]:
        found = []
        if start < len(atoms):
            found.append(_Step((), (), costs[start], start + 1, (start,)))
        for length in range(max(2, width - 2), width + 2):
            if start + length <= len(atoms):
                window = atoms[start : start + length]
                cut = sum(a.row != b.row for a, b in pairwise(window))
                singles = len({a.line for a in window}) == len(window)
                cost = 0.0 if singles else cut * CUT
                if all(atom.kind is Kind.BLANK for atom in window):
                    if length == width:
                        found.append(step(start, length, tuple(map(slot, window)), -0.5))
                    continue
                found += [
                    step(start, length, c.slots, c.score + cost)
                    for c in candidates(window, width)[:8]
                ]
        return [*found, step(start, 0, (LOST,) * width, BLOCK_LOST)]

    def step(start: int, length: int, slots: tuple[Slot, ...], score: float) -> _Step:
        used = {id(one.atom) for one in slots}
        spare = [i for i in range(start, start + length) if id(atoms[i]) not in used]
        return _Step(slots, content(slots), score, start + length, spare)

    # From the end to the front, so that no call goes deeper than one: there may be many values.
    for start in range(len(atoms), -1, -1):
        for block in range(blocks, -1, -1):
            rest(start, block)
    return [
        _Reading(path.slots, path.score, tuple(atoms[i] for i in _numbers(path.skipped)))
        for path in rest(0, 0)
    ]


def _numbers(skipped: _Skipped | None) -> Iterator[int]:
    while skipped is not None:
        yield from skipped[0]
        skipped = skipped[1]


def _best(found: Sequence[tuple[_Step, _Path]]) -> tuple[_Path, ...]:
    """The best few of a step and what follows it that differ in what the cells hold."""
    distinct: dict[Values, _Path] = {}
    for step, tail in sorted(found, key=lambda one: -(one[0].score + one[1].score)):
        held = step.held + tail.held
        if held not in distinct:
            skipped = (step.spare, tail.skipped) if step.spare else tail.skipped
            slots, score = step.slots + tail.slots, step.score + tail.score
            distinct[held] = _Path(slots, held, score, skipped)
        if len(distinct) == KEPT:
            break
    return tuple(distinct.values())


def _skip(atom: Atom) -> float:
    if atom.kind is Kind.BLANK:
        return BLANK_SKIPPED
    return SKIPPED * (1 - atom.weak) + WEAK_SKIPPED * atom.weak


def _glued(atoms: Sequence[Atom], blocks: int, width: int) -> Iterator[_Reading]:
    """All cuts of the digits into blocks whose sums hold."""
    printed = [a for a in atoms if a.kind in (Kind.NUMBER, Kind.RUN) and a.raw.isdigit()]
    runs = [atom.raw for atom in printed]
    owners = [atom for atom in printed for _ in atom.raw]
    for count, numbers in enumerate(_block_splits(runs, blocks, width)):
        if count == MOST_SPLITS:
            return
        position, slots = 0, []
        for number in numbers:
            slots.append(Slot(State.READ, Decimal(number), owners[position], str(number)))
            position += len(str(number))
        score = sum(sum_score(slots[i : i + width]) for i in range(0, len(slots), width))
        yield _Reading(tuple(slots), score, (), split=len(runs) != len(slots))


def _block_splits(runs: Sequence[str], blocks: int, width: int) -> Iterator[tuple[int, ...]]:
    if blocks == 1:
        yield from summed_splits(runs, width)
        return
    digits = sum(map(len, runs))
    for length in range(width, digits - (blocks - 1) * width + 1):
        head, tail = _part(runs, length)
        heads = list(summed_splits(head, width))
        if heads:
            for rest in _block_splits(tail, blocks - 1, width):
                yield from ((*first, *rest) for first in heads)


def _part(runs: Sequence[str], length: int) -> tuple[list[str], list[str]]:
    """The first `length` digits of the runs, and the rest."""
    head: list[str] = []
    for index, run in enumerate(runs):
        if len(run) > length:
            return ([*head, run[:length]] if length else head), [run[length:], *runs[index + 1 :]]
        head.append(run)
        length -= len(run)
    return head, []


def _totals(form: TableForm, statements: Sequence[Statement]) -> dict[tuple[int, ...], Decimal]:
    """What the prose says of totals: positions of cells that add up to a number."""
    keys = {key: i for i, key in enumerate(form.cell_keys)}
    return {
        tuple(keys[key] for key in statement.restates): statement.value
        for statement in statements
        if statement.restates and all(key in keys for key in statement.restates)
    }


def _agrees(reading: _Reading, totals: dict[tuple[int, ...], Decimal]) -> bool:
    return all(
        sum((reading.slots[i].value or Decimal(0) for i in cells), Decimal(0)) == value
        for cells, value in totals.items()
    )


def _table(
    form: TableForm,
    width: int,
    stream: Stream,
    readings: list[_Reading],
    totals: dict[tuple[int, ...], Decimal],
) -> TableReading:
    best = readings[0]
    confirmed = False
    if best.split and totals:
        agreeing = [reading for reading in readings if _agrees(reading, totals)]
        if agreeing:
            readings, best = agreeing, agreeing[0]
            confirmed = len(totals) > 1
    table = TableReading(form, best.score)
    for i, row in enumerate(form.rows):
        slots = best.slots[i * width : (i + 1) * width]
        if not all(one.state is State.LOST for one in slots):
            table.place(row, slots)
        if best.split:
            table.confidence.update(dict.fromkeys(row.cell_keys, FROM_SPLIT))
    _doubt_open(table, form, readings)
    digits = sum(len(one.raw or "") for one in best.slots)
    if best.split and digits != len(best.slots) and not confirmed:
        table.doubt("t4.glued", "表四的数字连在一起，其分割仅由合计推定", form.cell_keys)
    if any(one.state is State.LOST for one in best.slots):
        keys = [
            k for k, one in zip(form.cell_keys, best.slots, strict=True) if one.state is State.LOST
        ]
        table.doubt("t4.lost", f"表四缺少{len(keys)}个单元格", keys)
    spare = unused_numbers(best.skipped)
    if spare and spare != ["0"]:  # a sixteenth 0 changes nothing
        table.doubt("t4.unused", f"表四中有未能归入单元格的数字：{'、'.join(spare[:5])}")
    _doubt_blanks(table, form, width, best)
    _doubt_columns(table, form, width, stream, best)
    return table


def _doubt_open(table: TableReading, form: TableForm, readings: Sequence[_Reading]) -> None:
    best = readings[0]
    near = [r for r in readings if r.score >= best.score - MARGIN]
    open_keys = []
    for index, key in enumerate(form.cell_keys):
        contents = dict.fromkeys((r.slots[index].state, r.slots[index].value) for r in near)
        if len(contents) > 1:
            open_keys.append(key)
            values = [value for _, value in contents if value is not None]
            if values:
                basis = ("多种读法均符合合计",)
                table.proposals.append(
                    Proposal(key, values[0], "ambiguous", basis, tuple(values[1:]))
                )
    lost_rows = {key.split("/")[1] for key in open_keys} - set(table.rows)
    open_keys = [key for key in open_keys if key.split("/")[1] not in lost_rows]
    if open_keys:
        table.open_cells(open_keys)
        table.doubt("t4.open", f"表四有{len(open_keys)}个单元格有多种读法，未予采用", open_keys)


def _doubt_blanks(table: TableReading, form: TableForm, width: int, best: _Reading) -> None:
    """Single blanks in a table that prints its zeros; a block that is blank as a whole is none."""
    if not any(one.value == 0 for one in best.slots):
        return
    keys = []
    for start in range(0, len(best.slots), width):
        block = best.slots[start : start + width]
        blanks = [start + i for i, one in enumerate(block) if one.state is State.BLANK]
        if len(blanks) < width:
            keys += [form.cell_keys[i] for i in blanks]
    if keys:
        table.doubt("t4.blank", f"表四既有空白又有0，有{len(keys)}个空白单元格", keys)


def _doubt_columns(
    table: TableReading, form: TableForm, width: int, stream: Stream, best: _Reading
) -> None:
    """The header must be legible where exchanging two of its columns would change a value."""
    names = [column.label for column in form.rows[0].columns[:-1]]
    blocks = [best.slots[i : i + width] for i in range(0, len(best.slots), width)]
    headers = header_texts(stream)
    cells = [content([one]) for block in blocks for one in block[:-1]]
    unsure = swappable_columns(headers, names * len(blocks), cells)
    rows = [row.label for row in form.rows]
    unsure |= swappable_columns(headers, rows, [content(block) for block in blocks])
    if unsure:
        table.doubt("t4.header", "表四的表头不清，无法确认列的次序")


def _illegible(form: TableForm, atoms: Sequence[Atom]) -> TableReading:
    table = TableReading(form, 0.0)
    raw = " ".join(atom.raw for atom in atoms)
    for row in form.rows:
        table.place(row, [Slot(State.ILLEGIBLE, None, atoms[0], raw)] * len(row.columns))
    table.doubt("t4.illegible", "表四的数字无法分割为十五个单元格", form.cell_keys)
    return table
