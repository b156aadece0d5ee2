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
from itertools import accumulate
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
    tables, rest = [], [_unit(number, text.strip()) for number, text in lines]
    while rest:
        found = _first_table(rest)
        if found is None:
            return None
        rows, used = found
        tables.append(rows)
        rest = rest[used:]
    return tables


def _unit(number: int, text: str) -> _Unit:
    bars = text.count("|")
    if text.strip("| "):
        return _Unit(number, text.rstrip("|").strip(), 1)
    return _Unit(number, "" if bars == 1 else None, bars)


def _first_table(units: Sequence[_Unit]) -> tuple[list[BarredRow], int] | None:
    """The rows of the table that begins here, and how many units it has.

    Wherever a row is filled up a row ends, so the columns up to there are a multiple of the width.
    The first two such places tell the width; the row with the first that does not fit it begins
    the next table.
    """
    ends = list(accumulate(unit.width for unit in units))
    filled = [i for i, unit in enumerate(units) if unit.cell is None]
    width, last = 0, len(units)
    for count, i in enumerate(filled):
        shared = gcd(width, ends[i])
        if shared < max(_NARROWEST, units[i].width + 1) or (count > 1 and shared != width):
            last = i
            break
        width = shared
    if not width:
        return None
    used = max(i + 1 for i in range(last) if ends[i] % width == 0)
    rows = _rows(units[:used], width)
    return None if rows is None else (rows, used)


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
