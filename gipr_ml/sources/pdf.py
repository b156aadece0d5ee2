"""PDF documents: pages with text are read from it, pages without are scans for somebody else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as c

from gipr_ml.errors import EmptyInput, InputError, TooLarge
from gipr_ml.sources.chars import is_cjk
from gipr_ml.sources.encoding import plausibility
from gipr_ml.sources.limits import MAX_PAGES, MAX_PIXELS
from gipr_ml.sources.lines import LineList
from gipr_ml.sources.pages_lines import add_sheet
from gipr_ml.sources.pdf_guard import check_streams
from gipr_ml.sources.pdf_page import Image, PdfPage, draw_page, read_page
from gipr_ml.sources.spaces import VALUE
from gipr_ml.sources.vocabulary import resembles_row
from gipr_ml.types import Box, Cell, Line, Page

ReadScanned = Callable[[int, Image], Sequence[Line]]
"""Reads the picture of a page, given its index from 0. Boxes of the lines are pixels of it."""

_NO_PAGES = re.compile(rb"/Kids\s*\[\s*\]")
_PICTURE = 0.12
"""Share of the page that pictures cover for a table to be among them: three lines of one."""
_WHOLE = 0.6
_UNKNOWN = 0.05
"""Share of characters without a meaning from which the text of a page is not to be trusted."""
_PLAUSIBLE = 0.8
_CHINESE = 0.1
_ENOUGH = 40
"""Characters from which the share of Chinese ones says something."""
_HIDDEN = 0.5
_CURVES = 150
"""Drawn objects of a page without text, from which they are text as curves."""
OCR_CONFIDENCE = 0.5
"""How far a text that a scanner recognised, or whose characters are in doubt, is trusted."""
_LABEL = 3
"""Values that an official label is worth when two readings of a page are compared."""


class PageKind(Enum):
    """How a page is to be read."""

    TEXT = "its text says what it shows"
    BLANK = "nothing on it"
    SCAN = "a picture, or text as curves: nothing can be read without recognition"
    DOUBTFUL = "it has text, but of a scanner or with characters that mean nothing"
    PICTURES = "it has text, and pictures large enough to hold a table"


def kind_of(page: PdfPage) -> PageKind:
    """How the page is to be read, from what is on it alone; nothing is drawn for that."""
    glyphs = page.sheet.glyphs
    covered = _covered(page)
    if not glyphs:
        shown = covered > _PICTURE or page.drawings > _CURVES
        return PageKind.SCAN if shown else PageKind.BLANK
    behind = page.invisible > _HIDDEN * len(glyphs)
    if (covered > _WHOLE and (behind or len(glyphs) < _ENOUGH)) or _is_mojibake(page):
        return PageKind.DOUBTFUL
    return PageKind.PICTURES if covered > _PICTURE and not behind else PageKind.TEXT


def _covered(page: PdfPage) -> float:
    """Share of the page that pictures cover, those overlapping counted twice, at most 1."""
    sheet = page.sheet
    area = 0.0
    for left, top, right, bottom in page.pictures:
        width = min(right, sheet.width) - max(left, 0)
        height = min(bottom, sheet.height) - max(top, 0)
        area += max(0.0, width) * max(0.0, height)
    return min(1.0, area / max(1.0, sheet.width * sheet.height))


def _is_mojibake(page: PdfPage) -> bool:
    """Whether the characters of the page are not what it shows."""
    text = "".join(glyph.text for glyph in page.sheet.glyphs)
    if page.unknown > _UNKNOWN * len(text) and page.unknown > 2:
        return True
    if len(text) < _ENOUGH:
        return False
    letters = [char for char in text if char.isalpha()]
    chinese = sum(map(is_cjk, letters)) < _CHINESE * len(letters)
    return (chinese and len(letters) >= _ENOUGH) or plausibility(text) < _PLAUSIBLE


def read_pdf(data: bytes, name: str, read_scanned: ReadScanned | None = None) -> tuple[Page, ...]:
    """The pages of a PDF, from 1; boxes are points (1/72 inch) from the top left of the page.

    `read_scanned` reads pages that have no text, and those whose text is in doubt or that hold
    pictures: of the latter the better reading is taken. It gets the page's index from 0 and its
    picture (height by width by 3, RGB), and gives lines whose boxes are pixels of that picture.
    Without it a page without text gives no lines, and text in doubt is given the confidence
    `OCR_CONFIDENCE`.

    Raises `InputError` where the file is encrypted or broken, has no pages, or is a scan and
    `read_scanned` is missing; `EmptyInput` where nothing is on any page; `TooLarge` beyond the
    limits.
    """
    document = _open(data, name)
    try:
        count = len(document)
        if count == 0:
            raise InputError(f"{name}: the PDF has no pages; export it anew")
        if count > MAX_PAGES:
            raise TooLarge(
                f"{name}: {count:,} pages, more than {MAX_PAGES}; give one report a file"
            )
        return _Pages(document, name, read_scanned).read(count)
    finally:
        document.close()


def _open(data: bytes, name: str) -> Any:
    check_streams(data, name)
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == c.FPDF_ERR_PASSWORD:
            raise InputError(
                f"{name}: the PDF is protected by a password; save it without one"
            ) from None
        if _NO_PAGES.search(data):
            raise InputError(f"{name}: the PDF has no pages; export it anew") from None
        raise InputError(
            f"{name}: the PDF is damaged or cut short; download or export it anew"
        ) from None


class _Pages:
    """Reads pages one by one; numbers of lines and tables run through the document."""

    def __init__(self, document: Any, name: str, read_scanned: ReadScanned | None) -> None:
        self._document = document
        self._name = name
        self._read_scanned = read_scanned
        self._lines = LineList(name)
        self._kinds: list[PageKind] = []
        self._broken = 0

    def read(self, count: int) -> tuple[Page, ...]:
        pages = []
        for index in range(count):
            first = len(self._lines.lines)
            size = self._page(index)
            pages.append(Page(index + 1, tuple(self._lines.lines[first:]), size))
        if not self._lines.lines:
            raise self._nothing()
        return tuple(pages)

    def _nothing(self) -> InputError:
        if self._broken:
            return InputError(f"{self._name}: no page of the PDF can be read; export it anew")
        if PageKind.SCAN not in self._kinds:
            return EmptyInput(f"{self._name}: the PDF holds no text")
        if self._read_scanned is not None:
            return EmptyInput(f"{self._name}: nothing can be recognised on the pages of this scan")
        return InputError(
            f"{self._name}: the PDF is a scan without text; recognise its text first (OCR)"
        )

    def _page(self, index: int) -> tuple[float, float] | None:
        """Add the lines of a page; its width and height in points."""
        try:
            page = read_page(self._document, index, self._name)
        except pdfium.PdfiumError:
            self._broken += 1
            return None
        kind = kind_of(page)
        self._kinds.append(kind)
        first = len(self._lines.lines)
        add_sheet(self._lines, page.sheet)
        if kind is PageKind.DOUBTFUL:
            self._doubt(first)
        if self._read_scanned and kind not in (PageKind.TEXT, PageKind.BLANK):
            if page.pixels > MAX_PIXELS:
                raise TooLarge(
                    f"{self._name}: a picture on page {index + 1} has more than "
                    f"{MAX_PIXELS // 1_000_000} million pixels; scan it with fewer"
                )
            self._recognise(index, first, self._read_scanned)
        return round(page.sheet.width, 1), round(page.sheet.height, 1)

    def _doubt(self, first: int) -> None:
        for index in range(first, len(self._lines.lines)):
            line = self._lines.lines[index]
            cells = tuple(replace(cell, confidence=OCR_CONFIDENCE) for cell in line.cells)
            self._lines.lines[index] = replace(line, cells=cells)

    def _recognise(self, index: int, first: int, read_scanned: ReadScanned) -> None:
        """Put what is recognised on a page in place of its text where it says more."""
        image, scale = draw_page(self._document, index)
        found = read_scanned(index, image)
        if worth(found) < worth(self._lines.lines[first:]):
            return
        del self._lines.lines[first:]
        numbers: dict[int, int] = {}
        for line in found:
            table = line.table
            if table is not None and table not in numbers:
                numbers[table] = self._lines.new_table()
            cells = [replace(cell, box=_scaled(cell.box, scale)) for cell in line.cells]
            self._lines.take(line.text)
            own = None if table is None else numbers[table]
            self._lines.add(cells, line.borders, None, table=own, heading=line.heading)


def worth(lines: Sequence[Line]) -> int:
    """How much of the official tables a reading of a page shows: values and official labels."""
    cells = [cell for line in lines for cell in line.cells if cell.text.strip()]
    return sum(_worth(cell) for cell in cells)


def _worth(cell: Cell) -> int:
    text = cell.text.strip()
    if VALUE.fullmatch(text):
        return 1
    return _LABEL if resembles_row(text) else 0


def _scaled(box: Box | None, scale: float) -> Box | None:
    if box is None:
        return None
    left, top, right, bottom = (round(side / scale, 1) for side in box)
    return left, top, right, bottom
