"""What a generated report is made of before it is laid out: prose, and tables of rows of values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Role = Literal["header", "category", "note", "furniture", "caption"]
LabelPlace = Literal["same", "above", "below", "around"]

OUTSIDE = ("new_requests", "carried_in", "carried_out", "total_processed")
"""Rows of table 3 that are no results: what came in, what goes on, what the results add up to."""


@dataclass
class Value:
    """One printed cell. `number` is what a careful reader takes `text` for."""

    text: str
    key: str | None
    """Key of the canonical cell, or None for a number that belongs to none."""
    number: Decimal | None
    state: str = "read"
    """read, blank or not_applicable."""


@dataclass
class Head:
    """A header cell. `columns` 0 stands for all columns that hold labels."""

    text: str
    columns: int = 1
    rows: int = 1


@dataclass
class Row:
    """A row of a table, or a line that lies inside it."""

    role: Role
    label: str = ""
    mark: str = ""
    """The item number at the beginning of the label."""
    mark_apart: bool = False
    """The item number stands in a cell of its own."""
    groups: tuple[str, ...] = ()
    values: list[Value] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    key: str | None = None
    place: LabelPlace = "same"
    """Where the label stands: in the line of its values, or in lines of its own around them."""
    parts: list[str] = field(default_factory=list)
    """The label cut into lines; empty where it is in one piece."""
    lead: int = 0
    """Cells too many (or, below 0, too few) between the label and the values."""
    trail: int = 0
    """Empty cells after the values."""

    @property
    def has_label(self) -> bool:
        """Whether anything but values is printed."""
        return bool(self.label or self.parts)


@dataclass
class Table:
    """One of the three official tables."""

    name: str
    form: str
    rows: list[Row]

    def body(self) -> list[Row]:
        """The rows that hold values."""
        return [row for row in self.rows if row.values]

    def row(self, key: str) -> Row | None:
        """The row of that key, if it is still there."""
        return next((row for row in self.rows if row.key == key), None)


@dataclass
class Prose:
    """A paragraph, heading or other line outside of the tables; `tag` is its line label."""

    tag: str
    text: str
    level: int = 0


@dataclass
class Paper:
    """A report before it is laid out."""

    agency: str
    year: int
    forms: Mapping[str, str]
    blocks: list[Prose | Table]
    statements: list[dict[str, object]]
    """Entries of the gold's `narrative`."""

    def tables(self) -> Iterator[Table]:
        """The tables in their order."""
        return (block for block in self.blocks if isinstance(block, Table))

    def table(self, name: str) -> Table:
        """One table by its name."""
        return next(table for table in self.tables() if table.name == name)

    def values(self) -> Iterator[Value]:
        """All values of all tables."""
        return (value for table in self.tables() for row in table.rows for value in row.values)

    @property
    def whole(self) -> bool:
        """Whether all rows of table 3 have as many values as the form. Where one has not, a
        layout must not add empty cells: a lost cell could not be told from a blank one."""
        return all(len(row.values) == 7 for row in self.table("t3").body())
