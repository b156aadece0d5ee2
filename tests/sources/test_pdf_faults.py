"""PDF files that cannot be read, or only in part: each is refused in a sentence."""

from __future__ import annotations

import io
import zlib

import pypdfium2 as pdfium
import pytest
from drawn_files import pdf
from report_blocks import table
from reportlab.pdfgen import canvas

from gipr_ml.errors import EmptyInput, InputError, TooLarge
from gipr_ml.pipeline import process_bytes
from gipr_ml.sources import read_bytes
from gipr_ml.sources.limits import MAX_PAGES, MAX_STREAM_BYTES
from gipr_ml.types import Status


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
