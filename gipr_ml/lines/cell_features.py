"""What a cell looks like, in its row and column, with what its line and its neighbours are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gipr_ml.lines.cells import KINDS
from gipr_ml.lines.grid import CJK, DIGIT, OTHER, PUNCT, SPACE, Grid, Matrix

COLUMNS = 32
"""Cells further right count as if they stood in this column."""


def cell_features(grid: Grid, line_probabilities: NDArray[np.float64]) -> Matrix:
    """One row a cell of the document. `line_probabilities` has one row a line."""
    kinds = np.eye(KINDS, dtype=np.float32)[grid.kind]
    lines = line_probabilities.astype(np.float32)[grid.line]
    crossed = (kinds[:, :, None] * lines[:, None, :]).reshape(len(kinds), -1)
    total = np.maximum(grid.length, 1)[:, None]
    shares = grid.classes[:, (DIGIT, CJK, PUNCT, SPACE, OTHER)] / total
    before, after = _beside(kinds, grid)
    above, below = _over(grid)
    width = grid.count[grid.line]
    place = np.column_stack(
        [
            grid.column == 0,
            grid.column == width - 1,
            grid.column / width,
            np.minimum(width, COLUMNS),
            np.log1p(grid.length),
        ]
    )
    parts = [kinds, lines, crossed, shares, before, after, above, below, place]
    return np.concatenate(parts, axis=1, dtype=np.float32)


def _beside(kinds: Matrix, grid: Grid) -> tuple[Matrix, Matrix]:
    """Kinds of the cells left and right; all zero at the ends of a line."""
    before = np.zeros_like(kinds)
    before[1:] = kinds[:-1]
    before[grid.first] = 0
    after = np.zeros_like(kinds)
    after[:-1] = kinds[1:]
    after[grid.first + grid.count - 1] = 0
    return before, after


def _over(grid: Grid) -> tuple[Matrix, Matrix]:
    """Kinds of the cells in the same column of the lines before and after."""
    table = np.full((grid.lines + 2, COLUMNS), KINDS)
    column = np.minimum(grid.column, COLUMNS - 1)
    table[grid.line + 1, column] = grid.kind
    one_hot = np.vstack([np.eye(KINDS, dtype=np.float32), np.zeros((1, KINDS), np.float32)])
    return one_hot[table[grid.line, column]], one_hot[table[grid.line + 2, column]]
