"""Table 2 on one page: its blocks have a header of one to three columns each, its rows a label.

The labels say which rows there are, the header or the rules where their values must stand; so a
value that the detector missed is looked for, and a blank cell is known to be blank.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from statistics import median

from rapidfuzz import fuzz, process

from gipr_ml.forms import load_forms
from gipr_ml.sources.chars import fold
from gipr_ml.sources.scan.draft import Draft, text_cell
from gipr_ml.sources.scan.ocr import Engine
from gipr_ml.sources.scan.rows import WHOLE, Band, fill
from gipr_ml.sources.scan.rules import Rules
from gipr_ml.sources.scan.sheet import Sheet
from gipr_ml.sources.scan.splitting import by_labels
from gipr_ml.sources.scan.words import Word, around, joined, word
from gipr_ml.types import Cell

Span = tuple[float, float]

LIKE = 80
"""Likeness, of 100, of a text to the label of a row."""
HEADER_LIKE = 70
"""The same to the label of a column."""
STACKED = 0.9
"""Heights between two lines of one label, at most."""
BESIDE = 0.8
"""Heights that a value may stand above or below the middle of its label."""
HALF_ROW = 0.75
HEADER = 1.8
"""Heights around the words 信息内容 in which the other labels of a header stand."""
MOST_COLUMNS = 3
DIGITS = 14
"""Longest number of a table; what is longer is none of its values."""
_ARTICLE = re.compile(r"第?二十条|第.{1,4}项")
WIDE = 0.95
"""Share of the width of a column without rules in which a number may stand: few rows say where."""
_LABELLED = re.compile(r"(.*\D)\d{1,14}")
"""A label with a number at its end, which no label of table 2 has."""
_NOTE = re.compile(r"\d|[减无未零]")
"""Texts that may be values: a number with a note, a sign or a unit, or words for none."""


@dataclass(frozen=True)
class _Label:
    """The label of a row, in one line or two."""

    words: tuple[Word, ...]

    @property
    def y(self) -> float:
        """Its middle, from the top."""
        _, top, _, bottom = around(self.words)
        return (top + bottom) / 2

    @property
    def top(self) -> float:
        """Its upper edge."""
        return around(self.words)[1]

    @property
    def right(self) -> float:
        """Its right edge."""
        return around(self.words)[2]


def parted(sheet: Sheet, words: Sequence[Word], rules: Rules, models: Engine) -> list[Word]:
    """The words, with a label and the value beside it in two where one box holds both: cut at the
    rule between them and read anew."""
    found: list[Word] = []
    for one in words:
        edges = _ends(one, rules)
        if not edges:
            found.append(one)
            continue
        left, top, right, bottom = one.rect
        rects = [(left, top, edges[-1], bottom), (edges[-1], top, right, bottom)]
        readings = sheet.read([sheet.quad(rect) for rect in rects], models)
        found += [word(r, reading) for r, reading in zip(rects, readings, strict=True)]
    return found


def _ends(one: Word, rules: Rules) -> list[float]:
    """Where rules run through a label with a number at its end, behind its middle."""
    match = _LABELLED.fullmatch(one.text) if one.number is None else None
    if match is None or _likeness([match[1]])[0] < LIKE:
        return []
    left, top, right, bottom = one.rect
    return rules.upright(((left + right) / 2, top, right, bottom))


def read_table2(
    sheet: Sheet, words: Sequence[Word], rules: Rules, models: Engine
) -> tuple[list[Draft], set[int]]:
    """The rows of table 2 on this page, and the `id` of each word in them."""
    height = sheet.height
    labels = _labels(words, height)
    others = [w for w in words if _ARTICLE.search(w.text) or _is_header([w])]
    drafts: list[Draft] = []
    used: set[int] = set()
    for header, members in _blocks(words, labels, height):
        rows = [_beside(words, label, [*labels, *others], height) for label in members]
        marks = [w.x for row in rows for w in row if _is_value(w)]
        middles = _middles(marks, height)
        centres = middles if len(middles) == len(header) else header or middles
        for label, row in zip(members, rows, strict=True):
            spans, ruled = _spans(sheet, rules, label, row, centres, bool(header))
            values = [w for w in row if spans and w.x >= spans[0][0]]
            if not spans or (not header and centres and not any(_is_value(w) for w in values)):
                continue
            nearest = (abs(label.y - other.y) for other in labels if other is not label)
            room = min(nearest, default=2 * height)
            share = WHOLE if ruled else WIDE
            cells = _cells(sheet, models, label, values, spans, room, share)
            drafts.append(Draft(label.y, cells, "explicit", table=2))
            used |= {id(w) for w in (*label.words, *values)}
    return drafts, used


def _blocks(
    words: Sequence[Word], labels: Sequence[_Label], height: float
) -> list[tuple[list[float], list[_Label]]]:
    """The middles of the columns of each block, none where its header is not on this page, and
    the labels of its rows."""
    blocks: list[tuple[list[float], list[_Label]]] = []
    above, edge = 0.0, max((label.right for label in labels), default=0.0)
    for label in labels:
        header = _header(words, above, label, edge, height)
        if header or not blocks:
            blocks.append((header, []))
        blocks[-1][1].append(label)
        above = label.y
    return blocks


def _is_value(one: Word) -> bool:
    """Whether a word may be the value of a cell."""
    if one.number is not None:
        return len(one.number) <= DIGITS
    return bool(_NOTE.match(one.text)) and len(one.text) <= DIGITS


def _middles(places: Sequence[float], height: float) -> list[float]:
    """The middles of columns by the places of their values."""
    groups: list[list[float]] = []
    for x in sorted(places):
        if groups and x - groups[-1][-1] < height:
            groups[-1].append(x)
        else:
            groups.append([x])
    return [median(group) for group in groups]


def _labels(words: Sequence[Word], height: float) -> list[_Label]:
    """What reads like the label of a row, alone in its place, top to bottom."""
    parts: list[tuple[Word, ...]] = []
    places = [(w, w.x, w.y, w.rect) for w in words if w.number is None]
    for one, x, y, rect in places:
        parts.append((one,))
        parts += [
            (one, below)
            for below, other_x, other_y, other in places
            if other_y > y
            and other[1] - rect[3] < STACKED * height
            and min(abs(other_x - x), abs(other[0] - rect[0])) < height
        ]
    alike = _likeness(["".join(w.text for w in part) for part in parts])
    found = zip(alike, parts, strict=True)
    taken: set[int] = set()
    labels = []
    for likeness, part in sorted(found, key=lambda pair: -pair[0]):
        if likeness >= LIKE and not taken & {id(w) for w in part}:
            taken |= {id(w) for w in part}
            labels.append(_Label(part))
    return sorted(labels, key=lambda label: label.y)


def _likeness(texts: Sequence[str]) -> list[float]:
    """Of each text to the label of a row, of 100."""
    folded = [fold(text).replace(" ", "") for text in texts]
    scores: list[float] = process.cdist(folded, _row_labels(), scorer=fuzz.ratio).max(1).tolist()
    return scores


def _header(
    words: Sequence[Word], above: float, label: _Label, edge: float, height: float
) -> list[float]:
    """Middles of the columns by the header between two rows; empty where there is none."""
    between = [w for w in words if above < w.y < label.top and w.number is None]
    corner = [w for w in between if fuzz.ratio(fold(w.text), _corner()) >= HEADER_LIKE]
    inside = [w for w in by_labels(between, "t2") if w not in corner and w.x > edge]
    inside = [w for w in inside if not _ARTICLE.search(w.text)]
    if corner:
        near = corner[-1].y
        inside = [w for w in inside if abs(w.y - near) < HEADER * height]
    else:
        inside = [w for w in inside if w.y > label.top - 2 * HEADER * height]
    parts = _columns_of(inside, height)
    known = [_is_header(part) for part in parts]
    if not any(known) or (not corner and not all(known)):
        return []
    return [(around(part)[0] + around(part)[2]) / 2 for part in parts]


def _columns_of(words: Sequence[Word], height: float) -> list[list[Word]]:
    """Words of a header by columns: those above each other belong together."""
    parts: list[list[Word]] = []
    for one in sorted(words, key=lambda w: w.rect[0]):
        if parts and one.rect[0] < max(w.rect[2] for w in parts[-1]) - 0.2 * height:
            parts[-1].append(one)
        else:
            parts.append([one])
    return parts


def _is_header(part: Sequence[Word]) -> bool:
    """Whether words read like the label of a column."""
    text = fold(joined(part)).replace(" ", "")
    return float(process.cdist([text], _column_labels(), scorer=fuzz.ratio).max()) >= HEADER_LIKE


def _beside(
    words: Sequence[Word], label: _Label, lines: Sequence[_Label | Word], height: float
) -> list[Word]:
    """What stands right of a label and nearer to it than to any other of `lines`."""
    reach = max(BESIDE * height, (label.y - label.top) / 2)
    own = {id(w) for w in label.words} | {id(line) for line in lines}
    found = []
    for one in words:
        off = abs(one.y - label.y)
        others = (abs(one.y - other.y) for other in lines if other is not label)
        right = id(one) not in own and one.rect[0] > label.right - height
        if right and off < reach and off < min(others, default=reach):
            found.append(one)
    return sorted(found, key=lambda w: w.x)


def _spans(
    sheet: Sheet,
    rules: Rules,
    label: _Label,
    row: Sequence[Word],
    centres: Sequence[float],
    headed: bool,
) -> tuple[list[Span], bool]:
    """The columns of the values of a row, and whether they lie between rules.

    Where the header is missing, `headed` is false and blank columns show by their rules alone.
    """
    edges = rules.beside(label.y, [w.rect for w in (*label.words, *row)])
    ruled = [(a, b) for a, b in pairwise(edges) if a > label.right - sheet.height]
    own = [(a, b) for a, b in ruled if any(a <= x < b for x in centres)]
    if len(own) == len(centres):
        return (own if headed or len(ruled) > MOST_COLUMNS else ruled), True
    return _around(centres, label.right, float(sheet.grey.shape[1])), False


def _around(centres: Sequence[float], left: float, right: float) -> list[Span]:
    """Columns whose edges lie midway between their middles, within the table."""
    if not centres:
        return []
    if len(centres) == 1:
        half = min(centres[0] - left, right - centres[0])
        return [(centres[0] - half, centres[0] + half)]
    gaps = [b - a for a, b in pairwise(centres)]
    inner = [(a + b) / 2 for a, b in pairwise(centres)]
    edges = [max(left, centres[0] - gaps[0] / 2), *inner, centres[-1] + gaps[-1] / 2]
    return list(pairwise(edges))


def _cells(
    sheet: Sheet,
    models: Engine,
    label: _Label,
    values: Sequence[Word],
    spans: Sequence[Span],
    room: float,
    share: float,
) -> list[Cell]:
    """The label and its values; numbers that were missed are read, notes are kept as they are.

    `room` is how far away the next label is, `share` how much of a column may hold a number.
    """
    numbers = [w.y for w in values if w.number is not None]
    y = median(numbers) if numbers else label.y
    half = min(HALF_ROW * sheet.height, room / 2)
    band = Band(y, y - half, y + half)
    cells = fill(sheet, models, values, spans, [band], share)[0]
    for index, (left, right) in enumerate(spans):
        own = [w for w in values if left <= w.x < right]
        if any(w.number is None and len(w.text) > 1 and _NOTE.search(w.text) for w in own):
            cells[index] = text_cell(sheet, own)
    return [text_cell(sheet, label.words), *cells]


@cache
def _row_labels() -> list[str]:
    forms = load_forms().forms_of("t2")
    return sorted({fold(name) for form in forms for row in form.rows for name in row.spellings})


@cache
def _column_labels() -> list[str]:
    columns = [c for form in load_forms().forms_of("t2") for row in form.rows for c in row.columns]
    return sorted({fold(name) for c in columns for name in (c.label, *c.aliases)})


@cache
def _corner() -> str:
    return load_forms().forms_of("t2")[-1].header_words[0]
