"""The rows of table 3 on a page and what its cells hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from gipr_ml.sources.scan.columns import Columns, Header
from gipr_ml.sources.scan.ink import holds_ink, ink_box
from gipr_ml.sources.scan.ocr import Engine
from gipr_ml.sources.scan.rules import Rules
from gipr_ml.sources.scan.sheet import Rect, Sheet
from gipr_ml.sources.scan.words import Word, as_number, digits_only
from gipr_ml.types import Cell

ROW_GAP = 0.45
LOWEST_ROW = 0.7
"""Heights; rules nearer to each other bound no row."""
WINDOW = (0.5, 1.0)
"""Pitches and heights in which ink is looked for."""
WHOLE = 1.0
"""Pitches where printed rules bound the columns: numbers may stand at their edges."""
INSET = 0.05
"""Heights from the edges of a column at which its numbers begin."""
CROP = (0.8, 1.15)
"""Pitches and heights that are read where a number was missed."""
MARGIN = 0.25
"""Heights around the ink of a number that are read with it."""
UNSURE = 0.9
"""Confidence below which a number is read a second time, from its cell."""
DISAGREED = 0.5
"""Confidence of a number whose two readings differ, at most."""


@dataclass(frozen=True)
class Band:
    """A row: its middle and its edges."""

    y: float
    top: float
    bottom: float


def find_bands(
    rows: Sequence[Sequence[Word]],
    columns: Columns,
    header: Header | None,
    rules: Rules,
    height: float,
    floor: float,
) -> list[Band]:
    """The rows of the table down to `floor`, top to bottom.

    Printed rules decide where each row of numbers stands between two of its own; then rows that
    are blank throughout are there too.
    """
    inside = [[w for w in row if columns.of(w.x) is not None] for row in rows]
    centres = [median(w.y for w in row) for row in inside if row]
    loose = _loose(centres, height, floor)
    top = header.bottom if header is not None else 0.0
    if header is None and centres and not columns.ruled:
        top = centres[0] - 3 * height
    levels = rules.level((columns.left, top - height, columns.right, floor))
    spans = [
        (a, b) for a, b in pairwise(levels) if b - a > LOWEST_ROW * height and (a + b) / 2 > top
    ]
    homes = [[i for i, (a, b) in enumerate(spans) if a < y < b] for y in centres]
    if any(len(home) != 1 for home in homes) or len({h[0] for h in homes}) < len(homes):
        return loose
    middle = {home[0]: y for home, y in zip(homes, centres, strict=True)}
    return [Band(middle.get(i, (a + b) / 2), a, b) for i, (a, b) in enumerate(spans)]


def _loose(centres: Sequence[float], height: float, floor: float) -> list[Band]:
    """Rows whose edges lie midway between the middles of their numbers, the last above `floor`."""
    if not centres:
        return []
    inner = [(a + b) / 2 for a, b in pairwise(centres)]
    edges = [centres[0] - height, *inner, min(centres[-1] + height, floor)]
    return [Band(y, top, bottom) for y, top, bottom in zip(centres, edges, edges[1:], strict=False)]


def fill(
    sheet: Sheet,
    models: Engine,
    words: Sequence[Word],
    spans: Sequence[tuple[float, float]],
    bands: Sequence[Band],
    share: float = WINDOW[0],
) -> list[list[Cell]]:
    """The cells of rows by columns: read, blank where there is no ink, or illegible.

    Numbers that the detector missed, or took for one with their neighbours, are read from their
    cells; never without the test for ink, since a blank crop reads as 1. Ink is looked for in this
    `share` of the width of a column: in all of it where its edges are rules.
    """
    cells: list[list[Cell | None]] = [[None] * len(spans) for _ in bands]
    again: list[tuple[int, int, Word | None]] = []
    crowded: set[tuple[int, int]] = set()
    beside: set[tuple[int, int]] = set()
    places = _places(words, spans)
    looked, read = (share, WINDOW[1]), (max(share, CROP[0]), CROP[1])
    for i, band in enumerate(bands):
        row = [w for w in words if band.top <= w.y < band.bottom]
        for j, span in enumerate(spans):
            own = [w for w in row if span[0] <= w.x < span[1]]
            if len(own) == 1 and own[0].number is not None and not _spreads(own[0], spans):
                if share == WHOLE and _holds_rule(own[0], span, INSET * sheet.height):
                    again.append((i, j, own[0]))
                    beside.add((i, j))
                elif own[0].number_confidence >= UNSURE:
                    cells[i][j] = _cell(sheet, own[0].rect, own[0].number, own[0].number_confidence)
                else:
                    again.append((i, j, own[0]))
            elif own or holds_ink(sheet, _window(sheet, band, span, looked, places[j])):
                again.append((i, j, None))
                crowded |= {(i, j)} if sum(w.number is not None for w in own) > 1 else set()
            else:
                window = _window(sheet, band, span, read, places[j])
                cells[i][j] = Cell("", box=sheet.box(window))
    rects = []
    for i, j, first in again:
        rect = _tight(sheet, _window(sheet, bands[i], spans[j], read, places[j]))
        if (i, j) in beside and first is not None:
            rects.append(_within(first.rect, spans[j], INSET * sheet.height))
        else:
            rects.append(rect if first is None else _around(rect, first.rect))
    readings = sheet.read([sheet.quad(rect) for rect in rects], models)
    for (i, j, first), rect, reading in zip(again, rects, readings, strict=True):
        number, confidence = as_number(reading)
        if number is None:
            number, confidence = digits_only(reading)
        if first is not None and (i, j) in beside and number not in (None, first.number):
            confidence = min(DISAGREED, confidence)
        elif first is not None:
            number, confidence, rect = _of_two(first, number, confidence)
        if (i, j) in crowded or (first is None and number and _may_be_rule(number)):
            confidence = min(DISAGREED, confidence)
        cells[i][j] = _cell(sheet, rect, number, confidence, reading.text)
    return [[cell for cell in row if cell is not None] for row in cells]


def _tight(sheet: Sheet, window: Rect) -> Rect:
    """The ink of a window with a margin: a digit on a wide white strip is easily overlooked."""
    ink = ink_box(sheet, window)
    if ink is None:
        return window
    margin = MARGIN * sheet.height
    return (
        max(window[0], ink[0] - margin),
        max(window[1], ink[1] - margin),
        min(window[2], ink[2] + margin),
        min(window[3], ink[3] + margin),
    )


def _holds_rule(one: Word, span: tuple[float, float], inset: float) -> bool:
    """Whether a number whose box holds an edge of its column may have it as a 1."""
    over = one.rect[0] < span[0] + inset or one.rect[2] > span[1] - inset
    return over and one.number is not None and _may_be_rule(one.number)


def _within(rect: Rect, span: tuple[float, float], inset: float) -> Rect:
    """What of a rectangle lies between the edges of a column."""
    return max(rect[0], span[0] + inset), rect[1], min(rect[2], span[1] - inset), rect[3]


def _may_be_rule(number: str) -> bool:
    """Whether a stroke beside other digits may be a rule of the table read as 1."""
    return len(number) > 1 and "1" in (number[0], number[-1])


def _around(one: Rect, other: Rect) -> Rect:
    """The rectangle around both: ink that is broken into dots must not be cut off."""
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )


def _of_two(first: Word, number: str | None, confidence: float) -> tuple[str | None, float, Rect]:
    """The surer of two readings; they confirm or question each other."""
    if number == first.number:
        return number, max(confidence, first.number_confidence), first.rect
    if number is None or first.number_confidence >= confidence:
        return first.number, min(DISAGREED, first.number_confidence), first.rect
    return number, min(DISAGREED, confidence), first.rect


def _cell(sheet: Sheet, rect: Rect, number: str | None, confidence: float, raw: str = "") -> Cell:
    box = sheet.box(rect)
    if number is None:
        return Cell(raw, box=box, confidence=0.0, illegible=True)
    return Cell(number, box=box, confidence=round(confidence, 4))


def _spreads(word: Word, spans: Sequence[tuple[float, float]]) -> bool:
    """Whether a word reaches over the middles of two columns."""
    return sum(word.rect[0] < (a + b) / 2 < word.rect[2] for a, b in spans) > 1


def _places(
    words: Sequence[Word], spans: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Where the numbers of each column begin and end: they need not stand in its middle.

    A column without numbers has them where the others have theirs.
    """
    own = [
        [w for w in words if w.number is not None and a <= w.x < b and not _spreads(w, spans)]
        for a, b in spans
    ]
    off = [w.x - (a + b) / 2 for part, (a, b) in zip(own, spans, strict=True) for w in part]
    usual = median(off) if off else 0.0
    return [
        (min(w.rect[0] for w in part), max(w.rect[2] for w in part))
        if part
        else ((a + b) / 2 + usual, (a + b) / 2 + usual)
        for part, (a, b) in zip(own, spans, strict=True)
    ]


def _window(
    sheet: Sheet,
    band: Band,
    span: tuple[float, float],
    size: tuple[float, float],
    place: tuple[float, float],
) -> Rect:
    """Where in a cell a number is looked for: in its middle, and where others of its column are."""
    half, height = size[0] * (span[1] - span[0]) / 2, size[1] * sheet.height
    middle = (span[0] + span[1]) / 2
    inset = INSET * sheet.height
    left = max(span[0] + inset, min(middle - half, place[0] - sheet.height / 4))
    right = min(span[1] - inset, max(middle + half, place[1] + sheet.height / 4))
    top, bottom = band.y - height / 2, band.y + height / 2
    return left, max(top, band.top), right, min(bottom, band.bottom)
