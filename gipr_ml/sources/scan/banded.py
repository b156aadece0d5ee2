"""Rows of numbers between printed rules, outside of the official tables or beyond their labels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from gipr_ml.sources.scan.draft import Draft, text_cell
from gipr_ml.sources.scan.ocr import Engine
from gipr_ml.sources.scan.rows import WHOLE, Band, fill
from gipr_ml.sources.scan.rules import Rules
from gipr_ml.sources.scan.sheet import Sheet
from gipr_ml.sources.scan.words import Word
from gipr_ml.types import Cell

LONGEST_GLYPH = 2
"""Characters of a misread number among others; a longer text is a text."""
DIGITS = 14
"""Longest number of a table; what is longer is none of its values."""


def read_row(sheet: Sheet, row: Sequence[Word], rules: Rules, models: Engine) -> Draft | None:
    """A line of text as a row of cells, where it holds numbers between rules."""
    numbers = [w for w in row if w.number is not None and len(w.number) <= DIGITS]
    words_behind = [w for w in row if w.number is None and numbers and w.x > numbers[0].x]
    if not numbers or any(len(w.text) > LONGEST_GLYPH for w in words_behind):
        return None
    y = median(w.y for w in numbers)
    band = Band(y, y - 0.75 * sheet.height, y + 0.75 * sheet.height)
    spans = _spans(row, band, rules)
    if not spans:
        return None
    labels = [w for w in row if w.x < spans[0][0]]
    if len(labels) + sum(any(a <= w.x < b for a, b in spans) for w in row) < len(row):
        return None
    values = [w for w in row if w.x >= spans[0][0]]
    cells: list[Cell] = [text_cell(sheet, [w]) for w in labels]
    cells += fill(sheet, models, values, spans, [band], WHOLE)[0]
    return Draft(y, cells, "explicit", table=2)


def _spans(row: Sequence[Word], band: Band, rules: Rules) -> list[tuple[float, float]]:
    """The columns of values of a row between printed rules; none where two numbers share one."""
    spans = list(pairwise(rules.beside(band.y, [w.rect for w in row])))
    numbers = [w for w in row if w.number is not None]
    first = next((i for i, (a, b) in enumerate(spans) if a <= numbers[0].x < b), None)
    if first is None:
        return []
    labels = [w.x for w in row if w.number is None and w.x < numbers[0].x]
    spans = spans[first:]
    counts = [sum(a <= w.x < b for w in numbers) for a, b in spans]
    inside = any(a <= x < b for x in labels for a, b in spans)
    whole = max(counts) == 1 and sum(counts) == len(numbers)
    return spans if whole and not inside else []
