"""What a cell of figures says, and how digits run together may be cut."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gipr_ml.assemble.numbers import is_not_applicable, parse_number
from gipr_ml.assemble.splits import cut_runs, summed_splits


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("0", "0", None),
        ("００", "0", None),
        ("1,234", "1234", None),
        ("22（其中修订 16 件）", "22", None),
        ("+2", "2", None),
        ("-18", "-18", None),
        ("减3", "-3", None),
        ("减 863", "-863", None),
        ("251000元", "251000", "元"),
        ("24252.311082", "24252.311082", None),
        ("O", "0", None),
        ("l2", "12", None),
    ],
)
def test_numbers_as_reports_print_them(text: str, value: str, unit: str | None) -> None:
    number = parse_number(text)
    assert number is not None
    assert (number.value, number.unit) == (Decimal(value), unit)


def test_letters_taken_for_digits_are_not_certain() -> None:
    number = parse_number("1O")
    assert number is not None
    assert (number.value, number.certain) == (Decimal(10), False)


@pytest.mark.parametrize(
    "text",
    ["", "/", "无", "230 00", "1.属于", "2021年", "1-2", "3.6万条", ".", "1" * 13, "4.00000000001"],
)
def test_what_is_no_single_number(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "expected"), [("/", True), ("——", True), ("-", True), ("", False)]
)
def test_marks_for_not_applicable(text: str, expected: bool) -> None:
    assert is_not_applicable(text) is expected


@given(
    st.lists(st.text("00012", min_size=1, max_size=4), min_size=1, max_size=4),
    st.integers(min_value=2, max_value=6),
)
def test_the_quick_search_for_sums_finds_what_the_slow_one_finds(
    runs: list[str], parts: int
) -> None:
    numbers = (tuple(map(int, cut)) for cut in cut_runs(runs, parts))
    slow = sorted({cut for cut in numbers if sum(cut[:-1]) == cut[-1]})
    assert sorted(summed_splits(runs, parts)) == slow


def test_glued_rows_as_reports_print_them() -> None:
    assert list(summed_splits(["230", "000023"], 7)) == [(23, 0, 0, 0, 0, 0, 23)]
    assert list(summed_splits(["640020470"], 7)) == [(64, 0, 0, 2, 0, 4, 70)]
    assert list(summed_splits(["220000325"], 7)) == [
        (2, 20, 0, 0, 0, 3, 25),
        (22, 0, 0, 0, 0, 3, 25),
    ]
