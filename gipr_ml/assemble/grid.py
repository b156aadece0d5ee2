"""Align the values of a table to the rows of the official form, all rows at once.

A dynamic programme over (group of values, official row): a row takes a group, or several that
belong together; a group is skipped; a row is lost; k rows by w columns are taken column by column.
Label similarity, row sums and the shape of the groups are the evidence. The best few alignments are
kept, since column sums, which do not decompose over rows, are looked at afterwards (`joint`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gipr_ml.assemble.candidates import Candidate, candidates
from gipr_ml.assemble.labels import LabelEvidence
from gipr_ml.assemble.stream import Atom, Group, Kind, Stream, is_blank

NUMBER_SKIPPED, BLANK_SKIPPED, MARK_SKIPPED, WEAK_SKIPPED = -3.0, -0.05, -1.0, -0.2
ROW_LOST = -6.0
LABEL, WRONG_LABEL, AFTER, CLASH = 4.0, -5.0, -1.0, -1.5
CROSSES_TEXT, CROSSES_FURNITURE = -2.0, -0.3
CROSSES_LINE, CROSSES_BORDERED_LINE, NEXT_SINGLE = -3.0, -9.0, -0.05
BY_COLUMNS = -3.0
HOPELESS = 150.0
"""Alignments this much worse than the best one so far are given up: all rows lost."""
INTACT = ("plain", "blanks", "split")
OWN_LABEL = 0.6
"""Fit of a row's own label from which an intact table needs no search."""
KEPT = 3
"""Alignments kept for each state."""
MOST_MERGED = 9
"""Groups that one row may be spread over."""
FURNITURE_WEIGHT = 0.5
"""Pieces of less weight are page numbers and the like, which may stand inside a row."""


class Taken(NamedTuple):
    """Official row `row` reads groups `first` to before `last`."""

    row: int
    first: int
    last: int
    readings: tuple[Candidate, ...]
    label: float
    by_columns: bool = False


class Alignment(NamedTuple):
    """One way to lay the form over the values."""

    score: float
    taken: tuple[Taken, ...]
    """In the order of the document; rows that are not here are lost."""
    skipped: tuple[int, ...]
    """Groups that no row takes."""


class Step(NamedTuple):
    """A move of the programme: groups `first` to before `last` for `rows` official rows."""

    last: int
    rows: int
    score: float
    taken: tuple[tuple[Candidate, ...], ...] = ()
    by_columns: bool = False


class _Path(NamedTuple):
    score: float
    back: _Path | None
    first: int
    row: int
    step: Step | None
    label: float = 0.0


class Readings:
    """The readings of each group as a row of `width` cells, made when they are first asked for."""

    def __init__(self, stream: Stream, groups: Sequence[Group], width: int) -> None:
        self.stream, self.groups, self.width = stream, groups, width
        self._known: dict[int, tuple[Candidate, ...]] = {}

    def atoms(self, number: int) -> list[Atom]:
        """The atoms of a group."""
        group = self.groups[number]
        return self.stream.atoms[group.start : group.stop]

    def is_blank(self, number: int) -> bool:
        """Whether nothing is printed in any cell of a group."""
        return is_blank(self.atoms(number))

    def is_single(self, number: int) -> bool:
        """Whether a group has one reading as a row, which has lost nothing and leaves nothing."""
        found = self.of(number)
        return len(found) == 1 and found[0].how in INTACT

    def of(self, number: int) -> tuple[Candidate, ...]:
        """The readings of a group, best first."""
        if number not in self._known:
            self._known[number] = tuple(candidates(self.atoms(number), self.width))
        return self._known[number]


def moves(readings: Readings, rows: int) -> list[list[Step]]:
    """What can be done with each group: skip it, or read it as one row or several, up to `rows`."""
    return [_steps(readings, first, rows) for first in range(len(readings.groups))]


def align(
    stream: Stream,
    groups: Sequence[Group],
    evidence: LabelEvidence,
    rows: int,
    steps: Sequence[Sequence[Step]],
) -> list[Alignment]:
    """The best alignments of the groups to `rows` official rows, best first.

    `steps` are the `moves` of the groups.
    """
    label = _label_scores(evidence)
    nameless = _nameless(stream, groups, evidence)
    steps = [
        # Empty cells without a row's name are those of a header or of a wrapped label.
        [step for step in found if not step.rows] if empty else found
        for found, empty in zip(steps, nameless, strict=True)
    ]
    table: list[list[list[_Path]]] = [[[] for _ in range(rows + 1)] for _ in range(len(groups) + 1)]
    table[0][0] = [_Path(0.0, None, 0, 0, None)]
    for first in range(len(groups) + 1):
        hopeless = max((p[0].score for p in table[first] if p), default=0.0) - HOPELESS
        for row in range(rows + 1):
            for path in table[first][row]:
                if path.score < hopeless and first < len(groups):
                    break
                if row < rows:
                    lost = _Path(path.score + ROW_LOST, path, first, row, None)
                    _keep(table[first][row + 1], lost)
                if first < len(groups):
                    _extend(table, path, first, row, steps[first], label, rows)
    return [_alignment(path) for path in table[-1][rows]]


def _nameless(stream: Stream, groups: Sequence[Group], evidence: LabelEvidence) -> list[bool]:
    """Which groups are empty cells without the name of a row of any form."""
    return [
        is_blank(stream.atoms[group.start : group.stop]) and evidence.any_row[i] < OWN_LABEL
        for i, group in enumerate(groups)
    ]


def align_intact(readings: Readings, evidence: LabelEvidence, rows: int) -> Alignment | None:
    """The alignment of a table whose rows are all there, one group each, under their own labels.

    They may stand in any order. None where anything is missing, surplus or in doubt; `align` finds
    the same alignment for an intact table in the official order, only slower.
    """
    whole: list[tuple[int, tuple[Candidate, ...]]] = []
    left_out: list[int] = []
    score = 0.0
    for number in range(len(readings.groups)):
        atoms = readings.atoms(number)
        nameless = is_blank(atoms) and evidence.before[number].max() < OWN_LABEL
        found = () if nameless else readings.of(number)
        if not found:
            left_out.append(number)
            score += sum(map(skipped, atoms))
        elif len(whole) == rows or found[0].how not in INTACT:
            return None
        else:
            whole.append((number, found))
    if len(whole) < rows:
        return None
    named = evidence.before[[number for number, _ in whole]]
    order = np.arange(rows)
    if named.diagonal().min() < OWN_LABEL:
        order = named.argmax(axis=1)
    fits = named[np.arange(rows), order]
    if fits.min() < OWN_LABEL or len(set(order)) < rows:
        return None
    taken = [
        Taken(row, number, number + 1, found, LABEL * fit)
        for row, fit, (number, found) in zip(order.tolist(), fits.tolist(), whole, strict=True)
    ]
    score += sum(one.readings[0].score + one.label for one in taken)
    return Alignment(score, tuple(taken), tuple(left_out))


def _extend(
    table: list[list[list[_Path]]],
    path: _Path,
    first: int,
    row: int,
    steps: Sequence[Step],
    label: tuple[NDArray[np.float64], NDArray[np.float64]],
    rows: int,
) -> None:
    single, block = label
    for step in steps:
        if row + step.rows > rows:
            continue
        if step.by_columns:
            worth = float(
                np.maximum(block[first], block[step.last - 1])[row : row + step.rows].sum()
            )
        elif step.rows:
            worth = float(single[first, step.last - 1 - first, row])
        else:
            worth = 0.0
        score = path.score + step.score + worth
        target = table[step.last][row + step.rows]
        if len(target) < KEPT or score > target[-1].score:
            _keep(target, _Path(score, path, first, row, step, worth))


def _keep(paths: list[_Path], path: _Path) -> None:
    """Insert into a list that is sorted by score and never longer than KEPT."""
    position = len(paths)
    while position and paths[position - 1].score < path.score:
        position -= 1
    paths.insert(position, path)
    del paths[KEPT:]


def _label_scores(
    evidence: LabelEvidence,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Worth of a label for (first group, number of further groups, row), and for blocks."""
    before, after = evidence.before, evidence.after
    groups, rows = before.shape
    other_before = _best_other(before)
    other_after = _best_other(after)
    ahead = LABEL * before + WRONG_LABEL * np.maximum(0, other_before - before)
    behind = AFTER + LABEL * after + WRONG_LABEL * np.maximum(0, other_after - after)
    clash = CLASH * np.maximum(0, other_before - before)
    worth = np.zeros((groups, MOST_MERGED + 1, rows))
    for further in range(min(MOST_MERGED + 1, groups)):
        last = np.minimum(np.arange(groups) + further, groups - 1)
        worth[:, further] = np.maximum(ahead, behind[last] + clash)
    return worth, 1.5 * np.maximum(before, after)


def _best_other(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each row the best score that any other row has."""
    if scores.shape[1] < 2 or not len(scores):
        return np.zeros_like(scores)
    ordered = np.sort(scores, axis=1)
    best, second = ordered[:, -1:], ordered[:, -2:-1]
    return np.where(scores >= best, second, best)


def _steps(readings: Readings, first: int, rows: int) -> list[Step]:
    """All moves that begin with group `first`."""
    stream, groups, width = readings.stream, readings.groups, readings.width
    atoms, own = readings.atoms(first), readings.of(first)
    found = [Step(first + 1, 0, sum(map(skipped, atoms)))]
    if own:
        found.append(Step(first + 1, 1, own[0].score, (own,)))
    complete = bool(own) and own[0].how == "plain" and len(atoms) >= width
    if not complete:
        found += _merged(stream, groups, first, width)
        found += _by_columns(stream, groups, first, rows, width)
    return found


def skipped(atom: Atom) -> float:
    """What it costs that no row takes an atom."""
    if atom.kind is Kind.BLANK:
        return BLANK_SKIPPED
    full = MARK_SKIPPED if atom.kind is Kind.NOT_APPLICABLE else NUMBER_SKIPPED
    return full * (1 - atom.weak) + WEAK_SKIPPED * atom.weak


def _crossing(stream: Stream, left: Group, right: Group) -> float:
    """What it costs that a row goes on from one group to the next."""
    cost = 0.0
    gap = stream.gaps[right.start]
    if gap:
        strong = any(piece.weight >= FURNITURE_WEIGHT for piece in gap)
        cost += CROSSES_TEXT if strong else CROSSES_FURNITURE
    a, b = stream.atoms[left.stop - 1], stream.atoms[right.start]
    if a.line != b.line:
        singles = left.stop - left.start == 1 and right.stop - right.start == 1
        if singles and not (a.bordered and b.bordered):
            cost += NEXT_SINGLE
        else:
            cost += CROSSES_BORDERED_LINE if a.bordered and b.bordered else CROSSES_LINE
    return cost


def _merged(stream: Stream, groups: Sequence[Group], first: int, width: int) -> Iterator[Step]:
    """One row over several groups: cells on lines of their own, or a row cut in two."""
    cost = 0.0
    for last in range(first + 2, min(first + MOST_MERGED, len(groups)) + 1):
        cost += _crossing(stream, groups[last - 2], groups[last - 1])
        atoms = stream.atoms[groups[first].start : groups[last - 1].stop]
        count = sum(atom.kind is not Kind.BLANK for atom in atoms)
        if count > width or cost < 4 * CROSSES_BORDERED_LINE:
            return
        at_border = last == len(groups) or bool(stream.gaps[groups[last].start])
        if len(atoms) >= width or (at_border and len(atoms) >= width - 1):
            readings = tuple(candidates(atoms, width))
            if readings:
                yield Step(last, 1, readings[0].score + cost, (readings,))


def _by_columns(
    stream: Stream, groups: Sequence[Group], first: int, rows: int, width: int
) -> Iterator[Step]:
    """k rows by `width` columns whose values are listed column by column."""
    flat: list[Atom] = []
    columns: list[int] = []
    for last in range(first + 1, len(groups) + 1):
        group = groups[last - 1]
        if last == first + 1 or stream.gaps[group.start]:
            columns.append(0)  # a text between the values: the name of the next column
        columns[-1] += group.stop - group.start
        flat += stream.atoms[group.start : group.stop]
        if any(atom.kind is not Kind.NUMBER for atom in flat[-(group.stop - group.start) :]):
            return
        count, rest = divmod(len(flat), width)
        if count > rows or len(flat) > rows * width or len(columns) > width:
            return
        named = len(columns) == width and set(columns) == {count}
        if rest or count < 2 or (len(columns) > 1 and not named):
            continue
        if not _plausible(flat, count, width, wrong_allowed=named):
            continue
        block = [candidates(flat[row::count], width) for row in range(count)]
        sums = [bool(c) and c[0].how == "plain" and c[0].score > width for c in block]
        # One total may be published wrong where every column has its name.
        if sums.count(False) <= named and any(c[0].slots[-1].value for c in block):
            score = sum(c[0].score for c in block) + BY_COLUMNS
            yield Step(last, count, score, tuple((c[0],) for c in block), by_columns=True)


def _plausible(flat: Sequence[Atom], count: int, width: int, *, wrong_allowed: bool) -> bool:
    """Whether the sums hold when the values are taken as columns of `count` rows."""
    values = np.array([float(atom.value or 0) for atom in flat]).reshape(width, count)
    wrong = int((values[:-1].sum(axis=0) != values[-1]).sum())
    return wrong <= wrong_allowed and bool(values[-1].any())


def _alignment(path: _Path) -> Alignment:
    taken: list[Taken] = []
    left_out: list[int] = []
    score = path.score
    at: _Path | None = path
    while at is not None and at.back is not None:
        step = at.step
        if step is not None and step.rows:
            share = at.label / step.rows
            taken += [
                Taken(at.row + i, at.first, step.last, readings, share, step.by_columns)
                for i, readings in reversed(list(enumerate(step.taken)))
            ]
        elif step is not None:
            left_out.append(at.first)
        at = at.back
    return Alignment(score, tuple(reversed(taken)), tuple(reversed(left_out)))
