"""What of a page is printed on: text is not looked for on the blank paper around and between it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
"""Pixels; the detector takes sides that are multiples of it."""
PLAIN = 12
"""Levels of grey that a block of blank paper spans at most; the faintest text spans more."""
GRAIN = 3
"""Pixels over which the grain of the paper is smoothed."""


@dataclass(frozen=True)
class PrintedPart:
    """A page without its blank bands, from edge to edge."""

    picture: NDArray[np.uint8]
    """What is left, grey or RGB; without pixels where the page is blank."""
    columns: NDArray[np.intp]
    rows: NDArray[np.intp]
    """Where on the page each block of it lies, counted in blocks."""

    def on_page(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Points of shape (..., 2) in pixels of the part, in those of the page."""
        moved = points.copy()
        for axis, kept in enumerate((self.columns, self.rows)):
            blocks = np.clip(points[..., axis] // BLOCK, 0, len(kept) - 1).astype(int)
            moved[..., axis] += BLOCK * (kept - np.arange(len(kept)))[blocks]
        return moved


def printed_part(picture: NDArray[np.uint8]) -> PrintedPart:
    """A page, grey or RGB, whose sides are multiples of `BLOCK`, without its blank bands.

    A block of margin stays on either side of what is printed.
    """
    import cv2

    height, width = (side // BLOCK for side in picture.shape[:2])
    smooth = cv2.blur(picture, (GRAIN, GRAIN)).reshape(height, BLOCK, width, BLOCK, -1)
    spans = smooth.max(axis=(1, 3)).astype(int) - smooth.min(axis=(1, 3))
    printed = (spans > PLAIN).any(axis=2)
    rows, columns = _kept(printed.any(axis=1)), _kept(printed.any(axis=0))
    blocks = picture.reshape(height, BLOCK, width, BLOCK, -1)[rows][:, :, columns]
    sides = (BLOCK * len(rows), BLOCK * len(columns))
    return PrintedPart(blocks.reshape(*sides, *picture.shape[2:]), columns, rows)


def _kept(printed: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Which blocks of a side are printed on, or beside one that is."""
    around = printed.copy()
    around[1:] |= printed[:-1]
    around[:-1] |= printed[1:]
    return np.flatnonzero(around)
