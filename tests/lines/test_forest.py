"""The flat trees say what scikit-learn's own trees say."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier

from gipr_ml.learning.fitting import flattened
from gipr_ml.lines.forest import BATCH, Forest


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_flat_trees_agree_with_scikit_learn(classes: int) -> None:
    rng = np.random.default_rng(classes)
    rows = rng.integers(0, 5, (400, 6)).astype(np.float32) + rng.random((400, 6), np.float32)
    targets = (rows[:, 0] * 2 + rows[:, 1]).astype(int) % classes
    model = ExtraTreesClassifier(n_estimators=9, min_samples_leaf=3, random_state=0)
    model.fit(rows, targets, sample_weight=rng.random(400))
    forest = flattened(model, classes)
    fresh = rng.random((BATCH + 90, 6), np.float32) * 5
    assert forest.probabilities(fresh) == pytest.approx(model.predict_proba(fresh), abs=1e-6)
    again = Forest.from_arrays(forest.arrays())
    assert np.array_equal(again.probabilities(fresh), forest.probabilities(fresh))


def test_a_class_without_examples_is_ruled_out() -> None:
    rows = np.arange(60, dtype=np.float32).reshape(-1, 1)
    model = ExtraTreesClassifier(n_estimators=5, random_state=0)
    model.fit(rows, np.where(rows[:, 0] < 30, 0, 2))
    found = flattened(model, 4).probabilities(rows)
    assert found[:, (1, 3)].max() == 0
    assert found[:, (0, 2)] == pytest.approx(model.predict_proba(rows), abs=1e-6)


def test_no_rows_get_no_answer() -> None:
    model = ExtraTreesClassifier(n_estimators=2, random_state=0)
    model.fit(np.arange(4, dtype=np.float32).reshape(-1, 1), [0, 1, 0, 1])
    assert flattened(model, 3).probabilities(np.zeros((0, 1), np.float32)).shape == (0, 3)
