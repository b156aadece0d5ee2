"""Word documents: spans, text boxes, nested tables, the numbers that Word makes, and traps."""

from __future__ import annotations

import io

import pytest
from docx import Document
from docx.oxml import parse_xml
from hypothesis import given, settings
from hypothesis import strategies as st
from office_files import docx, packed

import gipr_ml
from gipr_ml.errors import InputError, TooLarge
from gipr_ml.pipeline import process_bytes
from gipr_ml.sources import read_bytes
from gipr_ml.sources.docx_numbers import written
from gipr_ml.types import State, Status

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
NAMESPACES = (
    f'{W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)


def word(body: str, numbering: str = "", styles: str = "") -> bytes:
    parts = {"word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>"}
    if numbering:
        parts["word/numbering.xml"] = f"<w:numbering {W}>{numbering}</w:numbering>"
    if styles:
        parts["word/styles.xml"] = f"<w:styles {W}>{styles}</w:styles>"
    return packed(parts)


def p(text: str, properties: str = "") -> str:
    return f"<w:p>{properties and f'<w:pPr>{properties}</w:pPr>'}<w:r><w:t>{text}</w:t></w:r></w:p>"


def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def tbl(*rows: str) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


def texts(data: bytes) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in read_bytes(data, "a.docx").lines]


def test_a_word_report_is_read_like_the_web_page_it_was():
    sample = gipr_ml.process(gipr_ml.__path__[0] + "/samples/lanting_transport_2024.html")
    report = process_bytes(docx(), "report.docx")
    assert {c.key: c.value for c in report.cells} == {c.key: c.value for c in sample.cells}
    assert report.status is Status.CONSISTENT
    assert (report.agency, report.year, report.pages) == ("兰汀市交通运输局", 2024, None)


def test_an_empty_form_has_blank_cells_and_no_values():
    from report_blocks import Spanned, Table, blocks

    def emptied(cell: Spanned) -> Spanned:
        digits = cell.text.replace(".", "").isdigit()
        return Spanned("", cell.row, cell.column) if digits else cell

    form = [
        Table(tuple(map(emptied, block.cells))) if isinstance(block, Table) else block
        for block in blocks()
    ]
    report = process_bytes(docx(form), "form.docx")
    assert report.status is Status.NEEDS_REVIEW
    assert len(report.cells) == 200
    assert {(cell.state, cell.value) for cell in report.cells} == {(State.BLANK, None)}


def test_merged_cells_stand_once():
    body = tbl(
        tc("三、本年度办理结果", '<w:vMerge w:val="restart"/>') + tc("规章") + tc("1"),
        tc("不重复", "<w:vMerge/>") + tc("许可", '<w:gridSpan w:val="2"/>'),
        tc("", '<w:vMerge w:val="continue"/>') + tc("处罚") + tc("2"),
    )
    lines = read_bytes(word(body), "a.docx").lines
    assert [line.text for line in lines] == ["三、本年度办理结果\t规章\t1", "许可", "处罚\t2"]
    assert [line.cells[-1].columns for line in lines] == [1, 2, 1]
    assert {(line.borders, line.table, line.page) for line in lines} == {("explicit", 0, None)}


def test_order_headings_breaks_and_tabs():
    styles = '<w:style w:styleId="a3"><w:name w:val="heading 2"/></w:style>'
    body = (
        p("一、总体情况", '<w:pStyle w:val="a3"/>')
        + tbl(tc("规章") + tc("0"))
        + "<w:p><w:r><w:t>行政许可</w:t><w:tab/><w:t>5</w:t><w:br/><w:t>后面</w:t></w:r></w:p>"
        + f"<w:sdt><w:sdtContent>{p('控件内')}</w:sdtContent></w:sdt>"
    )
    lines = read_bytes(word(body, styles=styles), "a.docx").lines
    assert [line.text for line in lines] == [
        "一、总体情况",
        "规章\t0",
        "行政许可\t5",
        "后面",
        "控件内",
    ]
    assert [line.heading for line in lines] == [2, 0, 0, 0, 0]


def test_text_boxes_are_read_once():
    shape = f"<w:txbxContent>{p('框内')}{tbl(tc('规章') + tc('7'))}</w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>前面</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><w:drawing>"
        f"<wps:txbx>{shape}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>"
        f"{shape}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>" + p("后面")
    )
    assert texts(word(body)) == [["前面"], ["框内"], ["规章", "7"], ["后面"]]


def test_tables_in_tables():
    inner = tbl(tc("行政处罚") + tc("3"))
    body = tbl(tc("规章") + tc("0"), f"<w:tc>{p('说明')}{inner}{p('')}</w:tc>")
    assert texts(word(body)) == [["规章", "0"], ["说明"], ["行政处罚", "3"]]


def test_what_was_deleted_or_hidden_is_not_read():
    body = (
        "<w:p><w:del><w:r><w:delText>12</w:delText></w:r></w:del><w:ins><w:r><w:t>34</w:t></w:r>"
        "</w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>56</w:t></w:r><w:r><w:t>件</w:t></w:r></w:p>"
    )
    row = f"<w:trPr><w:del/></w:trPr>{tc('规章')}{tc('0')}"
    assert texts(word(body + tbl(row, tc("许可") + tc("1")))) == [["34件"], ["许可", "1"]]


def test_numbers_that_word_makes_stand_before_their_text():
    numbering = (
        '<w:abstractNum w:abstractNumId="4"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl><w:lvl w:ilvl="1">'
        '<w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2."/></w:lvl>'
        '</w:abstractNum><w:num w:numId="2"><w:abstractNumId w:val="4"/></w:num>'
    )

    def item(text: str, level: int) -> str:
        return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="2"/></w:numPr>')

    body = (
        item("甲", 0)
        + item("乙", 0)
        + item("丙", 1)
        + item("丁", 1)
        + item("戊", 0)
        + item("己", 1)
    )
    assert [row[0] for row in texts(word(body, numbering))] == [
        "一、甲",
        "二、乙",
        "二.1.丙",
        "二.2.丁",
        "三、戊",
        "三.1.己",
    ]
    assert [written(n, "chineseCounting") for n in (10, 11, 20, 99, 101, 110)] == (
        ["十", "十一", "二十", "九十九", "一百零一", "一百一十"]
    )


ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "{}">]>',
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
)


@pytest.mark.parametrize("declared", ENTITIES)
def test_entities_are_refused(declared):
    xml = f"{declared}<w:document {W}><w:body>{p('&a;')}</w:body></w:document>"
    with pytest.raises(InputError, match=r"declares a document type|is no XML"):
        read_bytes(packed({"word/document.xml": xml}), "a.docx")


def test_bombs_and_broken_packages_are_refused():
    with pytest.raises(TooLarge, match="may be a trap"):
        read_bytes(packed({"word/document.xml": b"<a>" + b" " * 30_000_000}), "a.docx")
    parts = dict.fromkeys((f"word/{n}" for n in range(2001)), b"")
    with pytest.raises(TooLarge, match="more than 2,000 files"):
        read_bytes(packed({"word/document.xml": "<a/>", **parts}), "a.docx")
    whole = docx()
    for data in (whole[: len(whole) // 2], whole[:40]):
        with pytest.raises(InputError, match="damaged or cut short"):
            read_bytes(data, "a.docx")
    with pytest.raises(InputError, match="is no XML"):
        read_bytes(packed({"word/document.xml": "<w:document>"}), "a.docx")
    deep = f"<w:document {W}><w:body>" + "<w:p>" * 5_000
    with pytest.raises(InputError):
        read_bytes(packed({"word/document.xml": deep}), "a.docx")


CELL = (
    st.text("政府信息公开0123456789.，（）/ <>&", min_size=1, max_size=8)
    .map(str.strip)
    .filter(bool)
)


@given(st.lists(st.lists(CELL, min_size=2, max_size=5), min_size=1, max_size=5))
@settings(max_examples=25, deadline=None)
def test_no_character_of_a_table_is_lost(rows):
    document = Document()
    for row in rows:
        table = document.add_table(1, len(row))
        for cell, text in zip(table.rows[0].cells, row, strict=True):
            cell.text = text
    document.element.body.append(parse_xml(f"<w:p {W}/>"))
    file = io.BytesIO()
    document.save(file)
    read = ["".join("".join(row).split()) for row in texts(file.getvalue())]
    assert read == ["".join("".join(row).split()) for row in rows]
