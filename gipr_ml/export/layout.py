"""The official tables as a grid: which text or cell stands where, and over how many columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from gipr_ml.forms import FormColumn, FormRow, TableForm


@dataclass(frozen=True, slots=True)
class GridBox:
    """A rectangle of the grid; rows and columns are counted from 0."""

    top: int
    left: int
    height: int
    width: int
    text: str = ""
    """What the form prints there; empty where a figure belongs."""
    key: str | None = None
    """The canonical cell whose figure belongs there."""
    label: bool = False
    """True for the label of a row, which is set flush left."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it is printed."""

    width: int
    height: int
    head: int
    """How many rows from the top are header, to be repeated on every page; 0 for none."""
    label_columns: int
    boxes: tuple[GridBox, ...]


def official_grid(table: TableForm) -> Grid:
    """The layout in which the official form prints `table`."""
    if table.table == "t2":
        return _blocks(table)
    if table.table == "t4":
        return _one_line(table)
    return _rows_by_columns(table)


def _blocks(table: TableForm) -> Grid:
    """Table 2: blocks under each other, each with a header of its own and the same outer width."""
    width = 1 + max(len(row.columns) for row in table.rows)
    boxes: list[GridBox] = []
    top = 0
    for _, group in groupby(table.rows, key=lambda row: row.block):
        rows = list(group)
        boxes.append(GridBox(top, 0, 1, width, rows[0].article or ""))
        boxes.append(GridBox(top + 1, 0, 1, 1, table.header_words[0]))
        boxes += _stretched(top + 1, [column.label for column in rows[0].columns], width)
        top += 2
        for row in rows:
            boxes.append(GridBox(top, 0, 1, 1, row.full_label, label=True))
            boxes += _stretched(top, [""] * len(row.columns), width, row.cell_keys)
            top += 1
    return Grid(width, top, 0, 1, tuple(boxes))


def _stretched(
    top: int, texts: Sequence[str], width: int, keys: Sequence[str] | None = None
) -> Iterator[GridBox]:
    """Boxes beside a label, the last one as wide as what is left of the row."""
    for index, text in enumerate(texts):
        last = index == len(texts) - 1
        span = width - len(texts) if last else 1
        yield GridBox(top, 1 + index, 1, span, text, keys[index] if keys else None)


def _rows_by_columns(table: TableForm) -> Grid:
    """Table 3: a header of three rows, group labels merged beside the rows that they cover."""
    columns = table.rows[0].columns
    labels = 1 + max(len(row.group) for row in table.rows)
    depth = 1 + max(len(column.group) for column in columns)
    head = 1 + depth
    boxes = [
        GridBox(0, 0, head, labels, table.note or ""),
        GridBox(0, labels, 1, len(columns), table.header_words[0]),
        *_column_heads(columns, 1, labels, depth),
        *_row_heads(table.rows, head, labels),
    ]
    for index, row in enumerate(table.rows):
        boxes += [
            GridBox(head + index, labels + place, 1, 1, key=key)
            for place, key in enumerate(row.cell_keys)
        ]
    return Grid(labels + len(columns), head + len(table.rows), head, labels, tuple(boxes))


def _column_heads(
    columns: Sequence[FormColumn], top: int, left: int, depth: int
) -> Iterator[GridBox]:
    for group, members in groupby(columns, key=lambda column: column.group):
        named = list(members)
        for level, text in enumerate(group):
            yield GridBox(top + level, left, 1, len(named), text)
        for place, column in enumerate(named):
            level = len(group)
            yield GridBox(top + level, left + place, depth - level, 1, column.label)
        left += len(named)


def _row_heads(rows: Sequence[FormRow], top: int, labels: int) -> Iterator[GridBox]:
    for level in range(labels - 1):
        start = 0
        for group, members in groupby(rows, key=lambda row: row.group[: level + 1]):
            count = len(list(members))
            if len(group) == level + 1:
                yield GridBox(top + start, level, count, 1, group[level])
            start += count
    for index, row in enumerate(rows):
        level = len(row.group)
        yield GridBox(top + index, level, 1, labels - level, row.full_label, label=True)


def _one_line(table: TableForm) -> Grid:
    """Table 4: the rows of the data stand beside each other, under their groups."""
    depth = 1 + max(len(row.group) for row in table.rows)
    boxes: list[GridBox] = []
    left = 0
    for group, members in groupby(table.rows, key=lambda row: row.group):
        rows = list(members)
        width = sum(len(row.columns) for row in rows)
        boxes += [GridBox(level, left, 1, width, text) for level, text in enumerate(group)]
        for row in rows:
            level = len(group)
            boxes.append(GridBox(level, left, depth - level, len(row.columns), row.full_label))
            for column, key in zip(row.columns, row.cell_keys, strict=True):
                boxes.append(GridBox(depth, left, 1, 1, column.label))
                boxes.append(GridBox(depth + 1, left, 1, 1, key=key))
                left += 1
    return Grid(left, depth + 2, depth + 1, 0, tuple(boxes))
