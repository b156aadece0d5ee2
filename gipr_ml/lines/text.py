"""The text of lines as hashed character n-grams, computed for many lines at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

HEAD, TAIL = 48, 16
"""Characters kept of a long line: what a line of prose says in its middle tells nothing more."""

LONG = 256
"""Characters, before spaces are removed, beyond which the middle is not even looked at."""

ORDERS = (1, 2, 3, 4)
"""Lengths of the n-grams."""

_ORDERS = np.array(ORDERS)[:, None]
_DIGIT = re.compile("[1-9]")
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)


def masked(cells: Sequence[str]) -> str:
    """A line's text as the classifier sees it: NFKC, no spaces, every digit a 0, shortened.

    Cells are parted by `|`, so that the shape of a row shows in its n-grams.
    """
    text = "|".join(cells)
    return framed(plain(text[: LONG // 2] + text[-LONG // 2 :] if len(text) > LONG else text))


def framed(text: str) -> str:
    """What `plain` gives for a line, shortened, with its ends marked."""
    if len(text) > HEAD + TAIL:
        text = text[:HEAD] + "…" + text[-TAIL:]
    return f"^{text}$"


def plain(text: str) -> str:
    """NFKC, no spaces, every digit a 0; of cells joined by `|` the same as of each by itself."""
    return "".join(_DIGIT.sub("0", unicodedata.normalize("NFKC", text)).split())


def hashed_ngrams(texts: Sequence[str], bits: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Buckets of all n-grams of the texts, and where each text's begin.

    Returns `buckets` (values below 2**bits), text after text, and `starts` with one offset a text.
    No text may be empty.
    """
    lengths = np.array([len(text) for text in texts], np.int64)
    data = "".join(texts).encode("utf-32-le", "surrogatepass")
    codes = np.zeros(len(data) // 4 + len(ORDERS), np.uint64)
    codes[: -len(ORDERS)] = np.frombuffer(data, np.uint32)
    size = codes.size - len(ORDERS)
    keys = np.zeros((len(ORDERS), size), np.uint64)
    before: Any = np.uint64(0)
    for row, order in enumerate(ORDERS):
        rolling = keys[row]
        np.add(codes[row : row + size], np.uint64(order), out=rolling)
        rolling += before
        rolling *= _FACTOR
        before = rolling
    ends = np.cumsum(lengths)
    left = np.repeat(ends, lengths) - np.arange(size)
    inside = np.flatnonzero(left >= _ORDERS)
    owner = np.tile(np.repeat(np.arange(len(texts)), lengths), len(ORDERS)).take(inside)
    key = keys.ravel().take(inside)
    key ^= key >> np.uint64(31)
    key *= _MIX
    buckets = (key >> np.uint64(64 - bits)).astype(np.int64)
    counts = np.bincount(owner, minlength=len(texts))
    return buckets.take(np.argsort(owner, kind="stable")), np.cumsum(counts) - counts
