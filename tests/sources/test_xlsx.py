"""Workbooks: merged cells once, values as computed, blanks as blanks."""

from __future__ import annotations

import io

import pytest
from office_files import packed, xlsx
from openpyxl import Workbook

import gipr_ml
from gipr_ml.errors import EmptyInput, InputError
from gipr_ml.pipeline import process_bytes
from gipr_ml.sources import read_bytes
from gipr_ml.types import Status

SAMPLE = gipr_ml.__path__[0] + "/samples/lanting_transport_2024.html"


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def texts(data: bytes) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in read_bytes(data, "a.xlsx").lines]


def test_a_report_in_a_workbook_is_read_like_the_web_page_it_was():
    report = process_bytes(xlsx(), "report.xlsx")
    wanted = {cell.key: cell.value for cell in gipr_ml.process(SAMPLE).cells}
    assert {cell.key: cell.value for cell in report.cells} == wanted
    assert report.status is Status.CONSISTENT
    assert (report.agency, report.year) == ("兰汀市交通运输局", 2024)


def test_rows_spans_and_blanks():
    book = Workbook()
    sheet = book.active
    for row in (["信息内容", "制发", "废止"], ["规章", 0, None], ["许可", None, 7730.28]):
        sheet.append(row)
    sheet["A5"], sheet["C5"] = "行政许可", 5
    sheet.merge_cells("A5:B5")
    lines = read_bytes(saved(book), "a.xlsx").lines
    assert [line.text for line in lines] == [
        "信息内容\t制发\t废止",
        "规章\t0\t",
        "许可\t\t7730.28",
        "行政许可\t5",
    ]
    assert [line.source_line for line in lines] == [1, 2, 3, 5]
    assert [line.table for line in lines] == [0, 0, 0, 1]
    assert lines[3].cells[0].columns == 2


def test_each_sheet_that_is_shown_is_read():
    book = Workbook()
    book.active.append(["规章", 1])
    book.create_sheet("二").append(["许可", 2])
    hidden = book.create_sheet("三")
    hidden.append(["不看", 3])
    hidden.sheet_state = "hidden"
    assert texts(saved(book)) == [["规章", "1"], ["许可", "2"]]


def test_a_formula_that_nobody_computed_is_not_blank():
    book = Workbook()
    book.active.append(["总计", "=SUM(A2:A9)", 3])
    assert texts(saved(book)) == [["总计", "=SUM(A2:A9)", "3"]]


def test_numbers_are_written_as_people_do():
    sheet = "<row><c><v>7730.2799999999997</v></c><c><v>12.0</v></c><c><v>1E-3</v></c>"
    sheet += "<c><v>0.30000000000000004</v></c></row>"
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    data = packed(
        {
            "xl/workbook.xml": f'<workbook {space} xmlns:r="{relation}"><sheets>'
            '<sheet name="1" r:id="a"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": '<R><R Id="a" Target="worksheets/1.xml"/></R>',
            "xl/worksheets/1.xml": f"<worksheet {space}><sheetData>{sheet}</sheetData></worksheet>",
        }
    )
    assert texts(data) == [["7730.28", "12", "0.001", "0.3"]]


def test_a_row_far_below_costs_nothing_and_a_broken_book_is_told():
    book = Workbook()
    book.active.append(["规章", 1])
    book.active.cell(1_000_000, 2, 7)
    assert texts(saved(book)) == [["规章", "1"], ["7"]]
    with pytest.raises(EmptyInput):
        read_bytes(saved(Workbook()), "a.xlsx")
    with pytest.raises(InputError, match="damaged"):
        read_bytes(packed({"xl/workbook.xml": "<a"}), "a.xlsx")
