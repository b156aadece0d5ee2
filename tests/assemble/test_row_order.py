"""Rows that carry their labels may stand in any order: no cell changes by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gipr_ml.forms import load_forms
from gipr_ml.learning.synthesis import make_report
from gipr_ml.pipeline import process_document
from gipr_ml.sources import read_bytes
from gipr_ml.types import Document, Report, State, Status

REPORTS = Path(__file__).parents[2] / "training_data" / "reports"
LAYOUTS = ("tabs", "pipes", "markdown", "ocr_tabs", "aligned", "single_spaces", "html_plain")
LEGIBLE = ("none", "labels_spaced", "marks_apart", "repeated_headers", "page_numbers", "dashes")
"""Kinds of damage that leave labels legible and each value in its own cell."""
LOOSE = ("notes_in_cells", "blank_zeros", "cells_shifted")
"""Kinds after which the place among its neighbours helps to tell a row from prose, or an empty cell
from none."""
UNREAD = {State.LOST, State.ILLEGIBLE}
Cells = Mapping[str, tuple[Decimal | None, State]]


@cache
def read(name: str, data: bytes) -> tuple[Document, Report]:
    document = read_bytes(data, name)
    return document, process_document(document)


def cells(report: Report) -> Cells:
    return {cell.key: (cell.value, cell.state) for cell in report.cells}


def whole_rows(document: Document, report: Report) -> list[list[int]]:
    """Numbers of the lines that hold a row with its label and all of its values: those of table 3,
    and those of each block of table 2, whose header says what its columns are."""
    held: dict[int, set[str]] = {}
    for cell in report.cells:
        if cell.source and cell.source.line is not None:
            held.setdefault(cell.source.line, set()).add(cell.key)
    labelled = {line.number for line in document.lines if any(map(str.isalpha, line.text))}
    blocks: dict[tuple[str, int], list[int]] = {}
    for table in ("t2", "t3"):
        form = report.forms.get(table)
        for row in load_forms().table(table, form).rows if form else ():
            block = blocks.setdefault((table, row.block if table == "t2" else 0), [])
            block += [n for n, keys in held.items() if keys == set(row.cell_keys)]
    return [sorted(labelled.intersection(numbers)) for numbers in blocks.values()]


def permuted(document: Document, blocks: list[list[int]], rng: Random) -> Document:
    """The document with the lines of each block in another order."""
    lines = {line.number: line for line in document.lines}
    put = {
        place: replace(lines[moved], number=place, page=lines[place].page)
        for block in blocks
        for place, moved in zip(block, rng.sample(block, len(block)), strict=True)
    }
    return replace(
        document,
        pages=tuple(
            replace(page, lines=tuple(put.get(line.number, line) for line in page.lines))
            for page in document.pages
        ),
    )


@given(st.integers(0, 10**5), st.sampled_from(LAYOUTS), st.sampled_from(LEGIBLE), st.randoms())
@settings(max_examples=25, deadline=None)
def test_no_order_of_labelled_rows_changes_a_cell(
    seed: int, layout: str, damage: str, rng: Random
) -> None:
    made = make_report(seed, layout, damage)
    document, before = read(made.file_name, made.data)
    after = process_document(permuted(document, whole_rows(document, before), rng))
    assert cells(after) == cells(before)
    assert after.forms == before.forms


@given(st.integers(0, 10**5), st.sampled_from(LAYOUTS), st.sampled_from(LOOSE), st.randoms())
@settings(max_examples=15, deadline=None)
def test_a_row_that_is_not_found_in_another_order_is_told_to_be_lost(
    seed: int, layout: str, damage: str, rng: Random
) -> None:
    made = make_report(seed, layout, damage)
    document, before = read(made.file_name, made.data)
    after = process_document(permuted(document, whole_rows(document, before), rng))
    assert after.forms == before.forms
    then, now = cells(before), cells(after)
    changed = {key for key in then if now[key] != then[key]}
    assert all({then[key][1], now[key][1]} & UNREAD for key in changed)
    told = {key for finding in after.findings if finding.review for key in finding.cells}
    assert {key for key in changed if now[key][1] in UNREAD} <= told


@pytest.mark.parametrize("name", ["panyu_office_2025.txt", "pingtan_2020.txt"])
def test_the_rows_of_a_published_report_may_stand_in_any_order(name: str) -> None:
    document, before = read(name, (REPORTS / name).read_bytes())
    blocks = whole_rows(document, before)
    assert sum(map(len, blocks)) > 25
    after = process_document(permuted(document, blocks, Random(3)))
    assert cells(after) == cells(before)
    assert after.status is Status.NEEDS_REVIEW
    assert "t3.row_order" in {finding.rule for finding in after.findings}


@given(
    st.integers(0, 10**5),
    st.sampled_from(LAYOUTS),
    st.sampled_from(["labels_10", "labels_30"]),
    st.randoms(),
)
@settings(max_examples=15, deadline=None)
def test_where_labels_are_damaged_too_a_changed_cell_is_never_taken_for_sure(
    seed: int, layout: str, damage: str, rng: Random
) -> None:
    """Order and a label of two characters, one of them wrong, may both fail to name a row."""
    made = make_report(seed, layout, damage)
    document, before = read(made.file_name, made.data)
    after = process_document(permuted(document, whole_rows(document, before), rng))
    assert cells(after) == cells(before) or after.status is Status.NEEDS_REVIEW
