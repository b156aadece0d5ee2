"""PDF pages with text: cells from rules, from alignment, turned pages, and what cannot be read."""

from __future__ import annotations

import io
import zlib
from functools import cache

import numpy as np
import pypdfium2 as pdfium
import pytest
from office_files import PdfPen, Printer, Table, blocks, pdf
from reportlab.pdfgen import canvas

import gipr_ml
from gipr_ml.errors import EmptyInput, InputError, TooLarge
from gipr_ml.pipeline import process_bytes
from gipr_ml.sources import read_bytes
from gipr_ml.sources.limits import MAX_PAGES, MAX_STREAM_BYTES
from gipr_ml.sources.pages import mend
from gipr_ml.sources.pdf import read_pdf
from gipr_ml.sources.readings import IN_DOUBT
from gipr_ml.types import Cell, Line, Page, Status

SAMPLE = gipr_ml.__path__[0] + "/samples/lanting_transport_2024.html"


@cache
def wanted():
    return {cell.key: cell.value for cell in gipr_ml.process(SAMPLE).cells}


def cells(data: bytes) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in read_bytes(data, "a.pdf").lines]


def table(rows: str) -> Table:
    """A table from lines of cells parted by blanks; `_` is an empty cell."""
    source = "".join(
        "<tr>" + "".join(f"<td>{cell.strip('_')}</td>" for cell in row.split()) + "</tr>"
        for row in rows.strip().splitlines()
    )
    (found,) = blocks(f"<table>{source}</table>")
    assert isinstance(found, Table)
    return found


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
    two = row.replace("_ _", "_ 3960704")  # more than one such cell: rather two rows in one
    assert cells(pdf([table(two.replace(" 0 0", " 1112222 0", 1))]))[0][3] == "1234 567"


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


# ---------------------------------------------------------------- scans


def picture_page(text: str = "", hidden: bool = False) -> bytes:
    from reportlab.lib.utils import ImageReader

    file = io.BytesIO()
    page = canvas.Canvas(file, pagesize=(200, 300))
    from PIL import Image

    grey = Image.fromarray(np.full((30, 20), 200, dtype=np.uint8))
    page.drawImage(ImageReader(grey), 0, 0, 200, 300)
    if text:
        words = page.beginText(10, 150)
        words.setTextRenderMode(3 if hidden else 0)
        words.setFont("STSong-Light", 8)
        words.textLine(text)
        page.drawText(words)
    page.showPage()
    page.save()
    return file.getvalue()


def writing():
    """A picture full of strokes, as a scanned text is."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    strokes = np.full((200, 400), 255, dtype=np.uint8)
    strokes[:, ::6] = strokes[::9] = 0
    return ImageReader(Image.fromarray(strokes))


def layered(content, how: str, damage=str, background: bool = False) -> tuple[bytes, int]:
    """A scan of the printed content with its text over or under the picture, and its pages.

    `background`: the picture shows a tint instead of the text.
    """
    from reportlab.lib.utils import ImageReader

    source = pdf(content)
    printed = pdfium.PdfDocument(source)
    file = io.BytesIO()
    page = canvas.Canvas(file, pagesize=(595, 842))
    for number, read in enumerate(read_bytes(source, "a.pdf").pages):
        scan = printed[number].render(scale=150 / 72).to_pil().convert("L")
        if background:
            scan = scan.point(lambda _: 235)
        words = page.beginText()
        words.setTextRenderMode(3 if how == "invisible" else 0)
        words.setFillColorRGB(*(3 * (float(how == "white"),)), float(how != "transparent"))
        words.setFont("STSong-Light", 9)
        for cell in (cell for line in read.lines for cell in line.cells if cell.text):
            left, top, _, bottom = cell.box
            for row, start in enumerate(range(0, len(cell.text), 25)):
                words.setTextOrigin(left + 3, 842 - (top + bottom) / 2 - 3 - 10 * row)
                words.textOut(damage(cell.text)[start : start + 25])
        steps = [lambda scan=scan: page.drawImage(ImageReader(scan), 0, 0, 595, 842)]
        steps.append(lambda words=words: page.drawText(words))
        for step in reversed(steps) if how in ("beneath", "white") else steps:
            step()
        page.showPage()
    page.save()
    return file.getvalue(), len(printed)


def joined(*documents: bytes) -> bytes:
    whole = pdfium.PdfDocument.new()
    for data in documents:
        whole.import_pages(pdfium.PdfDocument(data))
    file = io.BytesIO()
    whole.save(file)
    return file.getvalue()


def recognised(index: int, image: np.ndarray) -> Page:
    """A reader of pictures that finds one row, a quarter of the picture down, and a rule above."""
    height, width, _ = image.shape
    assert image.dtype == np.uint8
    box = (0.0, height / 4, width / 2, height / 2)
    row = (Cell("行政许可", box=box, confidence=0.9), Cell(str(163 + index), confidence=0.8))
    lines = (Line(7, row, "explicit", table=3),)
    return Page(index + 1, lines, (width, height), ((0.0, height / 4, width, height / 4),))


def test_a_scan_is_told_and_handed_on():
    with pytest.raises(InputError, match="is a scan without text"):
        read_pdf(picture_page(), "a.pdf")
    (page,) = read_pdf(picture_page(), "a.pdf", recognised)
    (line,) = page.lines
    assert (line.number, line.page, line.table, line.text) == (0, 1, 0, "行政许可\t163")
    assert line.cells[0].box == pytest.approx((0, 75, 100, 150), abs=0.3)
    assert page.rules == (pytest.approx((0, 75, 200, 75), abs=0.3),)


def test_pages_are_told_apart_one_by_one():
    mixed = joined(pdf([table("规章 0 5\n行政处罚 1 2")], width=300, height=200), picture_page())
    assert [len(page.lines) for page in read_pdf(mixed, "a.pdf")] == [2, 0]
    first, second = read_pdf(mixed, "a.pdf", recognised)
    assert [line.text for line in (*first.lines, *second.lines)] == [
        "规章\t0\t5",
        "行政处罚\t1\t2",
        "行政许可\t164",
    ]
    assert [line.table for line in (*first.lines, *second.lines)] == [0, 0, 1]


def test_text_behind_a_scan_is_in_doubt_and_gives_way_to_a_better_reading():
    pdf()  # registers the font
    scanned = picture_page("行故许可 1b3", hidden=True)
    (page,) = read_pdf(scanned, "a.pdf")
    assert {cell.confidence for line in page.lines for cell in line.cells} == {IN_DOUBT}
    (page,) = read_pdf(scanned, "a.pdf", recognised)
    assert [line.text for line in page.lines] == ["行政许可\t163"]
    better = picture_page("规章   12   34   56   78   90   12   34", hidden=True)
    (page,) = read_pdf(better, "a.pdf", recognised)
    assert page.lines[0].text.startswith("规章")


@pytest.mark.parametrize("how", ["invisible", "transparent", "white", "beneath"])
def test_text_that_nobody_sees_is_in_doubt_however_it_is_hidden(how):
    (page,) = read_pdf(layered([table("规章 0 5\n行政许可 1 163")], how)[0], "a.pdf")
    assert [line.text for line in page.lines if "可" in line.text] == ["行政许可\t1\t163"]
    assert {cell.confidence for line in page.lines for cell in line.cells} == {IN_DOUBT}


def test_text_over_a_picture_that_says_nothing_is_not_in_doubt():
    content = ["本年度收到申请二十一件，均已答复。" * 3, table("规章 0 5\n行政许可 1 163")]
    (page,) = read_pdf(layered(content, "shown", background=True)[0], "a.pdf")
    assert {cell.confidence for line in page.lines for cell in line.cells} == {1.0}
    (page,) = read_pdf(layered(content, "shown")[0], "a.pdf")
    assert {cell.confidence for line in page.lines for cell in line.cells} == {IN_DOUBT}


def test_only_the_hidden_part_of_a_page_is_in_doubt():
    pen = PdfPen(400, 200)
    pen.canvas.drawImage(writing(), 0, 0, 400, 60)
    pen.text(40, 60, "行政规范性文件", 10)
    pen.text(160, 60, "5", 10)
    hidden = pen.canvas.beginText(40, 30)
    hidden.setTextRenderMode(3)
    hidden.setFont("STSong-Light", 10)
    hidden.textLine("行政许可")
    pen.canvas.drawText(hidden)
    pen.end_page()
    (page,) = read_pdf(pen.close(), "a.pdf")
    sure = {cell.text: cell.confidence for line in page.lines for cell in line.cells}
    assert sure == {"行政规范性文件": 1.0, "5": 1.0, "行政许可": IN_DOUBT}


def second(*values: tuple[str, float]):
    """A reader of pictures that finds a row of these values, each at its place on the page."""

    def read(_index: int, image: np.ndarray) -> Page:
        height, width, _ = image.shape
        cells = [Cell("行政许可", box=(0.0, 0.0, 1.0, 1.0))]
        for number, (text, sure) in enumerate(values, 1):
            middle = (50 + 90 * number + 8) / 400 * width
            box = (middle - 30, 40 / 200 * height, middle + 30, 80 / 200 * height)
            cells.append(Cell(text, box=box, confidence=sure))
        return Page(1, (Line(0, tuple(cells), "explicit", table=0),), (width, height))

    return read


def values(text: str) -> list[tuple[str, float]]:
    """Values with their confidences: 12:1 3:.99."""
    return [(value, float(sure)) for value, _, sure in (v.partition(":") for v in text.split())]


def hidden_row(*values: str) -> bytes:
    pen = PdfPen(400, 200)
    pen.canvas.drawImage(writing(), 0, 0, 400, 200)
    for number, value in enumerate(("行政许可", *values)):
        words = pen.canvas.beginText(50 + 90 * number, 140)
        words.setTextRenderMode(3)
        words.setFont("STSong-Light", 10)
        words.textLine(value)
        pen.canvas.drawText(words)
    pen.end_page()
    return pen.close()


@pytest.mark.parametrize(
    ("hidden", "found", "wanted"),
    [
        # A hidden text that agrees with all that was read surely stands: its values are trusted
        # where both readings have them, the others are in doubt.
        ("12 3 15", "12:1 3:.99 15:.4", "12:.9 3:.9 15:.9"),
        ("12 3 15", "12:1 3:.99 16:.4", "12:.9 3:.9 15:.5"),
        # One that denies what was read surely does not.
        ("12 8 15", "12:1 3:.99 15:.4", "12:1 3:.99 15:.9"),
        ("12 8 15", "12:1 3:.99 16:.85", "12:1 3:.99 16:.5"),
        # Nor does one that says less.
        ("l2 3 1S", "12:1 3:.99 15:.97", "12:1 3:.99 15:.97"),
    ],
)
def test_two_readings_of_a_page_are_held_against_each_other(hidden, found, wanted):
    (page,) = read_pdf(hidden_row(*hidden.split()), "a.pdf", second(*values(found)))
    (line,) = page.lines
    assert [(cell.text, cell.confidence) for cell in line.cells[1:]] == values(wanted)


def misread(text: str) -> str:
    return text.translate(str.maketrans("13568", "78386")) if text.isdigit() else text


def lost_digits(text: str) -> str:
    return text[:-1] if text.isdigit() and len(text) > 1 else text.replace("0", "O")


@pytest.mark.parametrize(("how", "damage"), [("invisible", misread), ("beneath", lost_digits)])
def test_a_scan_with_a_bad_hidden_text_is_never_silently_wrong(how, damage):
    data, _ = layered(blocks(), how, damage=damage)
    report = process_bytes(data, "scan.pdf")
    found = {cell.key: cell for cell in report.cells}
    wrong = [key for key, value in wanted().items() if found[key].value != value]
    assert report.status is not Status.CONSISTENT or not wrong
    taken = [key for key in wrong if damage(str(wanted()[key])) == str(found[key].value)]
    assert not taken


# ---------------------------------------------------------------- what cannot be read


def written(draw, **how) -> bytes:
    file = io.BytesIO()
    page = canvas.Canvas(file, **how)
    draw(page)
    page.save()
    return file.getvalue()


def pages(number: int) -> bytes:
    def draw(page: canvas.Canvas) -> None:
        for _ in range(number):
            page.drawString(10, 10, "x")
            page.showPage()

    return written(draw)


def bomb(head: bytes = b"/Filter/FlateDecode", ascii_too: bool = False) -> bytes:
    """Drawing commands without end, whatever their description calls them."""
    commands = zlib.compress(b"0 0 m 1 1 l S\n" * (2 * MAX_STREAM_BYTES // 14), 9)
    if ascii_too:
        commands = commands.hex().encode() + b">"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(commands), head, commands),
    ]
    body = b"%PDF-1.4\n"
    for number, part in enumerate(parts, 1):
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    return body + b"trailer<</Size 5/Root 1 0 R>>\n%%EOF"


def empty() -> bytes:
    file = io.BytesIO()
    pdfium.PdfDocument.new().save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: pages(MAX_PAGES + 1), TooLarge, "301 pages, more than 300"),
        (lambda: pages(2000), TooLarge, "2,000 pages"),
        (empty, InputError, "has no pages"),
        (lambda: written(lambda page: page.showPage(), encrypt="x"), InputError, "password"),
        (lambda: pdf()[:5000], InputError, "damaged or cut short"),
        (lambda: b"%PDF-1.7\n" + bytes(500), InputError, "damaged or cut short"),
        (bomb, TooLarge, "may be a trap"),
        (lambda: bomb(b"/Filter 9 0 R"), TooLarge, "may be a trap"),
        (lambda: bomb(b"/Subtype/Image/Filter/FlateDecode"), TooLarge, "may be a trap"),
        (lambda: bomb(b"/Length1 9/Filter/FlateDecode"), TooLarge, "may be a trap"),
        (lambda: bomb(b"/Filter/#46late#44ecode"), TooLarge, "may be a trap"),
        (lambda: bomb(b"/Filter[/AHx/Fl]", ascii_too=True), TooLarge, "may be a trap"),
        (lambda: written(lambda page: page.showPage()), EmptyInput, "holds no text"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(make, error, words):
    with pytest.raises(error, match=words) as caught:
        read_bytes(make(), "report.pdf")
    assert caught.value.message.startswith("report.pdf: ")
    assert process_bytes(make(), "report.pdf").status is Status.REJECTED


def test_a_page_of_too_many_drawings_is_refused():
    def draw(page: canvas.Canvas) -> None:
        for number in range(45_000):
            page.line(number % 500, 10, number % 500 + 1, 20)

    with pytest.raises(TooLarge, match="page 1 holds more than 40,000"):
        read_bytes(written(draw), "report.pdf")


@pytest.mark.parametrize("share", range(5, 100, 10))
def test_a_pdf_cut_or_scratched_anywhere_is_read_or_refused(share):
    whole = pdf([table("规章 0 5\n行政许可 1 163")], width=300, height=200)
    place = len(whole) * share // 100
    for data in (whole[:place], whole[:place] + b"\0\xff" * 20 + whole[place + 40 :]):
        try:
            read = {cell.text for line in read_bytes(data, "a.pdf").lines for cell in line.cells}
        except InputError:
            continue
        assert read <= {"规章", "行政许可", "0", "5", "1", "163"}
