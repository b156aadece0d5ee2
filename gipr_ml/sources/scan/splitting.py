"""Boxes of text that reach over the edges of columns, cut there and read anew.

Where columns are narrow the detector takes the labels of several for one line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

from rapidfuzz import fuzz, process

from gipr_ml.forms import load_forms
from gipr_ml.sources.chars import fold
from gipr_ml.sources.scan.ink import holds_ink
from gipr_ml.sources.scan.ocr import Engine
from gipr_ml.sources.scan.sheet import Rect, Sheet
from gipr_ml.sources.scan.words import Word, word

OVER = 0.5
"""Heights that a word must reach over an edge."""
SPANNING = 75
"""Likeness, of 100, to a label that is printed over several columns."""
COVERED = 0.8
"""Share of a text that labels of columns must make up."""
INSET = 0.08
"""Heights that a piece keeps from the edges, which may be printed rules."""


def split(
    sheet: Sheet, models: Engine, words: Sequence[Word], edges: Sequence[float]
) -> list[Word]:
    """The words, with those that reach over an edge in pieces; what spans columns stays whole."""
    kept: list[Word] = []
    pieces: list[Rect] = []
    for one in words:
        inner = [e for e in edges if one.rect[0] + OVER * sheet.height < e]
        inner = [e for e in inner if e < one.rect[2] - OVER * sheet.height]
        if not inner or spans_columns(one.text):
            kept.append(one)
            continue
        cuts = [one.rect[0], *inner, one.rect[2]]
        pieces += _pieces(sheet, one, cuts)
    if pieces:
        readings = sheet.read([sheet.quad(rect) for rect in pieces], models)
        kept += [
            word(rect, reading)
            for rect, reading in zip(pieces, readings, strict=True)
            if reading.text
        ]
    return kept


def spans_columns(text: str) -> bool:
    """Whether a text is a label that the forms print over several columns."""
    best = process.cdist([fold(text.strip())], _spanning(), scorer=fuzz.ratio)
    return bool(best.max() > SPANNING)


def by_labels(words: Sequence[Word], table: str) -> list[Word]:
    """The words, with those that are several column labels of a table in pieces.

    The edges of the columns need not be known: Chinese characters are equally wide.
    """
    pattern = _column_labels(table)
    found: list[Word] = []
    for one in words:
        text = one.text.replace(" ", "")
        parts = list(pattern.finditer(text))
        if len(parts) < 2 or sum(len(part.group()) for part in parts) < COVERED * len(text):
            found.append(one)
            continue
        left, top, right, bottom = one.rect
        each = (right - left) / len(text)
        for part in parts:
            rect = (left + part.start() * each, top, left + part.end() * each, bottom)
            found.append(replace(one, rect=rect, text=part.group()))
    return found


def _pieces(sheet: Sheet, one: Word, cuts: Sequence[float]) -> list[Rect]:
    inset = INSET * sheet.height
    rects = []
    for left, right in pairwise(cuts):
        rect = (left + inset, one.rect[1], right - inset, one.rect[3])
        if holds_ink(sheet, rect):
            rects.append(rect)
    return rects


@cache
def _spanning() -> list[str]:
    names = {"申请人情况"}
    for form in load_forms().tables.values():
        if form.table == "t3":
            names |= {name for column in form.rows[0].columns for name in column.group}
        if form.table == "t4":
            names |= {name for row in form.rows for name in (row.label, *row.group)}
    return sorted(fold(name) for name in names)


@cache
def _column_labels(table: str) -> re.Pattern[str]:
    """Labels of columns, the longest first; where columns are narrow, parts of them too."""
    names = set()
    for column in (
        c for form in load_forms().forms_of(table) for r in form.rows for c in r.columns
    ):
        names |= {column.label, *column.aliases}
        if table != "t2":
            names |= {column.label[i : i + 2] for i in range(0, len(column.label) - 1, 2)}
            names |= {column.label[:3], column.label[3:]} if len(column.label) > 3 else set()
    names = {name for name in names if len(name) > 1}
    return re.compile("|".join(sorted(names, key=len, reverse=True)))
