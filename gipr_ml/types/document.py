"""What was read: a file as pages of lines of cells, and where things stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from gipr_ml.types.quick import quick_dataclass

Box = tuple[float, float, float, float]
"""Left, top, right, bottom on the page, in the unit that the document states."""

Unit = Literal["pt", "px", "permille"]
"""Of boxes and of sizes of pages: points (1/72 inch), pixels of the picture, or thousandths of the
page's width and height. Always counted from the top left of a page as it is shown."""

Borders = Literal["explicit", "spaces", "none"]
"""How a line shows where its cells end: tabs, pipes or table tags; runs of spaces; not at all."""


@quick_dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a line, as the source gave it."""

    text: str
    start: int = 0
    """Offset of the first character in the text of the source line."""
    columns: int = 1
    """Table columns that the cell spans."""
    box: Box | None = None
    confidence: float = 1.0
    """How sure the reading of the characters is, 0 to 1; 1 where nothing had to be recognised."""
    illegible: bool = False
    """Whether the cell holds ink that could not be read; its text is then a guess or empty."""


@quick_dataclass(frozen=True, slots=True)
class Line:
    """One line of a document. A row of a table is one line; a glued line is cut into several."""

    number: int
    """Position in the document, counted from 0."""
    cells: tuple[Cell, ...]
    borders: Borders = "none"
    page: int | None = None
    """Page number from 1, or None where the source has no pages."""
    table: int | None = None
    """Which table of the source the line lies in, counted from 0, or None outside of tables."""
    source_line: int | None = None
    """Line of the file from 1; pieces of one glued line share it."""
    heading: int = 0
    """Level of a heading that the source marks as one (1 to 6), else 0."""

    @property
    def text(self) -> str:
        """The cells joined by tabs; a line without borders has one cell, its text."""
        return "\t".join([cell.text for cell in self.cells])


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of one page, in reading order."""

    number: int | None
    lines: tuple[Line, ...]
    size: tuple[float, float] | None = None
    """Width and height in the unit that the document states, where the source says them."""
    rules: tuple[Box, ...] = ()
    """Straight lines that are drawn on the page, each as the box from one end to the other."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file as lines of cells."""

    name: str
    sha256: str
    media_type: str
    pages: tuple[Page, ...]
    paged: bool = False
    """False where the source has no pages; `pages` then holds a single one."""
    unit: Unit | None = None
    """Of all boxes and sizes; None where the source has no boxes or does not say."""

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines in reading order."""
        if len(self.pages) == 1:
            return self.pages[0].lines
        return tuple(line for page in self.pages for line in page.lines)

    @property
    def recognised(self) -> bool:
        """Whether characters were recognised from an image, as far as the cells say."""
        for page in self.pages:
            for line in page.lines:
                for cell in line.cells:
                    if cell.confidence < 1:
                        return True
        return False


class PageImage(NamedTuple):
    """The picture of a page, for showing where things stand on it."""

    number: int
    """Page number from 1, as in `Page` and `Place`."""
    data: bytes
    """PNG or JPEG, of any resolution."""
    width: float
    """Of the page, in the unit of the boxes."""
    height: float


class Place(NamedTuple):
    """Where something stands in the document."""

    page: int | None = None
    line: int | None = None
    """`Line.number`."""
    cell: int | None = None
    """Index of the cell in its line."""
    start: int | None = None
    """Offset of the first character within the cell's text."""
    end: int | None = None
    box: Box | None = None
