"""Web pages, with and without row and column spans."""

from __future__ import annotations

from html import escape
from random import Random

from gipr_ml.learning.synthesis.canvas import Canvas
from gipr_ml.learning.synthesis.layouts_lines import put_piece
from gipr_ml.learning.synthesis.paper import Paper, Prose, Row, Table
from gipr_ml.learning.synthesis.sheet import Piece, Printed, print_table

BLANKS = ("&nbsp;", "", " ")


def html_spans(paper: Paper, rng: Random) -> Canvas:
    """A web page whose tables join cells by rowspan and colspan."""
    return _page(paper, rng, spans=True)


def html_plain(paper: Paper, rng: Random) -> Canvas:
    """A web page whose tables have one cell for each place."""
    return _page(paper, rng, spans=False)


def _page(paper: Paper, rng: Random, spans: bool) -> Canvas:
    canvas = Canvas([], html=True)
    canvas.put('<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n')
    maker = _TableMaker(canvas, rng)
    for block in paper.blocks:
        if isinstance(block, Prose):
            tag = f"h{block.level}" if block.level and rng.random() < 0.5 else "p"
            canvas.put(f"<{tag}>")
            canvas.put(escape(block.text, quote=False), block.tag)
            canvas.put(f"</{tag}>\n")
        elif spans:
            maker.put_spans(block)
        else:
            maker.put_plain(block, rng.choice((1, 3)))
    canvas.put("</body></html>\n")
    return canvas


class _TableMaker:
    def __init__(self, canvas: Canvas, rng: Random) -> None:
        self.canvas = canvas
        self.blank = rng.choice(BLANKS)
        self.inner = ("<p>", "</p>") if rng.random() < 0.3 else ("", "")

    def put_plain(self, table: Table, label_columns: int) -> None:
        """Every printed line a row of the table."""
        self.canvas.put('<table border="1"><tbody>\n')
        for line in print_table(table, label_columns):
            self.canvas.put("<tr>")
            for piece in line.pieces:
                self._cell(line, piece)
            self._end_row()
        self.canvas.put("</tbody></table>\n")

    def put_spans(self, table: Table) -> None:
        """Group labels span the rows of their group; other labels the columns left of values."""
        self.canvas.put('<table border="1"><tbody>\n')
        depth = 3 if table.name == "t3" else 1
        before: tuple[str, ...] = ()
        for number, row in enumerate(table.rows):
            self.canvas.put("<tr>")
            if row.role == "header":
                for head in row.heads:
                    line = Printed("header", [], row)
                    span = _span(head.columns or depth, head.rows)
                    self._cell(line, Piece(head.text, "header"), span)
            elif row.values:
                self._groups(table.rows, number, before)
                before = row.groups or before
                self._row(row, depth)
            else:
                tag = "section" if row.role == "caption" else row.role
                cell = "category" if tag == "category" else ""
                width = _span(depth + 7, 1)
                self._cell(Printed(tag, [], row), Piece(row.label, cell), width)
            self._end_row()
        self.canvas.put("</tbody></table>\n")

    def _groups(self, rows: list[Row], number: int, before: tuple[str, ...]) -> None:
        row = rows[number]
        for level, group in enumerate(row.groups):
            if before[level : level + 1] == (group,):
                continue
            span = 0
            for later in rows[number:]:
                if later.values and later.groups[level : level + 1] != (group,):
                    break
                span += 1
            piece = Piece(group, "category")
            self._cell(Printed("category", [], row), piece, _span(1, span))

    def _row(self, row: Row, depth: int) -> None:
        line = Printed("category" if row.has_label else "value", [], row)
        label = "".join(row.parts) or row.label
        columns = depth - len(row.groups)
        after = row.place == "below"
        if label and not after:
            self._label(line, row, label, columns)
        for _ in range(row.lead):
            self._cell(line, Piece("", "blank"))
        for value in row.values:
            self._cell(line, Piece(value.text, "value" if value.text else "blank", value))
        for _ in range(row.trail):
            self._cell(line, Piece("", "blank"))
        if label and after:
            self._label(line, row, label, columns)

    def _label(self, line: Printed, row: Row, label: str, columns: int) -> None:
        if row.mark_apart and label.startswith(row.mark):
            self._cell(line, Piece(row.mark.strip(), "category"))
            label = label[len(row.mark) :]
            columns = max(1, columns - 1)
        parts = row.parts if row.parts and "".join(row.parts) == label else [label]
        self.canvas.put(f"<td{_span(columns, 1)}>")
        for number, part in enumerate(parts):
            if number:
                self.canvas.put("<br/>")
            self.canvas.put(escape(part, quote=False), line.tag, "category")
        self.canvas.put("</td>")

    def _cell(self, line: Printed, piece: Piece, span: str = "") -> None:
        shown = escape(piece.text, quote=False)
        self.canvas.put(f"<td{span}>{self.inner[0]}")
        put_piece(self.canvas, line, piece, shown)
        if not shown:
            self.canvas.put(self.blank)
        self.canvas.put(f"{self.inner[1]}</td>")

    def _end_row(self) -> None:
        self.canvas.put("</tr>\n")
        self.canvas.end_row()


def _span(columns: int, rows: int) -> str:
    return (f' colspan="{columns}"' if columns > 1 else "") + (
        f' rowspan="{rows}"' if rows > 1 else ""
    )
