"""What document parsers do to tables is mended where the figures decide it, and always told."""

from __future__ import annotations

from functools import cache

import parser_faults as faults
import pytest
from office_files import docling, mineru

import gipr_ml
from gipr_ml.pipeline import process_bytes
from gipr_ml.types import Report, State, Status

SAMPLE = gipr_ml.__path__[0] + "/samples/lanting_transport_2024.html"
FORMATS = {"a.md": faults.markdown, "mineru.json": mineru, "docling.json": docling}


@cache
def wanted():
    return {cell.key: cell.value for cell in gipr_ml.process(SAMPLE).cells}


def read(damage, name: str) -> Report:
    report = process_bytes(FORMATS[name](faults.damaged(damage)), name)
    if name.endswith(".json"):
        read = [cell for cell in report.cells if cell.state is State.READ]
        assert all(cell.source.page and cell.source.box for cell in read)
        assert report.unit == {"mineru.json": "permille", "docling.json": "pt"}[name]
    return report


def doubts(report: Report) -> set[str]:
    return {doubt.code for doubt in report.doubts}


each_format = pytest.mark.parametrize("name", FORMATS)


@each_format
@pytest.mark.parametrize(
    "damage",
    [faults.header_repeated, faults.label_cut, faults.figures_overleaf, faults.group_cut],
)
def test_a_table_that_runs_over_pages_is_one_again(name, damage):
    report = read(damage, name)
    assert {cell.key: cell.value for cell in report.cells} == wanted()
    assert report.status is Status.CONSISTENT


@each_format
@pytest.mark.parametrize("between", ["", " "])
def test_two_rows_in_one_are_taken_apart_and_told(name, between):
    report = read(faults.merged(between), name)
    assert {cell.key: cell.value for cell in report.cells} == wanted()
    assert report.status is Status.NEEDS_REVIEW
    (doubt,) = report.doubts
    assert doubt.code == "t3.merged_rows"
    assert len(doubt.cells) == 14
    assert "“本机关不掌握相关政府信息”与“没有现成信息需要另行制作”" in doubt.message
    merged = [c.raw for c in report.cells if c.key == "t3/unavailable_not_held/natural_person"]
    assert merged == ["24" if between else "242"]


@each_format
def test_merged_rows_that_the_sums_do_not_settle_stay_illegible(name):
    def damage(table):
        (once,) = faults.merged("")(table)
        totals = faults.figures(once, faults.table_row(once, "（七）总计"))
        totals.append(faults.figures(once, faults.table_row(once, "1.本机关不掌握"))[-1])
        return [faults.retyped(once, dict.fromkeys(totals, ""))]

    report = read(damage, name)
    found = {cell.key: cell for cell in report.cells}
    cell = found["t3/unavailable_not_held/natural_person"]
    assert (cell.state, cell.value, cell.raw) == (State.ILLEGIBLE, None, "242")
    assert "t3.merged_rows" in doubts(report)
    assert report.status is Status.NEEDS_REVIEW


@each_format
@pytest.mark.parametrize("columns", [0, 1, 3, 6])
def test_a_row_that_lost_its_left_columns_is_found_and_what_it_lost_is_proposed(name, columns):
    report = read(faults.left_lost(columns), name)
    proposed = {proposal.cell: proposal.value for proposal in report.proposals}
    for cell in report.cells:
        value = wanted()[cell.key]
        assert cell.value == value or (cell.value is None and proposed[cell.key] == value)
    assert report.status is Status.NEEDS_REVIEW
    assert any(cell.state is State.LOST for cell in report.cells) == (columns > 0)
    told = {key for doubt in report.doubts for key in doubt.cells}
    assert "t3/unavailable_not_held/natural_person" in told


@each_format
@pytest.mark.parametrize(
    "damage", [faults.shifted, faults.shifted_inside, faults.cells_merged], ids=lambda d: d.__name__
)
def test_shifted_and_joined_cells_are_read_right_or_not_at_all(name, damage):
    report = read(damage, name)
    assert report.status is Status.NEEDS_REVIEW
    proposed = {proposal.cell: proposal.value for proposal in report.proposals}
    unread = [cell.key for cell in report.cells if cell.value is None]
    assert {cell.key: cell.value or proposed.get(cell.key) for cell in report.cells} == {
        key: value or proposed.get(key) for key, value in wanted().items()
    }
    assert 0 < len(unread) <= 3
    assert {key.split("/")[1] for key in unread} == {"total_processed"}
