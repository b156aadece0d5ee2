"""Sums over rows and columns."""

from __future__ import annotations

import numpy as np
import pytest

from gipr_ml.lines import arithmetic
from gipr_ml.lines.arithmetic import column_sums

SHARE, REACH, _, ERROR, MEAN, TWICE, _, TWICE_REACH, COUNTED = range(9)
BELOW = 9
"""Where the features begin that look at the lines after."""


def table(*rows: list[float | None]) -> np.ndarray:
    return np.array([[np.nan if cell is None else cell for cell in row] for row in rows])


def test_a_total_knows_how_many_lines_it_counts_and_they_know_that_they_are_counted() -> None:
    found = column_sums(table([5, 50], [2, 30], [4, 20], [None, None], [6, 50]))
    assert found[4, [SHARE, REACH, ERROR]].tolist() == [1, 2, 0]
    assert found[:, COUNTED].tolist() == [0, 1, 1, 0, 0]


def test_lines_without_numbers_stand_in_no_sum() -> None:
    found = column_sums(table([None, None], [1, 2], [None, None], [3, 4], [None, None], [4, 6]))
    assert found[5, [SHARE, REACH]].tolist() == [1, 2]
    assert found[0].tolist() == found[2].tolist()


def test_half_of_the_numbers_of_a_line_may_add_up() -> None:
    found = column_sums(table([2, 30], [4, 20], [6, 77]))
    assert found[2, SHARE] == 0.5


def test_a_total_of_totals_is_found_when_what_they_count_is_set_aside() -> None:
    parts = [[3, 31], [4, 41], [7, 72], [5, 53], [6, 64], [11, 117]]
    found = column_sums(table(*parts, [18, 189]))
    assert found[6, SHARE] == 0
    assert found[6, [TWICE, TWICE_REACH]].tolist() == [1, 2]
    assert found[:, COUNTED].tolist() == [1] * 6 + [0]


def test_a_total_before_what_it_counts_is_found_from_below() -> None:
    found = column_sums(table([7, 72], [3, 31], [4, 41]))
    assert found[0, [BELOW + SHARE, BELOW + REACH]].tolist() == [1, 2]
    assert found[0, SHARE] == 0


def test_a_mean_is_found() -> None:
    assert column_sums(table([2, 10], [4, 30], [6, 20], [4, 20]))[3, MEAN] == 1


def test_a_long_document_gives_what_a_short_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.default_rng(0).integers(0, 9, (60, 4)).astype(float)
    whole = column_sums(rows)
    monkeypatch.setattr(arithmetic, "BLOCK", 7)
    assert np.array_equal(column_sums(rows), whole)


def test_no_sum_above_reaches_into_the_lines_as_they_stand_from_below() -> None:
    """Both directions are computed side by side; each gives what it gives of the lines turned."""
    rows = np.random.default_rng(1).integers(0, 6, (30, 3)).astype(float)
    found, turned = column_sums(rows), column_sums(rows[::-1])
    assert np.array_equal(found[:, BELOW:], turned[::-1, :BELOW])
