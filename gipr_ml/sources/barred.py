"""One cell a line, each closed by a bar: what converters of web pages to text leave of a table.

    一、本年新收政府信息公开申请数量 |
    3 |
    |
    ...
    3 |
    ||

A line of a bar alone is a blank cell. A row that is short, since its cells span several columns,
is filled up with bars on a line of their own: they tell how wide the table is, and so where each
row ends. Some converters leave blank cells out and fill up for them too; where a value stood is
then lost, and so are these cells. Others fill up nothing, or write each bar on a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from math import gcd
from typing import NamedTuple

_BARRED = re.compile(r"[^|]*\||[| ]+")
_NARROWEST = 3
"""Columns of the narrowest table that is believed."""


class BarredRow(NamedTuple):
    """A row of a table that stood one cell a line."""

    number: int
    """Line of the file from 1 of its first cell."""
    cells: tuple[str, ...]


class _Unit(NamedTuple):
    number: int
    cell: str | None
    """The text of a cell, None where the line only fills up a row."""
    width: int


def is_barred(text: str) -> bool:
    """Whether a line without blanks around holds one cell that a bar closes, or bars alone."""
    return _BARRED.fullmatch(text) is not None


def close_cells(source: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines (number, text) with a bar that stands alone put behind the cell that it closes."""
    held: tuple[int, str] | None = None
    for line in source:
        if held and line[1].strip() == "|" and held[1].strip() and "|" not in held[1]:
            yield held[0], f"{held[1].rstrip()} |"
            held = None
            continue
        if held:
            yield held
        held = line
    if held:
        yield held


def cut_rows(lines: Sequence[tuple[int, str]]) -> list[list[BarredRow]] | None:
    """The tables that the lines (number, text) held, row by row.

    None where nothing tells the rows apart: no row was filled up, or the bars do not add up to
    rows of one width.
    """
    units = [_unit(number, text.strip()) for number, text in lines]
    tables, start = [], 0
    while start < len(units):
        width, stop = _first_table(units, start)
        rows = _rows(units[start:stop], width) if width else None
        if rows is None:
            return None
        tables.append(rows)
        start = stop
    return tables


def _unit(number: int, text: str) -> _Unit:
    bars = text.count("|")
    if text.strip("| "):
        return _Unit(number, text.rstrip("|").strip(), 1)
    return _Unit(number, "" if bars == 1 else None, bars)


def _first_table(units: Sequence[_Unit], start: int) -> tuple[int, int]:
    """Columns of the table that begins at `start`, 0 where they are not told, and where it stops.

    Wherever a row is filled up a row ends, so the columns up to there are a multiple of the width.
    The first two such places tell the width; the row with the first that does not fit it begins
    the next table. Looks no further than there, since there may be many tables.
    """
    ends: list[int] = []
    width = filled = columns = 0
    for unit in (units[place] for place in range(start, len(units))):
        if unit.cell is None:
            shared = gcd(width, columns + unit.width)
            if shared < max(_NARROWEST, unit.width + 1) or (filled > 1 and shared != width):
                break
            width, filled = shared, filled + 1
        columns += unit.width
        ends.append(columns)
    whole = [place for place, end in enumerate(ends, start + 1) if width and end % width == 0]
    return width, whole[-1] if whole else start


def _rows(units: Sequence[_Unit], width: int) -> list[BarredRow] | None:
    rows: list[BarredRow] = []
    cells: list[str] = []
    columns, first = 0, 0
    for unit in units:
        if not columns:
            first, cells = unit.number, []
        columns += unit.width
        if unit.cell is not None:
            cells.append(unit.cell)
        if columns > width:
            return None
        if columns == width:
            rows.append(BarredRow(first, tuple(cells)))
            columns = 0
    return None if columns else rows
