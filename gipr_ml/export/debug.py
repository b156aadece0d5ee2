"""What was seen on a page, drawn on its picture: rules, text boxes, canonical cells."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gipr_ml.export.marks import Mark, cell_marks
from gipr_ml.types import Box, Page, PageImage, Report

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

RULE, TEXT, UNSURE, CELL = (0, 140, 60), (60, 110, 200), (230, 120, 0), (120, 120, 120)
MARKS = {
    Mark.FAILS: (200, 0, 0),
    Mark.LOST: (200, 110, 0),
    Mark.ILLEGIBLE: (120, 30, 160),
    Mark.DOUBTFUL: (170, 140, 0),
    Mark.NOT_APPLICABLE: CELL,
    Mark.BLANK: CELL,
}
"""Colours, as red, green and blue."""
SURE = 0.9
"""Text read less surely than this is drawn in another colour, with its confidence."""


def debug_pictures(
    report: Report, pages: Sequence[Page], images: Sequence[PageImage]
) -> Iterator[tuple[int, bytes]]:
    """For each page with a picture its number and a PNG of it with all that was seen drawn on it.

    Green: ruled lines. Blue: text as it was read, orange where it was read less surely. Thick:
    canonical cells, in grey, or in the colour of what is the matter with them. Raises `ValueError`
    where a picture cannot be opened.
    """
    by_number = {page.number: page for page in pages}
    for image in images:
        page = by_number.get(image.number, Page(image.number, ()))
        yield image.number, _draw(image, page, report)


def _draw(image: PageImage, page: Page, report: Report) -> bytes:
    from PIL import Image, ImageDraw, UnidentifiedImageError

    try:
        picture = Image.open(io.BytesIO(image.data)).convert("RGB")
    except (OSError, UnidentifiedImageError) as error:
        raise ValueError(f"the picture of page {image.number} cannot be opened") from error
    across, down = picture.width / image.width, picture.height / image.height
    pen = _Pen(ImageDraw.Draw(picture), across, down)
    for rule in page.rules:
        pen.line(rule, RULE)
    for cell in (cell for line in page.lines for cell in line.cells):
        if cell.box is not None:
            sure = cell.confidence >= SURE
            pen.box(cell.box, TEXT if sure else UNSURE, 1, "" if sure else f"{cell.confidence:.2f}")
    marks = cell_marks(report)
    for found in report.cells:
        if found.source and found.source.box and found.source.page == image.number:
            mark = marks.get(found.key)
            pen.box(found.source.box, MARKS[mark.mark] if mark else CELL, 3 if mark else 2, "")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


class _Pen:
    """Draws in the unit of the page."""

    def __init__(self, draw: ImageDraw, across: float, down: float) -> None:
        self.draw, self.across, self.down = draw, across, down

    def _pixels(self, box: Box) -> tuple[float, float, float, float]:
        left, right = sorted((box[0] * self.across, box[2] * self.across))
        top, bottom = sorted((box[1] * self.down, box[3] * self.down))
        return left, top, right, bottom

    def box(self, box: Box, colour: tuple[int, int, int], width: int, note: str) -> None:
        """An outline, with a small note above its left corner."""
        left, top, right, bottom = self._pixels(box)
        self.draw.rectangle((left, top, right, bottom), outline=colour, width=width)
        if note:
            self.draw.text((left, max(0, top - 11)), note, fill=colour)

    def line(self, box: Box, colour: tuple[int, int, int]) -> None:
        """A line from the first corner to the second."""
        ends = (box[0] * self.across, box[1] * self.down, box[2] * self.across, box[3] * self.down)
        self.draw.line(ends, fill=colour, width=2)
