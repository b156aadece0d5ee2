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
from itertools import pairwise
from typing import NamedTuple

from gipr_ml.assemble.furniture import furniture
from gipr_ml.assemble.numbers import (
    MISREAD,
    MISREAD_LETTERS,
    Content,
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
        """The atoms from `start` to before `stop` with the gaps around them."""
        return Stream(self.atoms[start:stop], [list(gap) for gap in self.gaps[start : stop + 1]])


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
            if line.number in edges:
                continue
            contents = [content_of(cell.text) for cell in line.cells]
            weak = _weakness(labelled, contents)
            last_text = max(
                [
                    i
                    for i, one in enumerate(contents)
                    if one.text and not one.is_value and not line.cells[i].illegible
                ],
                default=-1,
            )
            for index, content in enumerate(contents):
                # Empty cells before a label are where cells above it span rows.
                if content.text or index > last_text:
                    self._cell(line, index, content, weak)
        return self.stream

    def _cell(self, line: Line, index: int, content: Content, weak: float) -> None:
        cell = line.cells[index]
        whole = Place(line.page, line.number, index, 0, len(cell.text), cell.box)
        if cell.illegible:
            self._atom(Kind.NUMBER, cell.text, whole, cell, bordered=True, weak=weak)
        elif cell.columns > 1 and _is_glued(line, index):
            for _ in range(cell.columns):
                self._atom(Kind.NUMBER, cell.text, whole, cell, bordered=True, weak=weak)
        elif not content.text:
            if line.borders == "explicit":
                self._atom(Kind.BLANK, cell.text, whole, cell, bordered=True, weak=weak)
        elif content.number is not None and not _may_be_run(line, content.text):
            bordered = line.borders == "explicit" or len(line.cells) > 1
            number = content.number
            self._atom(
                Kind.NUMBER, content.text, whole, cell, bordered=bordered, weak=weak,
                value=number.value, unit=number.unit, certain=number.certain,
            )  # fmt: skip
        elif content.not_applicable:
            self._atom(Kind.NOT_APPLICABLE, content.text, whole, cell, bordered=True, weak=weak)
        else:
            self._mixed(line, index, cell, weak)

    def _mixed(self, line: Line, index: int, cell: Cell, weak: float) -> None:
        """A cell of text with digits in it: labels glued to their values, or prose."""
        text = cell.text
        end = 0
        for found in _PIECES.finditer(text) if _DIGIT.search(text) else ():
            if found.lastgroup == "note" and not text[end : found.start()].strip() and end:
                end = found.end()  # a note to the number before it
            if found.lastgroup != "run":
                continue
            run, stop = _without_mark(text, found)
            if not run.strip() or (not text[: found.start()].strip() and _heads_label(text, stop)):
                continue
            self._piece(text[end : found.start()], line, index, weak)
            self._run(line, index, found.start(), stop, weak)
            end = stop
        self._piece(text[end:], line, index, weak)

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
            self._atom(
                kind, raw, place, cell, bordered=False, weak=weak, certain=certain,
                value=number.value if number else None, unit=number.unit if number else None,
            )  # fmt: skip

    def _atom(
        self, kind: Kind, raw: str, place: Place, cell: Cell, *, bordered: bool, weak: float,
        value: Decimal | None = None, unit: str | None = None, certain: bool = True,
    ) -> None:  # fmt: skip
        assert place.line is not None
        about = (value, unit, certain, bordered, weak, cell.confidence)
        self.stream.add(Atom(kind, raw, place, place.line, self.row, *about))

    def _piece(self, text: str, line: Line, cell: int, weak: float) -> None:
        if words := clean(text):
            self.stream.text(Piece(words, line.number, cell, 1 - weak))
            self.row += 1


def _is_glued(line: Line, index: int) -> bool:
    """Whether a cell of digits lies over several columns of figures: their values in one."""
    text = line.cells[index].text.strip()
    widths: list[int] = []
    for cell in reversed(line.cells):
        if cell.text.strip() and not is_run(cell.text):
            break
        widths.append(cell.columns)
    whole = sum(widths) in ROW_WIDTHS and len(widths) >= SHORTEST_PART * sum(widths)
    return whole and is_run(text) and len(text) > 1


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


def _may_be_run(line: Line, text: str) -> bool:
    """Whether digits may be several numbers: where nothing shows the borders of cells."""
    if line.borders != "none":
        return False
    digits = sum(character.isdigit() for character in text)
    return digits > 1 if len(line.cells) > 1 else digits >= SHORTEST_ROW


def _weakness(labelled: LabelledLine, contents: Sequence[Content]) -> float:
    """How likely it is that the numbers of the line belong to no table.

    A line of several values and nothing else is no prose, whatever the classifier says.
    """
    likely = labelled.probabilities
    prose = sum([likely.get(label, 0.0) for label in _PROSE_LABELS])
    texts = [one for one in contents if one.text]
    if texts and all(one.is_value or is_run(one.text) for one in texts):
        digits = sum(character.isdigit() for one in texts for character in one.text)
        limit = VALUES_ONLY if len(texts) >= 3 or digits >= SHORTEST_ROW else LONE_VALUE
        return min(prose, limit)
    return prose
