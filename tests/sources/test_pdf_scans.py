"""PDF pages that are pictures: handed on to be recognised; what stands behind them is in doubt."""

from __future__ import annotations

import io

import numpy as np
import pypdfium2 as pdfium
import pytest
from drawn_files import PdfPen, pdf
from report_blocks import blocks, table, wanted
from reportlab.pdfgen import canvas

from gipr_ml.errors import InputError
from gipr_ml.pipeline import process_bytes
from gipr_ml.sources import read_bytes
from gipr_ml.sources.pdf import read_pdf
from gipr_ml.sources.readings import IN_DOUBT
from gipr_ml.types import Cell, Line, Page, Status


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
