"""How sure a scan was read, and what could not be read on it, reaches the report."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from gipr_ml.forms import load_forms
from gipr_ml.pipeline import process_document
from gipr_ml.types import Cell, Document, Line, Page, Report, State, Status


def document(change: dict[tuple[int, int], Cell], page_number: str | None = None) -> Document:
    """Table 3 as a scan gives it, all zeros; `change` replaces cells by row and column."""
    head = ["某某市人民政府2023年政府信息公开工作年度报告", "三、收到和处理政府信息公开申请情况"]
    form = load_forms().table("t3", "2021")
    lines = [Line(0, (Cell(head[0]),)), Line(1, (Cell(head[1]),))]
    columns = [column.label for column in form.rows[0].columns]
    header = [columns[0], "法人或其他组织", *columns[1:]]
    lines.append(Line(2, tuple(Cell(text) for text in header), "explicit"))
    for r, row in enumerate(form.rows):
        cells = [change.get((r, i), Cell("0", confidence=0.99)) for i in range(7)]
        lines.append(Line(len(lines), (Cell(row.full_label), *cells), "explicit"))
    if page_number is not None:
        lines.append(Line(len(lines), (Cell(page_number),)))
    lines = [replace(line, page=1) for line in lines]
    return Document("scan", "0" * 64, "image/png", (Page(1, tuple(lines)),), True, "px")


def cell_of(report: Report, row: int, column: int):
    key = load_forms().table("t3", "2021").rows[row].cell_keys[column]
    return next(cell for cell in report.cells if cell.key == key)


def test_ink_that_could_not_be_read_is_illegible():
    report = process_document(document({(4, 2): Cell("", confidence=0.0, illegible=True)}))
    cell = cell_of(report, 4, 2)
    assert (cell.state, cell.value) == (State.ILLEGIBLE, None)
    assert cell_of(report, 4, 1).value == Decimal(0)
    assert report.status is Status.NEEDS_REVIEW
    assert "completeness.illegible_cells" in {finding.rule for finding in report.findings}


def test_an_unsure_digit_lowers_the_confidence_of_its_cell_alone():
    report = process_document(document({(4, 2): Cell("0", confidence=0.41)}))
    assert cell_of(report, 4, 2).confidence == 0.41
    assert cell_of(report, 4, 3).confidence > 0.9
    assert "reading.low_confidence" in {finding.rule for finding in report.findings}


def test_the_box_of_a_cell_is_its_source():
    box = (10.0, 20.0, 30.5, 40.0)
    report = process_document(document({(4, 2): Cell("0", box=box, confidence=0.97)}))
    source = cell_of(report, 4, 2).source
    assert source is not None
    assert (source.page, source.box) == (1, box)


def test_the_number_of_the_page_is_no_figure_of_the_table():
    rules = {doubt.code for doubt in process_document(document({}, "1")).doubts}
    assert "t3.unused" not in rules
    rules = {doubt.code for doubt in process_document(document({}, "7")).doubts}
    assert "t3.unused" in rules
