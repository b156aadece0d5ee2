"""PDF pages with text: cells from rules, from alignment, turned pages, and what cannot be read."""

from __future__ import annotations

import io

import pypdfium2 as pdfium
import pytest
from drawn_files import PdfPen, Printer, pdf
from report_blocks import blocks, table, wanted

from gipr_ml.pipeline import process_bytes
from gipr_ml.sources import read_bytes
from gipr_ml.sources.pages import mend
from gipr_ml.types import Status


def cells(data: bytes) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in read_bytes(data, "a.pdf").lines]


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"rectangles": True},
        {"turned_groups": True},
        {"height": 420},
        {"height": 420, "closed": False},
        {"width": 842, "height": 595, "closed": False, "rectangles": True},
    ],
    ids=str,
)
def test_a_drawn_report_is_read_like_the_web_page_it_was(how):
    report = process_bytes(pdf(**how), "report.pdf")
    assert {cell.key: cell.value for cell in report.cells} == wanted()
    assert report.status is Status.CONSISTENT
    assert (report.agency, report.year) == ("兰汀市交通运输局", 2024)


def test_a_report_without_rules_is_read_but_not_called_consistent_for_it():
    report = process_bytes(pdf(ruled=False), "report.pdf")
    assert {cell.key: cell.value for cell in report.cells} == wanted()
    assert {line.page for line in report.lines} == {1, 2}


@pytest.mark.parametrize("turns", [90, 180, 270])
def test_pages_shown_turned_are_read_the_same(turns):
    document = pdfium.PdfDocument(pdf())
    for page in document:
        page.set_rotation(turns)
    file = io.BytesIO()
    document.save(file)
    report = process_bytes(file.getvalue(), "report.pdf")
    assert {cell.key: cell.value for cell in report.cells} == wanted()
    assert report.status is Status.CONSISTENT


class FurnishedPen(PdfPen):
    """Writes a head and a foot on every page."""

    def __init__(self, height: float, head: str, foot: str) -> None:
        super().__init__(595, height)
        self.furniture = head, foot
        self.number = 0

    def end_page(self) -> None:
        self.number += 1
        for y, text in zip((25, self.height - 20), self.furniture, strict=True):
            self.text(50, y, text.format(n=self.number), 8)
        super().end_page()


@pytest.mark.parametrize("ruled", [True, False])
@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ("2025/1/17 16:40  兰汀市交通运输局2024年度报告", "https://a.gov.cn/t2025.html  {n}/5"),
        ("1/17/25, 4:40 PM", "{n}/5"),
        ("兰汀市交通运输局（2024年）", "第 {n} 页 / 共 5 页"),
        ("", "- {n} -"),
        ("", "Page {n} of 5"),
    ],
)  # fmt: skip
def test_heads_and_feet_of_pages_are_no_values_and_part_no_table(head, foot, ruled):
    pen = FurnishedPen(420, head, foot)
    Printer(pen, height=420, ruled=ruled).print(blocks())
    report = process_bytes(pen.close(), "report.pdf")
    assert {cell.key: cell.value for cell in report.cells} == wanted()
    assert {doubt.code for doubt in report.doubts} <= (
        set() if ruled else {"t3.header", "t4.header"}
    )


def test_rows_pages_and_boxes():
    document = read_bytes(pdf([table("规章 0 5\n行政许可 _ 163")], width=300, height=200), "a.pdf")
    assert (document.paged, document.unit) == (True, "pt")
    (page,) = document.pages
    assert (page.number, page.size) == (1, (300.0, 200.0))
    left, _, _, bottom = page.lines[0].cells[0].box
    assert (left, bottom, 70.0, bottom) in page.rules
    assert [line.text for line in page.lines] == ["规章\t0\t5", "行政许可\t\t163"]
    assert [(line.borders, line.table, line.page) for line in page.lines] == [
        ("explicit", 0, 1)
    ] * 2
    first = page.lines[0].cells[0].box
    below = page.lines[1].cells[0].box
    assert first[:2] == (50.0, 50.0)
    assert below[:2] == (50.0, first[3])
    assert page.lines[0].cells[1].box[0] == first[2]


def test_words_in_line_are_a_row_where_there_are_no_rules():
    pen = PdfPen(400, 200)
    for y, words in ((50, "规章 0 5 12"), (80, "行政许可 163 7 0")):
        for x, word in zip((40, 160, 230, 300), words.split(), strict=True):
            pen.text(x, y, word, 10)
    pen.text(40, 120, "本年度收到申请 21 件，均已答复。", 10)
    pen.end_page()
    lines = read_bytes(pen.close(), "a.pdf").lines
    assert [(line.borders, line.text) for line in lines] == [
        ("spaces", "规章\t0\t5\t12"),
        ("spaces", "行政许可\t163\t7\t0"),
        ("none", "本年度收到申请 21 件，均已答复。"),
    ]
    left, top, right, bottom = lines[1].cells[1].box
    assert (round(left), round(right)) == (160, 174)
    assert top < 80 < bottom + 3


def test_a_rule_missing_between_two_values_glues_nothing():
    pen = PdfPen(400, 200)
    for x in (40, 140, 240, 340):
        if x != 240:
            pen.line(x, 40, x, 80)
    pen.line(40, 40, 340, 40)
    pen.line(40, 80, 340, 80)
    for x, word in ((50, "行政许可"), (160, "396"), (260, "704")):
        pen.text(x, 64, word, 10)
    pen.end_page()
    assert cells(pen.close()) == [["行政许可", "396", "704"]]


def test_rules_missing_between_rows_of_values_merge_nothing():
    pen = PdfPen(400, 200)
    for x in (40, 140, 200, 260, 320):
        pen.line(x, 40, x, 100)
    pen.line(40, 40, 320, 40)
    pen.line(40, 100, 320, 100)
    for y, words in ((60, "规章 396 0 7"), (86, "行政许可 704 1 12")):
        for x, word in zip((50, 160, 220, 280), words.split(), strict=True):
            pen.text(x, y, word, 10)
    pen.end_page()
    assert cells(pen.close()) == [["规章", "396", "0", "7"], ["行政许可", "704", "1", "12"]]


def test_a_number_too_wide_for_its_cell_is_one_number():
    row = "规章 _ _ 1234567 0 0 0 0 0 0"
    assert cells(pdf([table(row)]))[0][3] == "1234567"


@pytest.mark.parametrize(
    ("upper", "lower", "read"),
    [
        ("1046 0 2033", "8 _ 7", ["10468", "0", "20337"]),
        ("1046 119 2033", "8 7 7", ["1046", "119", "2033"]),  # of two rows: each cell has two
        ("1046 0 203", "8 _ 7", ["1046 8", "0", "203 7"]),  # 203 leaves room for the 7
    ],
)
def test_several_numbers_of_a_row_go_on_below_where_others_need_no_second_line(upper, lower, read):
    pen = PdfPen(400, 200)
    for x in (40, 140, 174, 208, 242):
        pen.line(x, 40, x, 70)
    for y in (40, 70):
        pen.line(40, y, 242, y)
    pen.text(50, 52, "规章", 10)
    for y, values in ((52, upper), (65, lower)):
        for x, value in zip((145.4, 179.4, 213.4), values.split(), strict=True):
            pen.text(x, y, value.replace("_", ""), 10)
    pen.end_page()
    assert cells(pen.close())[0] == ["规章", *read]


@pytest.mark.parametrize(("width", "read"), [(34, "10468"), (39, "1046 8")])
def test_a_number_goes_on_below_where_the_margins_of_a_word_processor_leave_no_room(width, read):
    pen = PdfPen(400, 200)
    for x in (40, 140, 200, 200 + width):
        pen.line(x, 40, x, 70)
    for y in (40, 70):
        pen.line(40, y, 200 + width, y)
    for x, y, word in ((50, 52, "规章"), (150, 52, "7418"), (205.4, 52, "1046"), (205.4, 65, "8")):
        pen.text(x, y, word, 10)
    pen.end_page()
    assert cells(pen.close()) == [["规章", "7418", read]]


def test_a_label_that_lies_over_a_value_is_not_mixed_with_it():
    pen = PdfPen(400, 200)
    for y, label, values in (
        (50, "要求行政机关确认或重新出具", "12 3 15"),
        (80, "规章", "0 5 5"),
    ):
        pen.text(40, y, label, 10)
        for x, value in zip((120, 220, 300), values.split(), strict=True):
            pen.text(x, y, value, 10)
    pen.end_page()
    assert cells(pen.close()) == [
        ["要求行政机关确认或重新出具", "12", "3", "15"],
        ["规章", "0", "5", "5"],
    ]


@pytest.mark.parametrize("moved", [0, 40])
def test_text_in_a_form_is_read_wherever_the_form_is_placed(moved):
    pen = PdfPen(400, 200)
    page = pen.canvas
    page.beginForm("cell")
    page.saveState()
    clip = page.beginPath()
    clip.rect(40 - moved, 140 - moved, 62, 20)
    page.clipPath(clip, stroke=0, fill=0)
    page.setFont("STSong-Light", 10)
    page.drawString(40 - moved, 145 - moved, "要求行政机关确认或重新出具")
    page.restoreState()
    page.endForm()
    page.translate(moved, moved)
    page.doForm("cell")
    page.translate(-moved, -moved)
    for x, value in ((120, "12"), (220, "3"), (300, "15")):
        pen.text(x, 55, value, 10)
    pen.end_page()
    form = [["要求行政机关确认或重新出具", "12", "3", "15"]]  # rather too much than too little
    assert cells(pen.close()) == form


def test_text_that_a_program_has_cut_off_is_not_read():
    pen = PdfPen(400, 200)
    page = pen.canvas
    page.saveState()
    clip = page.beginPath()
    clip.rect(40, 140, 62, 20)
    page.clipPath(clip, stroke=0, fill=0)
    pen.text(40, 55, "要求行政机关确认或重新出具", 10)
    page.restoreState()
    for x, value in ((120, "12"), (220, "3"), (300, "15")):
        pen.text(x, 55, value, 10)
    pen.end_page()
    assert cells(pen.close()) == [["要求行政机关", "12", "3", "15"]]


def test_a_frame_around_text_is_no_table():
    pen = PdfPen(400, 200)
    for x, y, to_x, to_y in ((20, 20, 380, 20), (20, 180, 380, 180), (20, 20, 20, 180)):
        pen.line(x, y, to_x, to_y)
    pen.line(380, 20, 380, 180)
    pen.text(40, 60, "一、总体情况", 12)
    pen.text(40, 90, "2023年公开信息12条。", 12)
    pen.end_page()
    lines = read_bytes(pen.close(), "a.pdf").lines
    assert [(line.borders, line.text) for line in lines] == [
        ("none", "一、总体情况"),
        ("none", "2023年公开信息12条。"),
    ]


def test_radicals_are_mended():
    assert mend("⼀⼈⾏政⻓⻅⻛⺠") == "一人行政长见风民"
    assert mend("㎡（1）ａ") == "㎡（1）ａ"
    radicals = [chr(code) for code in (*range(0x2E80, 0x2E9A), *range(0x2E9B, 0x2EF4))]
    radicals += [chr(code) for code in range(0x2F00, 0x2FD6)]
    assert not [char for char in radicals if "\u2e80" <= mend(char) <= "\u2fdf"]
