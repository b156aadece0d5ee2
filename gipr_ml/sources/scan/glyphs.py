"""Single characters that look alike are read once: most cells of these tables hold a 0."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SHAPE = (20, 28)
"""Width and height in pixels at which characters are compared."""
ALIKE = 0.95
"""Correlation from which two characters are one."""
STRETCH = 0.15
"""How far the proportions of two that are one may differ."""
INK = 0.4
"""Share of the contrast from which a pixel is ink."""
SLANT = 0.15
"""Width over height that a stroke leans from which it is a slash; a 1 leans the other way."""
PALE = 0.25
"""Share of the contrast from which a pixel may be of a slash: a speck beside it may be darker."""
LEAST = 6
"""Pixels of the smallest character that is compared."""

Image = NDArray[np.uint8]


def like_which(crops: Sequence[Image]) -> list[int]:
    """For each crop of one character the index of the crop that may be read in its place.

    A crop that is like none before it stands for itself.
    """
    chosen: list[int] = []
    vectors = np.empty((len(crops), SHAPE[0] * SHAPE[1]))
    shapes = np.empty(len(crops))
    found: list[int] = []
    for index, crop in enumerate(crops):
        glyph = _normalised(crop)
        if glyph is None:
            found.append(index)
            continue
        vector, shape = glyph
        known = len(chosen)
        if known:
            alike = vectors[:known] @ vector
            alike[np.abs(shapes[:known] / shape - 1) > STRETCH] = -1
            best = int(np.argmax(alike))
            if alike[best] >= ALIKE:
                found.append(chosen[best])
                continue
        vectors[known], shapes[known] = vector, shape
        chosen.append(index)
        found.append(index)
    return found


def is_slash(crop: Image) -> bool:
    """Whether a crop holds one stroke that leans like a slash, which is easily read as a 1."""
    import cv2

    grey = crop if crop.ndim == 2 else crop.mean(axis=2)
    low, high = float(grey.min()), float(grey.max())
    dark = (grey < high - PALE * (high - low)).astype(np.uint8)
    _, names, found, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    whole = [
        (height, name)
        for name, (left, _, width, height, _) in enumerate(found[1:], 1)
        if left > 0 and left + width < grey.shape[1]
    ]
    if not whole:
        return False
    y, x = np.nonzero(names == max(whole)[1])
    if np.ptp(y) < LEAST:
        return False
    along = y - y.mean()
    slope = float(along @ x) / float(along @ along)
    off = np.abs(x - x.mean() - slope * along)
    # The foot and the flag of a 1 stand far off any line through it.
    return slope < -SLANT and float(np.percentile(off, 95)) < 0.15 * float(np.ptp(y))


def _normalised(crop: Image) -> tuple[NDArray[np.float64], float] | None:
    """The ink of a crop at one size, with mean 0 and length 1, and its width over height."""
    import cv2

    low, high = float(crop.min()), float(crop.max())
    dark = crop < high - INK * (high - low)
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if len(rows) < LEAST or not len(columns):
        return None
    if rows[0] == 0 or rows[-1] == crop.shape[0] - 1 or columns[0] == 0:
        return None  # something reaches in from outside: what remains is no whole character
    part = crop[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    small = cv2.resize(part, SHAPE, interpolation=cv2.INTER_AREA).astype(np.float64).ravel()
    small -= small.mean()
    length = float(np.linalg.norm(small))
    return (small / length, len(columns) / len(rows)) if length else None
