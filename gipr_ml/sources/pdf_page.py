"""One page of a PDF, as pdfium reads it: characters, drawn rules, pictures, and the page drawn.

Nothing is drawn unless it is asked for.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as c
from numpy.typing import NDArray

from gipr_ml.errors import TooLarge
from gipr_ml.sources.limits import MAX_GLYPHS
from gipr_ml.sources.pages import Glyph, Rule, Sheet, common_box, mend, turned_box
from gipr_ml.types import Box

Image = NDArray[np.uint8]
"""Height by width by 3, RGB."""

DPI = 200
"""Resolution that a page is drawn at for recognition: hairlines and 7 point type survive it."""
_MOST_PIXELS = 25_000_000
_THICKEST = 3.0
"""Points: a filled rectangle that is thinner is a rule."""
_SMALLEST_TYPE = 1.0
_TOO_LARGE = 3.0
"""Sizes of the type that no character is larger than."""
_LEVEL = 0.5
"""Points that the ends of a straight line may differ for it to be level or upright."""
_MOSTLY_SHOWN = 0.5
"""Share of the characters of a page that are shown where programs clip what is too long."""
_DEEPEST = 4
"""Forms inside forms that are searched for rules."""
_NO_CHARACTER = frozenset((0, 0xFFFE, 0xFFFF))
_PRIVATE = ((0xE000, 0xF8FF), (0xF0000, 0x10FFFF))
_FILLED_IN = ("FPDF_ANNOT_WIDGET", "FPDF_ANNOT_FREETEXT", "FPDF_ANNOT_STAMP")
_LIGHT = 250
"""Red, green and blue from which a line is white on white."""


class _Shown(NamedTuple):
    """How a piece of text is shown."""

    invisible: bool = False
    clip: Box | None = None
    """Nothing outside of this is shown."""


@dataclass
class PdfPage:
    """What a page holds. Boxes are points from the top left of the page as it is shown."""

    sheet: Sheet
    unknown: int = 0
    """Characters whose meaning the file does not say, or only for its own font."""
    invisible: list[Glyph] = field(default_factory=list)
    """Characters that are not shown, as programs put them behind a scan."""
    pictures: list[Box] = field(default_factory=list)
    pixels: int = 0
    """Of the largest picture."""
    drawings: int = 0
    """Drawn objects that are no rules; text that was turned into curves is such."""


def read_page(document: Any, index: int, name: str) -> PdfPage:
    """Read page `index`, from 0, of an open document.

    Raises `TooLarge` where it holds more than any page of a report, `pdfium.PdfiumError` where it
    is broken.
    """
    page = document[index]
    try:
        page = _with_what_was_filled_in(document, page, index)
        return _Reader(page, index, name).read()
    finally:
        page.close()


def draw_page(document: Any, index: int) -> tuple[Image, float]:
    """The page drawn, and how many of its pixels are a point."""
    page = document[index]
    try:
        width, height = page.get_size()
        scale = min(DPI / 72, math.sqrt(_MOST_PIXELS / max(1.0, width * height)))
        return drawn(page, scale), scale
    finally:
        page.close()


def drawn(page: Any, scale: float) -> Image:
    """An open page, `scale` pixels a point."""
    bitmap = page.render(scale=scale, rev_byteorder=True)
    picture = np.array(bitmap.to_numpy()[:, :, :3], dtype=np.uint8)
    bitmap.close()
    return picture


def _with_what_was_filled_in(document: Any, page: Any, index: int) -> Any:
    """The page with fields, typed notes and stamps as part of it, as a reader sees them."""
    kinds = {getattr(c, kind) for kind in _FILLED_IN}
    for number in range(c.FPDFPage_GetAnnotCount(page)):
        annotation = c.FPDFPage_GetAnnot(page, number)
        kind = c.FPDFAnnot_GetSubtype(annotation)
        c.FPDFPage_CloseAnnot(annotation)
        if kind in kinds:
            c.FPDFPage_Flatten(page, c.FLAT_NORMALDISPLAY)
            page.close()
            return document[index]
    return page


class _Reader:
    def __init__(self, page: Any, index: int, name: str) -> None:
        self._page = page
        self._name = name
        self._turns = (page.get_rotation() // 90) % 4
        left, bottom, right, top = page.get_bbox()
        self._left, self._top = left, top
        self._width, self._height = right - left, top - bottom
        width, height = self._width, self._height
        if self._turns % 2:
            width, height = height, width
        self._found = PdfPage(Sheet(index + 1, width, height))

    def read(self) -> PdfPage:
        own = (c.FPDFPage_GetObject(self._page, n) for n in range(self._count()))
        self._own_texts = {_address(item) for item in own}
        placed = list(self._glyphs())
        glyphs = [glyph for glyph, shown in placed if shown]
        if len(glyphs) < _MOSTLY_SHOWN * len(placed):
            # Then it is rather the clipping that was not understood: losing text is worse.
            glyphs = [glyph for glyph, _ in placed]
        rules: list[Rule] = []
        for item, matrix in self._objects(self._page, 0):
            self._object(item, matrix, rules)
        sheet = self._found.sheet
        self._found.sheet = Sheet(sheet.number, sheet.width, sheet.height, glyphs, rules)
        return self._found

    def _count(self) -> int:
        count: int = max(0, c.FPDFPage_CountObjects(self._page))
        self._check(count)
        return count

    def _shown(self, left: float, top: float, right: float, bottom: float) -> Box:
        """A box in the page's own coordinates (upwards) as it is shown (downwards, turned)."""
        box = left - self._left, self._top - top, right - self._left, self._top - bottom
        return turned_box(box, self._turns, self._width, self._height)

    # ------------------------------------------------------------ characters

    def _glyphs(self) -> Iterator[tuple[Glyph, bool]]:
        """Every character, and whether it lies where its text is shown."""
        text = self._page.get_textpage()
        try:
            count = max(0, c.FPDFText_CountChars(text))
            self._check(count)
            spaced = False
            shown: dict[int, _Shown] = {}
            for index in range(count):
                code = c.FPDFText_GetUnicode(text, index)
                if code < 0x110000 and chr(code).isspace():
                    spaced = spaced or not c.FPDFText_IsGenerated(text, index)
                    continue
                if c.FPDFText_IsGenerated(text, index):
                    continue
                glyph = self._glyph(text, index, code, spaced)
                if glyph is None:
                    continue
                how = self._how_shown(text, index, shown)
                if how.invisible:
                    self._found.invisible.append(glyph)
                spaced = False
                yield glyph, how.clip is None or glyph.lies_in(how.clip)
        finally:
            text.close()

    def _glyph(self, text: Any, index: int, code: int, spaced: bool) -> Glyph | None:
        left, top, right, bottom = self._shown(*_glyph_box(text, index))
        sheet = self._found.sheet
        inside = 0 <= (left + right) / 2 <= sheet.width and 0 <= (top + bottom) / 2 <= sheet.height
        if not inside or max(right - left, bottom - top) < _SMALLEST_TYPE:
            return None
        char = _character(code)
        if char == "\ufffd" or _is_private(code) or c.FPDFText_HasUnicodeMapError(text, index) == 1:
            self._found.unknown += 1
        angle = c.FPDFText_GetCharAngle(text, index)
        turn = (round(angle / (math.pi / 2)) + self._turns) % 4 if angle >= 0 else self._turns
        return Glyph(mend(char), left, top, right, bottom, turn, spaced)

    def _how_shown(self, text: Any, index: int, known: dict[int, _Shown]) -> _Shown:
        item = c.FPDFText_GetTextObject(text, index)
        address = _address(item)
        if address not in known:
            known[address] = self._how(item) if address else _Shown()
        return known[address]

    def _how(self, item: Any) -> _Shown:
        mode = c.FPDFTextObj_GetTextRenderMode(item)
        invisible = mode in (c.FPDF_TEXTRENDERMODE_INVISIBLE, c.FPDF_TEXTRENDERMODE_CLIP)
        if _address(item) not in self._own_texts:
            return _Shown(invisible)  # pdfium tells the clipping inside of a form in its own place
        path = c.FPDFPageObj_GetClipPath(item)
        clip: Box | None = None
        x, y = ctypes.c_float(), ctypes.c_float()
        for number in range(max(0, c.FPDFClipPath_CountPaths(path))):
            points = []
            for place in range(max(0, c.FPDFClipPath_CountPathSegments(path, number))):
                segment = c.FPDFClipPath_GetPathSegment(path, number, place)
                c.FPDFPathSegment_GetPoint(segment, x, y)
                points.append((x.value, y.value))
            if points:
                box = self._corners(points)
                clip = box if clip is None else common_box(clip, box)
        return _Shown(invisible, clip)

    # ------------------------------------------------------------ what is drawn

    def _objects(self, parent: Any, depth: int) -> Iterator[tuple[Any, tuple[float, ...]]]:
        """Drawn objects with the matrix from their own coordinates to the page's."""
        form = depth > 0
        count = c.FPDFFormObj_CountObjects(parent) if form else c.FPDFPage_CountObjects(parent)
        self._check(count)
        outer = _matrix(parent) if form else None
        for number in range(count):
            item = (
                c.FPDFFormObj_GetObject(parent, number)
                if form
                else c.FPDFPage_GetObject(parent, number)
            )
            if c.FPDFPageObj_GetType(item) == c.FPDF_PAGEOBJ_FORM:
                if depth < _DEEPEST:
                    for inner, matrix in self._objects(item, depth + 1):
                        yield inner, _product(matrix, outer) if outer else matrix
                continue
            own = _matrix(item)
            yield item, _product(own, outer) if outer else own

    def _object(self, item: Any, matrix: tuple[float, ...], rules: list[Rule]) -> None:
        kind = c.FPDFPageObj_GetType(item)
        if kind == c.FPDF_PAGEOBJ_IMAGE:
            box = self._corners([_moved(matrix, x, y) for x in (0, 1) for y in (0, 1)])
            if not self._thin(box, rules):
                self._found.pictures.append(box)
                self._found.pixels = max(self._found.pixels, _pixels(item))
        elif kind == c.FPDF_PAGEOBJ_PATH:
            before = len(rules)
            self._path(item, matrix, rules)
            self._found.drawings += len(rules) == before

    def _corners(self, points: list[tuple[float, float]]) -> Box:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return self._shown(min(xs), max(ys), max(xs), min(ys))

    def _path(self, item: Any, matrix: tuple[float, ...], rules: list[Rule]) -> None:
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        c.FPDFPath_GetDrawMode(item, fill, stroke)
        stroked = stroke.value and not _is_white(item, c.FPDFPageObj_GetStrokeColor)
        filled = fill.value and not _is_white(item, c.FPDFPageObj_GetFillColor)
        if not stroked and not filled:
            return
        for points in self._outlines(item, matrix):
            box = self._corners(points)
            if filled and self._thin(box, rules):
                continue
            if stroked:
                for start, end in pairwise(points):
                    self._segment(self._corners([start, end]), rules)

    def _outlines(
        self, item: Any, matrix: tuple[float, ...]
    ) -> Iterator[list[tuple[float, float]]]:
        """The corners of each straight part of a path; curves end a part."""
        points: list[tuple[float, float]] = []
        x, y = ctypes.c_float(), ctypes.c_float()
        count = c.FPDFPath_CountSegments(item)
        self._check(count)
        for number in range(count):
            segment = c.FPDFPath_GetPathSegment(item, number)
            c.FPDFPathSegment_GetPoint(segment, x, y)
            point = _moved(matrix, x.value, y.value)
            if c.FPDFPathSegment_GetType(segment) != c.FPDF_SEGMENT_LINETO:
                if len(points) > 1:
                    yield points
                points = []
            points.append(point)
            if c.FPDFPathSegment_GetClose(segment) and len(points) > 2:
                points.append(points[0])
        if len(points) > 1:
            yield points

    @staticmethod
    def _thin(box: Box, rules: list[Rule]) -> bool:
        """Take a filled shape that is a rule as one; whether it is."""
        left, top, right, bottom = box
        if bottom - top <= _THICKEST and right - left > bottom - top:
            rules.append(Rule(True, (top + bottom) / 2, left, right))
        elif right - left <= _THICKEST and bottom - top > right - left:
            rules.append(Rule(False, (left + right) / 2, top, bottom))
        else:
            return False
        return True

    @staticmethod
    def _segment(box: Box, rules: list[Rule]) -> None:
        left, top, right, bottom = box
        if bottom - top <= _LEVEL < right - left:
            rules.append(Rule(True, (top + bottom) / 2, left, right))
        elif right - left <= _LEVEL < bottom - top:
            rules.append(Rule(False, (left + right) / 2, top, bottom))

    def _check(self, count: int) -> None:
        if count > MAX_GLYPHS:
            raise TooLarge(
                f"{self._name}: page {self._found.sheet.number} holds more than {MAX_GLYPHS:,} "
                "characters or drawn objects; it is no page of a report"
            )


def _glyph_box(text: Any, index: int) -> Box:
    """Left, top, right and bottom of a character with the room that its type takes.

    For vertical type pdfium forgets the scale of the text; then it is a square of the size of the
    type around what is drawn.
    """
    corners, matrix = c.FS_RECTF(), c.FS_MATRIX()
    c.FPDFText_GetLooseCharBox(text, index, corners)
    c.FPDFText_GetMatrix(text, index, matrix)
    size = c.FPDFText_GetFontSize(text, index) * math.hypot(matrix.c, matrix.d)
    box = corners.left, corners.top, corners.right, corners.bottom
    if max(corners.right - corners.left, corners.top - corners.bottom) <= _TOO_LARGE * size:
        return box
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    c.FPDFText_GetCharBox(text, index, left, right, bottom, top)
    x, y = (left.value + right.value) / 2, (bottom.value + top.value) / 2
    return x - size / 2, y + size / 2, x + size / 2, y - size / 2


def _character(code: int) -> str:
    if code in _NO_CHARACTER or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF or code < 0x20:
        return "\ufffd"
    return chr(code)


def _is_private(code: int) -> bool:
    return any(first <= code <= last for first, last in _PRIVATE)


def _address(item: Any) -> int:
    return ctypes.cast(item, ctypes.c_void_p).value or 0


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


def _matrix(item: Any) -> tuple[float, ...]:
    matrix = c.FS_MATRIX()
    if not c.FPDFPageObj_GetMatrix(item, matrix):
        return 1.0, 0.0, 0.0, 1.0, 0.0, 0.0
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _product(first: tuple[float, ...], then: tuple[float, ...]) -> tuple[float, ...]:
    a, b, d, e, x, y = first
    p, q, r, s, u, v = then
    return (
        a * p + b * r,
        a * q + b * s,
        d * p + e * r,
        d * q + e * s,
        x * p + y * r + u,
        x * q + y * s + v,
    )


def _moved(matrix: tuple[float, ...], x: float, y: float) -> tuple[float, float]:
    a, b, d, e, u, v = matrix
    return a * x + d * y + u, b * x + e * y + v
