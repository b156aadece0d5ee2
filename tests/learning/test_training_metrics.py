"""Scores by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gipr_ml.learning.calibration import calibration_error, fit_temperature, fit_threshold
from gipr_ml.learning.metrics import Answers, joined, over_seeds, score
from gipr_ml.lines.model import tempered


def _answers(truth: str, said: str, sure: float = 0.9) -> Answers:
    count = len(truth)
    kept = np.array([letter != "?" for letter in said])
    return Answers(tuple(truth), tuple(said), np.full(count, sure), kept)


def test_scores_are_what_counting_by_hand_gives() -> None:
    found = score(_answers("aaab", "aabb"))
    assert found["accuracy"] == 0.75
    assert found["classes"]["a"] == {
        "precision": 1.0,
        "recall": pytest.approx(2 / 3),
        "f1": pytest.approx(0.8),
        "support": 3,
    }
    assert found["classes"]["b"]["f1"] == pytest.approx(2 / 3)
    assert found["macro_f1"] == pytest.approx((0.8 + 2 / 3) / 2)
    assert found["calibration_error"] == pytest.approx(0.15)


def test_abstaining_is_stated() -> None:
    found = score(joined([_answers("ab", "a?"), _answers("ab", "ab")]))
    assert found["abstained"] == 0.25
    assert found["accuracy_of_kept"] == 1.0


def test_a_table_over_seeds_states_mean_and_range() -> None:
    assert over_seeds([{"f": 0.5, "n": 3}, {"f": 1.0, "n": 3}]) == {
        "f": {"mean": 0.75, "min": 0.5, "max": 1.0},
        "n": 3,
    }


def test_calibration_error_is_the_gap_between_confidence_and_truth() -> None:
    right = np.array([True] * 8 + [False] * 2)
    assert calibration_error(np.full(10, 0.8), right) == pytest.approx(0)
    assert calibration_error(np.full(10, 1.0), right) == pytest.approx(0.2)


def test_temperature_makes_overconfident_probabilities_fit() -> None:
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 2, 4000)
    said = np.where(rng.random(4000) < 0.8, targets, 1 - targets)
    overconfident = np.full((4000, 2), 0.01)
    overconfident[np.arange(4000), said] = 0.99
    temperature = fit_temperature(overconfident, targets)
    sure = tempered(overconfident, temperature).max(1)
    assert sure.mean() == pytest.approx((said == targets).mean(), abs=0.005)


def test_the_threshold_keeps_the_wanted_share_right_but_has_a_limit() -> None:
    probabilities = np.array([[0.55, 0.45], [0.65, 0.35], [0.95, 0.05]])
    targets = np.array([1, 0, 0])
    assert fit_threshold(probabilities, targets, 1.0) == 0.56
    assert fit_threshold(probabilities, targets, 0.6) == 0.3
    assert fit_threshold(probabilities, 1 - targets, 1.0) == 0.7
