"""Pages as pictures: text and rules drawn with the fonts of this machine."""

from __future__ import annotations

import re

from PIL import Image, ImageDraw

from gipr_ml.learning.synthesis.scans.fonts import Face
from gipr_ml.learning.synthesis.scans.pages import SetPage
from gipr_ml.learning.synthesis.scans.style import PAGE

ANCHORS = {"left": "lm", "centre": "mm", "right": "rm"}
_NUMBER = re.compile(r"[-+]?[\d.]+")
FINEST = 200
"""Dots an inch below which a page is drawn finer and then reduced, as a scanner does."""


def typeset(
    page: SetPage, face: Face, dpi: int, faint: bool = False, digits: Face | None = None
) -> Image.Image:
    """The page in grey at `dpi` dots an inch; a fax loses rules that are drawn `faint`.

    `digits`: another font for texts that are only a number.
    """
    scale = max(dpi, FINEST) / 72
    picture = Image.new("L", (round(PAGE[0] * scale), round(PAGE[1] * scale)), 255)
    draw = ImageDraw.Draw(picture)
    for stroke in page.strokes:
        ends = (stroke.x0 * scale, stroke.y0 * scale, stroke.x1 * scale, stroke.y1 * scale)
        width = max(1, round(stroke.width * scale))
        draw.line(tuple(round(v) for v in ends), fill=175 if faint else stroke.grey, width=width)
    for text in page.texts:
        draw.text(
            (text.x * scale, text.y * scale),
            text.text,
            fill=0,
            font=(digits if digits and _NUMBER.fullmatch(text.text) else face).at(
                text.size * scale
            ),
            anchor=ANCHORS[text.align],
            stroke_width=round(scale * 0.12) if text.bold else 0,
        )
    if dpi < FINEST:
        size = round(PAGE[0] * dpi / 72), round(PAGE[1] * dpi / 72)
        picture = picture.resize(size, Image.Resampling.BOX)
    return picture
