"""A page that has been turned upright, with straight coordinates and what is ink on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gipr_ml.sources.scan.crops import LONGEST, cut, laid_out, without_rules
from gipr_ml.sources.scan.frame import Frame, fit_frame, sizes
from gipr_ml.sources.scan.glyphs import is_slash, like_which
from gipr_ml.sources.scan.levels import percentile, spread
from gipr_ml.sources.scan.ocr import Engine, Quads, Reading
from gipr_ml.sources.scan.orient import quarter_turns, turn, turn_box
from gipr_ml.sources.scan.page import Pixels, to_grey
from gipr_ml.sources.scan.strokes import Strokes, find_strokes

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom in straight coordinates."""

SIDE, GLANCE = 960, 480
"""Pixels on the long side at which text is looked for, and at which a page that is wider than high
is looked at first, to see whether it lies on its side."""
INK = 0.28
"""Share of the contrast of text from which a pixel is ink: digits may be fainter than labels."""
CORE = 5
"""Percentile of the light in a box of text that is its print: a page may hold little of it."""
SPREAD = 1.4826
"""Standard deviations over the median of the deviations."""
LIGHT, NOISE = 10, 5.0
"""Levels of grey, and standard deviations of the paper, that ink is darker than paper at least."""
SINGLE = 1.2
"""Heights; narrower crops hold one character."""
DAMAGED = 0.98
"""Confidence below which a text is read again with all its strokes."""
SLASH = Reading("/", 1.0, "", 0.0)
MESH = 16
"""Pixels between the points for which the straight picture is computed exactly."""


@dataclass(frozen=True)
class Sheet:
    """An upright page; build it with `look`."""

    grey: NDArray[np.uint8]
    """The page, seals left out."""
    quads: Quads
    frame: Frame
    strokes: Strokes
    turns: int
    """Quarter turns, counter-clockwise, that put the page upright."""
    given: tuple[int, int]
    """Width and height of the page as it was given, in its own pixels."""

    @cached_property
    def height(self) -> float:
        """Median height of a box of text, in pixels of the upright page."""
        return float(np.median(sizes(self.quads)[1])) if len(self.quads) else 1.0

    @property
    def scale(self) -> float:
        """Pixels of the straight picture for one of the page."""
        return self.strokes.scale

    @cached_property
    def bare(self) -> NDArray[np.uint8]:
        """The page without its rules."""
        return self.strokes.taken_out(self.grey)

    @property
    def straight(self) -> NDArray[np.uint8]:
        """The page in straight coordinates times `scale`, evenly lit: paper is 255."""
        return self._straightened(self.strokes.lit)

    def straight_strokes(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Where the straight picture has upright and level rules, 1 or 0."""
        import cv2

        both = self.strokes.columns | self.strokes.rows << 1
        found = cv2.remap(both, self._places, None, cv2.INTER_NEAREST)
        return found & 1, found >> 1

    def _straightened(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        import cv2

        straight: NDArray[np.uint8] = cv2.remap(
            picture, self._places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return straight

    @cached_property
    def _places(self) -> NDArray[np.float32]:
        """Where on the page, times `scale`, each pixel of the straight picture lies."""
        import cv2

        height, width = self.strokes.lit.shape
        # cv2 lays points at the middle of pixels, and knows nothing beyond the outer ones.
        x, y = (np.arange(-1, side // MESH + 2) * MESH + (MESH - 1) / 2 for side in (width, height))
        points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2) / self.scale
        mesh = (self.frame.back(points) * self.scale).reshape(len(y), len(x), 2).astype(np.float32)
        size = (len(x) * MESH, len(y) * MESH)
        fine: NDArray[np.float32] = cv2.resize(mesh, size, interpolation=cv2.INTER_LINEAR)
        return fine[MESH : MESH + height, MESH : MESH + width]

    @cached_property
    def ink(self) -> NDArray[np.bool_]:
        """Where the straight picture is ink rather than paper, rules left out."""
        rules = (self.strokes.columns | self.strokes.rows) * np.uint8(255)
        picture = self._straightened(np.maximum(self.strokes.lit, rules))
        boxes = [self.part(picture, rect) for rect in self.rects]
        darkest = [percentile(box, CORE) for box in boxes if box.size]
        contrast = 255 - float(np.median(darkest)) if darkest else 255.0
        noise = SPREAD * spread(picture)
        return picture < 255 - max(INK * contrast, LIGHT, NOISE * noise)

    def part(self, picture: NDArray[Any], rect: Rect) -> NDArray[Any]:
        """What of the straight picture, or one of its size, lies within a straight rectangle."""
        left, top, right, bottom = (max(0, round(side * self.scale)) for side in rect)
        return picture[top:bottom, left:right]

    @cached_property
    def rects(self) -> list[Rect]:
        """The straight rectangles of `quads`."""
        corners = self.frame.straight(self.quads.reshape(-1, 2)).reshape(-1, 4, 2)
        left, right = corners[:, [0, 3], 0].mean(axis=1), corners[:, [1, 2], 0].mean(axis=1)
        top, bottom = corners[:, [0, 1], 1].mean(axis=1), corners[:, [2, 3], 1].mean(axis=1)
        return [(a, b, c, d) for a, b, c, d in np.stack([left, top, right, bottom], 1).tolist()]

    def quad(self, rect: Rect) -> NDArray[np.float32]:
        """The corners on the page of a straight rectangle."""
        left, top, right, bottom = rect
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
        return self.frame.back(corners).astype(np.float32)

    def crop(self, quad: NDArray[np.float32]) -> NDArray[np.uint8]:
        """What stands within four corners, without rules where it may be a number."""
        picture = self.bare if self._is_short(quad) else self.grey
        return laid_out(without_rules(cut(picture, quad)))

    def read(self, quads: Sequence[NDArray[np.float32]], models: Engine) -> list[Reading]:
        """What stands within the corners of each of `quads`."""
        crops = [self.crop(quad) for quad in quads]
        single = [i for i, crop in enumerate(crops) if crop.shape[1] < SINGLE * crop.shape[0]]
        instead = list(range(len(crops)))
        for i, other in zip(single, like_which([crops[i] for i in single]), strict=True):
            instead[i] = single[other]
        asked = sorted(set(instead))
        readings = dict(zip(asked, models.recognise([crops[i] for i in asked]), strict=True))
        for i in asked:
            if readings[i].digits == "1" and len(readings[i].text) == 1 and is_slash(crops[i]):
                readings[i] = SLASH
        # A stroke of a character that was taken for a rule is missing in a label, not in a number.
        damaged = [i for i in asked if self._is_short(quads[i]) and _is_damaged(readings[i])]
        whole = {i: laid_out(cut(self.grey, quads[i])) for i in damaged}
        again = [i for i in damaged if not np.array_equal(whole[i], crops[i])]
        for i, reading in zip(again, models.recognise([whole[i] for i in again]), strict=True):
            if reading.confidence > readings[i].confidence and not reading.digits:
                readings[i] = reading
        return [readings[i] for i in instead]

    def _is_short(self, quad: NDArray[np.float32]) -> bool:
        return bool(sizes(quad[None])[0][0] < LONGEST * self.height)

    def box(self, rect: Rect) -> Rect:
        """A straight rectangle in pixels of the page as it was given, before it was turned."""
        left, top, right, bottom = self.frame.back_box(rect)
        height, width = self.grey.shape
        sides = (left / width, top / height, right / width, bottom / height)
        left, top, right, bottom = turn_box(tuple(min(1.0, max(0.0, s)) for s in sides), self.turns)
        width, height = self.given
        return (
            round(left * width, 1),
            round(top * height, 1),
            round(right * width, 1),
            round(bottom * height, 1),
        )


def rule_boxes(sheet: Sheet) -> tuple[Rect, ...]:
    """The rules, each from its left or upper end to the other, in pixels of the page as given."""
    height, width = sheet.grey.shape
    found = []
    for segment in (*sheet.strokes.upright, *sheet.strokes.level):
        ends = []
        for x, y in segment:
            place = turn_box((x / width, y / height) * 2, sheet.turns)
            ends.append((round(place[0] * sheet.given[0], 1), round(place[1] * sheet.given[1], 1)))
        (left, top), (right, bottom) = sorted(ends)
        found.append((left, top, right, bottom))
    return tuple(found)


def look(pixels: Pixels, given: tuple[int, int], models: Engine) -> Sheet:
    """Find the text of a page, and put it upright; `given` is its size before it was reduced."""
    grey = to_grey(pixels)
    wide = grey.shape[1] > grey.shape[0]
    quads = models.detect(grey, GLANCE if wide else SIDE)
    turns = quarter_turns(grey, quads, models) if len(quads) else 0
    grey, quads = turn(grey, quads, turns)
    if wide or turns % 2:
        quads = models.detect(grey, SIDE)
    height, width = grey.shape
    tall = float(np.median(sizes(quads)[1])) if len(quads) else 1.0
    strokes = find_strokes(grey, tall)
    return Sheet(grey, quads, fit_frame(quads, width, height, strokes), strokes, turns, given)


def _is_damaged(reading: Reading) -> bool:
    """Whether something that is no number was read badly."""
    return bool(reading.text) and reading.confidence < DAMAGED and not reading.digits
