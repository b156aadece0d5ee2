"""What a page of a PDF draws besides its text: rules, pictures, and shapes that are neither."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pypdfium2.raw as c

from gipr_ml.sources.drawing import Matrix, Point, moved, product, rule_of
from gipr_ml.sources.pages import Rule
from gipr_ml.sources.pdf_frame import Frame
from gipr_ml.types import Box

_THICKEST = 3.0
"""Points: a filled rectangle that is thinner is a rule."""
_LEVEL = 0.5
"""Points that the ends of a straight line may differ for it to be level or upright."""
_DEEPEST = 4
"""Forms inside forms that are searched for rules."""
_LIGHT = 250
"""Red, green and blue from which a line is white on white."""


@dataclass
class Drawn:
    """What is drawn on a page."""

    rules: list[Rule] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    pixels: int = 0
    """Of the largest picture."""
    drawings: int = 0
    """Drawn objects that are no rules; text that was turned into curves is such."""


def read_drawn(frame: Frame) -> Drawn:
    """What is drawn, in the order of the file. Raises `TooLarge`."""
    reader = _Reader(frame)
    for item, matrix in reader.objects(frame.page, 0):
        reader.take(item, matrix)
    return reader.found


class _Reader:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self.found = Drawn()

    def objects(self, parent: Any, depth: int) -> Iterator[tuple[Any, Matrix]]:
        """Drawn objects with the matrix from their own coordinates to the page's."""
        form = depth > 0
        count = c.FPDFFormObj_CountObjects(parent) if form else c.FPDFPage_CountObjects(parent)
        self._frame.expect(count)
        outer = _matrix(parent) if form else None
        for number in range(count):
            item = (
                c.FPDFFormObj_GetObject(parent, number)
                if form
                else c.FPDFPage_GetObject(parent, number)
            )
            if c.FPDFPageObj_GetType(item) == c.FPDF_PAGEOBJ_FORM:
                if depth < _DEEPEST:
                    for inner, matrix in self.objects(item, depth + 1):
                        yield inner, product(matrix, outer) if outer else matrix
                continue
            own = _matrix(item)
            yield item, product(own, outer) if outer else own

    def take(self, item: Any, matrix: Matrix) -> None:
        """Note what an object draws."""
        found = self.found
        kind = c.FPDFPageObj_GetType(item)
        if kind == c.FPDF_PAGEOBJ_IMAGE:
            box = self._frame.around([moved(matrix, x, y) for x in (0, 1) for y in (0, 1)])
            if not self._rule(box, _THICKEST):
                found.pictures.append(box)
                found.pixels = max(found.pixels, _pixels(item))
        elif kind == c.FPDF_PAGEOBJ_PATH:
            before = len(found.rules)
            self._path(item, matrix)
            found.drawings += len(found.rules) == before

    def _path(self, item: Any, matrix: Matrix) -> None:
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        c.FPDFPath_GetDrawMode(item, fill, stroke)
        stroked = stroke.value and not _is_white(item, c.FPDFPageObj_GetStrokeColor)
        filled = fill.value and not _is_white(item, c.FPDFPageObj_GetFillColor)
        if not stroked and not filled:
            return
        for points in self._outlines(item, matrix):
            if filled and self._rule(self._frame.around(points), _THICKEST):
                continue
            if stroked:
                for ends in pairwise(points):
                    box = self._frame.around(ends)
                    if not _is_dot(box):
                        self._rule(box, _LEVEL)

    def _outlines(self, item: Any, matrix: Matrix) -> Iterator[list[Point]]:
        """The corners of each straight part of a path; curves end a part."""
        points: list[Point] = []
        x, y = ctypes.c_float(), ctypes.c_float()
        count = c.FPDFPath_CountSegments(item)
        self._frame.expect(count)
        for number in range(count):
            segment = c.FPDFPath_GetPathSegment(item, number)
            c.FPDFPathSegment_GetPoint(segment, x, y)
            point = moved(matrix, x.value, y.value)
            if c.FPDFPathSegment_GetType(segment) != c.FPDF_SEGMENT_LINETO:
                if len(points) > 1:
                    yield points
                points = []
            points.append(point)
            if c.FPDFPathSegment_GetClose(segment) and len(points) > 2:
                points.append(points[0])
        if len(points) > 1:
            yield points

    def _rule(self, box: Box, thickest: float) -> bool:
        """Take a shape that is a rule as one; whether it is."""
        rule = rule_of(box, thickest)
        if rule is not None:
            self.found.rules.append(rule)
        return rule is not None


def _is_dot(box: Box) -> bool:
    """Whether a line is too short to have a direction."""
    left, top, right, bottom = box
    return max(right - left, bottom - top) <= _LEVEL


def _pixels(item: Any) -> int:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    c.FPDFImageObj_GetImagePixelSize(item, width, height)
    return width.value * height.value


def _is_white(item: Any, color_of: Any) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not color_of(item, red, green, blue, alpha):
        return False
    light = min(red.value, green.value, blue.value) >= _LIGHT
    return light or alpha.value == 0


def _matrix(item: Any) -> Matrix:
    matrix = c.FS_MATRIX()
    if not c.FPDFPageObj_GetMatrix(item, matrix):
        return 1.0, 0.0, 0.0, 1.0, 0.0, 0.0
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f
