"""A sample report as paragraphs and tables, for the files that the tests make of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from lxml import etree

import gipr_ml

SAMPLE = Path(gipr_ml.__file__).parent / "samples" / "lanting_transport_2024.html"
"""A consistent report with every table of the form of 2021, all spans in place."""


@dataclass(frozen=True)
class Spanned:
    """A cell of a table with its place in the grid."""

    text: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True)
class Table:
    cells: tuple[Spanned, ...]

    @property
    def rows(self) -> int:
        return max(cell.row + cell.rows for cell in self.cells)

    @property
    def columns(self) -> int:
        return max(cell.column + cell.columns for cell in self.cells)

    def by_row(self) -> list[list[Spanned]]:
        return [[cell for cell in self.cells if cell.row == row] for row in range(self.rows)]


def blocks(source: str | None = None) -> list[str | Table]:
    """The paragraphs and tables of a web page, of the sample where none is given."""
    root = etree.HTML(source or SAMPLE.read_text("utf-8"))
    found: list[str | Table] = []
    for element in root.iter("h1", "h2", "h3", "p", "table"):
        if element.tag == "table":
            found.append(_table(element))
        elif next(element.iterancestors("td"), None) is None:
            found.append("".join("".join(element.itertext()).split()))
    return [block for block in found if block]


def _table(element) -> Table:
    cells, taken = [], set()
    for row, tr in enumerate(element.iter("tr")):
        column = 0
        for td in tr.iter("td", "th"):
            while (row, column) in taken:
                column += 1
            rows, columns = int(td.get("rowspan", 1)), int(td.get("colspan", 1))
            cells.append(Spanned("".join(td.itertext()).strip(), row, column, rows, columns))
            taken |= {(row + r, column + c) for r in range(rows) for c in range(columns)}
    return Table(tuple(cells))


@cache
def wanted() -> dict[str, Decimal | None]:
    """What each canonical cell of the sample holds."""
    return {cell.key: cell.value for cell in gipr_ml.process(SAMPLE).cells}


def table(rows: str) -> Table:
    """A table from lines of cells parted by blanks; `_` is an empty cell."""
    source = "".join(
        "<tr>" + "".join(f"<td>{cell.strip('_')}</td>" for cell in row.split()) + "</tr>"
        for row in rows.strip().splitlines()
    )
    (found,) = blocks(f"<table>{source}</table>")
    assert isinstance(found, Table)
    return found
