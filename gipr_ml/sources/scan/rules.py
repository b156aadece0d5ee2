"""The printed rules of tables, as evidence for columns and rows."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gipr_ml.sources.scan.levels import percentile
from gipr_ml.sources.scan.sheet import Rect, Sheet

LONG = 1.6
"""Heights of a box of text; a shorter stroke may belong to a character."""
FAINT = 0.22
"""Share of the contrast of text that a rule, a hair thinner, may be fainter than."""
GAP = 0.2
"""Heights of the breaks in a rule that noise makes; closing wider ones makes rules of text."""
SUPPORT = 0.5
"""Share of the way that must be printed for a rule to count."""
WITHIN, BEYOND = 0.25, 1.2
"""Heights around the middle of a row in which a rule between its cells must be printed."""
PADDING = 0.2
"""Heights at the sides of a box of text in which a rule may stand."""
WHOLE = 0.8
"""Share of that which must be printed."""
MARGIN = 0.025
"""Share of the page's width at its sides in which dark strokes are its edges, not rules."""
SLACK = 0.15
"""Heights that a rule may stray to either side."""
SAME = (0.8, 0.4)
"""Heights within which two found rules are one, upright and level: columns are never so narrow, but
rows may be printed close."""
NEAR = 0.4
"""Heights within which two strokes beside a number are one rule."""


class Rules:
    """Where the straight picture of a page has long strokes."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._scale = sheet.scale
        self._height = sheet.height * sheet.scale

    @cached_property
    def _strokes(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
        """Where there are upright strokes, those of them known as rules, and level strokes.

        Found when first asked for, and where the page has a rule at all: prose has none.
        """
        import cv2

        known = self._sheet.strokes
        if not len(known.upright) and not len(known.level):
            return known.columns, known.columns, known.rows
        picture = self._sheet.straight
        dark = percentile(picture, 2)
        ink = (picture < 255 - FAINT * (255 - dark)).astype(np.uint8)
        length = max(9, round(LONG * self._height))
        gap = max(3, round(GAP * self._height))
        down, across = np.ones((gap, 1), np.uint8), np.ones((1, gap), np.uint8)
        whole = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, down)
        upright = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
        whole = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, across)
        level = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((1, 2 * length), np.uint8))
        columns, rows = self._sheet.straight_strokes()
        return upright | columns, columns, level | rows

    def upright(self, area: Rect, support: float = SUPPORT, *, sure: bool = False) -> list[float]:
        """x of the rules that run down through `area`, left to right.

        `sure`: only strokes known as rules; others may be of digits that stand close below each
        other.
        """
        part = self._part(self._strokes[1 if sure else 0], area)
        return [x / self._scale + max(0.0, area[0]) for x in self._lines(part, 0, support)]

    def beside(self, y: float, boxes: Iterable[Rect]) -> list[float]:
        """x of the rules between the cells of a row of text whose middle is y, with its `boxes`.

        A stroke known as a rule need not reach beyond the row; one that may be of characters must,
        and may not run through a box, as strokes of characters in line do.
        """
        upright, sure, _ = self._strokes
        height, width = self._height / self._scale, upright.shape[1] / self._scale
        inside = [(box[0] + PADDING * height, box[2] - PADDING * height) for box in boxes]
        found: list[float] = []
        for strokes, reach in ((sure, WITHIN), (upright, BEYOND)):
            area = (0.0, y - reach * height, width, y + reach * height)
            for x in self._lines(self._part(strokes, area), 0, WHOLE):
                place = x / self._scale
                apart = all(abs(place - other) > NEAR * height for other in found)
                if strokes is upright and any(a < place < b for a, b in inside):
                    continue
                if apart and MARGIN < place / width < 1 - MARGIN:
                    found.append(place)
        return sorted(found)

    def level(self, area: Rect, support: float = SUPPORT) -> list[float]:
        """y of the rules that run across `area`, top to bottom."""
        part = self._part(self._strokes[2], area)
        return [y / self._scale + max(0.0, area[1]) for y in self._lines(part, 1, support)]

    def _part(self, strokes: NDArray[np.uint8], area: Rect) -> NDArray[np.uint8]:
        left, top, right, bottom = (max(0, round(side * self._scale)) for side in area)
        return strokes[top:bottom, left:right]

    def _lines(self, part: NDArray[np.uint8], axis: int, support: float) -> list[float]:
        import cv2

        if part.size == 0:
            return []
        reach = 2 * max(1, round(SLACK * self._height)) + 1
        around = np.ones((1, reach) if axis == 0 else (reach, 1), np.uint8)
        share = cv2.dilate(part, around).mean(axis=axis)
        found = np.flatnonzero(share >= support)
        if not len(found):
            return []
        runs = np.split(found, np.flatnonzero(np.diff(found) > 1) + 1)
        middles = np.array([(run[0] + run[-1]) / 2 for run in runs])
        apart = np.flatnonzero(np.diff(middles) > max(2, SAME[axis] * self._height)) + 1
        return [float(group.mean()) for group in np.split(middles, apart)]
