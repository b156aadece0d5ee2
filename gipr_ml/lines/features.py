"""Layout and arithmetic of lines and cells as numbers, for a whole document at once.

Everything is computed over arrays that hold all cells (or all characters) of the document one after
another, so that the cost hardly depends on how many lines there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gipr_ml.lines.arithmetic import COLUMNS, column_sums, row_sums
from gipr_ml.lines.cells import BLANK, KINDS, MARK, NOTED, NUMBER, SIGN, TEXT
from gipr_ml.lines.grid import (
    CJK,
    DIGIT,
    LOWER,
    PUNCT,
    SPACE,
    STOP,
    UPPER,
    Grid,
    Matrix,
    grid_of,
)
from gipr_ml.types import Line

WINDOW = 1
"""Lines on either side whose layout and arithmetic are looked at."""

TEXT_WINDOW = 2
"""Lines on either side whose text is looked at."""

_BORDERS = {"explicit": b"\1\0\0", "spaces": b"\0\1\0", "none": b"\0\0\1"}


def line_features(lines: Sequence[Line], grid: Grid | None = None) -> Matrix:
    """What each line looks like by itself and to its neighbours: one row a line."""
    grid = grid or grid_of(lines)
    if grid.lines == 0:
        return np.zeros((0, 0), np.float32)
    table = _value_table(grid)
    kinds = np.bincount(grid.kind * grid.lines + grid.line, minlength=KINDS * grid.lines)
    kinds = kinds.reshape(KINDS, -1)
    leading = _leading(grid)
    columns: list[NDArray[Any]] = [
        *_shape(grid, kinds, leading),
        *_characters(grid, leading),
        *_marks(grid, lines),
        *row_sums(table).T,
        *column_sums(table).T,
        *_likeness(grid),
        *_position(grid, lines, kinds[NUMBER] + kinds[NOTED] > 0),
    ]
    found = np.empty((len(columns), grid.lines), np.float32)
    for place, column in enumerate(columns):
        found[place] = column
    return np.ascontiguousarray(found.T)


def stacked(layout: Matrix, text: Matrix) -> Matrix:
    """What the trees see of the lines of one document: features and answers of the text stage,
    each line's beside those of its neighbours. Both have one row a line."""
    return np.concatenate([windowed(layout, WINDOW), windowed(text, TEXT_WINDOW)], axis=1)


def windowed(rows: Matrix, reach: int) -> Matrix:
    """Each row beside the rows before and after it; outside of the document -1."""
    count, width = rows.shape
    padded = np.full((count + 2 * reach, width), -1, np.float32)
    padded[reach : reach + count] = rows
    return np.concatenate([padded[i : i + count] for i in range(2 * reach + 1)], axis=1)


# ---------------------------------------------------------------- by itself


def _leading(grid: Grid) -> NDArray[np.int64]:
    """Column of the first cell of each line that is not blank; of a blank line a high number."""
    return np.minimum.reduceat(np.where(grid.kind > 0, grid.column, 10_000), grid.first)


def _shape(
    grid: Grid, kinds: NDArray[np.int64], leading: NDArray[np.int64]
) -> tuple[NDArray[Any], ...]:
    count = grid.count
    words = kinds[TEXT]
    full = np.maximum(count - kinds[BLANK], 1)
    last = np.maximum.reduceat(np.where(grid.kind > 0, grid.column, -1), grid.first)
    begin = grid.first + np.minimum(leading, count - 1)
    lead = grid.kind.take(begin)
    tail = grid.kind.take(grid.first + np.maximum(last, 0))
    numbers = kinds[NUMBER] + kinds[NOTED]
    text_length = np.add.reduceat(np.where(grid.kind == TEXT, grid.length, 0), grid.first)
    return (
        np.minimum(count, 40),
        np.minimum(full, 40),
        kinds[BLANK] / count,
        numbers / full,
        numbers,
        words,
        words / full,
        kinds[SIGN],
        kinds[MARK],
        kinds[NOTED],
        np.minimum(leading, count),
        count - 1 - last,
        lead == NUMBER,
        lead == TEXT,
        lead == MARK,
        tail == NUMBER,
        tail == TEXT,
        text_length / np.maximum(words, 1),
        np.maximum.reduceat(grid.length, grid.first),
        grid.length.take(begin),
    )


def _characters(grid: Grid, leading: NDArray[np.int64]) -> tuple[NDArray[Any], ...]:
    counts = np.add.reduceat(grid.classes, grid.first, axis=0)
    total = counts.sum(1) - counts[:, SPACE]
    share = counts / np.maximum(total, 1)[:, None]
    head = grid.classes.take(grid.first + np.minimum(leading, grid.count - 1), axis=0)
    return (
        total,
        *share[:, :PUNCT].T,
        *counts.T[[DIGIT, CJK, STOP, SPACE, PUNCT]],
        head[:, UPPER] / np.maximum(head[:, UPPER] + head[:, LOWER], 1),
        head[:, DIGIT],
    )


def _marks(grid: Grid, lines: Sequence[Line]) -> tuple[NDArray[np.bool_], ...]:
    borders = np.frombuffer(b"".join([_BORDERS[line.borders] for line in lines]), bool)
    return (*grid.marks.T, *borders.reshape(grid.lines, -1).T)


def _value_table(grid: Grid) -> NDArray[np.float64]:
    """Values by line and column, NaN where there is no number."""
    width = min(int(grid.count.max()), COLUMNS)
    table = np.full((grid.lines, width), np.nan)
    inside = np.flatnonzero(grid.column < width)
    table.put((grid.line * width + grid.column).take(inside), grid.value.take(inside))
    return table


# ---------------------------------------------------------------- among the others


def _likeness(grid: Grid) -> tuple[NDArray[Any], ...]:
    """How like the line before and after: same width, same kinds of cells, same words."""
    seen: dict[str, int] = {}
    repeats = []
    for text in grid.texts:
        times = seen.get(text, 0)
        repeats.append(min(times, 3))
        seen[text] = times + 1
    power = _POWERS.take(np.minimum(grid.column, 31))
    pattern = np.add.reduceat((grid.kind + 1) * power, grid.first)
    same = np.zeros((2, grid.lines + 1), bool)
    np.equal(grid.count[1:], grid.count[:-1], out=same[0, 1:-1])
    np.equal(pattern[1:], pattern[:-1], out=same[1, 1:-1])
    width, kinds = same
    return np.array(repeats), width[:-1], width[1:], kinds[:-1], kinds[1:]


_POWERS = np.int64(7) ** (np.arange(32) % 16)


def _position(
    grid: Grid, lines: Sequence[Line], numeric: NDArray[np.bool_]
) -> tuple[NDArray[Any], ...]:
    """Place in the document and in the run of lines with several cells; blank lines before."""
    count = grid.lines
    index = np.arange(count)
    number = np.array([line.number for line in lines], np.int64)
    gap = np.zeros(count + 1, np.int64)
    gap[1:-1] = np.minimum(np.maximum(number[1:] - number[:-1] - 1, 0), 4)
    upto = np.cumsum(numeric)
    wide = grid.count > 1
    start = np.maximum.accumulate(np.where(wide, -1, index))
    end = np.minimum.accumulate(np.where(wide, count, index)[::-1])[::-1]
    return (
        index / count,
        np.minimum(index, 50),
        np.minimum(count - 1 - index, 50),
        gap[:-1],
        gap[1:],
        np.minimum(upto - numeric, 50),
        np.minimum(upto[-1] - upto, 50),
        np.where(wide, index - start, 0),
        np.where(wide, end - index, 0),
    )
