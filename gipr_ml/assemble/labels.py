"""How well the text before and after each group of values fits each official row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from gipr_ml.assemble.stream import Group, Kind, Piece, Stream
from gipr_ml.match import Matcher

LONGEST_JOIN = 4
"""Pieces that a wrapped label may have been cut into."""
REACH = 6
"""Pieces away from the values that a label is looked for."""
NEAR = 0.93
"""Loss of weight a piece of distance."""
LONGEST_LABEL = 90
_NEARNESS = tuple(NEAR**distance for distance in range(REACH))


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


@lru_cache(maxsize=8)
def places_of(rows: tuple[str, ...], matcher: Matcher) -> list[int]:
    """Where the rows, named as "t3/granted", stand among the categories."""
    return [matcher.categories.place(row) for row in rows]


def label_evidence(
    stream: Stream, groups: Sequence[Group], rows: tuple[str, ...], matcher: Matcher
) -> LabelEvidence:
    """The evidence for groups of atoms and rows that are named as "t3/granted"."""
    texts = [joins(pieces_before(stream, group), backwards=True) for group in groups]
    texts += [joins(stream.gaps[group.stop], backwards=False) for group in groups]
    places: dict[str, int] = {}
    for text, _ in chain.from_iterable(texts):
        places.setdefault(text, len(places))
    scores = matcher.scores(list(places))[:, :, places_of(rows, matcher)]
    best = _best(texts, places, scores)
    before, after = best[:, : len(groups)], best[:, len(groups) :]
    both = _mean(before)
    return LabelEvidence(
        both,
        _mean(after),
        before[0],
        before[1],
        _mean(scores).max(axis=0) if places else np.zeros(len(rows)),
        both.max(axis=1, initial=0.0),
    )


def _mean(layers: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the two voters say on average, quicker than NumPy's own mean of so few numbers."""
    mean: NDArray[np.float64] = (layers[0] + layers[1]) / 2
    return mean


def pieces_before(stream: Stream, group: Group) -> list[Piece]:
    """The pieces before a group; empty cells between the lines of a wrapped label are passed."""
    pieces = list(stream.gaps[group.start])
    if any(atom.kind is not Kind.BLANK for atom in stream.atoms[group.start : group.stop]):
        start = group.start
        while start and len(pieces) < REACH and stream.atoms[start - 1].kind is Kind.BLANK:
            start -= 1
            pieces = [*stream.gaps[start], *pieces]
    return pieces


def weighted(weight: float) -> float:
    """What a text counts in a line of this weight."""
    return 0.4 + 0.6 * weight


def joins(gap: Sequence[Piece], *, backwards: bool) -> list[tuple[str, float]]:
    """Texts of a gap that may be a label, with their weight, which falls with the distance."""
    near = gap[-REACH:] if backwards else gap[:REACH]
    count = len(near)
    found = []
    for first in range(count):
        text, weight = "", 1.0
        for last in range(first + 1, min(first + LONGEST_JOIN, count) + 1):
            piece = near[last - 1]
            text += piece.text
            if len(text) > LONGEST_LABEL:
                break
            weight = min(weight, piece.weight)
            distance = count - last if backwards else first
            found.append((text, _NEARNESS[distance] * weighted(weight)))
    return found


def _best(
    joins: Sequence[Sequence[tuple[str, float]]],
    places: Mapping[str, int],
    scores: NDArray[np.float64],
) -> NDArray[np.float64]:
    """For each list of texts and each row the weighted scores of the text that fits it best.

    `places` says where in `scores`, of shape (2, texts, rows), a text stands. The answer is of
    shape (2, lists, rows), 0 where there is no text.
    """
    best = np.zeros((2, len(joins), scores.shape[2]))
    filled = np.array([i for i, texts in enumerate(joins) if texts], dtype=np.intp)
    if not filled.size:
        return best
    flat = list(chain.from_iterable(joins))
    weights = np.array([weight for _, weight in flat])
    layers = scores[:, [places[text] for text, _ in flat]] * weights[:, None]
    means = _mean(layers)
    counts = np.array([len(joins[i]) for i in filled])
    starts = np.cumsum(counts) - counts
    highest = np.maximum.reduceat(means, starts, axis=0)
    # The first of equals, as argmax has it.
    order = np.arange(len(flat))[:, None]
    at_best = np.where(means == np.repeat(highest, counts, axis=0), order, len(flat))
    first = np.minimum.reduceat(at_best, starts, axis=0)
    best[:, filled] = layers[:, first, np.arange(scores.shape[2])]
    return best
