"""The characters of a page of a PDF."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pypdfium2.raw as c

from gipr_ml.sources.pages import Glyph, common_box, mend
from gipr_ml.sources.pdf_frame import Frame
from gipr_ml.types import Box

_SMALLEST_TYPE = 1.0
_TOO_LARGE = 3.0
"""Sizes of the type that no character is larger than."""
_MOSTLY_SHOWN = 0.5
"""Share of the characters of a page that are shown where programs clip what is too long."""
_NO_CHARACTER = frozenset((0, 0xFFFE, 0xFFFF))
_PRIVATE = ((0xE000, 0xF8FF), (0xF0000, 0x10FFFF))


@dataclass(frozen=True)
class PageText:
    """The characters of a page."""

    glyphs: list[Glyph]
    invisible: list[Glyph]
    """Those of them that are not shown, as programs put them behind a scan."""
    unknown: int
    """Those whose meaning the file does not say, or only for its own font."""


def read_text(frame: Frame) -> PageText:
    """The characters that lie where their text is shown, in the order of the file.

    Raises `TooLarge`.
    """
    reader = _Reader(frame)
    placed = list(reader.glyphs())
    glyphs = [glyph for glyph, shown in placed if shown]
    if len(glyphs) < _MOSTLY_SHOWN * len(placed):
        # Then it is rather the clipping that was not understood: losing text is worse.
        glyphs = [glyph for glyph, _ in placed]
    return PageText(glyphs, reader.invisible, reader.unknown)


class _Shown(NamedTuple):
    """How a piece of text is shown."""

    invisible: bool = False
    clip: Box | None = None
    """Nothing outside of this is shown."""


class _Reader:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        count = max(0, c.FPDFPage_CountObjects(frame.page))
        frame.expect(count)
        own = (c.FPDFPage_GetObject(frame.page, number) for number in range(count))
        self._own_texts = {_address(item) for item in own}
        self.invisible: list[Glyph] = []
        self.unknown = 0

    def glyphs(self) -> Iterator[tuple[Glyph, bool]]:
        """Every character, and whether it lies where its text is shown."""
        text = self._frame.page.get_textpage()
        try:
            count = max(0, c.FPDFText_CountChars(text))
            self._frame.expect(count)
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
                    self.invisible.append(glyph)
                spaced = False
                yield glyph, how.clip is None or glyph.lies_in(how.clip)
        finally:
            text.close()

    def _glyph(self, text: Any, index: int, code: int, spaced: bool) -> Glyph | None:
        frame = self._frame
        left, top, right, bottom = frame.shown(*_glyph_box(text, index))
        inside = 0 <= (left + right) / 2 <= frame.width and 0 <= (top + bottom) / 2 <= frame.height
        if not inside or max(right - left, bottom - top) < _SMALLEST_TYPE:
            return None
        char = _character(code)
        if char == "\ufffd" or _is_private(code) or c.FPDFText_HasUnicodeMapError(text, index) == 1:
            self.unknown += 1
        angle = c.FPDFText_GetCharAngle(text, index)
        turn = (round(angle / (math.pi / 2)) + frame.turns) % 4 if angle >= 0 else frame.turns
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
                box = self._frame.around(points)
                clip = box if clip is None else common_box(clip, box)
        return _Shown(invisible, clip)


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
