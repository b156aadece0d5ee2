"""Drawn rules to tables: which cells they make, and what stands in them.

Rules that touch make one table; every piece of the page between them that no rule divides is a
cell. A table that is cut by a page break has no rule at its end: its cells reach as far as the
rules across do, so that a label cut in two is kept.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gipr_ml.sources.pages import Glyph, Rule
from gipr_ml.types import Box

_SAME = 1.5
"""Points that two rules on one line may differ."""
_TOUCH = 3.0
"""Points that a rule may end before another and touch it still."""
_SHORTEST = 4.0
_NARROWEST = 4.0
"""Points between two rules for them to be two borders, and not a double one."""
_OPEN = 6.0
"""Points that rules reach beyond the last rule across for an open cell there."""
_WALL = 0.6
"""Share of a side that has to be ruled for it to part two cells."""
_MOST_RULES = 4_000
_MOST_CELLS = 40_000
"""Beyond these a page holds a drawing, not a table."""


@dataclass
class Region:
    """A cell between rules."""

    box: Box
    row: int
    """First row of the table that it reaches into, from 0."""
    columns: int
    glyphs: list[Glyph] = field(default_factory=list)


@dataclass
class Grid:
    """A table: the cells of each row by their left edge. A cell is listed in its first row only."""

    box: Box
    tops: list[float]
    """Height of each row's upper border."""
    rows: list[list[Region]]
    _xs: list[float]
    _ys: list[float]
    _regions: list[list[Region]]

    def at(self, x: float, y: float) -> Region | None:
        """The cell at a point, or None outside of the table."""
        left, top, right, bottom = self.box
        if not (left <= x < right and top <= y < bottom):
            return None
        return self._regions[_index(self._ys, y)][_index(self._xs, x)]


def _index(borders: Sequence[float], at: float) -> int:
    return min(max(bisect_right(borders, at) - 1, 0), len(borders) - 2)


def find_grids(rules: Iterable[Rule]) -> list[Grid]:
    """The tables that the rules make, from top to bottom. A frame around text is none."""
    joined = _joined(rules)
    if not joined or len(joined) > _MOST_RULES:
        return []
    grids = [grid for group in _touching(joined) if (grid := _grid(group)) is not None]
    return sorted(grids, key=lambda grid: (grid.box[1], grid.box[0]))


def _joined(rules: Iterable[Rule]) -> list[Rule]:
    """Rules on one line that touch or overlap as one, without dots and ticks."""
    found: list[Rule] = []
    lines: list[Rule] = []
    for rule in sorted(rules):
        if lines and (lines[0].horizontal != rule.horizontal or rule.at - lines[0].at > _SAME):
            found += _joined_line(lines)
            lines = []
        lines.append(rule)
    found += _joined_line(lines)
    return [rule for rule in found if rule.end - rule.start >= _SHORTEST]


def _joined_line(rules: Sequence[Rule]) -> list[Rule]:
    joined: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: rule.start):
        if joined and rule.start - joined[-1].end <= _TOUCH:
            joined[-1] = joined[-1]._replace(end=max(joined[-1].end, rule.end))
        else:
            joined.append(rule)
    return joined


def _touching(rules: Sequence[Rule]) -> list[list[Rule]]:
    """The rules in groups that hang together."""
    across = [rule for rule in rules if rule.horizontal]
    down = [rule for rule in rules if not rule.horizontal]
    if not across or not down:
        return []
    h, v = np.array(across)[:, 1:], np.array(down)[:, 1:]
    meet = (
        (v[None, :, 0] >= h[:, None, 1] - _TOUCH)
        & (v[None, :, 0] <= h[:, None, 2] + _TOUCH)
        & (h[:, None, 0] >= v[None, :, 1] - _TOUCH)
        & (h[:, None, 0] <= v[None, :, 2] + _TOUCH)
    )
    groups: list[list[Rule]] = []
    left = set(range(len(across)))
    while left:
        rows, columns = _reached(meet, left.pop())
        left -= rows
        if columns:
            groups.append([across[i] for i in sorted(rows)] + [down[i] for i in sorted(columns)])
    return groups


def _reached(meet: NDArray[np.bool_], first: int) -> tuple[set[int], set[int]]:
    rows, columns, waiting = {first}, set[int](), [first]
    while waiting:
        for column in set(np.flatnonzero(meet[waiting.pop()]).tolist()) - columns:
            columns.add(column)
            new = set(np.flatnonzero(meet[:, column]).tolist()) - rows
            rows |= new
            waiting += new
    return rows, columns


def _grid(rules: Sequence[Rule]) -> Grid | None:
    across = [rule for rule in rules if rule.horizontal]
    down = [rule for rule in rules if not rule.horizontal]
    ys = _borders([r.at for r in across], [r.start for r in down], [r.end for r in down])
    xs = _borders([r.at for r in down], [r.start for r in across], [r.end for r in across])
    cells = (len(ys) - 1) * (len(xs) - 1)
    if not 1 < cells <= _MOST_CELLS:
        return None
    numbers = _numbers(_walls(across, ys, xs), _walls(down, xs, ys))
    regions = _regions(numbers, xs, ys)
    if len({id(region) for row in regions for region in row}) < 2:
        return None
    rows: list[list[Region]] = [[] for _ in range(len(ys) - 1)]
    for number, row in enumerate(regions):
        own = {id(region): region for region in row if region.row == number}
        rows[number] = sorted(own.values(), key=lambda region: region.box[0])
    return Grid((xs[0], ys[0], xs[-1], ys[-1]), ys[:-1], rows, xs, ys, regions)


def _borders(at: Iterable[float], starts: Iterable[float], ends: Iterable[float]) -> list[float]:
    """Places of the rules, double ones once, and where the rules across end beyond them."""
    places: list[float] = []
    for place in sorted(at):
        if not places or place - places[-1] > _NARROWEST:
            places.append(place)
    first, last = min(starts), max(ends)
    if first < places[0] - _OPEN:
        places.insert(0, first)
    if last > places[-1] + _OPEN:
        places.append(last)
    return places


def _walls(
    rules: Sequence[Rule], borders: Sequence[float], across: Sequence[float]
) -> NDArray[np.bool_]:
    """By border and by piece between the borders across it: whether it is ruled."""
    starts, ends = np.array(across[:-1]), np.array(across[1:])
    covered = np.zeros((len(borders), len(starts)))
    for rule in rules:
        own = max(bisect_right(borders, rule.at + 0.01) - 1, 0)
        overlap = np.minimum(ends, rule.end) - np.maximum(starts, rule.start)
        covered[own] += np.maximum(overlap, 0)
    ruled: NDArray[np.bool_] = covered >= _WALL * (ends - starts)
    return ruled


def _numbers(above: NDArray[np.bool_], beside: NDArray[np.bool_]) -> NDArray[np.int_]:
    """By row and column: the number of the cell, the same where no rule parts two pieces.

    `above[row, column]` is a rule over the piece, `beside[column, row]` one at its left.
    """
    height, width = above.shape[0] - 1, above.shape[1]
    numbers = np.full((height, width), -1)
    count = 0
    for first in np.ndindex(height, width):
        if numbers[first] >= 0:
            continue
        numbers[first] = count
        waiting = [first]
        while waiting:
            row, column = waiting.pop()
            for y, x, parted in (
                (row - 1, column, above[row, column]),
                (row + 1, column, above[row + 1, column]),
                (row, column - 1, beside[column, row]),
                (row, column + 1, beside[column + 1, row]),
            ):
                inside = 0 <= y < height and 0 <= x < width
                if inside and not parted and numbers[y, x] < 0:
                    numbers[y, x] = count
                    waiting.append((y, x))
        count += 1
    return numbers


def _regions(
    numbers: NDArray[np.int_], xs: Sequence[float], ys: Sequence[float]
) -> list[list[Region]]:
    found: dict[int, Region] = {}
    for number in range(int(numbers.max()) + 1):
        rows, columns = np.nonzero(numbers == number)
        top, left = int(rows.min()), int(columns.min())
        bottom, right = int(rows.max()), int(columns.max())
        box = (xs[left], ys[top], xs[right + 1], ys[bottom + 1])
        found[number] = Region(box, top, right - left + 1)
    return [[found[number] for number in row] for row in numbers.tolist()]
