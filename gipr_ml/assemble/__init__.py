"""Labelled lines → the tables of the report, with every reason to doubt them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gipr_ml.assemble.merged import doubt_merged, unmerge
from gipr_ml.assemble.regions import find_regions
from gipr_ml.assemble.stream import stream_of
from gipr_ml.assemble.table import TableReading
from gipr_ml.assemble.table2 import read_table2
from gipr_ml.assemble.table3 import read_table3
from gipr_ml.assemble.table4 import read_table4
from gipr_ml.forms import Forms
from gipr_ml.match import Matcher
from gipr_ml.types import LabelledLine, Reading, Statement

__all__ = ["assemble"]

LARGEST = 2_000
"""Values of a table. The largest official one has some 200; what is ten times as large is no such
table, and is not read as one: to align it would take seconds for table 4, and minutes and gigabytes
for the others."""


def assemble(
    lines: Sequence[LabelledLine],
    statements: Sequence[Statement],
    forms: Forms,
    matcher: Matcher,
    agency: str | None = None,
    year: int | None = None,
) -> Reading:
    """The cells of all tables that the lines hold.

    `statements` are the numbers that the prose restates; they decide only between readings that
    the table itself leaves open. `agency` and `year` are passed through.
    """
    lines, merged = unmerge(lines, forms)
    regions = {
        table: stream
        for table, stream in find_regions(stream_of(lines), matcher, forms).items()
        if len(stream.atoms) <= LARGEST
    }
    tables: list[TableReading | None] = []
    if "t2" in regions:
        tables.append(read_table2(regions["t2"], forms, matcher, statements))
    if "t3" in regions:
        tables.append(read_table3(regions["t3"], forms, matcher))
    if "t4" in regions:
        tables.append(read_table4(regions["t4"], forms, statements))
    found = [table for table in tables if table is not None]
    for table in found:
        doubt_merged(table, merged, forms.identities_of(table.form.table, table.form.form))
    matched: dict[int, list[str]] = {}
    for table in found:
        for line, keys in table.lines.items():
            matched.setdefault(line, []).extend(keys)
    for number, category in _named(lines, matched, matcher):
        matched[number] = [category]
    return Reading(
        cells=tuple(cell for table in found for cell in table.cells()),
        forms={t.form.table: t.form.form for t in found if t.form.table != "t4"},
        agency=agency,
        year=year,
        doubts=tuple(doubt for table in found for doubt in table.doubts),
        matched={line: tuple(keys) for line, keys in matched.items()},
        proposals=tuple(proposal for table in found for proposal in table.proposals),
    )


def _named(
    lines: Sequence[LabelledLine], matched: Mapping[int, object], matcher: Matcher
) -> Iterator[tuple[int, str]]:
    """Lines that carry a category label but no value that was read, with their category."""
    for labelled in lines:
        line = labelled.line
        if labelled.label == "category" and line.number not in matched:
            words = "".join(
                cell.text
                for cell, label in zip(line.cells, labelled.cell_labels, strict=True)
                if label == "category"
            )
            category = matcher.match(words).category
            if category is not None:
                yield line.number, category
