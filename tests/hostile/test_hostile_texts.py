"""Texts as an enemy would make them: what they say is shown, never run, and nothing is lost."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import unicodedata
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

import gipr_ml
from gipr_ml.errors import InputError
from gipr_ml.export import FORMATS, dumps, loads, to_bytes
from gipr_ml.pipeline import process_bytes
from gipr_ml.sources import read_bytes
from gipr_ml.types import Report

SAMPLE = Path(gipr_ml.__file__).parent / "samples" / "wangchuan_forestry_2022_damaged.txt"
NAME = "=cmd|' /C calc'!A1<script>x()</script>.txt"
ATTACKS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1", "'=1", "=HYPERLINK(\"//x\")", "＝1+1",
    "<script>x()</script>", "</script><script>x()", "<img src=x onerror=x()>", "javascript:x()",
    "\"><svg onload=x()>", "{{7*7}}", "{% raw %}", "${7*7}", "]]>", "--><b>", "&#60;script&#62;",
)  # fmt: skip
CATEGORIES = sorted({unicodedata.category(chr(code)) for code in range(0x110000)})


@cache
def of_category(category: str) -> list[str]:
    """Characters of a category of Unicode: the first, the last, and some between."""
    found = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == category]
    return found[:: max(1, len(found) // 6)] + found[-1:]


class Tags(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts = 0
        self.handlers: list[str] = []
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.handlers += [name for name, _ in attributes if name.startswith("on")]
        self.addresses += [v or "" for name, v in attributes if name in ("src", "href", "action")]


def harmless(report: Report) -> None:
    """Every format holds the report, and none of what it says is run."""
    files = {kind: to_bytes(report, kind) for kind in FORMATS}
    assert dumps(loads(files["json"])).encode("utf-8", "replace") == files["json"]
    for row in csv.reader(io.StringIO(files["csv"].decode("utf-8-sig"), newline="")):
        for field in row:
            assert re.fullmatch(r"[-+]?[0-9.,]*", field) or field.lstrip()[:1] not in tuple("=+-@")
    book = load_workbook(io.BytesIO(files["xlsx"]))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    page = Tags(files["html"].decode())
    assert page.scripts == 1  # the page's own, which its policy names by its digest
    assert page.handlers == []
    assert all(address.startswith(("#", "data:image/")) for address in page.addresses)


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_report_says_is_neither_formula_nor_markup(attack: str) -> None:
    text = SAMPLE.read_text("utf-8").replace("6\t", f"{attack}\t", 1)
    text = f"{attack}\n{text.replace('信息公开', '信息公开' + attack, 3)}"
    report = process_bytes(text.encode(), NAME)
    assert report.cells
    harmless(report)


@given(
    st.lists(
        st.tuples(st.sampled_from(CATEGORIES), st.integers(0, 99), st.integers(0, 10**6)),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=5, deadline=None)
def test_characters_of_every_category_are_read_and_written(
    added: list[tuple[str, int, int]],
) -> None:
    text = SAMPLE.read_text("utf-8")
    for category, number, place in added:
        among = of_category(category)
        at = place % len(text)
        text = text[:at] + among[number % len(among)] + text[at:]
    # Halves of characters, which UTF-8 does not have, come in the way JSON writes them.
    blocks = [{"type": "text", "text": line} for line in text.split("\n")]
    for data, name in (
        (text.encode("utf-8", "surrogatepass"), "a.txt"),
        (json.dumps(blocks).encode(), "a.json"),
    ):
        report = process_bytes(data, name)
        harmless(report)
        assert not any("\ud800" <= c <= "\udfff" for line in report.lines for c in line.cells)


@pytest.mark.parametrize("mark", ["\ufeff", "\u200f", "\u202e", "\u200b"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_marks_that_nobody_sees_hide_no_figure(mark: str, encoding: str) -> None:
    row = f"{mark}规章{mark}\t{mark}0\t1{mark}2\t5\n"
    (line,) = read_bytes(row.encode(encoding), "a.txt").lines
    assert [cell.text for cell in line.cells] == ["规章", "0", "12", "5"]


@given(st.text(max_size=40), st.sampled_from(["txt", "md", "html", "mht", "json"]))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused_in_words(text: str, ending: str) -> None:
    for data in (text.encode(), text.encode("utf-16"), f"<table><td>{text}<td>1".encode()):
        with contextlib.suppress(InputError):  # nothing else may be raised
            read_bytes(data, f"x.{ending}")


@pytest.mark.parametrize(
    "piece", ["政府信息公开 12 ", "规章\t0\t", "0", "收到申请12件，", "<b>1</b>"]
)
def test_a_very_long_line_is_read_or_refused_in_words(piece: str) -> None:
    ending = "html" if "<" in piece else "txt"
    assert process_bytes((piece * 6_000).encode(), f"x.{ending}").reason
