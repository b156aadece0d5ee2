"""Between which bounds the label evidence of a table lies, from what is remembered of its texts.

The labels of a form are the same in every report; only the weights of the lines that they stand in
differ. So the best fit of every gap of text is remembered for weight 1, and the true fit lies
between its products with the lowest and the highest weight of the gap. For most tables that nothing
has happened to, this proves what `labels`, `reorder` and `trust` would find: that the rows stand in
the official order, each under its own label.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gipr_ml.assemble.labels import LONGEST_LABEL, REACH, joins, pieces_before, places_of, weighted
from gipr_ml.assemble.reorder import BEHIND, REORDER_GAIN
from gipr_ml.assemble.stream import Group, Piece, Stream
from gipr_ml.assemble.trust import SWAP_MARGIN
from gipr_ml.match import Matcher

ROUNDING = 1e-6
"""What every bound must hold by: far more than what the order of operations changes."""
STEADY = 0.8
"""Share of the highest weight of a gap that the lowest must be for bounds that say something; the
fit of other gaps, such as that of the heading and the header, is computed."""
REMEMBERED = 4_096
"""Gaps of text whose fit is kept."""

_Gap = tuple[tuple[str, ...], bool]
"""The nearest texts of a gap, and whether it is read backwards, from the values behind it."""


class Bounds(NamedTuple):
    """Bounds on the evidence of some groups, of shape (groups, rows)."""

    low: NDArray[np.float64]
    """Of the fit of the text before."""
    high: NDArray[np.float64]
    voters: NDArray[np.float64]
    """Lower bound of what the more doubtful voter says of the text before that fits best."""
    after: NDArray[np.float64]
    """Upper bound of the fit of the text after."""
    anywhere: NDArray[np.float64]
    """How well the best text of all fits each row, exactly; shape (rows,)."""

    def of(self, groups: Sequence[int], rows: Sequence[int]) -> Bounds:
        """Those of some groups and rows."""
        place = np.ix_(groups, rows)
        return Bounds(
            self.low[place],
            self.high[place],
            self.voters[place],
            self.after[place],
            self.anywhere[list(rows)],
        )

    def in_order(self, least: float) -> bool:
        """Whether group i surely bears the label of row i, with a fit of at least `least`, and
        labels surely give no reason to read the rows in another order (`reorder.by_labels`)."""
        own = self.low.diagonal()
        fit = np.maximum(self.high, BEHIND * self.after)
        np.fill_diagonal(fit, 0.0)
        # No assignment gains more than each row would that took the one that fits it best.
        gain = float(np.maximum(fit.max(axis=1) - own, 0.0).sum())
        return bool(own.min() >= least + ROUNDING) and gain < REORDER_GAIN - ROUNDING

    def exchangeable(self, own: NDArray[np.float64]) -> list[tuple[int, int]]:
        """Pairs of rows of which it is not sure that their labels tell them apart
        (`trust.swappable_rows`), where the rows' own fits are at least `own`."""
        other = self.high.copy()
        np.fill_diagonal(other, -1.0)
        margins = own[:, None] + own[None, :] - other - other.T
        return [(i, j) for i, j in np.argwhere(margins < SWAP_MARGIN + ROUNDING).tolist() if i < j]


def bounds_of(
    stream: Stream, groups: Sequence[Group], rows: tuple[str, ...], matcher: Matcher
) -> Bounds:
    """The bounds for groups of atoms and rows that are named as "t3/granted"."""
    count = len(groups)
    near = [pieces_before(stream, group)[-REACH:] for group in groups]
    near += [stream.gaps[group.stop][:REACH] for group in groups]
    weights = np.array([_weights(pieces) for pieces in near])
    mixed = np.flatnonzero(weights[:, 0] < STEADY * weights[:, 1]).tolist()
    keys = [
        (tuple([piece.text[: LONGEST_LABEL + 1] for piece in pieces]), place < count)
        for place, pieces in enumerate(near)
    ]
    for place in mixed:
        keys[place] = ((), True)
    fits = _memory(rows, matcher)(keys)
    if mixed:
        texts = [joins(near[place], backwards=place < count) for place in mixed]
        fits[mixed] = _fits(texts, rows, matcher)
        weights[mixed] = 1.0
    lowest, highest = weights[:, :1], weights[:, 1:]
    return Bounds(
        fits[:count, 0] * lowest[:count],
        fits[:count, 0] * highest[:count],
        fits[:count, 1] * lowest[:count],
        fits[count:, 0] * highest[count:],
        fits[:, 2].max(axis=0),
    )


def _weights(pieces: Sequence[Piece]) -> tuple[float, float]:
    """The lowest and the highest weight that a text of the gap may have."""
    if len(pieces) == 1:
        own = weighted(pieces[0].weight)
        return own, own
    weights = [piece.weight for piece in pieces] or [1.0]
    return weighted(min(weights)), weighted(max(weights))


@lru_cache(maxsize=4)
def _memory(
    rows: tuple[str, ...], matcher: Matcher
) -> Callable[[Sequence[_Gap]], NDArray[np.float64]]:
    """What asks the matcher about gaps that are not remembered; the answers are of shape
    (gaps, 3, rows), as `_fits` has them."""
    known: dict[_Gap, NDArray[np.float64]] = {}

    def ask(gaps: Sequence[_Gap]) -> NDArray[np.float64]:
        unknown = [gap for gap in dict.fromkeys(gaps) if gap not in known]
        if len(known) + len(unknown) > REMEMBERED:
            known.clear()
            unknown = list(dict.fromkeys(gaps))
        if unknown:
            texts = [
                joins([Piece(text, 0, 0) for text in texts], backwards=backwards)
                for texts, backwards in unknown
            ]
            known.update(zip(unknown, _fits(texts, rows, matcher), strict=True))
        return np.array([known[gap] for gap in gaps])

    return ask


def _fits(
    found: Sequence[Sequence[tuple[str, float]]], rows: tuple[str, ...], matcher: Matcher
) -> NDArray[np.float64]:
    """For the weighted texts of each gap, and each row: the fit of the text that fits best; the
    lowest that a voter says of a text that may be this one; and the best fit at any distance.
    """
    fits = np.zeros((len(found), 3, len(rows)))
    filled = [place for place, texts in enumerate(found) if texts]
    if not filled:
        return fits
    flat = list(chain.from_iterable(found))
    scores = matcher.scores([text for text, _ in flat])[:, :, places_of(rows, matcher)]
    weights = np.array([weight for _, weight in flat])[:, None]
    mean = (scores[0] + scores[1]) / 2
    counts = np.array([len(found[place]) for place in filled])
    starts = np.cumsum(counts) - counts
    near = mean * weights
    highest = np.maximum.reduceat(near, starts, axis=0)
    # Where the weights of the lines differ by no more than STEADY, one of these is the best.
    possible = near >= STEADY * np.repeat(highest, counts, axis=0)
    doubtful = np.where(possible, scores.min(axis=0) * weights, np.inf)
    fits[filled, 0] = highest
    fits[filled, 1] = np.minimum.reduceat(doubtful, starts, axis=0)
    fits[filled, 2] = np.maximum.reduceat(mean, starts, axis=0)
    return fits
