"""How well the text before and after each group of values fits each official row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gipr_ml.assemble.stream import Group, Piece, Stream
from gipr_ml.forms import FormRow
from gipr_ml.match import Matcher

LONGEST_JOIN = 4
"""Pieces that a wrapped label may have been cut into."""
REACH = 6
"""Pieces away from the values that a label is looked for."""
NEAR = 0.93
"""Loss of weight a piece of distance."""
LONGEST_LABEL = 90


@dataclass(frozen=True)
class LabelEvidence:
    """Both voters' scores for the text around each group; arrays of shape (groups, rows)."""

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    before_fuzzy: NDArray[np.float64]
    before_trained: NDArray[np.float64]
    named: tuple[str, ...]
    """For each group the text before it that fits any row best."""


def label_evidence(
    stream: Stream, groups: Sequence[Group], rows: Sequence[FormRow], matcher: Matcher
) -> LabelEvidence:
    """The evidence for groups of atoms."""
    index = [matcher.categories.keys.index(f"{row.table}/{row.key}") for row in rows]
    before = [_joins(stream.gaps[group.start], backwards=True) for group in groups]
    after = [_joins(stream.gaps[group.stop], backwards=False) for group in groups]
    texts = list(dict.fromkeys(text for joins in (*before, *after) for text, _ in joins))
    scores = matcher.scores(texts)[:, :, index]
    known = {text: scores[:, i] for i, text in enumerate(texts)}
    best_before = [_best(joins, known, len(rows)) for joins in before]
    best_after = [_best(joins, known, len(rows)) for joins in after]
    return LabelEvidence(
        np.array([layers.mean(axis=0) for layers, _ in best_before]).reshape(-1, len(rows)),
        np.array([layers.mean(axis=0) for layers, _ in best_after]).reshape(-1, len(rows)),
        np.array([layers[0] for layers, _ in best_before]).reshape(-1, len(rows)),
        np.array([layers[1] for layers, _ in best_before]).reshape(-1, len(rows)),
        tuple(text for _, text in best_before),
    )


def _joins(gap: Sequence[Piece], *, backwards: bool) -> list[tuple[str, float]]:
    """Texts of a gap that may be a label, with their weight, which falls with the distance."""
    near = list(gap[-REACH:] if backwards else gap[:REACH])
    found = []
    for first in range(len(near)):
        for last in range(first + 1, min(first + LONGEST_JOIN, len(near)) + 1):
            text = "".join(piece.text for piece in near[first:last])
            if len(text) > LONGEST_LABEL:
                break
            distance = len(near) - last if backwards else first
            weight = min(piece.weight for piece in near[first:last])
            found.append((text, NEAR**distance * (0.4 + 0.6 * weight)))
    return found


def _best(
    joins: Sequence[tuple[str, float]], known: dict[str, NDArray[np.float64]], rows: int
) -> tuple[NDArray[np.float64], str]:
    """The best weighted scores of shape (2, rows) over all texts, and the text that fits best."""
    if not joins:
        return np.zeros((2, rows)), ""
    layers = np.stack([known[text] * weight for text, weight in joins])
    means = layers.mean(axis=1)
    best = means.argmax(axis=0)
    text = joins[int(means.max(axis=1).argmax())][0]
    return layers[best, :, np.arange(rows)].T, text
