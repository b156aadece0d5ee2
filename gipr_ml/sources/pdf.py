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
from gipr_ml.sources.pages import Glyph, Sheet, rule_boxes
from gipr_ml.sources.pages_lines import add_sheet
from gipr_ml.sources.pdf_guard import check_streams
from gipr_ml.sources.pdf_page import Image, PdfPage, draw_page, read_page
from gipr_ml.sources.pdf_seen import not_seen
from gipr_ml.sources.readings import RELIABLE, agreement, compared, corrected, doubted, worth
from gipr_ml.types import Box, Line, Page

ReadScanned = Callable[[int, Image], Page]
"""Reads the picture of a page, given its index from 0; its boxes are pixels of the picture."""

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
"""Share of the characters of a page that nobody sees for all of them to be a scanner's."""
_CURVES = 150
"""Drawn objects of a page without text, from which they are text as curves."""
_LEAST = 0.85
"""What is recognised may say this much of what a hidden text says, and be taken still: it knows
what it is unsure of."""
_TABLE = 12
"""Values and labels by which recognition must say more than a text that is shown: the smallest
table has about as many."""


class PageKind(Enum):
    """How a page is to be read."""

    TEXT = "its text says what it shows"
    BLANK = "nothing on it"
    SCAN = "a picture, or text as curves: nothing can be read without recognition"
    DOUBTFUL = "it has text, but of a scanner or with characters that mean nothing"
    PICTURES = "it has text, and pictures large enough to hold a table"


def kind_of(page: PdfPage, unseen: int) -> PageKind:
    """How the page is to be read. `unseen`: how many of its characters nobody sees on it."""
    glyphs = page.sheet.glyphs
    covered = _covered(page)
    if not glyphs:
        shown = covered > _PICTURE or page.drawings > _CURVES
        return PageKind.SCAN if shown else PageKind.BLANK
    hidden = unseen > _HIDDEN * len(glyphs)
    if hidden or (covered > _WHOLE and len(glyphs) < _ENOUGH) or _is_mojibake(page):
        return PageKind.DOUBTFUL
    return PageKind.PICTURES if covered > _PICTURE else PageKind.TEXT


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
    picture (height by width by 3, RGB), and gives a page whose boxes are pixels of that picture.
    Without it a page without text gives no lines. Text in doubt has the confidence
    `readings.IN_DOUBT`, and that of two readings that agree where both say the same.

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
        self._recognised: dict[int, tuple[Box, ...]] = {}
        self._broken = 0

    def read(self, count: int) -> tuple[Page, ...]:
        pages = []
        for index in range(count):
            first = len(self._lines.lines)
            page = self._page(index)
            lines = tuple(self._lines.lines[first:])
            pages.append(_finished(index + 1, lines, page.sheet if page else None))
            if index in self._recognised:
                pages[-1] = replace(pages[-1], rules=self._recognised[index])
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

    def _page(self, index: int) -> PdfPage | None:
        """Add the lines of a page; None where it is broken."""
        try:
            page = read_page(self._document, index, self._name)
        except pdfium.PdfiumError:
            self._broken += 1
            return None
        if page.pixels > MAX_PIXELS:
            raise TooLarge(
                f"{self._name}: a picture on page {index + 1} has more than "
                f"{MAX_PIXELS // 1_000_000} million pixels; scan it with fewer"
            )
        unseen = self._unseen(index, page)
        kind = kind_of(page, len(unseen))
        self._kinds.append(kind)
        first = len(self._lines.lines)
        add_sheet(self._lines, page.sheet)
        own = self._lines.lines[first:]
        if kind is PageKind.DOUBTFUL:
            own = doubted(own)
        elif unseen:
            own = doubted(own, unseen)
        self._lines.lines[first:] = own
        if self._read_scanned and kind not in (PageKind.TEXT, PageKind.BLANK):
            self._recognise(index, first, self._read_scanned, kind)
        return page

    def _unseen(self, index: int, page: PdfPage) -> list[Glyph]:
        """The characters that are no part of what the page shows; see `pdf_seen`."""
        if page.sheet.glyphs and _covered(page) > _PICTURE:
            return not_seen(self._document, index, page)
        return page.invisible

    def _recognise(self, index: int, first: int, read_scanned: ReadScanned, kind: PageKind) -> None:
        """Put what is recognised on a page in place of its text where it says more."""
        image, scale = draw_page(self._document, index)
        seen = read_scanned(index, image)
        found = [_placed(line, scale) for line in seen.lines]
        own = self._lines.lines[first:]
        if kind is PageKind.PICTURES:
            if worth(found) < worth(own) + _TABLE:
                return
            found = corrected(found, own)
        elif _is_better(own, found):
            self._lines.lines[first:] = compared(own, found)
            return
        else:
            found = compared(found, own)
        del self._lines.lines[first:]
        self._recognised[index] = tuple(_scaled(rule, scale) for rule in seen.rules)
        self._lines.add_all(found)


def _is_better(hidden: Sequence[Line], found: Sequence[Line]) -> bool:
    """Whether a hidden text says more than what is recognised, and does not deny it."""
    if worth(found) < _LEAST * worth(hidden):
        return True
    return worth(hidden) >= worth(found) and agreement(found, hidden) >= RELIABLE


def _finished(number: int, lines: tuple[Line, ...], sheet: Sheet | None) -> Page:
    """The page with its size and its rules, which a broken one has not."""
    if sheet is None:
        return Page(number, lines)
    size = round(sheet.width, 1), round(sheet.height, 1)
    return Page(number, lines, size, rule_boxes(sheet.rules))


def _placed(line: Line, scale: float) -> Line:
    """The line with the boxes of its cells in points, of `scale` pixels each."""
    cells = tuple(
        replace(cell, box=_scaled(cell.box, scale)) if cell.box else cell for cell in line.cells
    )
    return replace(line, cells=cells)


def _scaled(box: Box, scale: float) -> Box:
    left, top, right, bottom = (round(side / scale, 1) for side in box)
    return left, top, right, bottom
