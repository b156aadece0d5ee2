"""Tables as printed lines of pieces: what most layouts have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gipr_ml.learning.synthesis.paper import Head, Row, Table, Value


@dataclass
class Piece:
    """One cell of a printed line."""

    text: str
    cell: str
    """header, category, value or blank; nothing for notes and furniture."""
    value: Value | None = None


@dataclass
class Printed:
    """One line of a table."""

    tag: str
    pieces: list[Piece]
    row: Row

    @property
    def texts(self) -> list[str]:
        """The texts of the pieces."""
        return [piece.text for piece in self.pieces]


def print_table(table: Table, label_columns: int = 1) -> list[Printed]:
    """The table's lines. With more than one label column, group labels stand in cells of the row
    that they begin with, else on lines of their own; a label that goes on is not repeated."""
    lines: list[Printed] = []
    width = label_columns if table.name == "t3" else 1
    for rows in _header_blocks(table.rows):
        if rows[0].role == "header":
            lines += _print_header(rows, width)
            continue
        lines += _print_rows(rows, width, lines)
    return lines


def _header_blocks(rows: list[Row]) -> Iterator[list[Row]]:
    """Runs of header rows, and runs of others."""
    run: list[Row] = []
    for row in rows:
        if run and (run[-1].role == "header") != (row.role == "header"):
            yield run
            run = []
        run.append(row)
    if run:
        yield run


def _print_header(rows: list[Row], label_columns: int) -> list[Printed]:
    grid = head_grid([row.heads for row in rows], label_columns)
    return [
        Printed("header", [Piece(text, "header" if text else "blank") for text in texts], row)
        for texts, row in zip(grid, rows, strict=True)
        if any(texts)
    ]


def head_grid(rows: list[list[Head]], label_columns: int) -> list[list[str]]:
    """Header cells as a grid of texts; what a span covers beyond its first cell is empty."""
    grid: list[dict[int, str]] = [{} for _ in rows]
    for number, heads in enumerate(rows):
        column = 0
        for head in heads:
            while column in grid[number]:
                column += 1
            columns = head.columns or label_columns
            for below in grid[number : number + head.rows]:
                below |= dict.fromkeys(range(column, column + columns), "")
            grid[number][column] = head.text
            column += columns
    width = max((max(cells, default=-1) for cells in grid), default=-1) + 1
    return [[cells.get(column, "") for column in range(width)] for cells in grid]


def _print_rows(rows: list[Row], label_columns: int, before: list[Printed]) -> list[Printed]:
    lines: list[Printed] = []
    shown = _shown_groups(before)
    for row in rows:
        if row.role in ("furniture", "note", "caption"):
            tag = "section" if row.role == "caption" else row.role
            lines.append(Printed(tag, [Piece(row.label, "")], row))
            continue
        groups = ["" if shown[i : i + 1] == [g] else g for i, g in enumerate(row.groups)]
        if row.groups:
            shown = list(row.groups)
        if label_columns == 1:
            lines += [
                Printed("category", [Piece(group, "category")], row) for group in groups if group
            ]
            groups = []
        lines += _print_row(row, groups, label_columns)
    return lines


def _shown_groups(before: list[Printed]) -> list[str]:
    for line in reversed(before):
        if line.row.role == "category" and line.row.groups:
            return list(line.row.groups)
    return []


def _print_row(row: Row, groups: list[str], label_columns: int) -> list[Printed]:
    """The lines of one row: label and values on one, or the label on lines around them."""
    labels = row.parts or ([row.label] if row.label else [])
    values = [Piece(v.text, "value" if v.text.strip() else "blank", v) for v in row.values]
    values += [Piece("", "blank") for _ in range(row.trail)]
    above, same, below = _places(row, labels)
    lines = [_label_line(row, text, groups if i == 0 else []) for i, text in enumerate(above)]
    if values or same:
        lead = _label_cells(row, same, [] if above else groups, label_columns)
        lines.append(Printed("category" if same else "value", lead + values, row))
    lines += [_label_line(row, text, []) for text in below]
    return lines


def _places(row: Row, labels: list[str]) -> tuple[list[str], str, list[str]]:
    """Label lines above the values, the one beside them, those below."""
    if not labels:
        return [], "", []
    if row.place == "above":
        return labels, "", []
    if row.place == "below":
        return [], "", labels
    if row.place == "around":
        return labels[:1], "", labels[1:]
    return labels[:-1], labels[-1], []


def _label_line(row: Row, text: str, groups: list[str]) -> Printed:
    pieces = [Piece(group, "category" if group else "blank") for group in groups]
    return Printed("category", [*pieces, Piece(text, "category")], row)


def _label_cells(row: Row, text: str, groups: list[str], label_columns: int) -> list[Piece]:
    texts = [*groups, text] if text else list(groups)
    if row.mark_apart and text.startswith(row.mark):
        texts[-1:] = [row.mark.strip(), text[len(row.mark) :]]
    if row.has_label:
        texts += [""] * (label_columns - len(texts))
    texts += [""] * row.lead
    for _ in range(-row.lead):
        if "" in texts:
            texts.reverse()
            texts.remove("")
            texts.reverse()
    return [Piece(text, "category" if text else "blank") for text in texts]
