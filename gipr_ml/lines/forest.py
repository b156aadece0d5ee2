"""Randomised trees as flat arrays: all trees are walked at once, for many rows at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVELS = (8, 4)
"""Levels walked before the paths that have reached a leaf are set aside: at first, later."""
BATCH = 512
"""Rows walked together, so that a long document needs no long arrays."""


@dataclass(frozen=True)
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

    @cached_property
    def _steps(self) -> _Steps:
        return _steps_of(self)

    def _walked(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        count, width = rows.shape
        flat = np.ascontiguousarray(rows).ravel()
        steps = self._steps
        own = np.arange(count)
        node = np.repeat(steps.roots, count)
        start = np.tile(own * width, self.roots.size)
        answers = np.empty(0, np.intp)
        place = own
        levels, later = LEVELS
        while node.size:
            for _ in range(levels):
                at = steps.feature.take(node)
                at += start
                right = flat.take(at) > steps.threshold.take(node)
                node = steps.left.take(node)
                node += right
            found = steps.answer.take(node)
            going = np.flatnonzero(found < 0)
            if answers.size:
                answers[place] = found
                place = place.take(going)
            else:
                answers, place = found, going
            node, start, levels = node.take(going), start.take(going), later
        kinds = len(self.shares)
        owned = (answers.reshape(-1, count) + own * kinds).ravel()
        counts = np.bincount(owned, minlength=count * kinds)
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


@dataclass(frozen=True, slots=True)
class _Steps:
    """The trees in the order in which they are walked fastest: the two children of a node stand
    side by side, and places are of the type that NumPy takes by."""

    roots: NDArray[np.intp]
    feature: NDArray[np.intp]
    threshold: NDArray[np.float32]
    """Infinite in a leaf, so that its path stays in it."""
    left: NDArray[np.intp]
    """Where to go from a node if feature <= threshold; else to the one after."""
    answer: NDArray[np.intp]


def _steps_of(forest: Forest) -> _Steps:
    """All roots, then the children of each level's nodes."""
    children = forest.children.reshape(-1, 2)
    level = forest.roots.astype(np.intp)
    levels = []
    while level.size:
        levels.append(level)
        level = children[level[forest.answer[level] < 0]].ravel().astype(np.intp)
    order = np.concatenate(levels) if levels else level
    answer = forest.answer[order].astype(np.intp)
    inner = answer < 0
    left = np.arange(order.size)
    left[inner] = forest.roots.size + 2 * np.arange(np.count_nonzero(inner))
    return _Steps(
        roots=np.arange(forest.roots.size),
        feature=forest.feature[order].astype(np.intp),
        threshold=np.where(inner, forest.threshold[order], np.float32(np.inf)),
        left=left,
        answer=answer,
    )
