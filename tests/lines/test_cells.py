"""What a cell is, and which number stands in it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gipr_ml.lines.cells import BLANK, MARK, NOTED, NUMBER, SIGN, TEXT, cell_kind


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("0", NUMBER, 0),
        ("00", NUMBER, 0),
        ("1,234", NUMBER, 1234),
        ("1 234 567", NUMBER, 1234567),
        ("18\u00a0080", NUMBER, 18080),
        ("(12)", NUMBER, -12),
        ("-21 139", NUMBER, -21139),
        ("12.3%", NUMBER, 12.3),
        ("72,6", NUMBER, 72.6),
        ("$5.2", NUMBER, 5.2),
        ("+2", NUMBER, 2),
        ("减3", NUMBER, -3),
        ("１２", NUMBER, 12),
        ("251000元", NOTED, 251000),
        ("22（其中修订 16 件）", NOTED, 22),
    ],
)
def test_numbers_are_read_as_printed(text: str, kind: int, value: float) -> None:
    assert cell_kind(text) == (kind, value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", BLANK),
        ("\u3000 ", BLANK),
        ("/", SIGN),
        ("—", SIGN),
        ("(X)", SIGN),
        ("一、", MARK),
        ("（三）", MARK),
        ("1.", MARK),
        ("其他", TEXT),
        ("3.其他", TEXT),
        ("第二十条第（一）项", TEXT),
    ],
)
def test_what_is_no_number_has_no_value(text: str, kind: int) -> None:
    found, value = cell_kind(text)
    assert found == kind
    assert math.isnan(value)


@given(st.integers(-(10**9), 10**9))
def test_a_number_with_thousands_separators_is_the_number(number: int) -> None:
    assert cell_kind(f"{number:,}") == (NUMBER, number)


@given(st.text(max_size=60))
def test_any_text_has_a_kind(text: str) -> None:
    kind, value = cell_kind(text)
    assert kind in range(6)
    assert math.isnan(value) == (kind not in (NUMBER, NOTED))
