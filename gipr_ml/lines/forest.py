"""Randomised trees as flat arrays: all trees are walked at once, for many rows at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVELS_BETWEEN = 4
"""Levels walked before the paths that have reached a leaf are set aside."""
BATCH = 512
"""Rows walked together, so that a long document needs no long arrays."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees one after another. A leaf points at itself."""

    roots: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    children: NDArray[np.int32]
    """Where to go from node n: `children[2 * n]` if feature <= threshold, else the one after."""
    answer: NDArray[np.int32]
    """Row of `shares` that a leaf answers with; -1 in a node that is no leaf."""
    shares: NDArray[np.float32]
    """Distributions over the classes, of shape (answers, classes)."""

    def probabilities(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Mean answer of the trees: one distribution over the classes for each of `rows`."""
        parts = [self._walked(rows[at : at + BATCH]) for at in range(0, len(rows), BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, self.shares.shape[1]))

    def _walked(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        count, width = rows.shape
        flat = np.ascontiguousarray(rows).ravel()
        node = np.repeat(self.roots, count)
        start = np.tile(np.arange(count, dtype=np.int32) * np.int32(width), self.roots.size)
        place = np.arange(node.size, dtype=np.int32)
        answers = np.empty(node.size, np.int32)
        while node.size:
            for _ in range(LEVELS_BETWEEN):
                seen = flat.take(start + self.feature.take(node))
                node = self.children.take(2 * node + (seen > self.threshold.take(node)))
            found = self.answer.take(node)
            answers[place] = found
            going = np.flatnonzero(found < 0)
            node, start, place = node.take(going), start.take(going), place.take(going)
        kinds = len(self.shares)
        owner = np.tile(np.arange(count), self.roots.size)
        counts = np.bincount(owner * kinds + answers, minlength=count * kinds)
        return np.asarray(counts.reshape(count, kinds) @ self.shares / self.roots.size, np.float64)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The trees by name, as they are stored."""
        return {
            "roots": self.roots,
            "feature": self.feature.astype(np.int16),
            "threshold": self.threshold,
            "children": self.children,
            "answer": self.answer,
            "shares": self.shares,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Forest:
        """The trees back from `arrays()`. Raises KeyError where one is missing."""
        return cls(
            roots=np.asarray(arrays["roots"], np.int32),
            feature=np.asarray(arrays["feature"], np.int32),
            threshold=np.asarray(arrays["threshold"], np.float32),
            children=np.asarray(arrays["children"], np.int32),
            answer=np.asarray(arrays["answer"], np.int32),
            shares=np.asarray(arrays["shares"], np.float32),
        )
