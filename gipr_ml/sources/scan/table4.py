"""Table 4 on one page: one row of fifteen values below a header of three lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from gipr_ml.sources.scan.columns import Columns
from gipr_ml.sources.scan.draft import Draft, text_cell
from gipr_ml.sources.scan.inked import marks_beside
from gipr_ml.sources.scan.ocr import Engine
from gipr_ml.sources.scan.rows import WHOLE, WINDOW, Band, fill
from gipr_ml.sources.scan.rules import Rules
from gipr_ml.sources.scan.sheet import Sheet
from gipr_ml.sources.scan.splitting import by_labels, spans_columns, split
from gipr_ml.sources.scan.words import Word, clusters, text_rows
from gipr_ml.sources.scan.wrapped import join_wrapped

Span = tuple[float, float]

VALUES = 15
MANY = 8
"""Numbers side by side from which a row without a header is that of table 4."""
LEAVES = 3
"""Labels of results that make a header."""
HEADER = 12.0
"""Heights of the header, at most."""
BELOW = 4.5
"""Heights below the header in which the middle of the values stands, at most."""
ROW_GAP = 0.45
HALF_ROW = 0.75
STRAY = 0.2
"""Pitches that a number may stand off the middle of its column."""
UNEVEN = 2.5
"""How many times as wide as the narrowest the widest column may be."""
TITLE = ("政府信息公开", "情况")
"""Words of the heading of the section, which stands above the header."""
DIGITS = 14
WRAPPED = 1.5
"""Heights below a row of values in which numbers too wide for their cells may go on."""
PURE = 0.8
"""Share of the characters of a header's line that must be those of its labels."""
_LETTERS = "结果维持纠正其他尚未审总计合"
_LEAF = re.compile("[维纠审]")
"""What no other header prints."""


@dataclass(frozen=True)
class Found:
    """The lines of table 4 and the `id` of each word that went into them."""

    drafts: list[Draft]
    used: set[int]


def read_table4(sheet: Sheet, words: Sequence[Word], rules: Rules, models: Engine) -> Found | None:
    """Table 4, or the row of values of one whose header is on the page before; else None."""
    leaves = _leaves(words, sheet.height)
    bottom = max((w.rect[3] for w in leaves), default=None)
    row = _values(sheet, rules, words, bottom)
    if bottom is None and not row:
        return None
    y = median(w.y for w in row) if row else _blank_row(sheet, rules, leaves)
    if y is None:
        return None
    ruled = _ruled(rules, row, leaves, y)
    if not row and not ruled:
        return None
    spans = columns_of_values(sheet, ruled, row, leaves, words, y)
    if not spans:
        return None
    band = Band(y, y - HALF_ROW * sheet.height, y + HALF_ROW * sheet.height)
    near = [w for w in words if band.top <= w.y < band.bottom + WRAPPED * sheet.height]
    floor = band.bottom + 2 * WRAPPED * sheet.height
    whole = join_wrapped(near, Columns(tuple(spans), spans == ruled), rules, sheet.height, floor)
    values = [w for w in whole if band.top <= w.y < band.bottom]
    values = [w for w in values if spans[0][0] <= w.x < spans[-1][1]]
    cells = fill(sheet, models, values, spans, [band], WHOLE if spans == ruled else WINDOW[0])[0]
    drafts, used = _header(sheet, models, words, spans, band.top)
    drafts.append(Draft(y, cells, "explicit", table=4))
    joined = {id(w) for w in near} - {id(w) for w in whole}
    return Found(drafts, used | {id(w) for w in values} | joined)


def _leaves(words: Sequence[Word], height: float) -> list[Word]:
    """The labels of the fifteen columns, or the lines that they wrap into."""
    parts = [w for w in by_labels(words, "t4") if w.number is None and _is_leaf(w.text)]
    sure = [w for w in parts if _LEAF.search(w.text)]
    if sum(len(_LEAF.findall(w.text)) for w in sure) < LEAVES:
        return []
    middle = median(w.y for w in sure)
    sure = [w for w in sure if abs(w.y - middle) < 4 * height]
    left, right = min(w.rect[0] for w in sure), max(w.rect[2] for w in sure)
    top, bottom = min(w.rect[1] for w in sure), max(w.rect[3] for w in sure)
    return [
        w
        for w in parts
        if top - height < w.y < bottom + 1.2 * height
        and left - 3 * height < w.x < right + 3 * height
    ]


def _is_leaf(text: str) -> bool:
    """Whether a text is made of the labels of the columns, or of lines of several side by side."""
    letters = text.replace(" ", "")
    return sum(letter in _LETTERS for letter in letters) > PURE * len(letters)


def _values(sheet: Sheet, rules: Rules, words: Sequence[Word], bottom: float | None) -> list[Word]:
    """The numbers of the first row below the header; without one, of the first with many on the
    page, or between rules that make fifteen columns."""
    height = sheet.height
    numbers = [w for w in words if w.is_count and len(w.number or "") <= DIGITS]
    if bottom is not None:
        numbers = [w for w in numbers if bottom - 0.3 * height < w.y < bottom + BELOW * height]
    rows = clusters(numbers, ROW_GAP * height, lambda w: w.y)
    if bottom is None:
        rows = [
            row
            for row in rows
            if len(row) >= MANY or _ruled(rules, row, (), median(w.y for w in row))
        ]
    return sorted(rows[0], key=lambda w: w.x) if rows else []


def _blank_row(sheet: Sheet, rules: Rules, leaves: Sequence[Word]) -> float | None:
    """The middle of a row of values that is blank throughout: between the next two rules."""
    left, right = min(w.rect[0] for w in leaves), max(w.rect[2] for w in leaves)
    bottom = max(w.rect[3] for w in leaves)
    height = sheet.height
    levels = rules.level((left, bottom - 0.3 * height, right, bottom + 2 * BELOW * height))
    spans = [(a, b) for a, b in pairwise(levels) if b - a > 0.7 * height]
    return (spans[0][0] + spans[0][1]) / 2 if spans else None


def columns_of_values(
    sheet: Sheet,
    ruled: list[Span],
    row: Sequence[Word],
    leaves: Sequence[Word],
    words: Sequence[Word],
    y: float,
) -> list[Span]:
    """The fifteen columns: between rules, below the header, by the numbers, evenly, or by ink."""
    centres, height = [w.x for w in row], sheet.height
    if ruled and all(any(a <= x < b for a, b in ruled) for x in centres):
        return ruled
    groups = clusters([w for w in leaves if w.width < 4 * height], 0.6 * height, lambda w: w.x)
    if len(groups) == VALUES:
        found = _between([median(w.x for w in group) for group in groups])
        if all(any(a <= x < b for a, b in found) for x in centres):
            return found
    if len(row) == VALUES:
        return _between(centres)
    if len(row) >= MANY:
        return _evenly(words, centres, y, height)
    return _by_ink(sheet, centres, y) if row and leaves else []


def _by_ink(sheet: Sheet, centres: Sequence[float], y: float) -> list[Span]:
    """Fifteen columns where a row has ink in fifteen places, the numbers that were read in some."""
    marks = marks_beside(sheet, 0.0, y)
    if len(marks) != VALUES:
        return []
    spans = _between(marks)
    widths = [b - a for a, b in pairwise(marks)]
    fits = all(any(a <= x < b for a, b in spans) for x in centres)
    return spans if fits and max(widths) < UNEVEN * min(widths) else []


def _ruled(rules: Rules, row: Sequence[Word], leaves: Sequence[Word], y: float) -> list[Span]:
    """Fifteen columns between the rules beside the values, around all that stands in them."""
    marks = [w.x for w in (*row, *leaves)]
    edges = rules.beside(y, [w.rect for w in row])
    spans = list(pairwise(_completed(edges, marks)))
    around = [(a, b) for a, b in spans if b > min(marks) and a < max(marks)]
    for found in (spans, around):
        widths = [b - a for a, b in found]
        if len(found) == VALUES and max(widths) < UNEVEN * min(widths):
            return found
    return []


def _completed(edges: list[float], marks: Sequence[float]) -> list[float]:
    """The edges with an outer one that was not found beside a number of the last column."""
    if len(edges) != VALUES:
        return edges
    pitch = median(b - a for a, b in pairwise(edges))
    before = [edges[0] - pitch] if edges[0] - pitch < min(marks) < edges[0] else []
    behind = [edges[-1] + pitch] if edges[-1] < max(marks) < edges[-1] + pitch else []
    return [*before, *edges, *behind]


def _evenly(words: Sequence[Word], centres: Sequence[float], y: float, height: float) -> list[Span]:
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
    if round(end) != VALUES or steps[-1] + max(0, round(missing)) >= VALUES:
        return []
    return [(first + (n - 0.5) * pitch, first + (n + 0.5) * pitch) for n in range(VALUES)]


def _between(centres: Sequence[float]) -> list[Span]:
    gaps = [b - a for a, b in pairwise(centres)]
    inner = [(a + b) / 2 for a, b in pairwise(centres)]
    edges = [centres[0] - gaps[0] / 2, *inner, centres[-1] + gaps[-1] / 2]
    return list(pairwise(edges))


def _header(
    sheet: Sheet, models: Engine, words: Sequence[Word], spans: Sequence[Span], top: float
) -> tuple[list[Draft], set[int]]:
    """The header as the form prints it, and the `id` of each word of it.

    First the labels over several columns, line by line, then the fifteen below them.
    """
    left, right = spans[0][0], spans[-1][1]
    above = [w for w in words if top - HEADER * sheet.height < w.y < top and left <= w.x < right]
    titles = [w.y for w in above if any(word in w.text for word in TITLE)]
    inside = [w for w in above if w.y > max([0.0, *titles]) + sheet.height / 2]
    whole = [w for w in inside if spans_columns(w.text)]
    over = {id(w) for w in whole}
    edges = [a for a, _ in spans] + [right]
    leaves = split(sheet, models, [w for w in inside if id(w) not in over], edges)
    drafts = [
        Draft(part[0].y, [text_cell(sheet, [w]) for w in part], "explicit", table=4)
        for part in text_rows(whole)
    ]
    own = [[w for w in leaves if a <= w.x < b] for a, b in spans]
    cells = [text_cell(sheet, part) for part in own if part]
    if cells:
        drafts.append(Draft(top, cells, "explicit", table=4))
    return drafts, {id(w) for w in inside}
