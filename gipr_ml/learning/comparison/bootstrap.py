"""How sure a difference between two models is: paired bootstrap over whole reports.

Lines of one report are alike, so reports are drawn, not lines, and both models are scored on the
same draw (Efron and Tibshirani 1993, An Introduction to the Bootstrap, ch. 8 and 13; Koehn 2004,
Statistical Significance Tests for Machine Translation Evaluation). Renderings of one report are
drawn together. With few reports the intervals are rough and rather too narrow than too wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gipr_ml.learning.comparison.judging import Judged

DRAWS = 2000
LEVEL = 0.95
SEED = 20230516
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference, second model minus first, with its interval."""

    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Counts:
    """What a model said, counted by report. Arrays of shape (reports, labels) or (reports,)."""

    labels: tuple[str, ...]
    hit: Floats
    said: Floats
    true: Floats
    cells: Floats
    cells_right: Floats

    def accuracy(self, draws: Floats) -> Floats:
        """Share of right lines in each draw; `draws` says how often each report was drawn."""
        return _share((draws @ self.hit).sum(1), (draws @ self.true).sum(1))

    def f1(self, draws: Floats) -> Floats:
        """Of shape (draws, labels); NaN where a draw has no line of a label."""
        true = draws @ self.true
        f1 = _share(2 * (draws @ self.hit), true + draws @ self.said)
        return np.where(true > 0, f1, np.nan)

    def macro_f1(self, draws: Floats) -> Floats:
        """Mean of F1 over the labels that a draw has."""
        return np.asarray(np.nanmean(self.f1(draws), axis=1))

    def figures(self, draws: Floats) -> Floats:
        """Share of the canonical cells that were read right; NaN where none have gold."""
        cells = draws @ self.cells
        return np.where(cells > 0, _share(draws @ self.cells_right, cells), np.nan)


def _share(part: Floats, whole: Floats) -> Floats:
    return part / np.maximum(whole, 1)


def count(documents: Sequence[Judged], labels: Sequence[str]) -> Counts:
    """Count answers by report, in the order in which reports first appear."""
    reports = list(dict.fromkeys(judged.document.report for judged in documents))
    shape = (len(reports), len(labels))
    hit, said, true = (np.zeros(shape) for _ in range(3))
    cells, right = np.zeros(len(reports)), np.zeros(len(reports))
    place = {label: i for i, label in enumerate(labels)}
    for judged in documents:
        row = reports.index(judged.document.report)
        for truth, answer in zip(judged.lines.truth, judged.lines.said, strict=True):
            true[row, place[truth]] += 1
            if answer in place:
                said[row, place[answer]] += 1
            hit[row, place[truth]] += truth == answer
        if judged.whole:
            cells[row] += judged.whole.cells
            right[row] += judged.whole.right
    return Counts(tuple(labels), hit, said, true, cells, right)


def draws_of(reports: int) -> Floats:
    """How often each report is drawn, of shape (1 + DRAWS, reports); first each report once."""
    rng = np.random.default_rng(SEED)
    drawn = rng.multinomial(reports, np.full(reports, 1 / reports), DRAWS)
    return np.vstack([np.ones(reports), drawn])


def interval(first: Floats, second: Floats) -> Interval | None:
    """The difference of the same figure of both models; the first entry is of all reports."""
    differences = second - first
    if np.isnan(differences[0]):
        return None
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.nanpercentile(differences[1:], [tail, 100 - tail])
    return Interval(float(differences[0]), float(low), float(high))
