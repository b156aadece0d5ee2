"""What MinerU, docling, dots.ocr and PaddleOCR write."""

from __future__ import annotations

import json

import pytest
from office_files import docling, mineru

import gipr_ml
from gipr_ml.errors import EmptyInput, UnknownFormat
from gipr_ml.pipeline import process_bytes
from gipr_ml.sources import read_bytes
from gipr_ml.types import Status

SAMPLE = gipr_ml.__path__[0] + "/samples/lanting_transport_2024.html"
TABLE = "<table><tr><td>规章</td><td>0</td></tr><tr><td>许可</td><td>3960704</td></tr></table>"


def read(content):
    return read_bytes(json.dumps(content).encode(), "a.json")


@pytest.mark.parametrize("make", [mineru, docling])
def test_a_parsed_report_is_read_like_the_web_page_it_was(make):
    report = process_bytes(make(), "report.json")
    wanted = {cell.key: cell.value for cell in gipr_ml.process(SAMPLE).cells}
    assert {cell.key: cell.value for cell in report.cells} == wanted
    assert report.status is Status.CONSISTENT
    assert (report.agency, report.year, report.pages) == ("兰汀市交通运输局", 2024, 4)


def test_a_content_list_keeps_pages_boxes_and_faults():
    document = read(
        [
            {"type": "text", "text": "一、总体情况", "text_level": 1, "page_idx": 0},
            {"type": "text", "text": "", "page_idx": 0},
            {"type": "table", "table_caption": ["表一"], "table_body": TABLE, "page_idx": 1,
             "bbox": [10, 20, 30, 40], "table_footnote": ["注：件"]},
            {"type": "list", "list_items": ["甲", "乙"], "page_idx": 1},
            {"type": "image", "img_path": "x.jpg", "bbox": [1, 2, 3, 4], "page_idx": 2},
        ]
    )  # fmt: skip
    assert document.media_type == "application/json"
    assert [(line.page, line.text) for line in document.lines] == [
        (1, "一、总体情况"),
        (2, "表一"),
        (2, "规章\t0"),
        (2, "许可\t3960704"),
        (2, "注：件"),
        (2, "甲"),
        (2, "乙"),
    ]
    assert document.lines[0].heading == 1
    assert document.lines[2].cells[1].box == (10, 20, 30, 40)
    assert [line.table for line in document.lines[2:4]] == [0, 0]
    assert [(page.number, page.size) for page in document.pages] == [
        (1, (1000, 1000)),
        (2, (1000, 1000)),
    ]
    assert document.unit == "permille"


def test_blocks_of_other_parsers():
    dots = [
        {"bbox": [1, 2, 3, 4], "category": "Section-header", "text": "## 一、总体情况"},
        {"bbox": [1, 2, 3, 4], "category": "Table", "text": TABLE},
    ]
    paddle = {
        "page_index": 4,
        "parsing_res_list": [
            {"block_label": "table", "block_content": TABLE, "block_bbox": [1, 2, 3, 4]}
        ],
    }
    assert [line.text for line in read(dots).lines] == ["一、总体情况", "规章\t0", "许可\t3960704"]
    assert [(line.page, line.text) for line in read(paddle).lines] == [
        (5, "规章\t0"),
        (5, "许可\t3960704"),
    ]
    pages = read([dots, dots])
    assert [line.page for line in pages.lines] == [1, 1, 1, 2, 2, 2]
    assert [line.number for line in pages.lines] == list(range(6))
    assert (pages.unit, pages.pages[0].size) == ("px", None)
    sized = read(paddle | {"width": 1654, "height": 2339})
    assert (sized.unit, sized.pages[0].size) == ("px", (1654, 2339))
    assert read([*dots, {"type": "text", "text": "正文", "bbox": [1, 2, 3, 4]}]).unit is None


def test_docling_boxes_are_counted_from_the_top():
    document = read(json.loads(docling(["一、总体情况"])))
    (line,) = document.lines
    assert (line.page, line.cells[0].box) == (1, (10, 42, 500, 142))
    assert (document.unit, document.pages[0].size) == ("pt", (595, 842))


@pytest.mark.parametrize(
    "content",
    [{}, [], 7, "x", [[[]]], {"cells": [], "lines": []}, [{"type": 3}], [{"a": 1}], None],
)
def test_json_of_another_kind_is_refused(content):
    with pytest.raises(UnknownFormat, match="is not what MinerU"):
        read(content)


@pytest.mark.parametrize(
    "content",
    [
        {"schema_name": "DoclingDocument"},
        {"schema_name": "DoclingDocument", "body": {"children": [{"$ref": "#/body"}, 3, {}]}},
        {"schema_name": "DoclingDocument", "groups": [{"children": [{"$ref": "#/groups/0"}]}],
         "body": {"children": [{"$ref": "#/groups/0"}]}, "pages": 3},
    ],
)  # fmt: skip
def test_parsed_documents_without_text_are_empty(content):
    with pytest.raises(EmptyInput):
        read(content)


def test_nonsense_in_a_parsed_document_does_no_harm():
    block = {"type": "text", "text": "正文", "page_idx": -3, "bbox": ["a", 1, 2], "text_level": 99}
    (line,) = read([block, 3, None, {"type": "table"}]).lines
    assert (line.page, line.cells[0].box, line.heading) == (None, None, 0)
    with pytest.raises(UnknownFormat):
        read_bytes(b"{" * 100_000, "a.json")
    with pytest.raises((UnknownFormat, EmptyInput, gipr_ml.errors.InputError)):
        read_bytes(b"[" * 200_000 + b"]" * 200_000, "a.json")
