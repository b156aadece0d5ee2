"""Lines of text to lines of cells: tabs, pipes, spaces, or borders that are lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from gipr_ml.sources.barred import close_cells, cut_rows, is_barred
from gipr_ml.sources.glued import cut_glued, is_glued_throughout, looks_glued
from gipr_ml.sources.lines import LineList
from gipr_ml.sources.spaces import VALUE, Piece, split_spaces
from gipr_ml.types import Borders, Cell

SourceLine = tuple[int, str]
"""Line of the file from 1, and its text."""

_PIPES = str.maketrans("｜│┃", "|||")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s*(?=[^#\s])")
_EMPHASIS = re.compile(r"\*\*(.{1,200}?)\*\*|__(?=\S)(.{1,200}?)(?<=\S)__")
_RULE = re.compile(r"\s*([-=*_])\1{2,}\s*")
_RULED_WITH = "-=*_"
_DRAWN = frozenset("─━┄┈┌┬┐├┼┤└┴┘╔╦╗╠╬╣╚╩╝═+")
_DRAWN_WITH = _DRAWN | frozenset(" \t|:=-")
_DASHES = re.compile(r":?-+:?")
_SURE_DASHES = re.compile(r":-*:?|-*:|-{2,}")
_FILLED_UP = re.compile(r"(?<=\S \|) \|{2,}$")
"""Bars that converters of web pages fill up a short row with; blank cells have room in between."""
_OUTER = 0.9
"""Share of a table's rows that have a pipe at the edge, for it to be an edge and no blank cell."""
_GLUED_VALUES = 3
_BLANK_ROW = 3
"""Pipes or tabs that make a row of blank cells."""
_LONG_LINE = 100
_REMEMBERED = 60
"""Characters of a line of which is remembered how it is cut: most are official labels."""


class _PipeRow(NamedTuple):
    number: int
    text: str
    """Without blanks around, every kind of pipe as `|`."""
    start: int


def add_lines(lines: LineList, source: Iterable[SourceLine]) -> None:
    """Add every line of `source` with its cells; blank lines and rulers of tables are left out."""
    pipes: list[_PipeRow] = []
    table: int | None = None
    for number, text in close_cells(source):
        if not text.strip() and not (table is not None and text.count("\t") >= _BLANK_ROW):
            continue
        lines.take(text)
        if len(text) > _LONG_LINE and is_glued_throughout(text):
            text = text.replace("\t", " ")
        elif (piped := _pipe_row(number, text)) is not None:
            pipes.append(piped)
            continue
        if pipes:
            table = _add_pipes(lines, pipes, table)
            pipes = []
        if _is_drawn(text):
            continue
        if (cells := _tabbed(text)) is not None:
            table = lines.new_table() if table is None else table
            lines.add(cells, "explicit", number, table=table)
            continue
        table = None
        add_line(lines, text, number)
    if pipes:
        _add_pipes(lines, pipes, table)


def add_line(lines: LineList, text: str, number: int | None, *, start: int = 0) -> None:
    """Add a line that has neither tabs nor pipes; where it is glued, each line that it was.

    `start` is the offset of `text` in the line of the file.
    """
    heading = 0
    if match := _HEADING.match(text):
        heading = len(match[1])
        start += match.end()
        text = text[match.end() :].rstrip().rstrip("#")
    text = plain_text(text)
    if not text.strip():
        return
    cut = _cut if len(text) <= _REMEMBERED else _cut.__wrapped__
    borders, rows = cut(text, start)
    for cells in rows:
        lines.add(cells, borders, number, heading=heading)
        heading = 0


@lru_cache(maxsize=8192)
def _cut(text: str, start: int) -> tuple[Borders, Sequence[Sequence[Cell]]]:
    """The cells of a line without tabs and pipes, row by row, and how they were told apart."""
    if text.isdigit():
        return "none", ((Cell(text, start),),)
    borders, rows = _rows(text)
    return borders, tuple(
        tuple([Cell(piece, start + offset) for offset, piece in row]) for row in rows
    )


def _rows(text: str) -> tuple[Borders, Sequence[Sequence[Piece]]]:
    glued = looks_glued(text)
    rows = cut_glued(text) if glued else None
    if rows is None and (pieces := split_spaces(text)) is not None:
        return "spaces", [pieces]
    if rows is None and not glued:
        rows = cut_glued(text)
    if rows is None:
        left = len(text) - len(text.lstrip())
        rows = [[(left, text.strip())]]
    if (
        len(rows) == 1
        and len(rows[0]) > 1
        and all(a[0] + len(a[1]) < b[0] for a, b in pairwise(rows[0]))
    ):
        return "spaces", rows
    return "none", rows


def _is_drawn(text: str) -> bool:
    """Whether the line is only drawn: a ruler, or the border of a table."""
    first = text.lstrip()[:1]
    if first not in _DRAWN_WITH and first not in _RULED_WITH:
        return False
    chars = set(text)
    return (chars <= _DRAWN_WITH and bool(chars & _DRAWN)) or _RULE.fullmatch(text) is not None


def plain_text(text: str) -> str:
    """`text` without the marks of bold type."""
    if "**" in text or "__" in text:
        return _EMPHASIS.sub(lambda match: match[1] or match[2], text)
    return text


# ---------------------------------------------------------------- tabs


def _tabbed(text: str) -> Sequence[Cell] | None:
    """The cells of a line with tabs, blank ones kept; None where a tab is but an indent."""
    if "\t" not in text:
        return None
    return _tabs(text) if len(text) <= _REMEMBERED else _tabs.__wrapped__(text)


@lru_cache(maxsize=8192)
def _tabs(text: str) -> Sequence[Cell] | None:
    fields = _fields(text, "\t")
    *others, last = [field for _, field in fields]
    if last and not any(others) and not VALUE.fullmatch(last):
        return None
    return _cells(fields)


def _fields(text: str, border: str, start: int = 0) -> list[Piece]:
    fields: list[Piece] = []
    for field in text.split(border):
        bare = field.strip()
        indent = 0 if len(bare) == len(field) else len(field) - len(field.lstrip())
        fields.append((start + indent, bare))
        start += len(field) + 1
    return fields


def _cells(fields: Iterable[Piece]) -> Sequence[Cell]:
    """A cell for each field, and for each of three and more values in one field."""
    cells: list[Cell] = []
    for start, field in fields:
        if field.isalnum():
            cells.append(Cell(field, start))
            continue
        words = field.split(" ")
        if len(words) >= _GLUED_VALUES and all(VALUE.fullmatch(word) for word in words):
            for match in re.finditer(r"\S+", field):
                cells.append(Cell(match[0], start + match.start()))
        else:
            cells.append(Cell(plain_text(field), start))
    return tuple(cells)


# ---------------------------------------------------------------- pipes


def _pipe_row(number: int, text: str) -> _PipeRow | None:
    piped = text
    if "│" in text or "｜" in text or "┃" in text:
        piped = text.translate(_PIPES)
    elif "|" not in text:
        return None
    bare = piped.strip()
    if bare.count("|") < 2 and not (bare.startswith("|") or bare.endswith("|")):
        return None
    return _PipeRow(number, bare, len(piped) - len(piped.lstrip()))


def _add_pipes(lines: LineList, rows: Sequence[_PipeRow], table: int | None) -> int | None:
    """Add rows with pipes that follow one another; the number of their table, if they are one."""
    if all(is_barred(row.text) for row in rows):
        return _add_barred(lines, rows, table)
    leading = sum(row.text.startswith("|") for row in rows) >= _OUTER * len(rows)
    trailing = sum(row.text.endswith("|") for row in rows) >= _OUTER * len(rows)
    if all(_is_single(row) for row in rows):  # one cell a line, pipes between
        for row in rows:
            for start, field in _fields(row.text, "|", row.start):
                add_line(lines, field, row.number, start=start)
        return None
    split = [(row, _pipe_fields(row, leading, trailing)) for row in rows]
    table = lines.new_table() if table is None else table
    for index, (row, fields) in enumerate(split):
        texts = [field for _, field in fields]
        nothing = _is_single(row) and not any(texts)
        if not nothing and not _is_ruler(texts, second=index == 1):
            lines.add(_cells(fields), "explicit", row.number, table=table)
    return table


def _add_barred(lines: LineList, rows: Sequence[_PipeRow], table: int | None) -> int | None:
    """Add what stands one cell a line; the number of the last table, None where rows are not told.

    Blank cells are then believed only where no bars fill up a row.
    """
    tables = cut_rows([(row.number, row.text) for row in rows])
    if tables is None:
        filled = any("||" in row.text for row in rows)
        for row in rows:
            if row.text != "|":
                add_line(lines, row.text.strip("|"), row.number, start=row.start)
            elif not filled:
                table = lines.new_table() if table is None else table
                lines.add([Cell("")], "explicit", row.number, table=table)
        return None
    for cut in tables:
        table = lines.new_table()
        for number, cells in cut:
            lines.add([Cell(plain_text(text)) for text in cells], "explicit", number, table=table)
    return table


def _is_single(row: _PipeRow) -> bool:
    """Whether the row holds one cell or, with a pipe or two, none."""
    bare = row.text.strip("| ")
    return "|" not in bare and (bare != "" or row.text.count("|") < _BLANK_ROW)


def _pipe_fields(row: _PipeRow, leading: bool, trailing: bool) -> list[Piece]:
    """What stands between the pipes of a row, the pipes at its edges being no borders of cells."""
    text, start = row.text, row.start
    if text.endswith("||"):
        text = _FILLED_UP.sub("", text)
    if text.startswith("|") and leading:
        text, start = text[1:], start + 1
    if text.endswith("|") and trailing:
        text = text[:-1]
    return _fields(text, "|", start)


def _is_ruler(fields: Sequence[str], *, second: bool) -> bool:
    """Whether a row only rules a line, as |---|: single dashes are values but in the second row.

    Where a neighbour was cut off, the pipes at its edges may pass for borders of empty cells.
    """
    first, last = not fields[0], len(fields) - (not fields[-1])
    inner = fields[first:last]
    ruler = _DASHES if second else _SURE_DASHES
    return bool(inner) and all(ruler.fullmatch(field) for field in inner)
