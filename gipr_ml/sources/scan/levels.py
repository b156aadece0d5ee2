"""How light a picture is, by counting its levels of grey: sorting its pixels takes longer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def percentile(picture: NDArray[np.uint8], share: float) -> float:
    """The level that `share` per cent of the pixels stay below, as `np.percentile` has it."""
    return _at(_counted(picture), share)


def spread(picture: NDArray[np.uint8]) -> float:
    """The median distance of the levels from their median."""
    counts = _counted(picture)
    off = np.abs(np.arange(256) - _at(counts, 50))
    order = np.argsort(off, kind="stable")
    return _at(counts[order], 50, off[order])


def _counted(picture: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many pixels there are of each of the 256 levels."""
    import cv2

    found = cv2.calcHist([np.ascontiguousarray(picture)], [0], None, [256], [0, 256])
    counts: NDArray[np.int64] = found.ravel().astype(np.int64)
    return counts


def _at(
    counts: NDArray[np.int64], share: float, levels: NDArray[np.float64] | None = None
) -> float:
    """The percentile of sorted levels, 0 to 255 by default, of which there are so many each."""
    upto = np.cumsum(counts)
    place = (int(upto[-1]) - 1) * share / 100
    low = int(place)
    first = int(np.searchsorted(upto, low, side="right"))
    second = min(int(np.searchsorted(upto, low + 1, side="right")), len(counts) - 1)
    sorted_levels = np.arange(len(counts), dtype=np.float64) if levels is None else levels
    below, above = float(sorted_levels[first]), float(sorted_levels[second])
    return below + (place - low) * (above - below)
