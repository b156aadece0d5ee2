"""Masked texts and their n-grams."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gipr_ml.lines.text import HEAD, TAIL, hashed_ngrams, masked

TEXTS = st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=6)


def test_digits_are_masked_and_spaces_removed() -> None:
    assert masked(["（三） 1.属于国家秘密", "12", ""]) == "^(三)0.属于国家秘密|00|$"


def test_long_lines_keep_their_beginning_and_end() -> None:
    text = masked(["始" + "中" * 500 + "终"])
    assert len(text) == HEAD + TAIL + 3
    assert text.startswith("^始")
    assert text.endswith("终$")


def test_the_number_of_ngrams_follows_from_the_length() -> None:
    buckets, starts = hashed_ngrams(["abcd", "a"], 10)
    # abcd: 4 of one character, 3 of two, 2 of three, 1 of four; a: 1.
    assert starts.tolist() == [0, 10]
    assert buckets.size == 11


@given(TEXTS)
def test_a_texts_ngrams_do_not_depend_on_the_texts_beside_it(texts: list[str]) -> None:
    buckets, starts = hashed_ngrams(texts, 12)
    ends = np.append(starts[1:], buckets.size)
    for text, start, end in zip(texts, starts, ends, strict=True):
        alone, _ = hashed_ngrams([text], 12)
        assert sorted(buckets[start:end].tolist()) == sorted(alone.tolist())


@given(TEXTS)
def test_buckets_stay_within_their_number(texts: list[str]) -> None:
    buckets, _ = hashed_ngrams(texts, 9)
    assert buckets.min() >= 0
    assert buckets.max() < 2**9
