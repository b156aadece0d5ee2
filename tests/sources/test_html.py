"""Web pages: rows as lines of cells, the rest as text."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text_lines import cells_of, lines_of, squeezed

from gipr_ml.errors import EmptyInput, GiprError, InputError
from gipr_ml.sources import read_bytes


def page(body: str, title: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"


def rows(body: str) -> list[list[str]]:
    return cells_of(page(body), "page.html")


def test_spans_are_told_and_not_repeated() -> None:
    table = (
        "<table><tr><td colspan='3' rowspan='2'>（本列数据）</td><td colspan=7>申请人情况</td></tr>"
        "<tr><td>自然人</td><th>总计</th></tr>"
        "<tr><td rowspan=2>三、本年度办理结果</td>"
        "<td colspan='x'>（一）予以公开</td><td>7</td></tr>"
        "<tr><td>（二）部分公开</td><td>&nbsp;</td></tr></table>"
    )
    lines = lines_of(page(table), "page.html")
    assert [[(cell.text, cell.columns) for cell in line.cells] for line in lines] == [
        [("（本列数据）", 3), ("申请人情况", 7)],
        [("自然人", 1), ("总计", 1)],
        [("三、本年度办理结果", 1), ("（一）予以公开", 1), ("7", 1)],
        [("（二）部分公开", 1), ("", 1)],
    ]
    assert {line.borders for line in lines} == {"explicit"}
    assert {line.table for line in lines} == {0}


def test_paragraphs_and_breaks_in_a_cell_are_one_text() -> None:
    table = (
        "<table><tr><td><p>结</p><p>果</p><p>纠</p><p>正&nbsp;</p></td><td>本年新<br/>制作数量</td>"
        "<td>1.<br>属于国家秘密</td><td><span>2</span><span>3</span></td>"
        "<td>商业\n  企业</td></tr></table>"
    )
    assert rows(table) == [["结果纠正", "本年新制作数量", "1. 属于国家秘密", "23", "商业企业"]]


def test_tables_in_tables() -> None:
    inner = "<table><tr><td>规章</td><td>0</td></tr><tr><td>行政许可</td><td>5</td></tr></table>"
    layout = f"<table><tr><td>首页</td><td><h2>标题</h2><p>正文。</p>{inner}</td></tr></table>"
    lines = lines_of(page(layout), "page.html")
    assert [line.text for line in lines] == ["首页", "标题", "正文。", "规章\t0", "行政许可\t5"]
    assert [line.heading for line in lines] == [0, 2, 0, 0, 0]
    mixed = (
        f"<table><tr><td>行政处罚</td><td>7</td></tr><tr><td colspan=2>{inner}</td></tr></table>"
    )
    assert rows(mixed) == [["行政处罚", "7"], ["规章", "0"], ["行政许可", "5"]]


def test_a_page_laid_out_in_one_cell_is_text() -> None:
    body = "<table><tr><td><p>本年度收到申请21件。</p><p>均已答复。</p></td></tr></table>"
    lines = lines_of(page(body), "page.html")
    assert [(line.text, line.borders) for line in lines] == [
        ("本年度收到申请21件。", "none"),
        ("均已答复。", "none"),
    ]


def test_what_is_not_shown_is_dropped() -> None:
    body = (
        "<script>var 年报 = 1;</script><style>td {}</style><!-- 注释 --><noscript>无</noscript>"
        "<p>正文<script>x</script>继续</p><table><tr><td>规章<script>y</script></td><td>0</td></tr></table>"
    )
    assert rows(body) == [["正文继续"], ["规章", "0"]]


def test_the_title_is_taken_where_the_page_shows_none() -> None:
    title = "青山市财政局2023年政府信息公开工作年度报告"
    assert cells_of(page("<p>一、总体情况</p>", title), "a.html") == [[title], ["一、总体情况"]]
    shown = f"<h1>{title}</h1><p>一、总体情况</p>"
    assert cells_of(page(shown, title + "_青山市"), "a.html") == [[title], ["一、总体情况"]]
    assert cells_of(page("<p>一、总体情况</p>", "青山市门户"), "a.html") == [["一、总体情况"]]


def test_text_outside_of_tables_is_read_like_any_text() -> None:
    body = (
        "<p>规章&nbsp;&nbsp;0&nbsp;&nbsp;5</p><pre>行政许可\t7\n行政处罚\t8</pre>"
        "<div>规章000行政规范性文件6233440<br>第二行</div><ul><li>一</li><li>二</li></ul>"
    )
    assert rows(body) == [
        ["规章", "0", "5"],
        ["行政许可", "7"],
        ["行政处罚", "8"],
        ["规章", "000"],
        ["行政规范性文件", "6233440"],
        ["第二行"],
        ["一"],
        ["二"],
    ]


def test_wrapped_source_lines_are_one_paragraph() -> None:
    assert rows("<p>政府信息\n    公开工作 <b>年度\n报告</b> 2023\nyear</p>") == [
        ["政府信息公开工作 年度报告 2023 year"]
    ]


def test_broken_pages_are_read_as_far_as_they_go() -> None:
    whole = page("<p>标题</p><table><tr><td>规章<td>0<tr><td>行政许可<td>5</table><p>后面</p>")
    assert cells_of(whole, "a.html") == [["标题"], ["规章", "0"], ["行政许可", "5"], ["后面"]]
    cut = whole[: whole.index("<p>后面") - 12]
    assert cells_of(cut, "a.html")[:2] == [["标题"], ["规章", "0"]]
    stray = "<table>散落<tr>在<td>规章</td>行<td>0</td></tr>外</table>"
    assert squeezed("".join(map("".join, rows(stray)))).count("规章") == 1
    assert {"散落在行", "外"} <= {cells[0] for cells in rows(stray)}


def test_a_page_is_known_by_its_content() -> None:
    whole = page("<p>正文</p>").encode()
    for name in ("page.html", "page.txt", "page", "page.aspx", "page.md"):
        assert read_bytes(whole, name).media_type == "text/html"
    fragment = "<table><tr><td>规章</td><td>0</td></tr></table>".encode()
    assert read_bytes(fragment, "table.txt").media_type == "text/html"
    assert read_bytes(b"<!-- saved --> <html><p>1", "x.txt").media_type == "text/html"
    assert read_bytes("规章\t0".encode(), "page.html").media_type == "text/plain"


def test_elements_nested_too_deeply_are_refused() -> None:
    for tag in ("div", "b", "table><tr><td"):
        with pytest.raises(InputError, match="nested too deeply"):
            read_bytes((f"<{tag}>" * 10_000 + "正文").encode(), "page.html")
    nested = "<div>" * 150 + "正文" + "</div>" * 150
    assert rows(nested) == [["正文"]]


def test_a_page_with_nothing_to_read_is_empty() -> None:
    for body in ("", "<!-- 空 -->", "<script>1</script>", "<table><tr><td></td></tr></table>"):
        with pytest.raises(EmptyInput):
            read_bytes(page(body).encode(), "page.html")


CELL = st.text("政府信息公开年报0123456789 ，。（）&<>\"'一二三\n\t\u00a0\u3000", max_size=12)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@given(st.lists(st.lists(CELL, min_size=2, max_size=9), min_size=1, max_size=6))
@settings(max_examples=80, deadline=None)
def test_no_character_of_a_table_is_lost(table: list[list[str]]) -> None:
    source = "".join(
        "<tr>" + "".join(f"<td>{escaped(text)}</td>" for text in cells) + "</tr>" for cells in table
    )
    read = rows(f"<p>表</p><table>{source}</table>")[1:]
    assert [list(map(squeezed, cells)) for cells in read] == [
        list(map(squeezed, cells)) for cells in table
    ]


@given(
    st.lists(
        st.sampled_from(
            ["<table>", "</table>", "<tr>", "<td>", "</td>", "<p>", "</p>", "<br>", "<b>"]
        )
        | st.sampled_from(["<td colspan='-1'>", "<td colspan=99999999999>", "<!--", "-->", "<pre>"])
        | st.sampled_from(
            ["&nbsp;", "&#0;", "&#xfffff;", "<![CDATA[", "<?x", "规章", "0", "|", "\t"]
        )
        | st.text(max_size=5),
        max_size=25,
    ).map("".join)
)
@settings(max_examples=150, deadline=None)
def test_whatever_a_page_holds_it_is_read_or_refused(source: str) -> None:
    with suppress(GiprError):
        assert read_bytes(source.encode("utf-8", "surrogatepass"), "page.html").lines
