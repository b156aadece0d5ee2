"""Bring the figures in the documents up to date.

    python docs/figures.py

A figure in a document is a link to the file that it was taken from, with its place as the title:

    [99.573](../experiments/scans_results.md "all / right_%")

is the cell in the row that begins with `all`, in the column `right_%`. Further first cells of a row
follow after commas, `*` stands for any; a heading may stand before; a column may be a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]

FIGURE = re.compile(r'\[([^\]\[]*)\]\(([\w./]+\.md) "([^"]+)"\)')

Row = tuple[str, list[str], list[str]]
"""The heading above a table, the table's columns, and the cells of a row."""


@cache
def rows(path: Path) -> tuple[Row, ...]:
    """Every row of every table of a Markdown file."""
    return tuple(_rows(path.read_text("utf-8").splitlines()))


def _rows(lines: list[str]) -> Iterator[Row]:
    heading, columns = "", []
    for line in lines:
        if line.startswith("#"):
            heading = line.lstrip("# ")
        if not line.startswith("|"):
            columns = []
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not columns:
            columns = cells
        elif set(line) - set("|- :"):
            yield heading, columns, cells


def figure(path: Path, place: str) -> str:
    """The cell of a file at a place. Raises LookupError unless there is exactly one."""
    *heading, row, column = place.split(" / ")
    begin = row.split(", ") if not _is_row(path, row) else [row]
    found = [
        cells[int(column) - 1 if column.isdigit() else columns.index(column)]
        for title, columns, cells in rows(path)
        if all(name in ("*", cell) for name, cell in zip(begin, cells, strict=False))
        and (column.isdigit() or column in columns)
        and heading in ([], [title])
    ]
    if len(found) != 1:
        raise LookupError(f"{path.name} has {len(found)} figures at {place!r}")
    return found[0].split(" (")[0]


def _is_row(path: Path, name: str) -> bool:
    """Whether a name with a comma is one first cell, not several."""
    return any(cells[0] == name for _, _, cells in rows(path))


def updated(document: Path) -> str:
    """The text of a document with every figure as its file has it now."""

    def put(link: re.Match[str]) -> str:
        now = figure((document.parent / link[2]).resolve(), link[3])
        return f'[{now}]({link[2]} "{link[3]}")'

    return FIGURE.sub(put, document.read_text("utf-8"))


if __name__ == "__main__":
    for document in DOCUMENTS:
        document.write_text(updated(document), encoding="utf-8")
