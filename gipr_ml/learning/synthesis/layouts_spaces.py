"""Layouts without visible separators: aligned by spaces, single spaces, nothing at all."""

from __future__ import annotations

import unicodedata
from random import Random

from gipr_ml.learning.synthesis.canvas import Canvas
from gipr_ml.learning.synthesis.layouts_lines import put_paper, put_piece
from gipr_ml.learning.synthesis.paper import Paper, Prose, Row, Table
from gipr_ml.learning.synthesis.sheet import Piece, Printed, head_grid, print_table

LINE = 30
"""Characters to a line of prose in a PDF."""


def wrap(paper: Paper, rng: Random, indent: str) -> Paper:
    """The paper with its paragraphs broken into lines as on a page, page numbers in between."""
    blocks: list[Prose | Table] = []
    page = 1
    for block in paper.blocks:
        if isinstance(block, Table) or block.tag != "narrative" or len(block.text) <= LINE:
            blocks.append(block)
            continue
        pieces = [block.text[i : i + LINE] for i in range(0, len(block.text), LINE)]
        blocks.append(Prose(block.tag, indent + pieces[0]))
        for piece in pieces[1:]:
            if rng.random() < 0.06:
                blocks.append(Prose("furniture", f"-{page}-"))
                page += 1
            blocks.append(Prose(block.tag, piece))
    return Paper(paper.agency, paper.year, paper.forms, blocks, paper.statements)


def display_width(text: str) -> int:
    """Columns that the text takes on a terminal: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def single_spaces(paper: Paper, rng: Random) -> Canvas:
    """Raw reading order of a PDF: single spaces between cells, header cells each on a line."""
    cut = rng.random() < 0.5
    upright = rng.random() < 0.3

    def put(canvas: Canvas, table: Table) -> None:
        for line in print_table(table):
            if upright and line.row.groups[:1] == tuple(line.texts):
                _put_pieces(canvas, line, line.pieces[0], 1)
                canvas.put("\n")
                continue
            stacked = line.tag == "header" and table.name != "t2"
            between = "\n" if stacked else " "
            texts = [piece for piece in line.pieces if piece.text]
            for number, piece in enumerate(texts):
                if number:
                    canvas.put(between)
                if stacked and cut and len(piece.text) > 3:
                    _put_pieces(canvas, line, piece, 2)
                else:
                    put_piece(canvas, line, piece)
            canvas.put("\n")
            canvas.end_row()

    return put_paper(wrap(paper, rng, ""), put, "")


def _put_pieces(canvas: Canvas, line: Printed, piece: Piece, size: int) -> None:
    """The text of a narrow cell, `size` characters a line."""
    for start in range(0, len(piece.text), size):
        if start:
            canvas.put("\n")
        canvas.put(piece.text[start : start + size], line.tag, piece.cell)


def glued(paper: Paper, rng: Random) -> Canvas:
    """Text of a web page whose cell borders are lost: everything in a line, some stray spaces."""
    canvas = Canvas([], glued=True)
    stray = rng.choice((0.0, 0.0, 0.03, 0.15))
    for number, block in enumerate(paper.blocks):
        if isinstance(block, Prose):
            canvas.put(block.text, block.tag)
            if block.tag == "title":
                canvas.put("\n")
            elif block.tag != "section" or rng.random() < 0.3:
                canvas.put(" ")
            continue
        if number and rng.random() < 0.3:
            canvas.put(" ")
        for line in print_table(block):
            if line.tag == "furniture":
                _put_apart(canvas, line)
                continue
            for piece in line.pieces:
                put_piece(canvas, line, piece)
                if rng.random() < stray:
                    canvas.put(" ")
            canvas.end_row()
        canvas.put(" ")
    canvas.put("\n")
    return canvas


def _put_apart(canvas: Canvas, line: Printed) -> None:
    """A page number where digits run together: bare, it would be one of them."""
    text = "".join(line.texts)
    canvas.put(" ")
    canvas.put(f"- {text} -" if text.isdecimal() else text, line.tag)
    canvas.put(" ")


def aligned(paper: Paper, rng: Random) -> Canvas:
    """Columns aligned by spaces as pdftotext -layout writes them: long labels wrapped around their
    values, header cells in stacked pieces."""
    step = rng.randint(6, 9)
    loose = rng.random() < 0.4

    def put(canvas: Canvas, table: Table) -> None:
        columns = max((len(row.values) for row in table.rows), default=1)
        start = {"t2": 24, "t3": 52, "t4": 4}[table.name]
        width = step if table.name == "t3" else 5 if table.name == "t4" else 14
        stops = [start + width * number for number in range(columns + 2)]
        pending: list[Row] = []
        for line in _aligned_lines(table):
            if line.tag == "header" and table.name != "t2":
                if line.row not in pending:
                    pending.append(line.row)
                continue
            _put_aligned_header(canvas, pending, stops)
            pending = []
            _put_aligned(canvas, line, stops)
            if loose and line.pieces and rng.random() < 0.5:
                canvas.put("\n")
        canvas.put("\n")

    return put_paper(wrap(paper, rng, "    "), put, rng.choice(("", "\n")))


def _aligned_lines(table: Table) -> list[Printed]:
    """The printed lines, with labels too long for their column wrapped around the values."""
    for row in table.rows:
        if len(row.label) > 19 and row.values and not row.parts and row.place == "same":
            half = (len(row.label) + 1) // 2
            row.parts = [row.label[:half], row.label[half:]]
            row.place = "around"
    return print_table(table)


def _put_aligned(canvas: Canvas, line: Printed, stops: list[int]) -> None:
    column = 0
    number = 0
    for piece in line.pieces:
        is_label = piece.value is None and line.tag != "header"
        if is_label and column == 0:
            target = 4 * min(2, len(line.row.groups))
        else:
            target = stops[min(number, len(stops) - 1)] - display_width(piece.text) // 2
            number += 1
        space = max(target - column, 2 if column else 0)
        if piece.text or piece.value is not None:
            canvas.put(" " * space)
            put_piece(canvas, line, piece)
            column += space + display_width(piece.text)
    canvas.put("\n")
    canvas.end_row()


def _put_aligned_header(canvas: Canvas, rows: list[Row], stops: list[int]) -> None:
    """Header rows over the columns, the lowest one in pieces of two characters."""
    if not rows:
        return
    grid = head_grid([row.heads for row in rows], 1)
    for texts in grid[:-1]:
        _put_stops(canvas, [(stops[max(0, i - 1)], text) for i, text in enumerate(texts) if text])
    last = [(stops[max(0, i - 1)], text) for i, text in enumerate(grid[-1]) if text]
    for start in range(0, max((len(text) for _, text in last), default=0), 2):
        _put_stops(canvas, [(stop, text[start : start + 2]) for stop, text in last])


def _put_stops(canvas: Canvas, cells: list[tuple[int, str]]) -> None:
    column = 0
    for stop, text in cells:
        if not text:
            continue
        space = max(stop - display_width(text) // 2 - column, 1 if column else 0)
        canvas.put(" " * space)
        canvas.put(text, "header", "header")
        column += space + display_width(text)
    canvas.put("\n")
