"""Pictures of single lines, cut out of a page along their corners."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LARGEST = 96
"""Pixels; higher crops are reduced as they are cut, since the recogniser takes 48."""
STACKED = 2.2
"""Heights over widths from which a box is taken for characters one below the other."""


def cut(pixels: NDArray[np.uint8], quad: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The part of a page, grey or RGB, within four corners, as an upright rectangle."""
    import cv2

    width = max(1.0, float(np.linalg.norm(quad[1] - quad[0])))
    height = max(1.0, float(np.linalg.norm(quad[3] - quad[0])))
    scale = min(1.0, LARGEST / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    corners = np.array([(0, 0), (size[0], 0), size, (0, size[1])], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), corners)
    crop: NDArray[np.uint8] = cv2.warpPerspective(
        pixels, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return crop


def laid_out(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Characters that stand one below the other, side by side; other crops as they are."""
    height, width = crop.shape[:2]
    if height < STACKED * width:
        return crop
    count = max(2, round(height / width))
    edges = np.linspace(0, height, count + 1).astype(int)
    pieces = [crop[top : top + height // count] for top in edges[:-1]]
    return np.ascontiguousarray(np.concatenate(pieces, axis=1))
