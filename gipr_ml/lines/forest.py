"""Decision trees as flat arrays: all trees are walked at once, for all rows at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVELS_BETWEEN = 4
"""Levels walked before the paths that have reached a leaf are set aside."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees one after another. A leaf points at itself, and at its row of `values`."""

    roots: NDArray[np.int32]
    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    children: NDArray[np.int32]
    """Where to go from node n: `children[2 * n]` if feature <= threshold, else the one after."""
    leaf: NDArray[np.int32]
    """Row of `values`, or -1 in a node that is no leaf."""
    values: NDArray[np.float32]
    """Class probabilities of each leaf."""

    def probabilities(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Mean class probabilities over all trees: one row for each of `rows`."""
        count, width = rows.shape
        flat = np.ascontiguousarray(rows).ravel()
        state = np.repeat(self.roots, count)
        active = np.arange(state.size)
        node = state.copy()
        base = np.tile(np.arange(count, dtype=np.int32) * np.int32(width), self.roots.size)
        while active.size:
            for _ in range(LEVELS_BETWEEN):
                right = flat[base + self.feature[node]] > self.threshold[node]
                node = self.children[2 * node + right]
            state[active] = node
            going = np.nonzero(self.leaf[node] < 0)[0]
            active, node, base = active[going], node[going], base[going]
        shape = (self.roots.size, count, self.values.shape[1])
        return np.asarray(self.values[self.leaf[state]].reshape(shape).mean(0, dtype=np.float64))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """The trees by name, as they are stored."""
        return {
            "roots": self.roots,
            "feature": self.feature,
            "threshold": self.threshold,
            "children": self.children,
            "leaf": self.leaf,
            "values": self.values.astype(np.float16),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Forest:
        """The trees back from `arrays()`. Raises KeyError where one is missing."""
        return cls(
            roots=np.asarray(arrays["roots"], np.int32),
            feature=np.asarray(arrays["feature"], np.int16),
            threshold=np.asarray(arrays["threshold"], np.float32),
            children=np.asarray(arrays["children"], np.int32),
            leaf=np.asarray(arrays["leaf"], np.int32),
            values=np.asarray(arrays["values"], np.float32),
        )
