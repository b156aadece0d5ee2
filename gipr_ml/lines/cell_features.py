"""What a cell looks like, in its row and column, with what its line and its neighbours are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gipr_ml.lines.cells import KINDS
from gipr_ml.lines.grid import CJK, DIGIT, OTHER, PUNCT, SPACE, Grid, Matrix

COLUMNS = 32
"""Cells further right count as if they stood in this column."""


_ONE_HOT = np.vstack([np.eye(KINDS, dtype=np.float32), np.zeros((1, KINDS), np.float32)])
"""A row for each kind, and one of zeros for no cell at all."""
_SHARES = [DIGIT, CJK, PUNCT, SPACE, OTHER]
_PLACE = 5
"""Columns that say where in its line a cell stands."""


def cell_features(grid: Grid, line_probabilities: NDArray[np.float64]) -> Matrix:
    """One row a cell of the document. `line_probabilities` has one row a line."""
    cells, labels = grid.kind.size, line_probabilities.shape[1]
    kinds = _ONE_HOT.take(grid.kind, axis=0)
    lines = line_probabilities.astype(np.float32).take(grid.line, axis=0)
    shares = grid.classes.take(_SHARES, axis=1) / np.maximum(grid.length, 1)[:, None]
    crossed = (kinds[:, :, None] * lines[:, None, :]).reshape(cells, KINDS * labels)
    around = _ONE_HOT.take(_around(grid), axis=0).reshape(cells, -1)
    place = np.empty((cells, _PLACE), np.float32)
    width = grid.count.take(grid.line)
    place[:, 0] = grid.column == 0
    place[:, 1] = grid.column == width - 1
    place[:, 2] = grid.column / width
    place[:, 3] = np.minimum(width, COLUMNS)
    place[:, 4] = np.log1p(grid.length)
    parts = [kinds, lines, crossed, shares, around, place]
    return np.concatenate(parts, axis=1, dtype=np.float32)


def _around(grid: Grid) -> NDArray[np.int64]:
    """Kinds of the cells left and right, and in the same column of the lines before and after, of
    shape (cells, 4); `KINDS` where there is none."""
    around = np.full((grid.kind.size, 4), KINDS)
    around[1:, 0] = grid.kind[:-1]
    around[grid.first, 0] = KINDS
    around[:-1, 1] = grid.kind[1:]
    around[grid.first + grid.count - 1, 1] = KINDS
    table = np.full((grid.lines + 2) * COLUMNS, KINDS)
    here = (grid.line + 1) * COLUMNS + np.minimum(grid.column, COLUMNS - 1)
    table[here] = grid.kind
    around[:, 2] = table.take(here - COLUMNS)
    around[:, 3] = table.take(here + COLUMNS)
    return around
