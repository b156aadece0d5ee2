"""The text of lines as hashed character n-grams, computed for many lines at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

HEAD, TAIL = 48, 16
"""Characters kept of a long line: what a line of prose says in its middle tells nothing more."""

LONG = 256
"""Characters, before spaces are removed, beyond which the middle is not even looked at."""

ORDERS = (1, 2, 3, 4)
"""Lengths of the n-grams."""

_DIGIT = re.compile("[1-9]")
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)


def masked(cells: Sequence[str]) -> str:
    """A line's text as the classifier sees it: NFKC, no spaces, every digit a 0, shortened.

    Cells are parted by `|`, so that the shape of a row shows in its n-grams.
    """
    if sum(map(len, cells)) + len(cells) > LONG:
        text = "|".join(cells)
        text = _plain(text[: LONG // 2] + text[-LONG // 2 :] if len(text) > LONG else text)
    else:
        text = "|".join([_remembered(cell) for cell in cells])
    if len(text) > HEAD + TAIL:
        text = text[:HEAD] + "…" + text[-TAIL:]
    return f"^{text}$"


def _plain(text: str) -> str:
    """NFKC, no spaces, every digit a 0."""
    return "".join(_DIGIT.sub("0", unicodedata.normalize("NFKC", text)).split())


_remembered = lru_cache(maxsize=1 << 14)(_plain)
"""Of a cell: the mark between cells joins with none of its neighbours, so each can be looked at by
itself, and most come again in every report."""


def hashed_ngrams(texts: Sequence[str], bits: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Buckets of all n-grams of the texts, and where each text's begin.

    Returns `buckets` (values below 2**bits), text after text, and `starts` with one offset a text.
    No text may be empty.
    """
    lengths = np.fromiter((len(text) for text in texts), np.int64, len(texts))
    data = "".join(texts).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(data, np.uint32).astype(np.uint64)
    ends = np.repeat(np.cumsum(lengths), lengths)
    place = np.arange(codes.size)
    rolling = np.zeros(codes.size, np.uint64)
    keys, places = [], []
    for order in ORDERS:
        inside = np.nonzero(place + order <= ends)[0]
        ahead = codes[np.minimum(place + order - 1, codes.size - 1)]
        rolling = (rolling + ahead + np.uint64(order)) * _FACTOR
        keys.append(rolling[inside])
        places.append(inside)
    owner = np.repeat(np.arange(len(texts)), lengths)[np.concatenate(places)]
    key = np.concatenate(keys)
    key = (key ^ (key >> np.uint64(31))) * _MIX
    buckets = (key >> np.uint64(64 - bits)).astype(np.int64)
    sorting = np.argsort(owner, kind="stable")
    counts = np.bincount(owner, minlength=len(texts))
    return buckets[sorting], np.cumsum(counts) - counts
