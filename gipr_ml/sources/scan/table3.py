"""Table 3 on one page: each of its rows as one line with seven cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rapidfuzz import fuzz

from gipr_ml.sources.chars import is_cjk
from gipr_ml.sources.scan.columns import (
    Columns,
    Header,
    blank_columns,
    find_columns,
    find_header,
    sparse_rows,
    value_rows,
)
from gipr_ml.sources.scan.draft import Draft, text_cell
from gipr_ml.sources.scan.inked import inked_columns
from gipr_ml.sources.scan.labels import deal
from gipr_ml.sources.scan.ocr import Engine
from gipr_ml.sources.scan.rows import WHOLE, WINDOW, Band, fill, find_bands
from gipr_ml.sources.scan.rules import Rules
from gipr_ml.sources.scan.sheet import Sheet
from gipr_ml.sources.scan.splitting import split
from gipr_ml.sources.scan.words import Word, clusters, text_rows
from gipr_ml.sources.scan.wrapped import join_wrapped
from gipr_ml.types import Cell

GROUPS = ("申请人情况", "法人或其他组织")
"""Labels of the header that stand over several columns."""
GROUP_RATIO = 75
OTHER_TABLES = ("行政复议", "行政诉讼")
"""Words that a page prints below table 3: heading and header of table 4."""
BESIDE = 1.2
"""Heights between the middles of a number alone and of a line of its label."""
REACH = 1.5
"""Heights that a label may begin above its row."""
INTO = 0.2
"""Heights above the middle of a heading where a rule may still be the last of the table above."""


@dataclass(frozen=True)
class Found:
    """The lines of table 3 and the words that went into them."""

    drafts: list[Draft]
    used: set[int]
    """`id` of each word."""
    top: float
    bottom: float


def read_table3(sheet: Sheet, words: Sequence[Word], rules: Rules, models: Engine) -> Found | None:
    """Table 3, or the part of it that stands on this page; None where there is none."""
    height = sheet.height
    header = find_header(words, height)
    floor = _floor(sheet, words, header)
    above = [w for w in words if w.y < floor]
    rows = _near(value_rows(above, height, header), above, height)
    sparse = header is None and not (rows and _is_continuation(rows))
    if sparse:
        rows = sparse_rows(above, height)
    columns = find_columns(rows, above, header, rules, height) if rows else None
    if columns is None or (sparse and not columns.ruled):
        columns = blank_columns(above, header, rules, height)
        if columns is None and header is None:
            columns = inked_columns(sheet, above)
        rows = []
    if columns is None:
        return None
    given, words = words, join_wrapped(words, columns, rules, height, floor)
    above = [w for w in words if w.y < floor]
    if header is None:
        rows = _all_rows(above, columns, height)
    elif rows:
        rows = _near(value_rows(above, height, header), above, height)
    bands = find_bands(rows, columns, header, rules, height, floor)
    bands = _within(bands, rows, above, columns)
    if not bands:
        return None
    found = _lines(sheet, models, words, columns, bands, header)
    joined = {id(w) for w in given} - {id(w) for w in words}
    return replace(found, used=found.used | joined)


def _floor(sheet: Sheet, words: Sequence[Word], header: Header | None) -> float:
    """Where the next table begins, or the end of the page.

    The last rule of this one may touch what follows, whose box begins a little above its text.
    """
    top = header.bottom if header is not None else 0.0
    after = [w for w in words if w.y > top and any(t in w.text for t in OTHER_TABLES)]
    tops = [max(w.rect[1], w.y - INTO * sheet.height) for w in after]
    return min([*tops, float(sheet.grey.shape[0])])


def _is_continuation(rows: Sequence[Sequence[Word]]) -> bool:
    """Whether rows without a header are table 3: several of them, or one of just seven."""
    return len(rows) > 1 or len(rows[0]) == 7


def _near(rows: Sequence[list[Word]], words: Sequence[Word], height: float) -> list[list[Word]]:
    """The rows without what is below the others, such as a page number: it has no label, or is far
    away."""
    found = list(rows)
    while len(found) > 1 and len(found[-1]) < 2:
        last = found[-1][0]
        gaps = [b[0].y - a[0].y for a, b in pairwise(found)]
        far = len(gaps) > 1 and gaps[-1] > max(2.5 * max(gaps[:-1]), 4 * height)
        beside = [w for w in words if w.x < last.x and abs(w.y - last.y) < BESIDE * height]
        if not far and any(is_cjk(char) for w in beside for char in w.text):
            break
        found.pop()
    return found


def _all_rows(words: Sequence[Word], columns: Columns, height: float) -> list[list[Word]]:
    """On a page without a header: rows of fewer numbers too, as long as they are in columns."""
    inside = [w for w in words if w.is_count and columns.of(w.x) is not None]
    return _near(clusters(inside, 0.45 * height, lambda w: w.y), words, height)


def _within(
    bands: Sequence[Band],
    rows: Sequence[Sequence[Word]],
    words: Sequence[Word],
    columns: Columns,
) -> list[Band]:
    """The rows from the first to the last with a number or a label beside it."""
    numbers = [w.y for row in rows for w in row if columns.of(w.x) is not None]
    labels = [w.y for w in words if w.x < columns.left and any(map(is_cjk, w.text))]
    counts = [sum(b.top <= y < b.bottom for y in numbers) for b in bands]
    named = [any(b.top <= y < b.bottom for y in labels) for b in bands]
    # A number alone on its line, without a label, is that of the page; an address is no label.
    kept = [count > 1 or name for count, name in zip(counts, named, strict=True)]
    if not any(kept):
        return []
    first, last = kept.index(True), len(kept) - kept[::-1].index(True)
    return list(bands[first:last])


def _lines(
    sheet: Sheet,
    models: Engine,
    words: Sequence[Word],
    columns: Columns,
    bands: Sequence[Band],
    header: Header | None,
) -> Found:
    height = sheet.height
    top, bottom = bands[0].top, bands[-1].bottom
    values = [w for w in words if columns.left <= w.x < columns.right and top <= w.y < bottom]
    beside = [w for w in words if w.x < columns.left and top - height / 2 <= w.y < bottom]
    share = WHOLE if columns.ruled else WINDOW[0]
    cells = fill(sheet, models, values, columns.spans, bands, share)
    ruled = any(abs(a.bottom - b.top) < 1 for a, b in pairwise(bands))
    own_side = split(sheet, models, beside, [columns.left])
    own_side = [w for w in own_side if w.x < columns.left]
    labels = deal(own_side, bands, height, ruled=ruled and columns.ruled)
    drafts, used = _header_lines(sheet, models, words, columns, header, top)
    for index, band in enumerate(bands):
        own: list[Cell] = []
        for part in (labels.groups[index], labels.rows[index]):
            if part:
                own.append(text_cell(sheet, part))
        drafts.append(Draft(band.y, [*own, *cells[index]], "explicit", table=3))
    if labels.groups[-1]:
        for row in text_rows(labels.groups[-1]):
            drafts.append(Draft(bottom, [text_cell(sheet, row)]))
    used |= {id(w) for w in (*values, *beside)}
    return Found(drafts, used, top, bottom)


def _header_lines(
    sheet: Sheet,
    models: Engine,
    words: Sequence[Word],
    columns: Columns,
    header: Header | None,
    top: float,
) -> tuple[list[Draft], set[int]]:
    """The header as the form prints it: what spans columns, then the labels of the columns."""
    if header is None:
        return [], set()
    start = header.first.y - 4 * sheet.height
    inside = [w for w in words if columns.left <= w.x < columns.right and start < w.y < top]
    spanning = {
        name: [w for w in inside if fuzz.ratio(w.text.strip(), name) > GROUP_RATIO]
        for name in GROUPS
    }
    over = {id(w) for part in spanning.values() for w in part}
    edges = [left for left, _ in columns.spans]
    labels = split(sheet, models, [w for w in inside if id(w) not in over], edges)
    by_column = [[w for w in labels if columns.of(w.x) == i] for i in range(7)]
    drafts = []
    first = min(w.rect[1] for w in inside)
    if spanning[GROUPS[0]]:
        drafts.append(Draft(first, [text_cell(sheet, spanning[GROUPS[0]])], "explicit", table=3))
    outer = [by_column[0], spanning[GROUPS[1]], by_column[6]]
    cells = [text_cell(sheet, part) for part in outer if part]
    drafts.append(Draft(first, cells, "explicit", table=3))
    cells = [text_cell(sheet, part) for part in by_column[1:6] if part]
    drafts.append(Draft(first, cells, "explicit", table=3))
    return [d for d in drafts if d.cells], {id(w) for w in inside}
