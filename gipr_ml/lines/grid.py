"""The cells of a document in flat arrays, one after another.

What a cell looks like depends on its text alone, and the official labels and small numbers come
again in every report: so what short texts look like is remembered.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gipr_ml.lines.cells import cell_kind
from gipr_ml.lines.text import LONG, framed, masked, plain
from gipr_ml.types import Line

Matrix = NDArray[np.float32]

REMEMBERED = 1 << 15
"""Texts of cells that are remembered."""
SHORT = 64
"""Characters of a text that is worth remembering."""
OPENING = 200
"""Characters of a line that are looked at for marks."""

DIGIT, CJK, LOWER, UPPER, STOP, PUNCT, SPACE, OTHER = range(8)
_CLASSES = 8
_KIND, _VALUE, _LENGTH, _FIRST_CLASS = range(4)
_WIDTH = _FIRST_CLASS + _CLASSES
"""A cell is remembered as the bytes of so many float64: kind, value, length, classes."""

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


_CLASS_OF = _character_classes()


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
    marks: NDArray[np.bool_]
    """How each of `texts` begins and ends; one row a line."""
    masked: tuple[str, ...]
    """Each line as the text stage sees it."""

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return self.first.size


def grid_of(lines: Sequence[Line]) -> Grid:
    """The cells of a document's lines; a line without cells counts as one blank cell."""
    rows = [[cell.text for cell in line.cells] or [""] for line in lines]
    cells, plains = _looks(list(chain.from_iterable(rows)))
    count = np.array([len(row) for row in rows], np.int64)
    first = np.cumsum(count) - count
    line = np.repeat(np.arange(len(rows)), count)
    length = cells[:, _LENGTH].astype(np.int64)
    openings = [_opening(_leading(row)) for row in rows]
    marks = np.frombuffer(b"".join([marks for _, marks in openings]), bool)
    return Grid(
        first=first,
        count=count,
        line=line,
        column=np.arange(len(cells)) - first[line],
        kind=cells[:, _KIND].astype(np.int64),
        value=cells[:, _VALUE],
        length=length,
        classes=cells[:, _FIRST_CLASS:].astype(np.float32),
        texts=tuple([text for text, _ in openings]),
        marks=marks.reshape(len(rows), len(_MARKS) + len(_ENDS) + 2),
        masked=_masked(rows, plains, np.add.reduceat(length, first) + count - 1),
    )


def _masked(
    rows: Sequence[Sequence[str]], plains: Sequence[str], lengths: NDArray[np.int64]
) -> tuple[str, ...]:
    """`masked` of each line, out of what is remembered of its cells where it is no long line."""
    found = []
    at = 0
    for row, length in zip(rows, lengths.tolist(), strict=True):
        end = at + len(row)
        found.append(masked(row) if length > LONG else framed("|".join(plains[at:end])))
        at = end
    return tuple(found)


# ---------------------------------------------------------------- cells

_known: dict[str, tuple[bytes, str]] = {}


def _looks(texts: Sequence[str]) -> tuple[NDArray[np.float64], list[str]]:
    """Kind, value, length and counts of characters of each text, one row a text; and `plain`."""
    found: list[Any] = list(map(_known.get, texts))
    if not all(found):
        fresh = _computed([text for text, look in zip(texts, found, strict=True) if not look])
        found = [look or fresh[text] for text, look in zip(texts, found, strict=True)]
        if len(_known) > REMEMBERED:
            _known.clear()
        _known.update([item for item in fresh.items() if len(item[0]) <= SHORT])
    data = b"".join([look for look, _ in found])
    return np.frombuffer(data).reshape(-1, _WIDTH), [words for _, words in found]


def _computed(texts: Sequence[str]) -> dict[str, tuple[bytes, str]]:
    """What is remembered of each text: the row of `_looks` as bytes, and `plain`."""
    texts = list(dict.fromkeys(texts))
    length = np.array([len(text) for text in texts], np.int64)
    rows = np.empty((len(texts), _WIDTH))
    rows[:, : _VALUE + 1] = [cell_kind(text) for text in texts]
    rows[:, _LENGTH] = length
    rows[:, _FIRST_CLASS:] = _class_counts(texts, length)
    data, size = rows.tobytes(), rows.strides[0]
    return {text: (data[i * size : (i + 1) * size], plain(text)) for i, text in enumerate(texts)}


def _class_counts(texts: Sequence[str], length: NDArray[np.int64]) -> NDArray[np.int64]:
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    codes = np.minimum(np.frombuffer(joined, np.uint32), 0xFFFF)
    owner = np.repeat(np.arange(len(texts)) * _CLASSES, length)
    counts = np.bincount(owner + _CLASS_OF[codes], minlength=len(texts) * _CLASSES)
    return counts.reshape(-1, _CLASSES)


# ---------------------------------------------------------------- beginnings of lines


def _leading(row: Sequence[str]) -> str:
    """The first cell that holds anything, without outer spaces, as far as it is looked at."""
    for text in row:
        stripped = text.strip()
        if stripped:
            return stripped[:OPENING]
    return ""


@lru_cache(maxsize=1 << 14)
def _opening(text: str) -> tuple[str, bytes]:
    """A text in NFKC; and how it begins and ends: item marks, page numbers, addresses; stops; case.

    Each byte is 0 or 1.
    """
    text = unicodedata.normalize("NFKC", text)
    return text, bytes(
        (
            *(mark.match(text) is not None for mark in _MARKS),
            *(text.endswith(end) for end in _ENDS),
            text[:1].islower(),
            text.isupper(),
        )
    )
