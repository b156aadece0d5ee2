"""A line of a page before it is numbered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gipr_ml.sources.scan.sheet import Sheet
from gipr_ml.sources.scan.words import Word, around, joined
from gipr_ml.types import Borders, Cell


@dataclass(frozen=True)
class Draft:
    """A line with its place from the top of the straight page."""

    y: float
    cells: Sequence[Cell]
    borders: Borders = "none"
    table: int | None = None
    """Lines of one table share this number."""


def text_cell(sheet: Sheet, words: Sequence[Word]) -> Cell:
    """Words as one cell of text, as sure as the least sure of them."""
    return Cell(
        joined(words),
        box=sheet.box(around(words)),
        confidence=round(min(w.confidence for w in words), 4),
    )
