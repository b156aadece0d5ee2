"""Layout and arithmetic of lines as numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gipr_ml.lines import grid
from gipr_ml.lines.features import line_features, stacked, windowed
from gipr_ml.lines.grid import grid_of
from gipr_ml.lines.text import masked
from gipr_ml.types import Cell, Line

ROWS = st.lists(
    st.lists(st.one_of(st.text(max_size=8), st.integers(0, 99).map(str)), max_size=9),
    min_size=1,
    max_size=30,
)


def _lines(rows: list[list[str]]) -> list[Line]:
    return [Line(i, tuple(Cell(text) for text in row), "explicit") for i, row in enumerate(rows)]


@given(ROWS)
def test_every_line_has_the_same_finite_features(rows: list[list[str]]) -> None:
    found = line_features(_lines(rows))
    width = line_features(_lines([["x"]])).shape[1]
    assert found.shape == (len(rows), width)
    assert np.isfinite(found).all()


def _differs(one: list[list[str]], other: list[list[str]], line: int) -> np.ndarray:
    return line_features(_lines(one))[line] != line_features(_lines(other))[line]


def test_a_row_that_adds_up_looks_different_from_one_that_does_not() -> None:
    assert _differs([["a", "1", "2", "3"]], [["a", "1", "2", "4"]], 0).any()


@pytest.mark.parametrize("line", [0, 3])
def test_a_sum_of_rows_below_or_above_shows(line: int) -> None:
    rows = [["x", "10", "7"], ["y", "21", "5"], ["z", "32", "9"]]
    total, other = ["t", "63", "21"], ["t", "64", "22"]
    with_sum = [*rows[:line], total, *rows[line:]]
    without = [*rows[:line], other, *rows[line:]]
    assert _differs(with_sum, without, line).any()


def test_a_window_holds_the_neighbours_and_marks_the_edges() -> None:
    found = windowed(np.array([[1], [2], [3]], np.float32), reach=1)
    assert found.tolist() == [[-1, 1, 2], [1, 2, 3], [2, 3, -1]]


def test_a_grid_counts_a_line_without_cells_as_blank() -> None:
    grid = grid_of([Line(0, ()), Line(1, (Cell("a"), Cell("1")))])
    assert grid.count.tolist() == [1, 2]
    assert grid.kind.tolist()[0] == 0


@given(ROWS)
def test_what_is_remembered_of_a_cell_changes_nothing(rows: list[list[str]]) -> None:
    lines = _lines(rows)
    grid._known.clear()
    fresh, again = grid_of(lines), grid_of(lines)
    assert fresh.masked == again.masked == tuple(masked(row) for row in rows)
    for name in ("kind", "length", "classes", "marks"):
        assert np.array_equal(getattr(fresh, name), getattr(again, name))
    assert np.array_equal(fresh.value, again.value, equal_nan=True)


def test_a_long_line_is_masked_as_a_whole() -> None:
    row = ["一" * 100, "2" * 100, "三" * 100]
    assert grid_of(_lines([row])).masked == (masked(row),)


def test_what_is_remembered_of_cells_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid, "REMEMBERED", 9)
    grid._known.clear()
    for n in range(40):
        grid_of(_lines([[str(n), "x" * (grid.SHORT + 1 + n)]]))
        assert len(grid._known) <= 9 + 1
    assert all(len(text) <= grid.SHORT for text in grid._known)


def test_text_is_looked_at_further_than_layout() -> None:
    layout, text = np.array([[1], [2], [3]], np.float32), np.array([[4], [5], [6]], np.float32)
    assert stacked(layout, text).tolist() == [
        [-1, 1, 2, -1, -1, 4, 5, 6],
        [1, 2, 3, -1, 4, 5, 6, -1],
        [2, 3, -1, 4, 5, 6, -1, -1],
    ]
