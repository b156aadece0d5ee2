"""How the coordinates of a PDF's page lie on the page as it is shown."""

from __future__ import annotations

from collections.abc import Sequence

import pypdfium2 as pdfium

from gipr_ml.errors import TooLarge
from gipr_ml.sources.drawing import Point, around
from gipr_ml.sources.limits import MAX_GLYPHS
from gipr_ml.sources.pages import turned_box
from gipr_ml.types import Box


class Frame:
    """An open page with its size and its turn."""

    def __init__(self, page: pdfium.PdfPage, number: int, name: str) -> None:
        """`number` is the page's from 1, `name` the file's, for errors."""
        self.page = page
        self.number = number
        self.turns: int = (page.get_rotation() // 90) % 4
        """Quarter turns clockwise."""
        self._name = name
        left, bottom, right, top = page.get_bbox()
        self._left, self._top = left, top
        self._width, self._height = right - left, top - bottom
        sides = self._width, self._height
        self.width, self.height = reversed(sides) if self.turns % 2 else sides

    def shown(self, left: float, top: float, right: float, bottom: float) -> Box:
        """A box in the page's own coordinates (upwards) as it is shown (downwards, turned)."""
        box = left - self._left, self._top - top, right - self._left, self._top - bottom
        return turned_box(box, self.turns, self._width, self._height)

    def around(self, points: Sequence[Point]) -> Box:
        """The box around points in the page's own coordinates, as it is shown."""
        left, bottom, right, top = around(points)
        return self.shown(left, top, right, bottom)

    def expect(self, count: int) -> None:
        """Raise `TooLarge` where that is more than any page of a report holds."""
        if count > MAX_GLYPHS:
            raise TooLarge(
                f"{self._name}: page {self.number} holds more than {MAX_GLYPHS:,} "
                "characters or drawn objects; it is no page of a report"
            )
