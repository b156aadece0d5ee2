"""Blocks of table 2 whose values are listed column by column, put back into rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rapidfuzz import fuzz

from gipr_ml.assemble.stream import Piece, Stream
from gipr_ml.forms import FormRow, TableForm
from gipr_ml.match import normalise

SAME = 75
"""Similarity of a printed name to a name of the form, of 100."""


def by_rows(stream: Stream, form: TableForm) -> Stream:
    """The stream with every block that is listed by columns listed by rows, else the same stream.

    Such a block prints the names of its rows, and then for each column its name and its values.
    """
    for _, members in groupby(form.rows, key=lambda row: row.block):
        rows = list(members)
        if len(rows[0].columns) > 1:
            stream = _block_by_rows(stream, rows)
    return stream


def _block_by_rows(stream: Stream, rows: Sequence[FormRow]) -> Stream:
    width, height = len(rows[0].columns), len(rows)
    for start in range(len(stream.atoms) - width * height + 1):
        if not stream.gaps[start]:
            continue
        gaps = [stream.gaps[start + column * height] for column in range(width)]
        if not all(gaps) or not _names(gaps[0][-1], rows[0].columns[0].label):
            continue
        stop = start + width * height
        if any(stream.gaps[i] for i in range(start, stop) if (i - start) % height):
            continue
        named = [
            _names(gap[-1], column.label) for gap, column in zip(gaps, rows[0].columns, strict=True)
        ]
        labels = [_piece_of(row, gaps[0]) for row in rows]
        if all(named) and all(labels):
            return _rewritten(stream, start, width, [p for p in labels if p], gaps)
    return stream


def _names(piece: Piece, name: str) -> bool:
    return fuzz.ratio(normalise(piece.text), normalise(name)) >= SAME


def _piece_of(row: FormRow, gap: Sequence[Piece]) -> Piece | None:
    """The piece that prints the name of the row."""
    return next((p for p in gap if any(_names(p, name) for name in row.spellings)), None)


def _rewritten(
    stream: Stream, start: int, width: int, labels: Sequence[Piece], gaps: Sequence[list[Piece]]
) -> Stream:
    height = len(labels)
    atoms = list(stream.atoms)
    new_gaps = [list(gap) for gap in stream.gaps]
    for row, label in enumerate(labels):
        for column in range(width):
            old = stream.atoms[start + column * height + row]
            # Negative numbers are no rows of the document.
            atoms[start + row * width + column] = old._replace(row=-1 - start - row)
            new_gaps[start + row * width + column] = []
        header = [piece for gap in gaps for piece in gap] if row == 0 else []
        new_gaps[start + row * width] = [*header, label]
    return Stream(atoms, new_gaps)
