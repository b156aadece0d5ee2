"""Layout and arithmetic of lines and cells as numbers, for a whole document at once.

Everything is computed over arrays that hold all cells (or all characters) of the document one after
another, so that the cost hardly depends on how many lines there are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gipr_ml.lines.arithmetic import COLUMNS, column_sums, row_sums
from gipr_ml.lines.cells import KINDS, MARK, NOTED, NUMBER, SIGN, TEXT, cell_kind
from gipr_ml.types import Line

Matrix = NDArray[np.float32]

WINDOW = 1
"""Lines on either side whose layout and arithmetic are looked at."""

TEXT_WINDOW = 2
"""Lines on either side whose text is looked at."""

DIGIT, CJK, LOWER, UPPER, STOP, PUNCT, SPACE, OTHER = range(8)
_BORDERS = {"explicit": b"\1\0\0", "spaces": b"\0\1\0", "none": b"\0\0\1"}
_MARKS = (
    re.compile(r"[一二三四五六七八九十]{1,3}[、.]"),
    re.compile(r"\([一二三四五六七八九十]{1,3}\)"),
    re.compile(r"\d{1,2}[、.](?!\d)"),
    re.compile(r"\(\d{1,2}\)|\d{1,2}\)"),
    re.compile(r"第[一二三四五六七八九十\d]+[条章款项]"),
    re.compile(r"(?:\\\d|\[\w\]|\*|注|备注|说明|[Nn]ote|[Ss]ource|※)"),
    re.compile(r"[-—–·第]?\s*\d{1,3}\s*[-—–·页]?$|[Pp]age \d+|[-—–]\s*\d{1,3}\s*[-—–]"),
    re.compile(r"https?:|www\.|#{1,6} "),
)
_ENDS = ("。", ":", ";", ",", ")", "、")


def _character_classes() -> NDArray[np.int64]:
    """Class of each character of the first plane; other scripts than Chinese count as letters."""
    table = np.full(0x10000, LOWER)
    table[0x3400:0xA000] = CJK
    table[0xF900:0xFB00] = CJK
    table[0xD800:0xF900] = OTHER
    for code in (
        *range(0x600),
        *range(0x2000, 0x2600),
        *range(0x3000, 0x3040),
        *range(0xFE10, 0x10000),
    ):
        table[code] = _class_of(chr(code))
    return table


def _class_of(character: str) -> int:
    if character in "。，；：、,;:.":
        return STOP
    category = unicodedata.category(character)
    if category == "Lu":
        return UPPER
    if category[0] == "Z" or character < " ":
        return SPACE
    return {"N": DIGIT if category == "Nd" else OTHER, "L": LOWER, "P": PUNCT}.get(
        category[0], OTHER
    )


_CLASSES = _character_classes()


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a document in flat arrays; `first[i]` is the index of line i's first cell."""

    first: NDArray[np.int64]
    count: NDArray[np.int64]
    line: NDArray[np.int64]
    column: NDArray[np.int64]
    kind: NDArray[np.int64]
    value: NDArray[np.float64]
    length: NDArray[np.int64]
    classes: Matrix
    """Characters of each class in each cell."""
    texts: tuple[str, ...]
    """The first cell of each line that holds anything, NFKC, without outer spaces."""

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return self.first.size


def grid_of(lines: Sequence[Line]) -> Grid:
    """The cells of a document's lines; a line without cells counts as one blank cell."""
    rows = [[cell.text for cell in line.cells] or [""] for line in lines]
    flat = [text for row in rows for text in row]
    count = np.fromiter((len(row) for row in rows), np.int64, len(rows))
    first = np.cumsum(count) - count
    line = np.repeat(np.arange(len(rows)), count)
    kinds = [cell_kind(text) for text in flat]
    length = np.fromiter((len(text) for text in flat), np.int64, len(flat))
    return Grid(
        first=first,
        count=count,
        line=line,
        column=np.arange(len(flat)) - first[line],
        kind=np.fromiter((kind for kind, _ in kinds), np.int64, len(flat)),
        value=np.fromiter((value for _, value in kinds), np.float64, len(flat)),
        length=length,
        classes=_class_counts(flat, length),
        texts=tuple(_leading_text(row) for row in rows),
    )


def _class_counts(texts: Sequence[str], length: NDArray[np.int64]) -> Matrix:
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    codes = np.minimum(np.frombuffer(joined, np.uint32), 0xFFFF)
    owner = np.repeat(np.arange(len(texts)), length)
    counts = np.bincount(owner * 8 + _CLASSES[codes], minlength=len(texts) * 8)
    return counts.reshape(-1, 8).astype(np.float32)


def _leading_text(row: Sequence[str]) -> str:
    for text in row:
        stripped = text.strip()
        if stripped:
            return unicodedata.normalize("NFKC", stripped[:200])
    return ""


def line_features(lines: Sequence[Line], grid: Grid | None = None) -> Matrix:
    """What each line looks like by itself and to its neighbours: one row a line."""
    grid = grid or grid_of(lines)
    if grid.lines == 0:
        return np.zeros((0, 0), np.float32)
    table = _value_table(grid)
    parts: list[NDArray[Any]] = [
        _shape(grid),
        _characters(grid),
        _marks(grid, lines),
        row_sums(table),
        column_sums(table),
        _likeness(grid),
        _position(grid, lines),
    ]
    return np.concatenate(parts, axis=1, dtype=np.float32)


def stacked(layout: Matrix, text: Matrix) -> Matrix:
    """What the trees see of the lines of one document: features and answers of the text stage,
    each line's beside those of its neighbours. Both have one row a line."""
    return np.concatenate([windowed(layout, WINDOW), windowed(text, TEXT_WINDOW)], axis=1)


def windowed(rows: Matrix, reach: int) -> Matrix:
    """Each row beside the rows before and after it; outside of the document -1."""
    count, width = rows.shape
    padded = np.full((count + 2 * reach, width), -1, np.float32)
    padded[reach : reach + count] = rows
    return np.concatenate([padded[i : i + count] for i in range(2 * reach + 1)], axis=1)


# ---------------------------------------------------------------- by itself


def _shape(grid: Grid) -> Matrix:
    kinds = np.bincount(grid.line * KINDS + grid.kind, minlength=grid.lines * KINDS)
    kinds = kinds.reshape(-1, KINDS)
    filled = grid.kind > 0
    full = np.maximum(kinds[:, 1:].sum(1), 1)
    position = np.where(filled, grid.column, 10_000)
    leading = np.minimum(np.minimum.reduceat(position, grid.first), grid.count)
    last = np.maximum.reduceat(np.where(filled, grid.column, -1), grid.first)
    lead = grid.kind[grid.first + np.minimum(leading, grid.count - 1)]
    tail = grid.kind[grid.first + np.maximum(last, 0)]
    numbers = kinds[:, NUMBER] + kinds[:, NOTED]
    words = np.maximum(kinds[:, TEXT], 1)
    text_length = np.add.reduceat(np.where(grid.kind == TEXT, grid.length, 0), grid.first)
    return np.column_stack(
        [
            np.minimum(grid.count, 40),
            np.minimum(full, 40),
            kinds[:, 0] / grid.count,
            numbers / full,
            numbers,
            kinds[:, TEXT],
            kinds[:, TEXT] / full,
            kinds[:, SIGN],
            kinds[:, MARK],
            kinds[:, NOTED],
            leading,
            grid.count - 1 - last,
            lead == NUMBER,
            lead == TEXT,
            lead == MARK,
            tail == NUMBER,
            tail == TEXT,
            text_length / words,
            np.maximum.reduceat(grid.length, grid.first),
            grid.length[grid.first + np.minimum(leading, grid.count - 1)],
        ]
    )


def _characters(grid: Grid) -> Matrix:
    counts = np.add.reduceat(grid.classes, grid.first, axis=0)
    total = counts.sum(1) - counts[:, SPACE]
    share = counts / np.maximum(total, 1)[:, None]
    head = grid.classes[grid.first + _leading(grid)]
    return np.column_stack(
        [
            total,
            share[:, :PUNCT],
            counts[:, DIGIT],
            counts[:, CJK],
            counts[:, STOP],
            counts[:, SPACE],
            counts[:, PUNCT],
            head[:, UPPER] / np.maximum(head[:, UPPER] + head[:, LOWER], 1),
            head[:, DIGIT],
        ]
    )


def _leading(grid: Grid) -> NDArray[np.int64]:
    position = np.where(grid.kind > 0, grid.column, 10_000)
    return np.minimum(np.minimum.reduceat(position, grid.first), grid.count - 1)


def _marks(grid: Grid, lines: Sequence[Line]) -> Matrix:
    marks = b"".join([_text_marks(text) for text in grid.texts])
    borders = b"".join([_BORDERS[line.borders] for line in lines])
    parts = [np.frombuffer(part, bool).reshape(grid.lines, -1) for part in (marks, borders)]
    return np.concatenate(parts, axis=1)


@lru_cache(maxsize=1 << 14)
def _text_marks(text: str) -> bytes:
    """How a text begins and ends: item marks, page numbers, addresses; stops; case.

    Each byte is 0 or 1.
    """
    return bytes(
        (
            *(mark.match(text) is not None for mark in _MARKS),
            *(text.endswith(end) for end in _ENDS),
            text[:1].islower(),
            text.isupper(),
        )
    )


def _value_table(grid: Grid) -> NDArray[np.float64]:
    """Values by line and column, NaN where there is no number."""
    width = min(int(grid.count.max()), COLUMNS)
    table = np.full((grid.lines, width), np.nan)
    inside = grid.column < width
    table[grid.line[inside], grid.column[inside]] = grid.value[inside]
    return table


# ---------------------------------------------------------------- among the others


def _likeness(grid: Grid) -> Matrix:
    """How like the line before and after: same width, same kinds of cells, same words."""
    seen: dict[str, int] = {}
    repeats = np.zeros(grid.lines)
    for i, text in enumerate(grid.texts):
        repeats[i] = min(seen.get(text, 0), 3)
        seen[text] = seen.get(text, 0) + 1
    capped = np.minimum(grid.column, 31)
    power = np.int64(7) ** (capped % 16)
    pattern = np.add.reduceat((grid.kind + 1) * power, grid.first)
    same_width = np.zeros((grid.lines, 2))
    same_kinds = np.zeros((grid.lines, 2))
    same_width[1:, 0] = grid.count[1:] == grid.count[:-1]
    same_kinds[1:, 0] = pattern[1:] == pattern[:-1]
    same_width[:-1, 1] = same_width[1:, 0]
    same_kinds[:-1, 1] = same_kinds[1:, 0]
    return np.column_stack([repeats, same_width, same_kinds])


def _position(grid: Grid, lines: Sequence[Line]) -> Matrix:
    """Place in the document and in the run of lines with several cells; blank lines before."""
    count = grid.lines
    index = np.arange(count)
    number = np.fromiter((line.number for line in lines), np.int64, count)
    gap = np.diff(number, prepend=number[0] - 1) - 1
    after = np.append(gap[1:], 0)
    numeric = np.bincount(
        grid.line, weights=(grid.kind == NUMBER) | (grid.kind == NOTED), minlength=count
    )
    before: NDArray[np.int64] = np.cumsum(numeric > 0) - (numeric > 0)
    rest = (numeric > 0).sum() - before - (numeric > 0)
    wide = grid.count > 1
    start = np.maximum.accumulate(np.where(wide, -1, index))
    end = np.minimum.accumulate(np.where(wide, count, index)[::-1])[::-1]
    return np.column_stack(
        [
            index / count,
            np.minimum(index, 50),
            np.minimum(count - 1 - index, 50),
            np.clip(gap, 0, 4),
            np.clip(after, 0, 4),
            np.minimum(before, 50),
            np.minimum(rest, 50),
            np.where(wide, index - start, 0),
            np.where(wide, end - index, 0),
        ]
    )
