"""What a careful reader cannot tell from glued digits or from a row of six or eight numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gipr_ml.forms import load_forms
from gipr_ml.learning.synthesis.ambiguity import (
    joint_readings,
    lost_in_row,
    surplus_in_row,
    unsettled,
)
from gipr_ml.learning.synthesis.canvas import Canvas
from gipr_ml.learning.synthesis.damage_values import row_adds_up
from gipr_ml.learning.synthesis.paper import Value

TABLES = [load_forms().table(table, "2021") for table in ("t2", "t3", "t4")]
ROWS = {row.key: row for table in TABLES for row in table.rows}


def glued(row: str, *numbers: str) -> Canvas:
    """One row of values with nothing between them, spaces where a number ends in one."""
    canvas = Canvas([], glued=True)
    canvas.put(ROWS[row].label, "category", "category")
    for key, number in zip(ROWS[row].cell_keys, numbers, strict=True):
        value = Value(number.strip(), key, Decimal(number))
        canvas.put_value(value, "category")
        canvas.put(number[len(number.strip()) :])
    return canvas


def columns(keys: set[str]) -> set[str]:
    return {key.rsplit("/", 1)[1] for key in keys}


def test_zeros_can_be_cut_in_one_way_only() -> None:
    assert unsettled(glued("normative_documents", "0", "0", "0"), TABLES) == set()


def test_a_row_of_table_2_has_no_sum_to_settle_it() -> None:
    unsure = unsettled(glued("normative_documents", "62", "33", "440"), TABLES)
    assert columns(unsure) == {"issued", "repealed", "in_force"}


def test_a_space_settles_what_it_separates() -> None:
    unsure = unsettled(glued("normative_documents", "6 ", "33", "440"), TABLES)
    assert columns(unsure) == {"repealed", "in_force"}


def test_the_sum_settles_a_row_of_table_3() -> None:
    row = glued("new_requests", "71", "3", "0", "0", "0", "0", "74")
    assert unsettled(row, TABLES) == set()


def test_a_row_whose_sum_is_wrong_cannot_be_cut_for_sure() -> None:
    row = glued("new_requests", "71", "3", "0", "0", "0", "0", "75")
    assert len(unsettled(row, TABLES)) == 7


def test_columns_settle_what_one_row_leaves_open() -> None:
    one, other = (1, 11, 0, 0, 0, 0, 12), (11, 1, 0, 0, 0, 0, 12)
    rows = {
        "new_requests": [one],
        "carried_in": [(0,) * 7],
        "carried_out": [(0,) * 7],
        "granted": [one, other],
        "total_processed": [one, other],
    }
    assert joint_readings(rows) == {
        "new_requests": {one},
        "carried_in": {(0,) * 7},
        "carried_out": {(0,) * 7},
        "granted": {one},
        "total_processed": {one},
    }


@pytest.mark.parametrize(
    ("printed", "places"),
    [
        ((3, 0, 0, 0, 0, 0), set()),  # only the total can be gone
        ((5, 0, 0, 0, 0, 5), set(range(7))),  # a zero, or a total of 10
        ((0, 0, 0, 0, 0, 0), set(range(7))),
    ],
)
def test_which_cell_of_a_row_was_lost(printed: tuple[int, ...], places: set[int]) -> None:
    row = [Decimal(number) for number in printed]
    assert lost_in_row(row, 7, row_adds_up) == places


@pytest.mark.parametrize(
    ("printed", "places"),
    [
        ((0, 0, 0, 0, 0, 0, 0, 0), set()),  # whichever goes, zeros are left
        ((1, 2, 4, 0, 0, 0, 0, 6), set()),  # only without the 1 does the row add up
        ((3, 0, 3, 0, 0, 0, 0, 3), {0, 1}),  # either of two 3s
        ((9, 0, 0, 0, 0, 0, 0, 1), set(range(7))),  # never
    ],
)
def test_which_number_of_a_row_is_one_too_many(printed: tuple[int, ...], places: set[int]) -> None:
    row = [Decimal(number) for number in printed]
    assert surplus_in_row(row, 7, row_adds_up) == places
