"""Layouts with a separator between cells, or one cell a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from itertools import pairwise
from random import Random

from gipr_ml.learning.synthesis.canvas import Canvas
from gipr_ml.learning.synthesis.paper import Paper, Prose, Row, Table
from gipr_ml.learning.synthesis.sheet import Piece, Printed, print_table

PutTable = Callable[[Canvas, Table], None]


def put_paper(
    paper: Paper, put_table: PutTable, gap: str, marks: tuple[str, str] = ("", "")
) -> Canvas:
    """The paper with `gap` between its blocks, `marks` before and after the headings."""
    canvas = Canvas([])
    for block in paper.blocks:
        if isinstance(block, Prose):
            before, after = marks if block.level else ("", "")
            canvas.put(before)
            canvas.put(block.text, block.tag)
            canvas.put(after + "\n")
        else:
            put_table(canvas, block)
        canvas.put(gap)
    return canvas


def put_piece(canvas: Canvas, line: Printed, piece: Piece, text: str | None = None) -> None:
    """One cell; a blank is put too, since it says that nothing is printed."""
    if piece.value is not None:
        canvas.put_value(piece.value, line.tag, text)
    else:
        canvas.put(piece.text if text is None else text, line.tag, piece.cell)


def _separated(
    lines: Sequence[Printed], canvas: Canvas, before: str, between: str, after: str
) -> None:
    for line in lines:
        canvas.put(before)
        for number, piece in enumerate(line.pieces):
            if number:
                canvas.put(between)
            put_piece(canvas, line, piece)
        canvas.put(after + "\n")
        canvas.end_row()


def tabs(paper: Paper, rng: Random) -> Canvas:
    """Cells separated by tabs, as OCR programs and copied tables have them."""
    columns = rng.choice((1, 2, 3))
    tail = rng.choice(("", "", "\t")) if paper.whole else ""

    def put(canvas: Canvas, table: Table) -> None:
        _separated(print_table(table, columns), canvas, "", "\t", tail)

    return put_paper(paper, put, rng.choice(("", "\n")))


def pipes(paper: Paper, rng: Random) -> Canvas:
    """Cells between pipes, padded or not, with or without pipes at the ends of the line."""
    columns = rng.choice((1, 2, 3))
    pad = rng.choice(("", " "))
    ends = rng.random() < 0.5
    before, after = ("|" + pad, pad + "|") if ends else ("", "")

    def put(canvas: Canvas, table: Table) -> None:
        _separated(print_table(table, columns), canvas, before, f"{pad}|{pad}", after)

    return put_paper(paper, put, "")


def markdown(paper: Paper, rng: Random) -> Canvas:
    """Markdown tables with a rule below the first line."""
    columns = rng.choice((1, 3))
    marks = rng.choice((("# ", ""), ("## ", ""), ("### ", ""), ("## **", "**"), ("**", "**")))

    def put(canvas: Canvas, table: Table) -> None:
        lines = print_table(table, columns)
        width = max(len(line.pieces) for line in lines)
        for line in lines:
            if paper.whole or line.tag == "header":
                line.pieces += [Piece("", "blank") for _ in range(width - len(line.pieces))]
        _separated(lines[:1], canvas, "| ", " | ", " |")
        canvas.put("|" + " --- |" * width + "\n")
        _separated(lines[1:], canvas, "| ", " | ", " |")

    return put_paper(paper, put, "\n", marks)


def ocr_tabs(paper: Paper, rng: Random) -> Canvas:
    """Text of a scan: table 3 in fragments, each with the header again and its own shift."""

    steady = not paper.whole or any(value.state == "blank" for value in paper.values())

    def put(canvas: Canvas, table: Table) -> None:
        for fragment in _fragments(table, rng):
            columns = rng.choice((1, 2, 3)) if table.name == "t3" else 1
            shift = 0 if steady or table.name != "t3" else rng.choice((-1, 0, 0, 1))
            for row in fragment.rows:
                if row.values and row.has_label:
                    row.lead += shift
                    row.trail += rng.choice((0, 0, 1)) if paper.whole else 0
            tail = rng.choice(("", "\t")) if paper.whole else ""
            _separated(print_table(fragment, columns), canvas, "", "\t", tail)
            canvas.put("\n")

    return put_paper(paper, put, "\n")


def _fragments(table: Table, rng: Random) -> list[Table]:
    """The table as the pages cut it, the header on each."""
    table = deepcopy(table)
    if table.name != "t3" or len(table.rows) < 12:
        return [table]
    header = [row for row in table.rows[:3] if row.role == "header"]
    cuts = sorted(rng.sample(range(6, len(table.rows)), rng.randint(1, 2)))
    bounds = [0, *cuts, len(table.rows)]
    parts = [table.rows[a:b] for a, b in pairwise(bounds)]
    page = rng.randint(2, 5)
    fragments = [Table(table.name, table.form, parts[0])]
    for number, part in enumerate(parts[1:]):
        if rng.random() < 0.4:
            fragments[-1].rows.append(Row("furniture", f"- {page + number} -"))
        fragments.append(Table(table.name, table.form, [*deepcopy(header), *part]))
    return fragments


def cell_lines(paper: Paper, rng: Random) -> Canvas:
    """One cell a line, nothing for empty cells."""
    return _cell_lines(paper, rng, lambda: "\n")


def loose_cell_lines(paper: Paper, rng: Random) -> Canvas:
    """One cell a line with blank lines, lone pipes or trailing pipes in between."""
    ends = rng.choice((("\n\n",), ("\n", "\n\n"), ("\n|\n", "\n"), ("|\n", " |\n"), ("\n \n",)))
    return _cell_lines(paper, rng, lambda: rng.choice(ends))


def _cell_lines(paper: Paper, rng: Random, end: Callable[[], str]) -> Canvas:
    def put(canvas: Canvas, table: Table) -> None:
        for line in print_table(table):
            for piece in line.pieces:
                if piece.text:
                    put_piece(canvas, line, piece)
                    canvas.put(end())
            canvas.end_row()

    return put_paper(paper, put, rng.choice(("", "\n")))


def column_lines(paper: Paper, rng: Random) -> Canvas:
    """One cell a line, but groups of rows as labels first, then column after column."""

    def put(canvas: Canvas, table: Table) -> None:
        lines = print_table(table)
        while lines:
            run = _run(lines, rng.choice((1, 1, 3, 6, 10)) if table.name == "t3" else 1)
            del lines[: len(run)]
            _put_columns(canvas, run)

    return put_paper(paper, put, "\n")


def _run(lines: list[Printed], most: int) -> list[Printed]:
    """The lines up to `most` rows of seven values, if more than one row follows at once."""
    rows = 0
    for number, line in enumerate(lines):
        values = sum(piece.value is not None for piece in line.pieces)
        if (values and values != 7) or line.tag == "header":
            return lines[: max(1, number)]
        rows += bool(values)
        if rows == most:
            return lines[: number + 1]
    return lines[:]


def _put_columns(canvas: Canvas, run: list[Printed]) -> None:
    for line in run:
        for piece in line.pieces:
            if piece.text and piece.value is None:
                put_piece(canvas, line, piece)
                canvas.put("\n")
    rows = [(line, [p for p in line.pieces if p.value is not None]) for line in run]
    width = max(len(pieces) for _, pieces in rows)
    for column in range(width):
        canvas.put("\n")
        for line, pieces in rows:
            if column < len(pieces):
                put_piece(canvas, Printed("value", [], line.row), pieces[column])
                canvas.put("\n")
    canvas.put("\n")
    canvas.end_row()
