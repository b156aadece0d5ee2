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
from gipr_ml.lines.cells import KINDS, MARK, NOTED, NUMBER, SIGN, TEXT
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
    parts: list[NDArray[Any]] = [
        _shape(grid),
        _characters(grid),
        _marks(grid, lines),
        row_sums(table),
        column_sums(table),
        _likeness(grid),
        _position(grid, lines),
    ]
    return np.concatenate(parts, axis=1, dtype=np.float32)


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


def _shape(grid: Grid) -> Matrix:
    kinds = np.bincount(grid.line * KINDS + grid.kind, minlength=grid.lines * KINDS)
    kinds = kinds.reshape(-1, KINDS)
    filled = grid.kind > 0
    full = np.maximum(kinds[:, 1:].sum(1), 1)
    position = np.where(filled, grid.column, 10_000)
    leading = np.minimum(np.minimum.reduceat(position, grid.first), grid.count)
    last = np.maximum.reduceat(np.where(filled, grid.column, -1), grid.first)
    lead = grid.kind[grid.first + np.minimum(leading, grid.count - 1)]
    tail = grid.kind[grid.first + np.maximum(last, 0)]
    numbers = kinds[:, NUMBER] + kinds[:, NOTED]
    words = np.maximum(kinds[:, TEXT], 1)
    text_length = np.add.reduceat(np.where(grid.kind == TEXT, grid.length, 0), grid.first)
    return np.column_stack(
        [
            np.minimum(grid.count, 40),
            np.minimum(full, 40),
            kinds[:, 0] / grid.count,
            numbers / full,
            numbers,
            kinds[:, TEXT],
            kinds[:, TEXT] / full,
            kinds[:, SIGN],
            kinds[:, MARK],
            kinds[:, NOTED],
            leading,
            grid.count - 1 - last,
            lead == NUMBER,
            lead == TEXT,
            lead == MARK,
            tail == NUMBER,
            tail == TEXT,
            text_length / words,
            np.maximum.reduceat(grid.length, grid.first),
            grid.length[grid.first + np.minimum(leading, grid.count - 1)],
        ]
    )


def _characters(grid: Grid) -> Matrix:
    counts = np.add.reduceat(grid.classes, grid.first, axis=0)
    total = counts.sum(1) - counts[:, SPACE]
    share = counts / np.maximum(total, 1)[:, None]
    head = grid.classes[grid.first + _leading(grid)]
    return np.column_stack(
        [
            total,
            share[:, :PUNCT],
            counts[:, DIGIT],
            counts[:, CJK],
            counts[:, STOP],
            counts[:, SPACE],
            counts[:, PUNCT],
            head[:, UPPER] / np.maximum(head[:, UPPER] + head[:, LOWER], 1),
            head[:, DIGIT],
        ]
    )


def _leading(grid: Grid) -> NDArray[np.int64]:
    position = np.where(grid.kind > 0, grid.column, 10_000)
    return np.minimum(np.minimum.reduceat(position, grid.first), grid.count - 1)


def _marks(grid: Grid, lines: Sequence[Line]) -> Matrix:
    borders = np.frombuffer(b"".join([_BORDERS[line.borders] for line in lines]), bool)
    return np.concatenate([grid.marks, borders.reshape(grid.lines, -1)], axis=1)


def _value_table(grid: Grid) -> NDArray[np.float64]:
    """Values by line and column, NaN where there is no number."""
    width = min(int(grid.count.max()), COLUMNS)
    table = np.full((grid.lines, width), np.nan)
    inside = grid.column < width
    table[grid.line[inside], grid.column[inside]] = grid.value[inside]
    return table


# ---------------------------------------------------------------- among the others


def _likeness(grid: Grid) -> Matrix:
    """How like the line before and after: same width, same kinds of cells, same words."""
    seen: dict[str, int] = {}
    repeats = np.zeros(grid.lines)
    for i, text in enumerate(grid.texts):
        repeats[i] = min(seen.get(text, 0), 3)
        seen[text] = seen.get(text, 0) + 1
    capped = np.minimum(grid.column, 31)
    power = np.int64(7) ** (capped % 16)
    pattern = np.add.reduceat((grid.kind + 1) * power, grid.first)
    same_width = np.zeros((grid.lines, 2))
    same_kinds = np.zeros((grid.lines, 2))
    same_width[1:, 0] = grid.count[1:] == grid.count[:-1]
    same_kinds[1:, 0] = pattern[1:] == pattern[:-1]
    same_width[:-1, 1] = same_width[1:, 0]
    same_kinds[:-1, 1] = same_kinds[1:, 0]
    return np.column_stack([repeats, same_width, same_kinds])


def _position(grid: Grid, lines: Sequence[Line]) -> Matrix:
    """Place in the document and in the run of lines with several cells; blank lines before."""
    count = grid.lines
    index = np.arange(count)
    number = np.fromiter((line.number for line in lines), np.int64, count)
    gap = np.diff(number, prepend=number[0] - 1) - 1
    after = np.append(gap[1:], 0)
    numeric = np.bincount(
        grid.line, weights=(grid.kind == NUMBER) | (grid.kind == NOTED), minlength=count
    )
    before: NDArray[np.int64] = np.cumsum(numeric > 0) - (numeric > 0)
    rest = (numeric > 0).sum() - before - (numeric > 0)
    wide = grid.count > 1
    start = np.maximum.accumulate(np.where(wide, -1, index))
    end = np.minimum.accumulate(np.where(wide, count, index)[::-1])[::-1]
    return np.column_stack(
        [
            index / count,
            np.minimum(index, 50),
            np.minimum(count - 1 - index, 50),
            np.clip(gap, 0, 4),
            np.clip(after, 0, 4),
            np.minimum(before, 50),
            np.minimum(rest, 50),
            np.where(wide, index - start, 0),
            np.where(wide, end - index, 0),
        ]
    )
