"""A document as a stream of values with text between them.

Where a value stands on the page says little of what it means, so the reader works on the order of
things: atoms (a number, an explicit empty cell, a `/`, a run of digits that may hold several
numbers) and the gaps of text between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from gipr_ml.assemble.furniture import furniture
from gipr_ml.assemble.numbers import (
    MISREAD,
    MISREAD_LETTERS,
    Content,
    Number,
    clean,
    content_of,
    is_run,
    parse_number,
)
from gipr_ml.types import Cell, LabelledLine, Line, Place

_PROSE_LABELS = ("narrative", "note", "furniture", "title", "section")
_PIECES = re.compile(
    r"(?P<note>[(（][^()（）]*\d[^()（）]*[)）])"
    r"|(?P<mark>(?<![\d.])\d{1,2}\s*[.、．]\s*(?=[^\d\s]))"
    r"|(?P<run>[+\-−]?(?<![A-Za-z])[OolI〇○]*\d[\dOolI〇○ ]*(?:\.\d+)?(?:(?<=\d)(?:万元|元))?"
    r"(?:[-−]\d[\d ]*)*)"
)
_DIGIT = re.compile(r"\d")
"""Without one there is no piece."""
_NUMBERS = re.compile(r"[+\-−]?[\dOolI〇○]+(?:\.\d+)?(?:万元|元)?")
_GLUED_MARK = re.compile(r"^(?P<run>.*\d)(?P<mark>\d)$")
_LONGEST = 200
"""Characters of a text of which is remembered how it is cut."""
SHORTEST_ROW = 7
"""Digits of the shortest row of table 3 that stands alone without borders."""
ROW_WIDTHS, SHORTEST_PART = (7, 15), 0.7
"""Columns of figures in a row of table 3 and in that of table 4, and the share of them that has to
have cells of its own for a wider cell to be glued ones."""
VALUES_ONLY, LONE_VALUE, IN_WORDS = 0.2, 0.55, 0.95
"""Weakness of values among values only, of a lone one, and of digits amid the words of a cell."""
MARKS = frozenset("12345678")
_WORDS = re.compile(r"[^\W\d_a-zA-Z]{3}")


class Kind(Enum):
    """What an atom is."""

    NUMBER = "number"
    BLANK = "blank"
    NOT_APPLICABLE = "not applicable"
    RUN = "run"


class Atom(NamedTuple):
    """One value of the stream, or a run of digits that may hold several."""

    kind: Kind
    raw: str
    place: Place
    line: int
    """`Line.number`."""
    row: int
    """Group of atoms of one line with no text between them; counted over the document."""
    value: Decimal | None = None
    unit: str | None = None
    certain: bool = True
    bordered: bool = False
    """Whether the source shows that the value has a cell to itself."""
    weak: float = 0.0
    """0 for a value of a table, up to 1 for a number that is probably prose or furniture."""
    confidence: float = 1.0
    """How sure the reading of the characters is; 1 where nothing had to be recognised."""


class Piece(NamedTuple):
    """A piece of text between atoms."""

    text: str
    line: int
    cell: int
    weight: float = 1.0
    """How far the line it stands in may carry a label of a table, 0 to 1."""


@dataclass(slots=True)
class Stream:
    """Atoms and the gaps around them: `gaps[i]` stands before `atoms[i]`, the last at the end."""

    atoms: list[Atom] = field(default_factory=list)
    gaps: list[list[Piece]] = field(default_factory=lambda: [[]])

    def add(self, atom: Atom) -> None:
        """Append a value."""
        self.atoms.append(atom)
        self.gaps.append([])

    def text(self, piece: Piece) -> None:
        """Append text to the gap after the last value."""
        self.gaps[-1].append(piece)

    def slice(self, start: int, stop: int) -> Stream:
        """The atoms from `start` to before `stop` with the gaps around them, which it shares."""
        return Stream(self.atoms[start:stop], self.gaps[start : stop + 1])


class Group(NamedTuple):
    """Values of one line with no text between them: atoms `start` to before `stop`."""

    start: int
    stop: int


def groups_of(stream: Stream) -> list[Group]:
    """The atoms of a stream, grouped by line and by the text between them."""
    rows = [atom.row for atom in stream.atoms]
    starts = [i for i, row in enumerate(rows) if not i or row != rows[i - 1]]
    return [Group(*ends) for ends in pairwise([*starts, len(rows)])]


def is_blank(atoms: Sequence[Atom]) -> bool:
    """Whether nothing is printed in any of the cells."""
    return all(atom.kind is Kind.BLANK for atom in atoms)


def join_cells(stream: Stream, groups: Sequence[Group], width: int) -> list[Group]:
    """The groups, with `width` values on lines of their own and text at both ends made one."""
    found: list[Group] = []
    run: list[Group] = []
    for group in [*groups, None]:
        single = group is not None and group.stop - group.start == 1
        if run and (group is None or not single or stream.gaps[group.start]):
            whole = len(run) == width
            found += [Group(run[0].start, run[-1].stop)] if whole else run
            run = []
        if group is not None and single:
            run.append(group)
        elif group is not None:
            found.append(group)
    return found


def stream_of(lines: Sequence[LabelledLine]) -> Stream:
    """The stream of a whole document."""
    return _Builder().build(lines)


class _Builder:
    """Keeps count of the atom groups while a document is read."""

    def __init__(self) -> None:
        self.stream = Stream()
        self.row = 0

    def build(self, lines: Sequence[LabelledLine]) -> Stream:
        edges = furniture([labelled.line for labelled in lines])
        for labelled in lines:
            self.row += 1
            line = labelled.line
            if line.number not in edges:
                contents = [content_of(cell.text) for cell in line.cells]
                self._cells(line, contents, _weakness(labelled, contents))
        return self.stream

    def _cells(self, line: Line, contents: Sequence[Content], weak: float) -> None:
        cells = line.cells
        bordered = line.borders == "explicit" or len(cells) > 1
        last_text: int | None = None
        for index, content in enumerate(contents):
            cell, text = cells[index], content.text
            if not text:
                if last_text is None:
                    last_text = _last_text(cells, contents)
                if index <= last_text:
                    continue  # empty cells before a label are where cells above it span rows
            if cell.illegible:
                self._value(Kind.NUMBER, cell.text, line, index, weak)
            elif cell.columns > 1 and content.is_run and _is_glued(line, text):
                for _ in range(cell.columns):
                    self._value(Kind.NUMBER, cell.text, line, index, weak)
            elif not text:
                if line.borders == "explicit":
                    self._value(Kind.BLANK, cell.text, line, index, weak)
            elif content.number is not None and not _may_be_run(line, content):
                self._value(Kind.NUMBER, text, line, index, weak, content.number, bordered)
            elif content.not_applicable:
                self._value(Kind.NOT_APPLICABLE, text, line, index, weak)
            else:
                self._mixed(line, index, cell, weak)

    def _value(
        self, kind: Kind, raw: str, line: Line, index: int, weak: float,
        number: Number | None = None, bordered: bool = True,
    ) -> None:  # fmt: skip
        """What a cell holds as a whole."""
        cell = line.cells[index]
        place = Place(line.page, line.number, index, 0, len(cell.text), cell.box)
        value, unit, certain = (
            (number.value, number.unit, number.certain) if number else (None, None, True)
        )
        self.stream.add(
            Atom(
                kind, raw, place, line.number, self.row,
                value, unit, certain, bordered, weak, cell.confidence,
            )
        )  # fmt: skip

    def _mixed(self, line: Line, index: int, cell: Cell, weak: float) -> None:
        """A cell of text with digits in it: labels glued to their values, or prose."""
        text = cell.text
        cut = _cut if len(text) <= _LONGEST else _cut.__wrapped__
        for part in cut(text):
            if isinstance(part, str):
                self.stream.text(Piece(part, line.number, index, 1 - weak))
                self.row += 1
            else:
                self._run(line, index, *part, weak)

    def _run(self, line: Line, index: int, start: int, stop: int, weak: float) -> None:
        cell = line.cells[index]
        text = cell.text
        inside = line.borders != "none" and text[stop:].strip() != ""
        weak = max(weak, IN_WORDS if inside else 0.0)
        for found in _NUMBERS.finditer(text[start:stop]):
            raw, certain = found.group(), True
            number = parse_number(raw)
            if any(character in MISREAD_LETTERS for character in raw):
                raw, certain = raw.translate(MISREAD), False
            first, last = start + found.start(), start + found.end()
            place = Place(line.page, line.number, index, first, last, cell.box)
            plain = number is None or (number.unit is None and len(raw.lstrip("+-−")) > 1)
            kind = Kind.RUN if plain or "." in raw else Kind.NUMBER
            value, unit = (number.value, number.unit) if number else (None, None)
            about = (value, unit, certain, False, weak, cell.confidence)
            self.stream.add(Atom(kind, raw, place, line.number, self.row, *about))


@lru_cache(maxsize=20_000)
def _cut(text: str) -> tuple[str | tuple[int, int], ...]:
    """A text as its words and, where digits stand amid them, the first and last + 1 of these."""
    parts: list[str | tuple[int, int]] = []
    end = 0
    for found in _PIECES.finditer(text) if _DIGIT.search(text) else ():
        if found.lastgroup == "note" and not text[end : found.start()].strip() and end:
            end = found.end()  # a note to the number before it
        if found.lastgroup != "run":
            continue
        run, stop = _without_mark(text, found)
        if not run.strip() or (not text[: found.start()].strip() and _heads_label(text, stop)):
            continue
        parts += [clean(text[end : found.start()]), (found.start(), stop)]
        end = stop
    return tuple([part for part in (*parts, clean(text[end:])) if part])


def _last_text(cells: Sequence[Cell], contents: Sequence[Content]) -> int:
    """Place of the last cell of words, -1 where there is none."""
    for index in range(len(contents) - 1, -1, -1):
        content = contents[index]
        if content.text and not content.is_value and not cells[index].illegible:
            return index
    return -1


def _is_glued(line: Line, text: str) -> bool:
    """Whether a cell of digits over several columns of figures holds all their values in one."""
    widths: list[int] = []
    for cell in reversed(line.cells):
        if cell.text.strip() and not is_run(cell.text):
            break
        widths.append(cell.columns)
    whole = sum(widths) in ROW_WIDTHS and len(widths) >= SHORTEST_PART * sum(widths)
    return whole and len(text) > 1


def _heads_label(text: str, stop: int) -> bool:
    """Whether the text up to `stop` is one digit before words: an item mark that lost its dot."""
    return text[:stop].strip() in MARKS and bool(_WORDS.match(text[stop:].strip()))


def _without_mark(text: str, found: re.Match[str]) -> tuple[str, int]:
    """The run without a last digit that is the item mark of the label behind: 00000002.其他."""
    run, stop = found.group(), found.end()
    behind = text[stop : stop + 2]
    if behind[:1] in (".", "、", "．") and not behind[1:2].isdigit():
        glued = _GLUED_MARK.match(run)
        if glued:
            return glued["run"], found.start() + len(glued["run"])
        return "", found.start()
    return run, stop


def _may_be_run(line: Line, content: Content) -> bool:
    """Whether digits may be several numbers: where nothing shows the borders of cells."""
    if line.borders != "none":
        return False
    return content.digits > 1 if len(line.cells) > 1 else content.digits >= SHORTEST_ROW


def _weakness(labelled: LabelledLine, contents: Sequence[Content]) -> float:
    """How likely it is that the numbers of the line belong to no table.

    A line of several values and nothing else is no prose, whatever the classifier says.
    """
    likely = labelled.probabilities
    prose = sum([likely.get(label, 0.0) for label in _PROSE_LABELS])
    count = digits = 0
    for one in contents:
        if one.text:
            if not (one.is_value or one.is_run):
                return prose
            count += 1
            digits += one.digits
    if not count:
        return prose
    limit = VALUES_ONLY if count >= 3 or digits >= SHORTEST_ROW else LONE_VALUE
    return min(prose, limit)
