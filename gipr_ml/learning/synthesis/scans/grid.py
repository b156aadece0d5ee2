"""A table of a paper as boxes of a grid, with merged headers and group labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gipr_ml.learning.synthesis.paper import Row, Table

Kind = Literal["head", "group", "label", "value"]
LABEL_COLUMNS = {"t2": 1, "t3": 3, "t4": 0}


@dataclass(frozen=True)
class GridBox:
    """A rectangle of the grid; rows and columns are counted from 0."""

    top: int
    left: int
    height: int
    width: int
    text: str
    kind: Kind
    key: str | None = None


@dataclass(frozen=True)
class Grid:
    """A table as boxes."""

    name: str
    rows: int
    columns: int
    head: int
    """Rows of the header at the top, which pages may repeat; 0 where there are several headers."""
    boxes: tuple[GridBox, ...]


def grid_of(table: Table) -> Grid:
    """The boxes of a table whose rows are whole."""
    labels = LABEL_COLUMNS[table.name]
    columns = labels + max(len(row.values) for row in table.rows)
    boxes: list[GridBox] = []
    taken: set[tuple[int, int]] = set()
    for top, row in enumerate(table.rows):
        if row.role == "header":
            boxes += _heads(row, top, labels, taken)
        else:
            boxes += _groups(table.rows, top)
            boxes += _body(row, top, labels, columns)
    head = next(n for n, row in enumerate(table.rows) if row.role != "header")
    return Grid(table.name, len(table.rows), columns, 0 if table.name == "t2" else head, (*boxes,))


def _heads(row: Row, top: int, labels: int, taken: set[tuple[int, int]]) -> list[GridBox]:
    boxes = []
    left = 0
    for head in row.heads:
        while (top, left) in taken:
            left += 1
        width = head.columns or labels
        boxes.append(GridBox(top, left, head.rows, width, head.text, "head"))
        taken |= {(y, x) for y in range(top, top + head.rows) for x in range(left, left + width)}
    return boxes


def _groups(rows: list[Row], top: int) -> list[GridBox]:
    """The group labels that begin in this row."""
    boxes = []
    for level, text in enumerate(rows[top].groups):
        path = rows[top].groups[: level + 1]
        if top and rows[top - 1].groups[: level + 1] == path:
            continue
        height = 0
        for row in rows[top:]:
            if row.groups[: level + 1] != path:
                break
            height += 1
        boxes.append(GridBox(top, level, height, 1, text, "group"))
    return boxes


def _body(row: Row, top: int, labels: int, columns: int) -> list[GridBox]:
    boxes = []
    if labels:
        level = len(row.groups)
        boxes.append(GridBox(top, level, 1, labels - level, row.label, "label"))
    for place, value in enumerate(row.values):
        last = place == len(row.values) - 1
        width = columns - labels - place if last else 1
        boxes.append(GridBox(top, labels + place, 1, width, value.text, "value", value.key))
    return boxes
