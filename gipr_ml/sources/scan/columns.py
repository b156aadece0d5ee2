"""The seven columns of table 3 on a page: from its rules, its numbers, or its header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from rapidfuzz import fuzz

from gipr_ml.forms import load_forms
from gipr_ml.sources.scan.rules import Rules
from gipr_ml.sources.scan.splitting import by_labels, spans_columns
from gipr_ml.sources.scan.words import Word, clusters, stacked

COLUMNS = 7
FIRST, LAST = ("自然人",), ("总计", "合计")
"""Labels of the outer columns, which stand alone in their columns of the header."""
SAME_ROW = 5.0
"""Heights that the labels of the outer columns may lie apart."""
ROW_GAP = 0.45
"""Heights between the middles of numbers of one row, and of two."""
COLUMN_GAPS = (0.55, 0.8, 1.1)
"""Heights between numbers of two columns; the wider ones where numbers are not centred."""
MOST_NUMBERS = 9
"""More numbers side by side belong to table 4."""
LIKE = 75
"""Likeness, of 100, of a text to the label of a column."""
SHORTEST_LABEL = 5
"""Characters from which a text is compared with the labels of rows."""
FEWEST_LABELS = 3
"""Labels of inner columns that show where the outer ones must stand."""
FEWEST_NUMBERS = 4
FEWEST_ROWS = 3
"""Numbers below each other that make a column of a page without a header."""
UNEVEN = 3.5
"""How many times as wide as the narrowest the widest column may be."""
TOUCHING = 0.3
"""Heights that the boxes of a label and of a number beside it may share."""
MARGIN = 0.6
"""Pitches that a column may reach to either side of its label or its numbers."""


@dataclass(frozen=True)
class Header:
    """The header of table 3 where a page prints it."""

    first: Word
    last: Word
    bottom: float
    """y below its lowest word."""

    @property
    def pitch(self) -> float:
        """Mean width of a column."""
        return (self.last.x - self.first.x) / (COLUMNS - 1)


@dataclass(frozen=True)
class Columns:
    """Where the seven columns stand."""

    spans: tuple[tuple[float, float], ...]
    """Left and right edge of each."""
    ruled: bool
    """Whether the edges are printed rules."""

    @property
    def left(self) -> float:
        """Where the labels end."""
        return self.spans[0][0]

    @property
    def right(self) -> float:
        """Where the table ends."""
        return self.spans[-1][1]

    def of(self, x: float) -> int | None:
        """The column that x lies in."""
        for index, (left, right) in enumerate(self.spans):
            if left <= x < right:
                return index
        return None


def find_header(words: Sequence[Word], height: float) -> Header | None:
    """The header of table 3: 自然人 to the left of 总计 at about one height, or what is left of it.

    Where one of the two cannot be read, the labels between them say where it must stand.
    """
    parts = by_labels(words, "t3")
    firsts, lasts = (_named(parts, names, height) for names in (FIRST, LAST))
    for first in firsts:
        right = [w for w in lasts if w.x > first.x and abs(w.y - first.y) < SAME_ROW * height]
        if right:
            last = max(right, key=lambda w: w.x)
            return Header(first, last, _bottom(parts, first, last, height))
    outer = _outer(parts, height)
    return Header(*outer, _bottom(parts, *outer, height)) if outer else None


def _named(words: Sequence[Word], names: Sequence[str], height: float) -> list[Word]:
    """The words with one of these texts, in one line or in two."""
    pieces = [w for w in words if w.number is None and any(w.text.strip() in n for n in names)]
    return [w for w in (*pieces, *stacked(pieces, height)) if w.text.strip() in names]


def _outer(words: Sequence[Word], height: float) -> tuple[Word, Word] | None:
    """The outer labels by at least three of the inner ones, which stand in a row."""
    labels = [column.label for column in load_forms().forms_of("t3")[-1].rows[0].columns]
    places: dict[int, Word] = {}
    short = [w for w in words if w.number is None and len(w.text) <= max(map(len, labels))]
    for one in (*short, *stacked(short, height)):
        scores = [fuzz.ratio(one.text.strip(), label) for label in labels]
        best = scores.index(max(scores))
        if 0 < best < COLUMNS - 2 and scores[best] >= LIKE:
            places[best] = one
    order = sorted(places)
    row = [places[i] for i in order]
    if len(row) < FEWEST_LABELS or any(b.x - a.x < 1.5 * height for a, b in pairwise(row)):
        return None
    if max(w.y for w in row) - min(w.y for w in row) > SAME_ROW * height:
        return None
    pitch = (row[-1].x - row[0].x) / (order[-1] - order[0])
    last = COLUMNS - 1 - order[0]
    return _moved(row[0], -pitch * order[0]), _moved(row[0], pitch * last)


def _moved(one: Word, right: float) -> Word:
    left, top, end, bottom = one.rect
    return replace(one, rect=(left + right, top, end + right, bottom))


def _bottom(words: Sequence[Word], first: Word, last: Word, height: float) -> float:
    """Below the labels of the columns, above the first number."""
    pitch = (last.x - first.x) / (COLUMNS - 1)
    inside = [
        w
        for w in words
        if first.x - pitch / 2 < w.x < last.x + pitch / 2 and w.y > first.y - 3 * height
    ]
    numbers = [w.rect[1] for w in inside if w.number is not None and w.y > first.y + height]
    limit = min([*numbers, first.y + 8 * height])
    labels = [w for w in inside if w.number is None and w.y < limit]
    return max(w.y for w in labels) + height / 2


def value_rows(words: Sequence[Word], height: float, header: Header | None) -> list[list[Word]]:
    """Numbers that may be rows of table 3, top to bottom."""
    numbers = [w for w in words if w.is_count]
    if header is not None:
        reach = MARGIN * header.pitch
        numbers = [
            w
            for w in numbers
            if w.y > header.bottom and header.first.x - reach < w.x < header.last.x + reach
        ]
        return clusters(numbers, ROW_GAP * height, lambda w: w.y)
    rows = clusters(numbers, ROW_GAP * height, lambda w: w.y)
    return [row for row in rows if FEWEST_NUMBERS <= len(row) <= MOST_NUMBERS]


def sparse_rows(words: Sequence[Word], height: float) -> list[list[Word]]:
    """Rows of a page without a header and with most cells blank; only rules can tell its columns.

    Empty where fewer than three rows have their numbers below each other.
    """
    rows = clusters([w for w in words if w.is_count], ROW_GAP * height, lambda w: w.y)
    columns = clusters([w for row in rows for w in row], height, lambda w: w.x)
    kept = {id(w) for column in columns if len(column) >= FEWEST_ROWS for w in column}
    return [own for row in rows if (own := [w for w in row if id(w) in kept])]


def find_columns(
    rows: Sequence[Sequence[Word]],
    words: Sequence[Word],
    header: Header | None,
    rules: Rules,
    height: float,
) -> Columns | None:
    """The columns of the numbers in `rows`, or None where nothing tells all seven."""
    numbers = [one for row in rows for one in row if one.width < 6 * height]
    if not numbers:
        return None
    ruled = _by_rules(rows, numbers, header, rules, height)
    if ruled is not None:
        return ruled
    centres = _by_numbers(numbers, len(rows), height) or _by_header(words, header, height)
    columns = between(centres) if centres else None
    return columns and _beside_labels(columns, numbers, words, height)


def blank_columns(
    words: Sequence[Word], header: Header | None, rules: Rules, height: float
) -> Columns | None:
    """The columns of a table with hardly a number on the page: by the rules beside its labels."""
    labels = row_labels(words)
    if header is not None:
        labels = [w for w in labels if w.y > header.bottom]
    if not labels:
        return None
    top, bottom = min(w.rect[1] for w in labels), max(w.rect[3] for w in labels)
    ends = sorted(w.rect[2] for w in labels)
    left = ends[len(ends) // 2] - height
    edges = rules.upright((left, top, max(w.rect[2] for w in words) + 60 * height, bottom))
    spans = list(pairwise(edges))
    if len(spans) != COLUMNS or spans[0][0] < left + height / 2:
        return None
    widths = [b - a for a, b in spans]
    return Columns(tuple(spans), True) if max(widths) <= UNEVEN * min(widths) else None


def row_labels(words: Sequence[Word]) -> list[Word]:
    """The words that read like the label of a row of table 3, or its first line."""
    names = sorted({r.full_label for form in load_forms().forms_of("t3") for r in form.rows})
    found = []
    for one in words:
        text = one.text.replace(" ", "")
        if one.number is None and len(text) >= SHORTEST_LABEL:
            scores = (fuzz.ratio(text, name[: len(text) + 1]) for name in names)
            if max(scores) >= LIKE:
                found.append(one)
    return found


def _by_rules(
    rows: Sequence[Sequence[Word]],
    numbers: Sequence[Word],
    header: Header | None,
    rules: Rules,
    height: float,
) -> Columns | None:
    top = min(w.rect[1] for w in rows[0])
    bottom = max(w.rect[3] for w in rows[-1])
    left, right = min(w.x for w in numbers), max(w.x for w in numbers)
    if header is not None:
        left, right = min(left, header.first.x), max(right, header.last.x)
    reach = (right - left) / 2 + 4 * height
    area = (left - reach, top, right + reach, bottom)
    for sure in (True, False):
        spans = list(pairwise(rules.upright(area, sure=sure)))
        if header is not None:
            inside = [s for s in spans if s[1] > header.first.x and s[0] < header.last.x]
        else:
            inside = [s for s in spans if s[0] < right][-COLUMNS:]
        if len(inside) != COLUMNS or inside[0][0] > left or inside[-1][1] < right:
            continue
        widths = [b - a for a, b in inside]
        if max(widths) <= UNEVEN * min(widths):
            return Columns(tuple(inside), True)
    return None


def _by_numbers(numbers: Sequence[Word], rows: int, height: float) -> list[float] | None:
    """Middles of seven clusters of numbers; of more, the seven most populated."""
    for gap in COLUMN_GAPS:
        groups = clusters(numbers, gap * height, lambda w: w.x)
        groups = [group for group in groups if len(group) >= 0.15 * rows]
        if len(groups) < COLUMNS:
            return None
        if len(groups) == COLUMNS:
            return [median(w.x for w in group) for group in groups]
    groups.sort(key=len, reverse=True)
    return sorted(median(w.x for w in group) for group in groups[:COLUMNS])


def _by_header(words: Sequence[Word], header: Header | None, height: float) -> list[float] | None:
    """Middles of the seven labels of the header."""
    if header is None:
        return None
    reach = MARGIN * header.pitch
    top = header.first.y - 3 * height
    inside = [
        w
        for w in by_labels(words, "t3")
        if header.first.x - reach < w.x < header.last.x + reach and top < w.y < header.bottom
    ]
    labels = [w for w in inside if w.width < 1.3 * header.pitch and not spans_columns(w.text)]
    groups = clusters(labels, 0.3 * header.pitch, lambda w: w.x)
    if len(groups) != COLUMNS:
        return None
    return [median(w.x for w in group) for group in groups]


def between(centres: Sequence[float]) -> Columns | None:
    """Columns whose edges lie midway between the middles."""
    gaps = [b - a for a, b in pairwise(centres)]
    if max(gaps) > UNEVEN * min(gaps):
        return None
    inner = [(a + b) / 2 for a, b in pairwise(centres)]
    edges = [centres[0] - gaps[0] / 2, *inner, centres[-1] + gaps[-1] / 2]
    return Columns(tuple(pairwise(edges)), False)


def _beside_labels(
    columns: Columns, numbers: Sequence[Word], words: Sequence[Word], height: float
) -> Columns:
    """The columns, the first of which ends where the labels do: they may stand close to it."""
    (left, right), *others = columns.spans
    own = [w for w in numbers if left <= w.x < right]
    if not own:
        return columns
    begin = median(w.rect[0] for w in own)
    top, bottom = min(w.rect[1] for w in numbers), max(w.rect[3] for w in numbers)
    ends = [w.rect[2] for w in words if w.number is None and top < w.y < bottom and w.x < left]
    near = [end for end in ends if end < begin + TOUCHING * height]
    edge = max(left, min(begin, max(near, default=left)))
    return Columns(((edge, right), *others), columns.ruled)
