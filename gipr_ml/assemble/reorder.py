"""Rows by their labels, where these clearly contradict the official order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gipr_ml.assemble.labels import LabelEvidence

ORDER_BONUS = 0.05
REORDER_GAIN = 0.8
"""Gain in label fit from which the labels, not the official order, say which row is which."""
LEGIBLE = 0.45
BEHIND = 0.95
"""What a label behind its values counts, against one before them."""


def label_fit(evidence: LabelEvidence, windows: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """How well the text beside the values of each window (first group, last group + 1) fits each
    row, of shape (windows, rows); a label behind the values counts a little less."""
    before = evidence.before[[first for first, _ in windows]]
    after = evidence.after[[last - 1 for _, last in windows]]
    return np.maximum(before, BEHIND * after)


def by_labels(fit: NDArray[np.float64], now: Sequence[int]) -> list[int] | None:
    """The row of each window as the labels say, or None where they do not say it clearly.

    `fit` is of shape (windows, rows). The first windows stand at the rows `now`; the others claim
    one. A window leaves its row only for one that it fits.
    """
    if len(fit) > fit.shape[1]:
        return None
    bonus = np.zeros_like(fit)
    bonus[np.arange(len(now)), now] = ORDER_BONUS
    rows = _assigned(fit + bonus, now)
    gain = fit[np.arange(len(fit)), rows].sum() - fit[np.arange(len(now)), now].sum()
    return rows if gain >= REORDER_GAIN else None


def _best_rows(fit: NDArray[np.float64]) -> NDArray[np.intp]:
    """Of each window its row, each row once, with the best sum."""
    if not fit.size:
        return np.zeros(0, np.intp)
    best: NDArray[np.intp] = fit.argmax(axis=1)
    alone = (fit == fit.max(axis=1, keepdims=True)).sum(axis=1) == 1
    if alone.all() and len(set(best.tolist())) == len(best):
        return best  # each window has a row of its own that fits best: nothing else is as good
    from scipy.optimize import linear_sum_assignment  # loaded where it is needed: it takes long

    rows: NDArray[np.intp] = linear_sum_assignment(-fit)[1]
    return rows


def _assigned(fit: NDArray[np.float64], now: Sequence[int]) -> list[int]:
    """The rows that give the best sum."""
    staying: set[int] = set()
    while True:
        allowed = fit.copy()
        for i in staying:
            allowed[i, :] = -1.0
            allowed[:, now[i]] = -1.0
            allowed[i, now[i]] = 9.0
        rows = _best_rows(allowed)
        unfit = {i for i, old in enumerate(now) if rows[i] != old and fit[i, rows[i]] < LEGIBLE}
        if not unfit:
            return [int(row) for row in rows]
        staying |= unfit
