"""The flat trees say what scikit-learn's own trees say."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from gipr_ml.learning.fitting import flattened
from gipr_ml.lines.forest import Forest


def test_flat_trees_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 5, (300, 6)).astype(np.float32) + rng.random((300, 6), np.float32)
    targets = (rows[:, 0] > rows[:, 1]).astype(int) + (rows[:, 2] > 3)
    model = ExtraTreesClassifier(10, max_depth=9, random_state=0).fit(rows, targets)
    forest = flattened(model, 3)
    fresh = rng.random((200, 6), np.float32) * 5
    # Leaves are kept at half precision.
    assert np.abs(forest.probabilities(fresh) - model.predict_proba(fresh)).max() < 5e-4
    again = Forest.from_arrays(forest.arrays())
    assert np.array_equal(again.probabilities(fresh), forest.probabilities(fresh))
