"""Hashed character n-grams: the features of the category voter."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

BUCKETS = 1 << 13
LENGTHS = (1, 2, 3)


def buckets(text: str) -> tuple[int, ...]:
    """Bucket of every character 1- to 3-gram of a normalised text, ends marked."""
    framed = f"^{text}$"
    return tuple(
        crc32(framed[start : start + length].encode()) % BUCKETS
        for length in LENGTHS
        for start in range(len(framed) - length + 1)
    )


@lru_cache(maxsize=20_000)
def counts(text: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Buckets in use and the square roots of their counts, scaled to length 1."""
    index, count = np.unique(np.array(buckets(text), dtype=np.int64), return_counts=True)
    values = np.sqrt(count)
    return index, values / (np.linalg.norm(values) or 1.0)


def matrix(texts: Sequence[str]) -> csr_matrix:
    """Counts of shape (texts, BUCKETS), each row scaled to length 1. Imports SciPy."""
    from scipy.sparse import csr_matrix

    found = [counts(text) for text in texts]
    indices = [index for index, _ in found]
    data = [values for _, values in found]
    starts = np.cumsum([0, *(len(index) for index in indices)])
    return csr_matrix(
        (
            np.concatenate(data) if data else np.zeros(0),
            np.concatenate(indices) if indices else np.zeros(0, dtype=np.int64),
            starts,
        ),
        shape=(len(texts), BUCKETS),
    )


def products(texts: Sequence[str], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """`matrix(texts) @ weights`, for weights of shape (BUCKETS, classes), without SciPy.

    Added up in the same order, so that the sums are the same to the last bit.
    """
    sums = np.zeros((len(texts), weights.shape[1]))
    for place, text in enumerate(texts):
        index, values = counts(text)
        sums[place] = (weights[index] * values[:, None]).sum(axis=0)
    return sums
