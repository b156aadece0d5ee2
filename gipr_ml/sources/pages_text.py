"""Characters to rows of text, and rows of text to lines of cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gipr_ml.sources.chars import clean, join_texts
from gipr_ml.sources.layout import add_lines
from gipr_ml.sources.lines import LineList
from gipr_ml.sources.pages import Glyph, hull, turned
from gipr_ml.types import Cell

_SAME_ROW = 0.35
"""Sizes of type that two centres may differ in height within one row. Values set beside the middle
of a label of two lines are half a line, about .6, away from either."""
_WIDE_GAP, _CELL_GAP = 0.7, 1.6
"""Sizes of type between two Chinese characters: less is the spacing of a justified line, more than
the second a border of cells."""
_NARROW_GAP, _NARROW_CELL_GAP = 0.18, 0.9
"""The same where a digit or a Latin letter is on either side."""
_BLANK = 0.08
_OVERLAP = -1.0
"""Sizes of type that a glyph may reach into the one before; more, and two texts overlap."""
_MARGINS = 11.5
"""Points between the borders of a cell and a row of digits that fills it, both sides together: word
processors keep 5.4 on either side."""


@dataclass(frozen=True)
class Row:
    """Characters that stand beside each other, from left to right."""

    glyphs: Sequence[Glyph]

    @property
    def middle(self) -> float:
        """Height of the centre."""
        return sum(glyph.middle for glyph in self.glyphs) / len(self.glyphs)

    @property
    def width(self) -> float:
        """From the first character to the last."""
        left = min(glyph.left for glyph in self.glyphs)
        return max(glyph.right for glyph in self.glyphs) - left

    @property
    def digit(self) -> float:
        """Width of one character."""
        return self.width / len(self.glyphs)

    def words(self) -> list[list[Glyph]]:
        """The row cut at every gap that may part two cells."""
        words = [[self.glyphs[0]]]
        for before, glyph in pairwise(self.glyphs):
            if spaces_between(before, glyph) > 1:
                words.append([])
            words[-1].append(glyph)
        return words

    def text(self, widest: int = 8) -> tuple[str, list[Glyph | None]]:
        """The text, and for each of its characters the glyph; gaps become 1 to `widest` spaces."""
        text = ""
        origin: list[Glyph | None] = []
        before: Glyph | None = None
        for glyph in self.glyphs:
            gap = min(spaces_between(before, glyph), widest) if before else 0
            text += " " * gap + glyph.text
            origin += [None] * gap + [glyph] * len(glyph.text)
            before = glyph
        return text, origin


def spaces_between(before: Glyph, glyph: Glyph) -> int:
    """Spaces that stand for the gap between two glyphs of a row: 2 and more part cells."""
    size = max(min(before.size, glyph.size), 1.0)
    gap = (glyph.left - before.right) / size
    wide = _is_wide(before) and _is_wide(glyph)
    least, parted = (_WIDE_GAP, _CELL_GAP) if wide else (_NARROW_GAP, _NARROW_CELL_GAP)
    if gap >= parted:
        return max(2, round(gap))
    if gap < _OVERLAP:
        return 2
    if glyph.spaced and not wide and gap > _BLANK:
        return 1
    return int(gap >= least)


def _is_wide(glyph: Glyph) -> bool:
    return glyph.text >= "\u2e80" or glyph.text in "“”‘’—…·"


def rows_of(glyphs: Iterable[Glyph]) -> list[Row]:
    """The glyphs as rows from top to bottom."""
    given = list(glyphs)
    rows: list[list[Glyph]] = []
    middle = size = 0.0
    for glyph in sorted(given, key=lambda glyph: (glyph.middle, glyph.left)):
        if rows and glyph.middle - middle <= _SAME_ROW * max(size, glyph.size):
            rows[-1].append(glyph)
            size = max(size, glyph.size)
        else:
            rows.append([glyph])
            middle, size = glyph.middle, glyph.size
    place = {id(glyph): number for number, glyph in enumerate(given)}
    return [Row(_in_order(sorted(row, key=lambda glyph: place[id(glyph)]))) for row in rows]


def _in_order(row: Sequence[Glyph]) -> list[Glyph]:
    """The glyphs of a row from left to right, those written in one go kept together.

    A label that is too long for its cell lies over the value beside it; by their places alone its
    characters and the digits would be mixed.
    """
    runs: list[list[Glyph]] = []
    for glyph in row:
        gap = (glyph.left - runs[-1][-1].right) / max(glyph.size, 1.0) if runs else 0.0
        if runs and -_WIDE_GAP < gap < _WIDE_GAP:
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    return [glyph for run in sorted(runs, key=lambda run: run[0].left) for glyph in run]


def cell_text(glyphs: Sequence[Glyph], width: float = 0.0) -> str:
    """The text of a cell: its rows joined, text written sideways too.

    A number that goes on below is one where the cell is `width` points wide and the next digit did
    not fit; else, as with a width of 0, the rows of digits stay apart.
    """
    parts: list[str] = []
    for turn in dict.fromkeys(glyph.turn for glyph in glyphs):
        own = [turned(glyph, -turn, 0, 0) for glyph in glyphs if glyph.turn == turn]
        rows = rows_of(own)
        texts = [row.text(widest=1)[0] for row in rows]
        if turn == 0 and width > 0 and is_wrapped_number(rows, width):
            texts = ["".join(texts)]
        parts += texts
    return clean(join_texts(parts)).strip()


def is_wrapped_number(rows: Sequence[Row], width: float) -> bool:
    """Whether a number was too wide for its cell of `width` points and goes on below."""
    texts = [row.text(widest=1)[0].replace(".", "").replace(",", "") for row in rows]
    full = all(row.width + row.digit + _MARGINS >= width for row in rows[:-1])
    return len(rows) > 1 and full and all(map(str.isdigit, texts))


def add_row(lines: LineList, row: Row, number: int) -> None:
    """Add a row of text outside of tables drawn with rules, its cells told apart by their gaps.

    `number` counts the rows of the document; pieces of one row share it.
    """
    text, origin = row.text()
    first = len(lines.lines)
    add_lines(lines, [(number, text)])
    for index in range(first, len(lines.lines)):
        line = lines.lines[index]
        cells = tuple(_boxed(cell, origin) for cell in line.cells)
        lines.lines[index] = replace(line, cells=cells)


def _boxed(cell: Cell, origin: Sequence[Glyph | None]) -> Cell:
    own = origin[cell.start : cell.start + len(cell.text)]
    return replace(cell, box=hull(glyph for glyph in own if glyph))
