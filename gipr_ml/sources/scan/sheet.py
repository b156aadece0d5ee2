"""A page that has been turned upright, with straight coordinates and what is ink on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gipr_ml.sources.scan.crops import cut, laid_out, without_rules
from gipr_ml.sources.scan.frame import Frame, fit_frame, sizes
from gipr_ml.sources.scan.glyphs import like_which
from gipr_ml.sources.scan.ocr import Engine, Quads, Reading
from gipr_ml.sources.scan.orient import quarter_turns, turn, turn_box
from gipr_ml.sources.scan.page import Pixels, to_grey

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom in straight coordinates."""

SIDE, GLANCE = 960, 480
"""Pixels on the long side at which text is looked for, and at which a page that is wider than high
is looked at first, to see whether it lies on its side."""
STRAIGHT = 1754
"""Pixels on the long side of the straight picture in which rules and ink are looked for."""
LIGHT = 60
"""Least difference of paper and ink in levels of grey."""
SINGLE = 1.2
"""Heights; narrower crops hold one character."""
MESH = 16
"""Pixels between the points for which the straight picture is computed exactly."""


@dataclass(frozen=True)
class Sheet:
    """An upright page; build it with `look`."""

    grey: NDArray[np.uint8]
    """The page, seals left out."""
    quads: Quads
    frame: Frame
    turns: int
    """Quarter turns, counter-clockwise, that put the page upright."""
    given: tuple[int, int]
    """Width and height of the page as it was given, in its own pixels."""

    @cached_property
    def height(self) -> float:
        """Median height of a box of text, in pixels of the upright page."""
        return float(np.median(sizes(self.quads)[1])) if len(self.quads) else 1.0

    @cached_property
    def scale(self) -> float:
        """Pixels of the straight picture for one of the page."""
        return min(1.0, float(STRAIGHT / max(self.grey.shape)))

    @cached_property
    def straight(self) -> NDArray[np.uint8]:
        """The page in straight coordinates times `scale`, evenly lit: paper is 255."""
        import cv2

        height, width = (max(1, round(side * self.scale)) for side in self.grey.shape)
        x = np.arange(0, width + MESH, MESH)
        y = np.arange(0, height + MESH, MESH)
        points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2) / self.scale
        mesh = self.frame.back(points).reshape(len(y), len(x), 2).astype(np.float32)
        fine = cv2.resize(mesh, (len(x) * MESH, len(y) * MESH), interpolation=cv2.INTER_LINEAR)
        # cv2 lays points at the middle of pixels: the mesh has to be moved by half a cell.
        half = (MESH - 1) / 2
        shift = np.array([[1, 0, -half], [0, 1, -half]], dtype=np.float32)
        fine = cv2.warpAffine(fine, shift, (width, height), borderMode=cv2.BORDER_REPLICATE)
        source = self.grey
        if self.scale < 0.8:
            source = cv2.blur(source, (2, 2))
        picture = cv2.remap(source, fine, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return _evenly_lit(picture, max(15, round(2 * self.height * self.scale)))

    @cached_property
    def ink(self) -> NDArray[np.bool_]:
        """Where the straight picture is ink rather than paper."""
        picture = self.straight
        dark = float(np.percentile(picture, 2))
        return picture < min(255 - LIGHT / 2, (255 + dark) / 2)

    def rect(self, quad: NDArray[np.float32]) -> Rect:
        """The straight rectangle that stands for four corners on the page."""
        corners = self.frame.straight(quad)
        left, right = corners[[0, 3], 0].mean(), corners[[1, 2], 0].mean()
        top, bottom = corners[[0, 1], 1].mean(), corners[[2, 3], 1].mean()
        return float(left), float(top), float(right), float(bottom)

    def quad(self, rect: Rect) -> NDArray[np.float32]:
        """The corners on the page of a straight rectangle."""
        left, top, right, bottom = rect
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
        return self.frame.back(corners).astype(np.float32)

    def crop(self, quad: NDArray[np.float32]) -> NDArray[np.uint8]:
        """What stands within four corners."""
        return laid_out(without_rules(cut(self.grey, quad)))

    def read(self, quads: Sequence[NDArray[np.float32]], models: Engine) -> list[Reading]:
        """What stands within the corners of each of `quads`."""
        crops = [self.crop(quad) for quad in quads]
        single = [i for i, crop in enumerate(crops) if crop.shape[1] < SINGLE * crop.shape[0]]
        instead = list(range(len(crops)))
        for i, other in zip(single, like_which([crops[i] for i in single]), strict=True):
            instead[i] = single[other]
        asked = sorted(set(instead))
        readings = models.recognise([crops[i] for i in asked])
        answer = dict(zip(asked, readings, strict=True))
        return [answer[i] for i in instead]

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
    return Sheet(grey, quads, fit_frame(quads, width, height), turns, given)


def _evenly_lit(picture: NDArray[np.uint8], reach: int) -> NDArray[np.uint8]:
    """The picture over its own paper, which is what remains when dark strokes are closed."""
    import cv2

    small = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    size = max(3, reach // 4 | 1)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    smooth = cv2.blur(closed, (2 * size + 1, 2 * size + 1))
    paper = cv2.resize(smooth, picture.shape[::-1], interpolation=cv2.INTER_LINEAR)
    lit: NDArray[np.uint8] = cv2.divide(picture, np.maximum(paper, 1), scale=255)
    return lit
