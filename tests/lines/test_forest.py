"""The flat trees say what scikit-learn's own trees say."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from gipr_ml.learning.fitting import flattened
from gipr_ml.lines.forest import Forest
from gipr_ml.lines.model import softmax


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_flat_trees_agree_with_scikit_learn(classes: int) -> None:
    rng = np.random.default_rng(classes)
    rows = rng.integers(0, 5, (400, 6)).astype(np.float32) + rng.random((400, 6), np.float32)
    targets = (rows[:, 0] * 2 + rows[:, 1]).astype(int) % classes
    model = HistGradientBoostingClassifier(max_iter=9, max_depth=5, min_samples_leaf=3)
    model.fit(rows, targets)
    forest = flattened(model, classes)
    fresh = rng.random((200, 6), np.float32) * 5
    assert softmax(forest.scores(fresh)) == pytest.approx(model.predict_proba(fresh), abs=1e-5)
    again = Forest.from_arrays(forest.arrays())
    assert np.array_equal(again.scores(fresh), forest.scores(fresh))


def test_a_class_without_examples_is_ruled_out() -> None:
    rows = np.arange(60, dtype=np.float32).reshape(-1, 1)
    model = HistGradientBoostingClassifier(max_iter=3, min_samples_leaf=3)
    model.fit(rows, np.where(rows[:, 0] < 30, 0, 2))
    found = softmax(flattened(model, 4).scores(rows))
    assert found[:, (1, 3)].max() < 1e-4
    assert found[:, (0, 2)] == pytest.approx(model.predict_proba(rows), abs=1e-3)
