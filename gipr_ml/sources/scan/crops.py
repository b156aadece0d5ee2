"""Pictures of single lines, cut out of a page along their corners."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gipr_ml.sources.scan.levels import percentile

LARGEST = 96
"""Pixels; higher crops are reduced as they are cut, since the recogniser takes 48."""
STACKED = 2.2
"""Heights over widths from which a box is taken for characters one below the other."""
LONGEST = 4.0
"""Heights; wider crops are no numbers."""
RULE_INK, WHOLE, EDGE = 0.25, 0.93, 0.32
"""Share of the contrast from which a pixel may be of a rule, share of the way that a rule is
printed, and share of the crop beside its edges in which rules are looked for."""


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


def without_rules(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A crop of a number without the printed rules along its edges, which would read as 1 or -.

    A box of text is higher than its digits, so only a rule runs through the whole of it.
    """
    height, width = crop.shape[:2]
    if crop.ndim != 2 or width > LONGEST * height or min(height, width) < 8:
        return crop
    high, low = percentile(crop, 80), float(crop.min())
    dark = crop < high - RULE_INK * (high - low)
    top, bottom = _between_rules(dark)
    left, right = _between_rules(dark.T)
    cleaned = np.full_like(crop, round(high))
    cleaned[top:bottom, left:right] = crop[top:bottom, left:right]
    return cleaned


def _between_rules(dark: NDArray[np.bool_]) -> tuple[int, int]:
    """The rows of a crop that lie between the rules along its upper and lower edge."""
    count = len(dark)
    printed = dark.sum(axis=1)
    # What leans is a rule together with the rows beside it; few have ink enough to look closer.
    most = printed + np.roll(printed, 1) + np.roll(printed, -1)
    first, last = 0, count
    for row in np.flatnonzero(most >= WHOLE * dark.shape[1]).tolist():
        if EDGE * count <= row < (1 - EDGE) * count or row >= last:
            continue
        inked = dark[row] | dark[row - 1] | dark[(row + 1) % count]
        if np.count_nonzero(inked) / len(inked) >= WHOLE:
            first, last = (row + 1, last) if row < EDGE * count else (first, row)
    return first, last


def laid_out(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Characters that stand one below the other, side by side; other crops as they are."""
    height, width = crop.shape[:2]
    if height < STACKED * width:
        return crop
    count = max(2, round(height / width))
    edges = np.linspace(0, height, count + 1).astype(int)
    pieces = [crop[top : top + height // count] for top in edges[:-1]]
    return np.ascontiguousarray(np.concatenate(pieces, axis=1))
