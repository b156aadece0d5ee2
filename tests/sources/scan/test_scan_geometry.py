"""Straight coordinates, turning, characters that look alike, numbers in readings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gipr_ml.sources.scan.frame import Frame
from gipr_ml.sources.scan.glyphs import like_which
from gipr_ml.sources.scan.ocr import Reading
from gipr_ml.sources.scan.orient import turn, turn_box
from gipr_ml.sources.scan.words import as_number

small = st.floats(-0.06, 0.06)


@given(
    angle=st.floats(-0.1, 0.1),
    across=st.tuples(small, small),
    down=st.tuples(small, small, small, small),
    x=st.floats(0, 1240),
    y=st.floats(0, 1754),
)
def test_a_point_comes_back_to_where_it_was(
    angle: float,
    across: tuple[float, float],
    down: tuple[float, float, float, float],
    x: float,
    y: float,
):
    frame = Frame(1240, 1754, angle, across, down)
    point = np.array([[x, y]])
    assert np.abs(frame.back(frame.straight(point)) - point).max() < 0.5


@given(turns=st.integers(0, 3), x=st.integers(0, 29), y=st.integers(0, 19))
def test_a_box_on_the_turned_page_is_found_on_the_page_as_it_was(turns: int, x: int, y: int):
    page = np.zeros((20, 30), dtype=np.uint8)
    page[y, x] = 255
    quads = np.array([[[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]]], dtype=np.float32)
    turned, moved = turn(page, quads, turns)
    left, top = moved[0].min(axis=0)
    assert turned[int(top), int(left)] == 255
    height, width = turned.shape
    right, bottom = moved[0].max(axis=0)
    box = turn_box((left / width, top / height, right / width, bottom / height), turns)
    assert box == pytest.approx((x / 30, y / 20, (x + 1) / 30, (y + 1) / 20))


@pytest.mark.parametrize(
    ("text", "digits", "number"),
    [
        ("12", "12", "12"),
        ("O", "0", "0"),
        ("１２", "12", "12"),
        ("/", "", "/"),
        ("—", "", "-"),
        ("-8", "8", "-8"),
        ("25.1", "251", "25.1"),
        ("0.", "0", "0"),
        ("1,733", "1733", "1733"),
        ("12，345，678", "12345678", "12345678"),
        ("0,733", "0733", None),
        ("总计", "", None),
        ("3件", "3", None),
    ],
)
def test_what_counts_as_a_number(text: str, digits: str, number: str | None):
    assert as_number(Reading(text, 0.99, digits, 0.98))[0] == number


def test_digits_that_differ_without_letters_are_doubted():
    assert as_number(Reading("17", 0.99, "11", 0.97)) == ("17", 0.5)
    assert as_number(Reading("0.", 0.99, "0", 0.97)) == ("0", 0.85)
    assert as_number(Reading("6:5", 0.99, "65", 0.97)) == ("6.5", 0.5)


def test_only_characters_that_look_alike_stand_for_each_other():
    ring = np.full((40, 30), 255, dtype=np.uint8)
    ring[10:30, 8:22] = 0
    ring[13:27, 11:19] = 255
    bar = np.full((40, 30), 255, dtype=np.uint8)
    bar[10:30, 13:17] = 0
    bar[27:30, 10:20] = 0
    blank = np.full((40, 30), 255, dtype=np.uint8)
    shifted = np.roll(ring, 2, axis=1)
    assert like_which([ring, bar, shifted, blank, bar, blank]) == [0, 1, 0, 3, 1, 5]
