"""Boosted trees as flat arrays: all trees are walked at once, for all rows at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVELS_BETWEEN = 3
"""Levels walked before the paths that have reached a leaf are set aside."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees one after another, by rounds and within a round by class. A leaf points at itself."""

    roots: NDArray[np.int32]
    """Shape (rounds, classes)."""
    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    children: NDArray[np.int32]
    """Where to go from node n: `children[2 * n]` if feature <= threshold, else the one after."""
    value: NDArray[np.float32]
    """What a leaf adds to the score of its tree's class; infinite in a node that is no leaf."""
    base: NDArray[np.float32]
    """Score of each class before any tree."""

    def scores(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logarithms of unscaled class probabilities: one row for each of `rows`."""
        count, width = rows.shape
        flat = np.ascontiguousarray(rows).ravel()
        node = np.repeat(self.roots.ravel(), count)
        start = np.tile(np.arange(count, dtype=np.int32) * np.int32(width), self.roots.size)
        place = np.arange(node.size, dtype=np.int32)
        values = np.empty(node.size, np.float32)
        while node.size:
            for _ in range(LEVELS_BETWEEN):
                seen = flat.take(start + self.feature.take(node))
                node = self.children.take(2 * node + (seen > self.threshold.take(node)))
            found = self.value.take(node)
            values[place] = found
            going = np.flatnonzero(np.isinf(found))
            node, start, place = node.take(going), start.take(going), place.take(going)
        rounds, classes = self.roots.shape
        sums = values.reshape(rounds, classes, count).sum(0)
        return np.asarray(sums.T + self.base)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The trees by name, as they are stored."""
        return {
            "roots": self.roots,
            "feature": self.feature.astype(np.int16),
            "threshold": self.threshold,
            "children": self.children,
            "value": self.value,
            "base": self.base,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Forest:
        """The trees back from `arrays()`. Raises KeyError where one is missing."""
        return cls(
            roots=np.asarray(arrays["roots"], np.int32),
            feature=np.asarray(arrays["feature"], np.int32),
            threshold=np.asarray(arrays["threshold"], np.float32),
            children=np.asarray(arrays["children"], np.int32),
            value=np.asarray(arrays["value"], np.float32),
            base=np.asarray(arrays["base"], np.float32),
        )
