"""Rows of numbers outside of table 3: those of tables 2 and 4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from gipr_ml.sources.scan.draft import Draft, text_cell
from gipr_ml.sources.scan.ocr import Engine
from gipr_ml.sources.scan.rows import Band, fill
from gipr_ml.sources.scan.rules import Rules
from gipr_ml.sources.scan.sheet import Sheet
from gipr_ml.sources.scan.splitting import by_labels, spans_columns, split
from gipr_ml.sources.scan.words import Word, clusters, text_rows
from gipr_ml.types import Cell

TABLE4 = 15
"""Values of the one row of table 4."""
MANY = 8
"""Numbers side by side from which a row is that of table 4."""
HEADER = 12.0
"""Heights above the row of table 4 in which its header stands."""
LONGEST_GLYPH = 2
"""Characters of a misread number among others; a longer text is a text."""
MARGIN = 0.025
"""Share of the page's width at its sides in which dark strokes are its edges, not rules."""
STRAY = 0.2
"""Pitches that a number may stand off the middle of its column."""
TITLE = ("政府信息公开", "情况")
"""Words of the heading of the section, which stands above the header."""
DIGITS = 14
"""Longest number of a table; what is longer is none of its values."""


@dataclass(frozen=True)
class Row:
    """A row of values and the columns that it stands in."""

    draft: Draft
    spans: list[tuple[float, float]]
    top: float

    @property
    def is_table4(self) -> bool:
        """Whether it is the one row of table 4."""
        return len(self.spans) == TABLE4


def read_row(
    sheet: Sheet, words: Sequence[Word], row: Sequence[Word], rules: Rules, models: Engine
) -> Row | None:
    """A line of text as a row of cells, where it holds numbers and its columns are known."""
    numbers = [w for w in row if w.number is not None and len(w.number) <= DIGITS]
    words_behind = [w for w in row if w.number is None and numbers and w.x > numbers[0].x]
    if not numbers or any(len(w.text) > LONGEST_GLYPH for w in words_behind):
        return None
    y = median(w.y for w in numbers)
    height = sheet.height
    band = Band(y, y - 0.75 * height, y + 0.75 * height)
    spans = _spans(sheet, row, band, rules)
    if len(numbers) >= MANY and len(spans) != TABLE4:
        spans = _between([w.x for w in numbers]) if len(numbers) == TABLE4 else []
        spans = spans or _by_header(words, numbers, y, height)
        spans = spans or _evenly(words, [w.x for w in numbers], y, height)
    if not spans:
        return None
    labels = [w for w in row if w.x < spans[0][0]]
    if len(labels) + sum(any(a <= w.x < b for a, b in spans) for w in row) < len(row):
        return None
    values = [w for w in row if w.x >= spans[0][0]]
    cells: list[Cell] = [text_cell(sheet, [w]) for w in labels]
    cells += fill(sheet, models, values, spans, [band])[0]
    draft = Draft(y, cells, "explicit", table=4 if len(spans) == TABLE4 else 2)
    return Row(draft, spans, band.top)


def header4(
    sheet: Sheet, models: Engine, words: Sequence[Word], row: Row
) -> tuple[list[Draft], set[int]]:
    """The header of table 4 as the form prints it, and the `id` of each word of it.

    First the labels over several columns, line by line, then the fifteen below them.
    """
    left, right = row.spans[0][0], row.spans[-1][1]
    top = row.top - HEADER * sheet.height
    above = [w for w in words if top < w.y < row.top and left <= w.x < right]
    titles = [w.y for w in above if any(word in w.text for word in TITLE)]
    inside = [w for w in above if w.y > max([0.0, *titles]) + sheet.height / 2]
    whole = [w for w in inside if spans_columns(w.text)]
    over = {id(w) for w in whole}
    edges = [a for a, _ in row.spans] + [right]
    leaves = split(sheet, models, [w for w in inside if id(w) not in over], edges)
    drafts = [
        Draft(part[0].y, [text_cell(sheet, [w]) for w in part], "explicit", table=4)
        for part in text_rows(whole)
    ]
    own = [[w for w in leaves if a <= w.x < b] for a, b in row.spans]
    cells = [text_cell(sheet, part) for part in own if part]
    if cells:
        drafts.append(Draft(row.top, cells, "explicit", table=4))
    return drafts, {id(w) for w in inside}


def _spans(
    sheet: Sheet, row: Sequence[Word], band: Band, rules: Rules
) -> list[tuple[float, float]]:
    """The columns of values of a row between printed rules; none where two numbers share one."""
    height = sheet.height
    area = (0.0, band.y - 1.2 * height, float(sheet.grey.shape[1]), band.y + 1.2 * height)
    width = sheet.grey.shape[1]
    edges = [x for x in rules.upright(area, support=0.8) if MARGIN < x / width < 1 - MARGIN]
    spans = list(pairwise(edges))
    numbers = [w for w in row if w.number is not None]
    first = next((i for i, (a, b) in enumerate(spans) if a <= numbers[0].x < b), None)
    if first is None:
        return []
    labels = [w.x for w in row if w.number is None and w.x < numbers[0].x]
    while first and len(numbers) >= MANY and all(x < spans[first - 1][0] for x in labels):
        first -= 1
    spans = spans[first:]
    counts = [sum(a <= w.x < b for w in numbers) for a, b in spans]
    inside = any(a <= x < b for x in labels for a, b in spans)
    whole = max(counts) == 1 and sum(counts) == len(numbers)
    return spans if whole and not inside else []


def _by_header(
    words: Sequence[Word], numbers: Sequence[Word], y: float, height: float
) -> list[tuple[float, float]]:
    """The fifteen columns of table 4 by the lowest labels of its header."""
    area = [w for w in words if y - HEADER * height < w.y < y - height and w.number is None]
    above = by_labels([w for w in area if not spans_columns(w.text)], "t4")
    groups = clusters([w for w in above if w.width < 4 * height], 0.6 * height, lambda w: w.x)
    if len(groups) != TABLE4:
        return []
    spans = _between([median(w.x for w in group) for group in groups])
    return spans if all(any(a <= w.x < b for a, b in spans) for w in numbers) else []


def _evenly(
    words: Sequence[Word], centres: Sequence[float], y: float, height: float
) -> list[tuple[float, float]]:
    """Fifteen columns of one width on which all numbers fall, under a header just as wide."""
    gaps = [b - a for a, b in pairwise(centres)]
    pitch = median(gap for gap in gaps if gap < 1.5 * min(gaps))
    steps = [round((x - centres[0]) / pitch) for x in centres]
    if not steps[-1]:
        return []
    pitch = (centres[-1] - centres[0]) / steps[-1]
    off = max(abs(x - centres[0] - n * pitch) for x, n in zip(centres, steps, strict=True))
    header = [w for w in words if y - 5 * height < w.y < y - height and w.number is None]
    if off > STRAY * pitch or not header or len({*steps}) < len(steps):
        return []
    missing = (centres[0] - min(w.rect[0] for w in header)) / pitch - 0.5
    first = centres[0] - max(0, round(missing)) * pitch
    end = (max(w.rect[2] for w in header) - first) / pitch + 0.5
    if round(end) != TABLE4 or steps[-1] + max(0, round(missing)) >= TABLE4:
        return []
    return [(first + (n - 0.5) * pitch, first + (n + 0.5) * pitch) for n in range(TABLE4)]


def _between(centres: Sequence[float]) -> list[tuple[float, float]]:
    gaps = [b - a for a, b in pairwise(centres)]
    inner = [(a + b) / 2 for a, b in pairwise(centres)]
    edges = [centres[0] - gaps[0] / 2, *inner, centres[-1] + gaps[-1] / 2]
    return list(pairwise(edges))
