"""Blank or missed? Whether a place where a number should stand holds ink."""

from __future__ import annotations

import numpy as np

from gipr_ml.sources.scan.sheet import Rect, Sheet

TALL = 0.25
"""Height of the tallest stroke over that of a box of text: digits have .31 to .65, dirt less."""
BROKEN = 0.15
"""Heights of the gaps in the strokes of a faint digit."""
ACROSS, FLAT = 0.85, 0.4
"""Share of the window from which a stroke is a rule of the table, and the heights that it stays
below: characters that touch each other are as wide, but higher."""


def holds_ink(sheet: Sheet, window: Rect) -> bool:
    """Whether a straight rectangle holds a stroke as tall as a digit."""
    return ink_box(sheet, window) is not None


def ink_box(sheet: Sheet, window: Rect) -> Rect | None:
    """The straight rectangle around the strokes of a rectangle that are as tall as digits."""
    boxes = ink_boxes(sheet, window)
    if not boxes:
        return None
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def ink_boxes(sheet: Sheet, window: Rect) -> list[Rect]:
    """The straight rectangles around each stroke of a rectangle that is as tall as a digit."""
    import cv2

    part = sheet.part(sheet.ink, window)
    if part.size == 0:
        return []
    tall = sheet.height * sheet.scale
    gap = max(3, round(BROKEN * tall))
    whole = cv2.morphologyEx(part.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
    _, _, found, _ = cv2.connectedComponentsWithStats(whole, connectivity=8)
    height, width = part.shape
    needed = TALL * tall
    start_x, start_y = (max(0, round(side * sheet.scale)) for side in window[:2])
    boxes: list[Rect] = []
    for x, y, wide, high, _ in found[1:]:
        thin = wide <= max(2, 0.15 * high)
        flat = wide >= ACROSS * width and high < FLAT * tall
        if high >= needed and not flat and not (high >= height and thin):
            left, right = ((start_x + side) / sheet.scale for side in (int(x), int(x + wide)))
            top, bottom = ((start_y + side) / sheet.scale for side in (int(y), int(y + high)))
            boxes.append((left, top, right, bottom))
    return boxes
