"""Prose out of labelled lines: wrapped lines joined, spaces dropped, every character placed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from gipr_ml.types import LabelledLine, Place
from gipr_ml.types.quick import quick_dataclass

_PROSE = frozenset({"narrative", "note", "unresolved"})
_HEADS = frozenset({"title", "section"})
_PROSE_OR_HEADS = _PROSE | _HEADS
_SENTENCE_END = re.compile(r"[。！？!?]")
_BREAK_AFTER = re.compile(r"[。！？!?：:；;]$")
_ITEM_START = re.compile(r"[（(]?[一二三四五六七八九十0-9]{1,3}[）)、.．]")
_PUNCTUATED = re.compile(r"[，。；]")
_LONG_CELL = 12
"""A table cell of this many characters with punctuation may hold prose."""

_INVISIBLE = "\u200b\ufeff"


@quick_dataclass(frozen=True, slots=True)
class Piece:
    """Text of one cell that stands in a paragraph."""

    text: str
    page: int | None
    line: int
    cell: int


class Paragraph:
    """Pieces of text in reading order, as one text without spaces."""

    def __init__(self, pieces: Sequence[Piece], head: bool = False) -> None:
        self.pieces = tuple(pieces)
        self.head = head
        """A title or the heading of a section."""
        self.text = "".join(_squeezed(piece.text) for piece in pieces)

    @cached_property
    def _origin(self) -> Sequence[tuple[int, int]]:
        """For each character of `text`: its piece and its offset there."""
        return [
            (number, offset)
            for number, piece in enumerate(self.pieces)
            for offset, character in enumerate(piece.text)
            if not character.isspace() and character not in _INVISIBLE
        ]

    def quote(self, start: int, end: int) -> str:
        """The characters of the document behind `text[start:end]`; line breaks fall away."""
        (first, left), (last, right) = self._origin[start], self._origin[end - 1]
        if first == last:
            return self.pieces[first].text[left : right + 1]
        middle = (self.pieces[i].text.strip() for i in range(first + 1, last))
        return "".join(
            [
                self.pieces[first].text[left:].rstrip(),
                *middle,
                self.pieces[last].text[: right + 1].lstrip(),
            ]
        )

    def place(self, start: int, end: int, at: int) -> Place:
        """Where the character `at` stands; the span is what of `text[start:end]` is in its cell."""
        number = self._origin[at][0]
        offsets = [offset for piece, offset in self._origin[start:end] if piece == number]
        piece = self.pieces[number]
        return Place(piece.page, piece.line, piece.cell, offsets[0], offsets[-1] + 1)


def paragraphs(lines: Sequence[LabelledLine]) -> Iterator[Paragraph]:
    """The paragraphs of prose and the headings of sections, in reading order.

    Wrapped lines are joined; page furniture and empty lines do not interrupt a paragraph. A line
    with whole sentences is prose whatever its label, but joined to no other if it is of a table.
    """
    current: list[Piece] = []
    for labelled in lines:
        pieces = _pieces(labelled)
        kind = labelled.label
        if not pieces:
            if current and kind != "furniture" and not _is_blank(labelled):
                yield Paragraph(current)
                current = []
            continue
        if kind in _PROSE_OR_HEADS and (kind in _PROSE or _is_prose(pieces[0].text)):
            for piece in pieces:
                if current and not _continues(current[-1].text, piece.text):
                    yield Paragraph(current)
                    current = []
                current.append(piece)
            continue
        if current:
            yield Paragraph(current)
            current = []
        if kind != "title":
            yield from (Paragraph([piece], head=kind == "section") for piece in pieces)
    if current:
        yield Paragraph(current)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, its full stop included."""
    start = 0
    for stop in _SENTENCE_END.finditer(text):
        yield start, stop.end()
        start = stop.end()
    if start < len(text):
        yield start, len(text)


def _pieces(labelled: LabelledLine) -> list[Piece]:
    """The cells of a line that may hold prose, or the heading."""
    line = labelled.line
    prose = labelled.label in _PROSE_OR_HEADS
    if not prose and not [cell for cell in line.cells if len(cell.text) >= _LONG_CELL]:
        return []
    filled = [(i, cell) for i, cell in enumerate(line.cells) if cell.text.strip()]
    whole = prose and len(filled) == 1
    return [
        Piece(cell.text, line.page, line.number, i)
        for i, cell in filled
        if whole or _is_prose(cell.text)
    ]


def _is_blank(labelled: LabelledLine) -> bool:
    return all(not cell.text or cell.text.isspace() for cell in labelled.line.cells)


def _is_prose(text: str) -> bool:
    return len(text) >= _LONG_CELL and _PUNCTUATED.search(text) is not None


def _squeezed(text: str) -> str:
    for character in _INVISIBLE:
        text = text.replace(character, "")
    return "".join(text.split())


def _continues(text: str, following: str) -> bool:
    return not _BREAK_AFTER.search(text.rstrip()) and not _ITEM_START.match(following.lstrip())
