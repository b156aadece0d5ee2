"""How well the text before and after each group of values fits each official row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gipr_ml.assemble.stream import Group, Kind, Piece, Stream
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
    anywhere: NDArray[np.float64]
    """How well the best text of the whole table fits each row, shape (rows,)."""

    any_row: NDArray[np.float64]
    """How well the text before each group fits any row at all, shape (groups,)."""

    def of_rows(self, rows: Sequence[int]) -> LabelEvidence:
        """The evidence for some of the rows."""
        index = list(rows)
        return LabelEvidence(
            self.before[:, index],
            self.after[:, index],
            self.before_fuzzy[:, index],
            self.before_trained[:, index],
            self.anywhere[index],
            self.any_row,
        )


def label_evidence(
    stream: Stream, groups: Sequence[Group], rows: Sequence[FormRow], matcher: Matcher
) -> LabelEvidence:
    """The evidence for groups of atoms."""
    index = [matcher.categories.keys.index(f"{row.table}/{row.key}") for row in rows]
    before = [_joins(_text_before(stream, group), backwards=True) for group in groups]
    after = [_joins(stream.gaps[group.stop], backwards=False) for group in groups]
    texts = list(dict.fromkeys(text for joins in (*before, *after) for text, _ in joins))
    scores = matcher.scores(texts)[:, :, index]
    known = {text: scores[:, i] for i, text in enumerate(texts)}
    best_before = np.array([_best(joins, known, len(rows)) for joins in before])
    best_after = np.array([_best(joins, known, len(rows)) for joins in after])
    best_before = best_before.reshape(-1, 2, len(rows))
    best_after = best_after.reshape(-1, 2, len(rows))
    anywhere = scores.mean(axis=0).max(axis=0) if texts else np.zeros(len(rows))
    both = best_before.mean(axis=1)
    return LabelEvidence(
        both,
        best_after.mean(axis=1),
        best_before[:, 0],
        best_before[:, 1],
        anywhere,
        both.max(axis=1, initial=0.0),
    )


def _text_before(stream: Stream, group: Group) -> list[Piece]:
    """The pieces before a group; empty cells between the lines of a wrapped label are passed."""
    pieces = list(stream.gaps[group.start])
    if any(atom.kind is not Kind.BLANK for atom in stream.atoms[group.start : group.stop]):
        start = group.start
        while start and len(pieces) < REACH and stream.atoms[start - 1].kind is Kind.BLANK:
            start -= 1
            pieces = [*stream.gaps[start], *pieces]
    return pieces


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
) -> NDArray[np.float64]:
    """For each row the weighted scores of the text that fits it best, shape (2, rows)."""
    if not joins:
        return np.zeros((2, rows))
    layers = np.stack([known[text] * weight for text, weight in joins])
    best = layers.mean(axis=1).argmax(axis=0)
    return layers[best, :, np.arange(rows)].T
