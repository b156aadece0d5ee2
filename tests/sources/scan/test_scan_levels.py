"""Levels of grey are counted, with the same outcome as by sorting."""

from __future__ import annotations

import numpy as np
import pytest

from gipr_ml.sources.scan.levels import percentile, spread

RANDOM = np.random.default_rng(4)
PICTURES = [
    RANDOM.integers(0, 256, (7, 13), dtype=np.uint8),
    RANDOM.integers(100, 103, (2, 2), dtype=np.uint8),
    RANDOM.integers(0, 256, (40, 60), dtype=np.uint8)[::3, ::3],
    np.full((1, 1), 255, dtype=np.uint8),
]


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("share", [0, 2, 5, 50, 80, 100])
def test_a_percentile_is_that_of_numpy(picture: np.ndarray, share: int) -> None:
    assert percentile(picture, share) == pytest.approx(np.percentile(picture, share), abs=1e-9)


@pytest.mark.parametrize("picture", PICTURES)
def test_the_spread_is_the_median_distance_from_the_median(picture: np.ndarray) -> None:
    assert spread(picture) == np.median(np.abs(picture - np.median(picture)))
