"""How far probabilities can be believed: temperature, calibration error, when to abstain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from gipr_ml.lines.model import tempered

Probabilities = NDArray[np.float64]
Integers = NDArray[np.int64]

BINS = 15
COLDEST, HOTTEST = 0.2, 5.0
THRESHOLDS = np.round(np.arange(0.30, 0.71, 0.01), 2)


def fit_temperature(probabilities: Probabilities, targets: Integers) -> float:
    """The temperature under which the right labels are likeliest (Guo et al. 2017)."""
    if not targets.size:
        return 1.0
    rows = np.arange(targets.size)

    def surprise(log_temperature: float) -> float:
        scaled = tempered(probabilities, float(np.exp(log_temperature)))
        return -float(np.log(scaled[rows, targets]).mean())

    bounds = (np.log(COLDEST), np.log(HOTTEST))
    return float(np.exp(minimize_scalar(surprise, bounds=bounds, method="bounded").x))


def fit_threshold(probabilities: Probabilities, targets: Integers, wanted: float) -> float:
    """The lowest threshold above which at least the share `wanted` of labels is right.

    Never above 0.7: what is kept as unresolved has to be looked at by a person.
    """
    sure = probabilities.max(1)
    right = probabilities.argmax(1) == targets
    for threshold in THRESHOLDS:
        kept = sure >= threshold
        if not kept.any() or right[kept].mean() >= wanted:
            break
    return float(threshold)


def calibration_error(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Expected calibration error over equal bins of confidence (Naeini et al. 2015)."""
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    gap = np.bincount(place, sure, BINS) - np.bincount(place, right.astype(float), BINS)
    return float(np.abs(gap).sum() / max(sure.size, 1))
