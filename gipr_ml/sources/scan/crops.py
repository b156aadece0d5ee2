"""Pictures of single lines, cut out of a page along their corners."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gipr_ml.sources.scan.levels import percentile

LARGEST = 96
"""Pixels; higher crops are reduced as they are cut, since the recogniser takes 48."""
CLOSEST, FARTHEST = 0.95, 1.6
"""Widths of a character between the middles of those that stand one below the other."""
WHOLE_ONE = 0.75
"""Share of the height of a character from which one at the end of a crop is whole."""
SLIVER, THROUGH = 0.07, 0.85
"""Shares of a column of a crop that are ink where it holds no more than what is left of the cells
above and below, and where it is of a rule beside the characters."""
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
    scale = min(1.0, LARGEST / (height if height < STACKED * width else width))
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
    edges = _between_characters(crop)
    tall = int(np.diff(edges).max())
    white = np.full_like(crop, int(crop.max()))
    pieces = []
    for top, bottom in pairwise(edges.tolist()):
        piece = white[:tall].copy()
        start = (tall - (bottom - top)) // 2
        piece[start : start + bottom - top] = crop[top:bottom]
        pieces.append(piece)
    return np.ascontiguousarray(np.concatenate(pieces, axis=1))


def _between_characters(crop: NDArray[np.uint8]) -> NDArray[np.intp]:
    """The rows between characters that stand one below the other, before the first to after the
    last.

    They are evenly spaced and about as high as wide; of all such rows those with the least ink on
    them. What is left at the ends is of the cells above and below.
    """
    height, width = crop.shape[:2]
    grey = crop if crop.ndim == 2 else crop.mean(axis=2)
    low, high = float(grey.min()), float(np.percentile(grey, 80))
    dark = grey < (low + high) / 2
    share = dark.mean(axis=0)
    dark[:, share > THROUGH] = False
    columns = np.flatnonzero((share > SLIVER) & (share <= THROUGH))
    wide = max(int(columns[-1] - columns[0]) + 1 if len(columns) else 0, width // 2)
    ink = np.convolve(dark.mean(axis=1), np.ones(3) / 3, mode="same")
    least, best = np.inf, np.array([0, height])
    for pitch in range(max(4, round(CLOSEST * wide)), round(FARTHEST * wide) + 1):
        cost, borders = _evenly(ink, pitch)
        if cost < least:
            least, best = cost, borders
    pitch = int(best[1] - best[0])
    first, last = max(0, int(best[0]) - pitch), min(height, int(best[-1]) + pitch)
    before = [first] if best[0] - first >= WHOLE_ONE * pitch else []
    behind = [last] if last - best[-1] >= WHOLE_ONE * pitch else []
    return np.array([*before, *best, *behind])


def _evenly(ink: NDArray[np.float64], pitch: int) -> tuple[float, NDArray[np.intp]]:
    """The rows `pitch` apart, two or more, with the least ink on them, and how much that is."""
    borders = np.arange(pitch)[:, None] + pitch * np.arange(len(ink) // pitch + 1)
    inside = borders < len(ink)
    count = inside.sum(axis=1)
    costs = np.where(inside, ink[np.minimum(borders, len(ink) - 1)], 0.0).sum(axis=1)
    costs = np.where(count > 1, costs / count, np.inf)
    start = int(np.argmin(costs))
    return float(costs[start]), borders[start][inside[start]]
