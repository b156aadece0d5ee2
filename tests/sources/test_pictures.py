"""Web pages and Word documents whose tables are pictures."""

from __future__ import annotations

import base64
import io
from email.message import EmailMessage
from functools import cache
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from drawn_files import pdf
from office_files import packed
from report_blocks import Spanned, Table

from gipr_ml.sources import read_bytes, read_document
from gipr_ml.sources.pictures import beside, inside

ROWS = (
    ("行政许可", "20417"),
    ("行政处罚", "1835"),
    ("行政强制", "12"),
    ("行政事业性收费", "386"),
)


@cache
def picture() -> bytes:
    """A scan of four rows of table 2."""
    cells = [Spanned(t, r, c) for r, row in enumerate(ROWS) for c, t in enumerate(row)]
    page = pdfium.PdfDocument(pdf([Table(tuple(cells))], width=400, height=200))[0]
    file = io.BytesIO()
    page.render(scale=200 / 72).to_pil().convert("L").save(file, "PNG")
    return file.getvalue()


def page(address: str) -> str:
    return (
        f'<html><body><p>一、总体情况</p><p><img src="{address}"></p><p>六、其他</p></body></html>'
    )


def check(document) -> None:
    texts = [[cell.text for cell in line.cells] for line in document.lines]
    assert texts[0] == ["一、总体情况"]
    assert texts[-1] == ["六、其他"]
    assert [tuple(row) for row in texts[1:-1]] == list(ROWS)
    numbers = [line.cells[1] for line in document.lines[1:-1]]
    assert all(cell.box is None for cell in numbers)


def test_a_picture_inside_of_the_page_is_read_where_it_stands():
    address = "data:image/png;base64," + base64.b64encode(picture()).decode()
    check(read_bytes(page(address).encode(), "page.html"))


def test_a_picture_beside_the_page_is_read_in_folders_and_archives(tmp_path: Path):
    files = {"p_files/表 2.png": picture(), "page.html": page("p_files/表%202.png").encode()}
    (tmp_path / "p_files").mkdir()
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "saved.zip").write_bytes(packed({f"2024/{n}": c for n, c in files.items()}))
    check(read_document(tmp_path / "page.html"))
    assert beside(tmp_path / "saved.zip" / "2024" / "page.html")("p_files/表 2.png") == picture()


def test_a_picture_saved_with_the_page_is_read():
    message = EmailMessage()
    message.set_content(page("../c/2.png"), subtype="html")
    message["Content-Location"] = "http://a.gov.cn/b/page.html"
    message.add_related(
        picture(), "image", "png", headers=["Content-Location: http://a.gov.cn/c/2.png"]
    )
    check(read_bytes(message.as_bytes(), "page.mht"))


def pictured_docx() -> bytes:
    from docx import Document
    from docx.shared import Cm

    document = Document()
    document.add_paragraph("一、总体情况")
    document.add_picture(io.BytesIO(picture()), width=Cm(14))
    document.add_paragraph("六、其他")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_a_picture_pasted_into_a_word_document_is_read_where_it_stands():
    check(read_bytes(pictured_docx(), "report.docx"))


@pytest.mark.parametrize(
    "address",
    [
        "http://a.gov.cn/2.png", "//a.gov.cn/2.png", "file:///etc/passwd", "/etc/passwd",
        "../out.png", "a/../../out.png", "..\\out.png", "%2e%2e/out.png", "absent.png", "", "a\0b",
    ],
)  # fmt: skip
def test_nothing_is_fetched_and_nothing_read_outside_of_the_folder(tmp_path: Path, address: str):
    (tmp_path / "out.png").write_bytes(picture())
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path)
    find = beside(tmp_path / "in" / "page.html")
    assert find(address) is None
    assert find("link/out.png") is None


def test_addresses_that_hold_no_picture():
    assert inside("data:image/png;base64,####") in (None, b"")
    assert inside("data:text/html,x") is None
    assert inside("2.png") is None
    ornament = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
    lines = read_bytes(page(ornament).encode(), "page.html").lines
    assert [line.text for line in lines] == ["一、总体情况", "六、其他"]
