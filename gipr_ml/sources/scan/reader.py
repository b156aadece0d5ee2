"""One picture of a page to its lines, in reading order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from gipr_ml.sources.scan.banded import read_row
from gipr_ml.sources.scan.draft import Draft, text_cell
from gipr_ml.sources.scan.ocr import Engine, engine
from gipr_ml.sources.scan.page import SMALLEST_SIDE, size_of, to_pixels
from gipr_ml.sources.scan.rules import Rules
from gipr_ml.sources.scan.sheet import Sheet, look, rule_boxes
from gipr_ml.sources.scan.table2 import parted, read_table2
from gipr_ml.sources.scan.table3 import read_table3
from gipr_ml.sources.scan.table4 import read_table4
from gipr_ml.sources.scan.words import Word, read_words, text_rows
from gipr_ml.types import Cell, Line, Page

_PAGE_NUMBER = re.compile(r"(?=.*[^\d])[-—–－一·.]*(\d{1,3})[-—–－一·.]*")
FOOT = 0.85
"""Share of the page below which its number stands."""
EDGE = 0.07
"""Share of the page at its top and bottom where running heads stand."""
APART = 1.5
"""Heights of empty space between words that are cells of their own."""


def read_scanned(page: Any, page_number: int) -> Page:
    """The lines and the rules of a scanned page, a PIL image or an array (h, w) or (h, w, 3).

    Lines are numbered from 0 on this page. A row of a table is one line with `borders` "explicit":
    cells of labels, then a cell for each value: seven in table 3. An empty cell is blank paper; one
    that is `illegible` holds ink that could not be read. `Cell.box` is in pixels of the page as
    it was given, from its top left corner, also where it lies on its side; `Cell.confidence` of a
    number is that of its digits. Raises `MissingPart` where the OCR is not installed.
    """
    pixels, size = to_pixels(page), size_of(page)
    empty = Page(page_number, (), size)
    if min(pixels.shape[:2]) < SMALLEST_SIDE:
        return empty
    models = engine()
    sheet = look(pixels, size, models)
    if not len(sheet.quads):
        return empty
    drafts = _drafts(sheet, read_words(sheet, models), models)
    tables: dict[int, int] = {}
    lines = []
    for number, draft in enumerate(drafts):
        table = None if draft.table is None else tables.setdefault(draft.table, len(tables))
        lines.append(
            Line(number, _placed(draft.cells), draft.borders, page_number, table, number + 1)
        )
    return Page(page_number, tuple(lines), size, rule_boxes(sheet))


def _drafts(sheet: Sheet, words: Sequence[Word], models: Engine) -> list[Draft]:
    """The official tables, each by what it is known by, then all other rows and text."""
    rules = Rules(sheet)
    words = parted(sheet, words, rules, models)
    drafts, used = read_table2(sheet, words, rules, models)
    rest = [w for w in words if id(w) not in used]
    third = read_table3(sheet, rest, rules, models)
    rest = [w for w in rest if third is None or id(w) not in third.used]
    fourth = read_table4(sheet, rest, rules, models)
    rest = [w for w in rest if fourth is None or id(w) not in fourth.used]
    for row in text_rows(rest):
        draft = _furniture(sheet, row) or read_row(sheet, row, rules, models)
        drafts.append(draft or _text(sheet, row))
    drafts.sort(key=lambda draft: draft.y)
    for found in (third, fourth):
        if found is not None:
            place = sum(draft.y < found.drafts[-1].y for draft in drafts)
            drafts[place:place] = found.drafts
    return drafts


def _furniture(sheet: Sheet, row: Sequence[Word]) -> Draft | None:
    """A number of the page, of whose dashes one may have been missed, or a running head or foot:
    their numbers belong to no table."""
    y = row[0].y / sheet.grey.shape[0]
    text = " ".join(word.text for word in row)
    found = _PAGE_NUMBER.fullmatch(text.replace(" ", ""))
    if found is not None and y > FOOT:
        text = f"- {found[1]} -"
    elif EDGE < y < 1 - EDGE:
        return None
    return Draft(row[0].y, [replace(text_cell(sheet, row), text=text)])


def _text(sheet: Sheet, row: Sequence[Word]) -> Draft:
    """A line of text; words far apart are cells of their own."""
    parts: list[list[Word]] = [[row[0]]]
    for last, one in pairwise(row):
        if one.rect[0] - last.rect[2] > APART * sheet.height or one.number or last.number:
            parts.append([one])
        else:
            parts[-1].append(one)
    y = sum(w.y for w in row) / len(row)
    cells = [text_cell(sheet, part) for part in parts]
    return Draft(y, cells, "spaces" if len(cells) > 1 else "none")


def _placed(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """The cells with their offsets in the text of the line, as if joined by tabs."""
    found, start = [], 0
    for cell in cells:
        found.append(replace(cell, start=start))
        start += len(cell.text) + 1
    return tuple(found)
