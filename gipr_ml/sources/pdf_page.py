"""One page of a PDF, as pdfium reads it: its text, what is drawn, and the page as a picture.

Nothing is drawn unless it is asked for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as c
from numpy.typing import NDArray

from gipr_ml.sources.pages import Glyph, Sheet
from gipr_ml.sources.pdf_drawn import read_drawn
from gipr_ml.sources.pdf_frame import Frame
from gipr_ml.sources.pdf_text import read_text
from gipr_ml.types import Box

Image = NDArray[np.uint8]
"""Height by width by 3, RGB."""

DPI = 200
"""Resolution that a page is drawn at for recognition: hairlines and 7 point type survive it."""
_MOST_PIXELS = 25_000_000
_FILLED_IN = ("FPDF_ANNOT_WIDGET", "FPDF_ANNOT_FREETEXT", "FPDF_ANNOT_STAMP")


@dataclass(frozen=True)
class PdfPage:
    """What a page holds. Boxes are points from the top left of the page as it is shown."""

    sheet: Sheet
    unknown: int
    """Characters whose meaning the file does not say, or only for its own font."""
    invisible: list[Glyph]
    """Characters that are not shown, as programs put them behind a scan."""
    pictures: list[Box]
    pixels: int
    """Of the largest picture."""
    drawings: int
    """Drawn objects that are no rules; text that was turned into curves is such."""


def read_page(document: pdfium.PdfDocument, index: int, name: str) -> PdfPage:
    """Read page `index`, from 0, of an open document.

    Raises `TooLarge` where it holds more than any page of a report, `pdfium.PdfiumError` where it
    is broken.
    """
    page = document[index]
    try:
        page = _with_what_was_filled_in(document, page, index)
        return _read(Frame(page, index + 1, name))
    finally:
        page.close()


def _read(frame: Frame) -> PdfPage:
    text, drawing = read_text(frame), read_drawn(frame)
    sheet = Sheet(frame.number, frame.width, frame.height, text.glyphs, drawing.rules)
    return PdfPage(
        sheet,
        text.unknown,
        text.invisible,
        drawing.pictures,
        drawing.pixels,
        drawing.drawings,
    )


def draw_page(document: pdfium.PdfDocument, index: int) -> tuple[Image, float]:
    """The page drawn, and how many of its pixels are a point."""
    page = document[index]
    try:
        width, height = page.get_size()
        scale = min(DPI / 72, math.sqrt(_MOST_PIXELS / max(1.0, width * height)))
        return drawn(page, scale), scale
    finally:
        page.close()


def drawn(page: pdfium.PdfPage, scale: float) -> Image:
    """An open page, `scale` pixels a point."""
    bitmap = page.render(scale=scale, rev_byteorder=True)
    picture = np.array(bitmap.to_numpy()[:, :, :3], dtype=np.uint8)
    bitmap.close()
    return picture


def _with_what_was_filled_in(
    document: pdfium.PdfDocument, page: pdfium.PdfPage, index: int
) -> pdfium.PdfPage:
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
