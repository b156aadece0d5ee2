"""Workbooks (XLSX): each sheet that is shown, merged cells once, values as they were computed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from gipr_ml.errors import InputError
from gipr_ml.sources.chars import clean
from gipr_ml.sources.layout import add_lines
from gipr_ml.sources.limits import MAX_CELLS
from gipr_ml.sources.lines import LineList
from gipr_ml.sources.package import Package, attribute, local, whole
from gipr_ml.types import Cell

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
_WIDEST = 200
"""Columns that are read. The official tables have ten and fifteen."""
_LONG = 60
"""Characters of a cell that is alone in its row from which it is text, not a label."""

_Row = dict[int, str]
"""Text by column, from 1."""


def add_xlsx(lines: LineList, data: bytes) -> None:
    """Add the rows of every sheet of a workbook that is shown, one after the other.

    A row is a line with a cell for each column up to the last one in use in its block of rows; a
    merged cell stands once, at its upper left. A formula that no program has computed stands as
    the formula, so that nothing is taken for blank. `source_line` is the row of the sheet.

    Raises `InputError` where the workbook is damaged, `TooLarge` beyond the limits.
    """
    package = Package(data, lines.name, "workbook")
    book = package.xml("xl/workbook.xml")
    if book is None:
        raise InputError(f"{lines.name}: the workbook is damaged; save it anew")
    strings = _shared_strings(package.xml("xl/sharedStrings.xml"))
    paths = package.relations("xl/workbook.xml")
    for sheet in book.iter("{*}sheet"):
        path = paths.get(attribute(sheet, "id") or "", "")
        if sheet.get("state", "visible") == "visible" and (root := package.xml(path)) is not None:
            _add_sheet(lines, root, strings)


def _shared_strings(root: Any) -> list[str]:
    return [_shown(_rich_text(item)) for item in root] if root is not None else []


def _shown(text: str) -> str:
    return clean(text).strip()


def _rich_text(item: Any) -> str:
    """The text of a string, without the reading aids of East Asian spreadsheets."""
    parts = [text.text or "" for text in item.iter("{*}t") if local(text.getparent()) != "rPh"]
    return "".join(parts)


def _add_sheet(lines: LineList, root: Any, strings: list[str]) -> None:
    rows = dict(_rows(root, strings))
    spans, covered = _merged(root)
    numbers = sorted(number for number, row in rows.items() if any(row.values()))
    for _, block in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        block_rows = [number for _, number in block]
        width = max(max(c for c, text in rows[n].items() if text) for n in block_rows)
        spanned = [spans.get((n, c), 1) + c - 1 for n in block_rows for c in rows[n]]
        first = min(min(c for c, text in rows[n].items() if text) for n in block_rows)
        _add_block(
            lines, rows, block_rows, first, min(max(width, *spanned), _WIDEST), spans, covered
        )


def _add_block(
    lines: LineList,
    rows: Mapping[int, _Row],
    numbers: list[int],
    first: int,
    width: int,
    spans: Mapping[tuple[int, int], int],
    covered: set[tuple[int, int]],
) -> None:
    """Add rows that follow one another, as one table with the text that stands among it."""
    table: int | None = None
    for number in numbers:
        row = rows[number]
        columns = [c for c in range(first, width + 1) if (number, c) not in covered]
        filled = [c for c in columns if row.get(c)]
        if len(filled) == 1 and _is_text(row[filled[0]], spans.get((number, filled[0]), 1), width):
            add_lines(lines, [(number, part) for part in row[filled[0]].split("\n")])
            continue
        if not filled:
            continue
        table = lines.new_table() if table is None else table
        for c in columns:
            lines.take(row.get(c, ""))
        cells = [
            Cell(" ".join(row.get(c, "").split()), columns=spans.get((number, c), 1))
            for c in columns
        ]
        lines.add(cells, "explicit", number, table=table)


def _is_text(text: str, span: int, width: int) -> bool:
    """Whether the only cell of a row is a heading or running text, not a row with blanks."""
    return width == 1 or span >= width - 1 or "。" in text or len(text) > _LONG


def _rows(root: Any, strings: list[str]) -> Iterator[tuple[int, _Row]]:
    count = 0
    number = 0
    for row in root.iter("{*}row"):
        stated = row.get("r", "")
        number = int(stated) if stated.isdecimal() and len(stated) < 8 else number + 1
        found: _Row = {}
        column = 0
        for cell in row:
            place = _REFERENCE.fullmatch(cell.get("r", ""))
            column = _column(place[1]) if place else column + 1
            count += 1
            if column <= _WIDEST and count <= 10 * MAX_CELLS:
                found[column] = _value(cell, strings)
        yield number, found


def _value(cell: Any, strings: list[str]) -> str:
    """What a cell shows, as nearly as its file says it; a shared string is no copy."""
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _shown(_rich_text(cell))
    value = cell.find("{*}v")
    text = (value.text or "") if value is not None else ""
    if not text:
        formula = cell.find("{*}f")
        return _shown(f"={formula.text or ''}") if formula is not None and kind != "str" else ""
    if kind == "s":
        index = whole(text)
        return strings[index] if index is not None and index < len(strings) else "#"
    return _shown(_number(text) if kind == "n" else text)


def _number(text: str) -> str:
    """A number as a spreadsheet shows it, in at most 15 digits: files hold 7730.2799999999997 for
    7730.28, and 0.30000000000000004 for the sum of 0.1 and 0.2."""
    try:
        number = float(text)
    except ValueError:
        return text
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    shortest = f"{number:.15g}"
    return text if "e" in shortest or "n" in shortest else shortest


def _merged(root: Any) -> tuple[dict[tuple[int, int], int], set[tuple[int, int]]]:
    """Columns spanned by the cell at each row and column, and the cells that others cover."""
    spans: dict[tuple[int, int], int] = {}
    covered: set[tuple[int, int]] = set()
    for merge in root.iter("{*}mergeCell"):
        place = _RANGE.fullmatch(merge.get("ref", ""))
        if not place:
            continue
        left, right = _column(place[1]), min(_column(place[3]), _WIDEST)
        top, bottom = int(place[2]), int(place[4])
        if (bottom - top + 1) * (right - left + 1) + len(covered) > MAX_CELLS:
            continue
        spans[top, left] = max(right - left + 1, 1)
        covered |= {(row, c) for row in range(top, bottom + 1) for c in range(left, right + 1)}
        covered.discard((top, left))
    return spans, covered


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
