"""How light a picture is, by counting its levels of grey: sorting its pixels takes longer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def percentile(picture: NDArray[np.uint8], share: float) -> float:
    """The level that `share` per cent of the pixels stay below, as `np.percentile` has it."""
    return _at(counted(picture), share)


def spread(picture: NDArray[np.uint8]) -> tuple[float, float]:
    """The median level, and the median distance of the levels from it."""
    counts = counted(picture)
    middle = _at(counts, 50)
    off = np.abs(np.arange(256) - middle)
    order = np.argsort(off, kind="stable")
    return middle, _at(counts[order], 50, off[order])


def counted(picture: NDArray[np.uint8]) -> NDArray[np.int64]:
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
    first, second = (int(np.searchsorted(upto, at, side="right")) for at in (low, low + 1))
    second = min(second, len(counts) - 1)
    if levels is not None:
        below, above = float(levels[first]), float(levels[second])
    else:
        below, above = float(first), float(second)
    return below + (place - low) * (above - below)
