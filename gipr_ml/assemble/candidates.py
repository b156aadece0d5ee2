"""What the values of one printed row can mean: candidates for the cells of one official row.

A row of table 3 has seven cells and a block of table 4 five; in both the last is the sum of the
others. A group of atoms that stands for such a row may be complete, hold layout blanks, have lost
a cell, carry one too many, or be digits run together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from gipr_ml.assemble.splits import summed_splits
from gipr_ml.assemble.stream import Atom, Kind
from gipr_ml.types import State

NUMBER_USED, BLANK_USED = 1.0, -0.15
SUM_HOLDS, ZERO_SUM_HOLDS, BLANK_SUM_HOLDS, SUM_FAILS = 3.0, 0.5, 1.5, -3.0
LOST_CELL, SURPLUS, SPLIT, ILLEGIBLE, NOT_A_COUNT = -4.0, -4.0, -1.0, -5.0, -6.0
INNER_BLANK_DROPPED = -0.3
MOST_LOST = 2
"""Cells of a row that may be lost before its numbers are no longer told apart."""
NO_MARK = "09"
"""Digits that are no item mark: the longest list of the form has eight items."""
MOST_CANDIDATES = 60
UNKNOWN = (State.LOST, State.ILLEGIBLE)


class Slot(NamedTuple):
    """One cell of a row as a candidate reads it."""

    state: State
    value: Decimal | None = None
    atom: Atom | None = None
    raw: str | None = None


LOST = Slot(State.LOST)


class Candidate(NamedTuple):
    """One reading of a row."""

    slots: tuple[Slot, ...]
    score: float
    how: str
    """plain, blanks, lost, surplus, split or illegible."""
    unused: int = 0
    """Numbers of the group that no cell took."""


def candidates(atoms: Sequence[Atom], width: int) -> list[Candidate]:
    """The readings of `atoms` as a row of `width` cells, the last the sum of the others.

    Best first; empty where the atoms can be no such row.
    """
    if len(atoms) == width and (whole := _whole_row(atoms)) is not None:
        return [whole]
    printed = [atom for atom in atoms if atom.kind is not Kind.BLANK]
    if any(atom.kind is Kind.RUN for atom in printed):
        found = list(_splits(printed, width))
    elif len(printed) > width:
        found = list(_surplus(printed, width))
    elif len(atoms) < width:
        found = list(_with_lost(atoms, width)) if len(printed) >= 2 else []
    elif len(printed) == width:
        dropped = len(_without_outer_blanks(atoms)) - width
        cost = dropped * INNER_BLANK_DROPPED
        found = [_candidate([slot(atom) for atom in printed], "plain", cost)]
    else:
        found = list(_windows(atoms, width))
        inner = _without_outer_blanks(atoms)
        if 2 <= len(inner) < width:
            # The blanks at the ends may be layout, and a cell lost.
            found += _with_lost(inner, width)
        if len(printed) == width - 1 and all(sum_score(c.slots) < 0 for c in found):
            # Or a blank was pushed in between, and a cell off the end.
            found += _with_lost(printed, width)
    return sorted(found, key=lambda candidate: -candidate.score)[:MOST_CANDIDATES]


def _whole_row(atoms: Sequence[Atom]) -> Candidate | None:
    """The one reading of a whole number in each cell, which is what most rows are; else None."""
    slots, values = [], []
    for atom in atoms:
        value, raw = atom.value, atom.raw
        if atom.kind is not Kind.NUMBER or value is None or not raw.isdecimal():
            return None
        slots.append(Slot(State.READ, value, atom, raw))
        values.append(value)
    total = values.pop()
    holds = SUM_HOLDS if total else ZERO_SUM_HOLDS
    score = holds if sum(values) == total else SUM_FAILS
    return Candidate(tuple(slots), score + NUMBER_USED * len(slots), "plain")


def slot(atom: Atom) -> Slot:
    """An atom as the content of a cell."""
    if atom.kind is Kind.BLANK:
        return Slot(State.BLANK, None, atom, "")
    if atom.kind is Kind.NOT_APPLICABLE:
        return Slot(State.NOT_APPLICABLE, None, atom, atom.raw)
    if atom.value is None:
        return Slot(State.ILLEGIBLE, None, atom, atom.raw)
    return Slot(State.READ, atom.value, atom, atom.raw)


def sum_score(slots: Sequence[Slot]) -> float:
    """How the row's sum speaks for a reading; a lost cell is judged by what it would have to be."""
    total = slots[-1]
    parts = slots[:-1]
    if total.value is None or total.state in UNKNOWN:
        return 0.0
    known = sum([part.value for part in parts if part.value is not None])
    if any(part.state in UNKNOWN for part in parts):
        return 0.0 if known <= total.value else SUM_FAILS
    if known != total.value:
        return SUM_FAILS
    if total.value == 0:
        return ZERO_SUM_HOLDS
    blanks = any(part.value is None for part in parts)
    return BLANK_SUM_HOLDS if blanks else SUM_HOLDS


def _candidate(slots: Sequence[Slot], how: str, extra: float = 0.0, unused: int = 0) -> Candidate:
    score = extra + sum_score(slots)
    for one in slots:
        if one.state is State.BLANK:
            score += BLANK_USED
        elif one.state is not State.LOST:
            score += NUMBER_USED
        if one.value is not None and (one.value < 0 or one.value != one.value.to_integral_value()):
            score += NOT_A_COUNT
    return Candidate(tuple(slots), score, how, unused)


def _without_outer_blanks(atoms: Sequence[Atom]) -> Sequence[Atom]:
    """The atoms from the first to the last that is printed."""
    kinds = [atom.kind is Kind.BLANK for atom in atoms]
    if all(kinds):
        return []
    return atoms[kinds.index(False) : len(kinds) - kinds[::-1].index(False)]


def _windows(atoms: Sequence[Atom], width: int) -> Iterator[Candidate]:
    """Enough cells, some of them blank: every stretch of `width` that holds all printed ones."""
    for start in range(len(atoms) - width + 1):
        outside = [*atoms[:start], *atoms[start + width :]]
        if all(atom.kind is Kind.BLANK for atom in outside):
            yield _candidate([slot(a) for a in atoms[start : start + width]], "blanks")


def _with_lost(atoms: Sequence[Atom], width: int) -> Iterator[Candidate]:
    """Fewer cells than the row has: every place where the missing ones may have stood."""
    missing = width - len(atoms)
    if missing > MOST_LOST:
        return
    for gaps in combinations(range(width), missing):
        rest = iter(atoms)
        slots = [LOST if i in gaps else slot(next(rest)) for i in range(width)]
        yield _candidate(slots, "lost", missing * LOST_CELL)


def _surplus(printed: Sequence[Atom], width: int) -> Iterator[Candidate]:
    """More numbers than cells: every choice of the ones that are too many."""
    extra = len(printed) - width
    if extra > MOST_LOST:
        return
    for dropped in combinations(range(len(printed)), extra):
        slots = [slot(atom) for i, atom in enumerate(printed) if i not in dropped]
        yield _candidate(slots, "surplus", extra * SURPLUS, extra)


def _splits(printed: Sequence[Atom], width: int) -> Iterator[Candidate]:
    """Digits run together: every cut whose sum holds."""
    if any(atom.kind is Kind.NOT_APPLICABLE for atom in printed):
        return
    runs = [atom.raw for atom in printed]
    if not all(run.isdigit() for run in runs) or sum(map(len, runs)) < width:
        return
    found = False
    for numbers in summed_splits(runs, width):
        found = True
        slots = [
            Slot(State.READ, Decimal(number), atom, str(number))
            for number, atom in zip(numbers, _owners(numbers, printed), strict=True)
        ]
        yield _candidate(slots, "split", 0.0 if len(runs) == width else SPLIT)
    if len(runs) == width and all(len(run) == 1 or run[0] != "0" for run in runs) and not found:
        yield _candidate([slot(atom) for atom in printed], "plain")
    elif not found and (marked := list(_before_mark(printed, width))):
        yield from marked
    elif not found:
        slots = [Slot(State.ILLEGIBLE, None, printed[0], " ".join(runs))] * width
        yield _candidate(slots, "illegible", ILLEGIBLE - width)


def _before_mark(printed: Sequence[Atom], width: int) -> Iterator[Candidate]:
    """The cuts of all but the last digit, which may be the item mark of the next label."""
    last = printed[-1]
    if last.raw[-1] in NO_MARK or sum(len(atom.raw) for atom in printed) <= width:
        return
    rest = [*printed[:-1], last._replace(raw=last.raw[:-1])] if len(last.raw) > 1 else printed[:-1]
    for numbers in summed_splits([atom.raw for atom in rest], width):
        slots = [
            Slot(State.READ, Decimal(number), atom, str(number))
            for number, atom in zip(numbers, _owners(numbers, rest), strict=True)
        ]
        yield _candidate(slots, "surplus", SPLIT + SURPLUS, 1)


def _owners(numbers: Sequence[int], printed: Sequence[Atom]) -> Iterator[Atom]:
    """The run that each number of a split was cut from."""
    position, ends, total = 0, [], 0
    for atom in printed:
        total += len(atom.raw)
        ends.append(total)
    for number in numbers:
        yield printed[next(i for i, end in enumerate(ends) if position < end)]
        position += len(str(number))
