"""Does a page show its own text? Scanners put what they recognised behind or over the picture.

How text is hidden differs: it is told to be invisible or wholly transparent, the picture is painted
over it, it is white. So the page is drawn with its text and without, and the two are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pypdfium2.raw as c
from numpy.typing import NDArray

from gipr_ml.sources.pages import Glyph
from gipr_ml.sources.pdf_page import PdfPage, drawn

_LONG_SIDE = 1000
"""Pixels of the drawings that are compared; a character has some ten."""
_SEEN = 24
"""Difference, of 255, that a character makes where it is shown."""
_INK = 110
"""Contrast, of 255, of a picture within the place of a character: there is writing in it too."""
_DEEPEST = 4


def not_seen(document: Any, index: int, page: PdfPage) -> list[Glyph]:
    """The characters of page `index` that are not what a reader sees there.

    Either the page looks the same without them, or there is writing in the picture below them.
    """
    glyphs = page.sheet.glyphs
    opened = document[index]
    try:
        scale = _LONG_SIDE / max(1.0, *opened.get_size())
        whole = drawn(opened, scale).astype(np.int16)
        for item in _texts(opened, 0):
            c.FPDFTextObj_SetTextRenderMode(item, c.FPDF_TEXTRENDERMODE_INVISIBLE)
        bare = drawn(opened, scale).astype(np.int16)
    finally:
        opened.close()
    change = np.abs(whole - bare).max(axis=2)
    light = bare.max(axis=2)
    return [glyph for glyph in glyphs if _is_unseen(glyph, change, light, scale)]


def _is_unseen(
    glyph: Glyph, change: NDArray[np.int16], light: NDArray[np.int16], scale: float
) -> bool:
    left, top = max(0, int(glyph.left * scale)), max(0, int(glyph.top * scale))
    right, bottom = int(glyph.right * scale) + 1, int(glyph.bottom * scale) + 1
    own = change[top:bottom, left:right]
    if own.size == 0 or own.max() < _SEEN:
        return True
    across, down = (right - left) // 5, (bottom - top) // 5  # rules beside it are no writing
    below = light[top + down : bottom - down, left + across : right - across]
    return bool(int(below.max()) - int(below.min()) > _INK)


def _texts(parent: Any, depth: int) -> Iterator[Any]:
    """The pieces of text of a page or form, those in forms inside too."""
    form = depth > 0
    count = c.FPDFFormObj_CountObjects(parent) if form else c.FPDFPage_CountObjects(parent)
    for number in range(max(0, count)):
        item = (
            c.FPDFFormObj_GetObject(parent, number)
            if form
            else c.FPDFPage_GetObject(parent, number)
        )
        kind = c.FPDFPageObj_GetType(item)
        if kind == c.FPDF_PAGEOBJ_TEXT:
            yield item
        elif kind == c.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            yield from _texts(item, depth + 1)
