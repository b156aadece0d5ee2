"""CSV, Parquet and the workbook."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from gipr_ml.errors import UsageError
from gipr_ml.export import FORMATS, write
from gipr_ml.export.layout import official_grid
from gipr_ml.export.marks import Mark, cell_marks
from gipr_ml.export.xlsx.style import COLOURS
from gipr_ml.forms import load_forms
from gipr_ml.types import Report, Status

FORMS = ["2019", "2021"]
TABLES = [(table, form) for table in ("t2", "t3", "t4") for form in FORMS]


def written(report: Report, folder, kind):
    (path,) = write(report, folder, [kind])
    assert path.name == f"{report.name}.{kind}"
    return path


def csv_rows(report, folder):
    data = written(report, folder, "csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf"), "Excel needs the mark to read Chinese"
    return {row["key"]: row for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig")))}


def workbook(report, folder):
    return load_workbook(written(report, folder, "xlsx"))


def labelled(sheet, *words):
    """The row of the sheet that holds all the words."""
    return next(row for row in sheet.iter_rows() if set(words) <= {cell.value for cell in row})


# ---------------------------------------------------------------- tidy


@pytest.mark.parametrize("form", FORMS)
def test_csv_has_one_row_a_cell(make_damaged, tmp_path, form):
    report = make_damaged(form)
    rows = csv_rows(report, tmp_path)
    assert list(rows) == [cell.key for cell in report.cells]
    total = rows["t3/new_requests/commercial_enterprise"]
    assert total["row_label"] == "一、本年新收政府信息公开申请数量"
    assert total["column_label"] == "法人或其他组织/商业企业"
    assert (total["value"], total["state"], total["form"]) == ("5", "read", form)
    assert rows["t4/reconsideration/upheld"]["form"] == "", "table 4 is alike in both forms"
    lost = rows["t3/granted/natural_person"]
    assert (lost["value"], lost["state"]) == ("", "lost")


def test_csv_names_the_unit(make_report, tmp_path):
    fees = csv_rows(make_report(), tmp_path)["t2/administrative_fees/amount"]
    assert (fees["value"], fees["unit"]) == ("24252.311082", "万元")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|x", "'+cmd|x"),
        (" -2+3", "' -2+3"),
        ("\t=1", "'\t=1"),
        ("-", "-"),
        ("-18", "-18"),
        ("+2", "+2"),
        ("22（其中修订 16 件）", "22（其中修订 16 件）"),
    ],
)
def test_csv_holds_no_formula(make_report, tmp_path, raw, shown):
    cell, *others = make_report().cells
    report = make_report(cells=(replace(cell, raw=raw), *others))
    assert csv_rows(report, tmp_path)[cell.key]["raw"] == shown


def test_parquet_holds_the_same_table(make_damaged, tmp_path):
    report = make_damaged()
    table = pq.read_table(written(report, tmp_path, "parquet")).to_pylist()
    values = {row["key"]: row["value"] for row in table}
    assert values == {c.key: None if c.value is None else float(c.value) for c in report.cells}
    assert values["t2/administrative_fees/amount"] == 24252.311082
    assert list(table[0]) == list(next(iter(csv_rows(report, tmp_path).values())))


# ---------------------------------------------------------------- the official layout


@pytest.mark.parametrize(("table", "form"), TABLES)
def test_the_official_layout_has_no_gap_and_no_overlap(table, form):
    layout = load_forms().table(table, form)
    grid = official_grid(layout)
    covered = [
        (row, column)
        for box in grid.boxes
        for row in range(box.top, box.top + box.height)
        for column in range(box.left, box.left + box.width)
    ]
    assert sorted(covered) == [(r, c) for r in range(grid.height) for c in range(grid.width)]
    assert sorted(box.key for box in grid.boxes if box.key) == sorted(layout.cell_keys)


def test_table_three_is_laid_out_as_printed(make_report, tmp_path):
    sheet = workbook(make_report(), tmp_path)["表三"]
    heads = [sheet.cell(5, column).value for column in range(5, 10)]
    assert heads == ["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
    assert sheet["D4"].value == "自然人"
    merged = {str(cells) for cells in sheet.merged_cells.ranges}
    assert {"A3:C5", "D3:J3", "E4:I4", "D4:D5", "J4:J5", "A6:C6"} <= merged
    row = labelled(sheet, "（七）总计")
    assert [cell.value for cell in row[3:]] == [24, 5, 0, 0, 0, 0, 29]


@pytest.mark.parametrize("form", FORMS)
def test_table_four_is_one_row_of_fifteen(make_report, tmp_path, form):
    sheet = workbook(make_report(form), tmp_path)["表四"]
    assert [sheet.cell(6, column).value for column in range(1, 16)] == [2, 0, 0, 0, 2] + [0] * 10


def test_the_amount_is_a_number(make_report, tmp_path):
    sheet = workbook(make_report(), tmp_path)["表二"]
    assert labelled(sheet, "行政事业性收费")[1].value == 24252.311082


# ---------------------------------------------------------------- what to look at


def test_cells_get_the_gravest_mark(make_damaged):
    marks = {key: mark.mark for key, mark in cell_marks(make_damaged()).items()}
    assert marks == {
        "t4/reconsideration/upheld": Mark.FAILS,
        "t4/reconsideration/total": Mark.FAILS,
        "t3/granted/natural_person": Mark.LOST,
        "t3/carried_in/total": Mark.ILLEGIBLE,
        "t3/declined_duplicate/total": Mark.DOUBTFUL,
        "t3/carried_in/legal_service": Mark.BLANK,
        "t4/litigation_direct/upheld": Mark.NOT_APPLICABLE,
    }


def test_marked_cells_are_coloured_and_explained(make_damaged, tmp_path):
    book = workbook(make_damaged(), tmp_path)
    failing = book["表四"]["E6"]
    assert failing.value == 20
    assert failing.fill.fgColor.rgb.endswith(COLOURS[Mark.FAILS])
    assert "报告值为 20" in failing.comment.text
    lost = labelled(book["表三"], "（一）予以公开")[3]
    assert lost.value is None
    assert lost.fill.fgColor.rgb.endswith(COLOURS[Mark.LOST])
    assert lost.comment.text == "缺失：文件中没有找到\n建议值 18（唯一）"


def test_findings_lead_to_their_cells(make_damaged, tmp_path):
    sheet = workbook(make_damaged(), tmp_path)["核对结果"]
    gravest = [cell.value for cell in sheet[4]]
    assert gravest[:3] == [2, "错误", "不成立"]
    assert gravest[4:7] == [20, 2, 18]
    assert gravest[7] == "表四 行政复议 结果维持\n表四 行政复议 总计"
    assert sheet["I4"].hyperlink.location == "'表四'!A6"


def test_proposals_and_prose_have_their_sheets(make_damaged, tmp_path):
    book = workbook(make_damaged(), tmp_path)
    assert [cell.value for cell in book["建议值"][4]] == [
        "表三 （一）予以公开 自然人",
        "表三!D8",
        18,
        "唯一",
        "t3.row_total",
        "17",
    ]
    assert book["文字表述"]["A4"].value == "收到申请 30 件"
    assert book["文字表述"]["E4"].value == "相符"


def test_text_of_a_report_never_becomes_a_formula(make_report, tmp_path):
    book = workbook(make_report(agency='=HYPERLINK("x")', media_type="=x\x00y"), tmp_path)
    texts = [cell for row in book["概况"].iter_rows() for cell in row if cell.value]
    assert {'=HYPERLINK("x")', "=x\ufffdy"} <= {cell.value for cell in texts}
    assert {cell.data_type for cell in texts} <= {"s", "n"}


def test_a_rejected_document_has_an_overview_alone(tmp_path):
    report = Report("x", "", "", None, Status.REJECTED, reason="the file is empty")
    for kind in FORMATS:
        write(report, tmp_path, [kind])
    book = load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["概况"]
    assert labelled(book["概况"], "原因")[1].value == (
        "文件是空的，或没有可识别的文字。 the file is empty"
    )


# ---------------------------------------------------------------- files


def test_all_formats_are_written_and_nothing_else(make_damaged, tmp_path):
    paths = write(make_damaged(), tmp_path / "new", FORMATS, stem="a.b")
    endings = ["json", "csv", "xlsx", "parquet", "html"]
    assert [path.name for path in paths] == [f"a.b.{ending}" for ending in endings]
    assert sorted((tmp_path / "new").iterdir()) == sorted(paths)


def test_a_file_that_cannot_be_written_leaves_the_old_one(make_report, tmp_path):
    (path,) = write(make_report(), tmp_path)
    blocked = tmp_path / f"{make_report().name}.csv"
    blocked.mkdir()
    with pytest.raises(OSError, match=r"\.csv"):
        write(make_report(year=1999), tmp_path, ["csv"])
    assert sorted(tmp_path.iterdir()) == sorted([path, blocked])


def test_an_unknown_format_is_refused_before_writing(make_report, tmp_path):
    with pytest.raises(UsageError, match="'pdf' is not known; choose from json, csv"):
        write(make_report(), tmp_path, ["json", "pdf"])
    assert not list(tmp_path.iterdir())
