"""Lines of text to cells, in every layout that reports come in."""

from __future__ import annotations

import pytest
from text_lines import cells_of, lines_of, squeezed

from gipr_ml.types import Line

ROW = ["一、本年新收政府信息公开申请数量", "21", "0", "0", "0", "3", "0", "24"]


def only(text: str, name: str = "report.txt") -> Line:
    (line,) = lines_of(text, name)
    return line


@pytest.mark.parametrize(
    ("text", "borders"),
    [
        ("\t".join(ROW), "explicit"),
        ("|".join(ROW), "explicit"),
        ("| " + " | ".join(ROW) + " |", "explicit"),
        ("｜" + "｜".join(ROW) + "｜", "explicit"),
        ("│" + "│".join(ROW) + "│", "explicit"),
        ("   ".join(ROW), "spaces"),
        ("\u3000\u3000".join(ROW), "spaces"),
        ("      " + ROW[0] + "  21 0 0   0   3 0    24", "spaces"),
        (" ".join(ROW), "spaces"),
        (ROW[0] + " ".join(ROW[1:]), "spaces"),
    ],
)
def test_a_row_is_a_label_and_its_values(text: str, borders: str) -> None:
    line = only(text)
    assert [cell.text for cell in line.cells] == ROW
    assert line.borders == borders


def test_blank_cells_are_kept_and_are_no_zeros() -> None:
    assert cells_of("规章\t\t0\t") == [["规章", "", "0", ""]]
    assert cells_of("| 规章 |  | 0 |  |") == [["规章", "", "0", ""]]
    assert cells_of("\t5. 重复申请\t0\t0") == [["", "5. 重复申请", "0", "0"]]
    assert cells_of("||||\n|规章|0|0|") == [["", "", ""], ["规章", "0", "0"]]


def test_pipes_at_the_edge_are_borders_only_where_every_row_has_them() -> None:
    bare = "规章 | 0 | 0 | 0\n行政许可 | 5 |  | \n行政处罚 | 7 | 1 | 2"
    assert cells_of(bare)[1] == ["行政许可", "5", "", ""]
    closed = "规章 | 0 | 0 |\n行政许可 | 5 | 6 |"
    assert cells_of(closed) == [["规章", "0", "0"], ["行政许可", "5", "6"]]


def test_a_ruler_of_markdown_is_no_row_where_the_last_row_was_cut_off() -> None:
    text = "| 结果维持 | 结果纠正 | 总计 |\n| --- | --- | --- |\n| 0 | - | 0 |\n| 12 | 3"
    lines = lines_of(text)
    assert not any("---" in cell.text for line in lines for cell in line.cells)
    assert [cell.text for cell in lines[-1].cells] == ["12", "3"]


def test_rulers_of_markdown_are_no_rows_but_dashes_are_values() -> None:
    text = "| 结果维持 | 结果纠正 |\n| :--- | ---: |\n| 0 | - |\n| - | - |\n"
    assert cells_of(text) == [["结果维持", "结果纠正"], ["0", "-"], ["-", "-"]]
    assert cells_of("|结果维持|结果纠正|\n|-|-|\n|0|1|") == [["结果维持", "结果纠正"], ["0", "1"]]
    drawn = "+------+---+\n| 规章 | 0 |\n+------+---+"
    assert cells_of(drawn) == [["规章", "0"]]


def test_rows_that_follow_one_another_are_one_table() -> None:
    lines = lines_of("规章\t0\n\n行政许可\t1\n二、主动公开\n行政处罚\t2\n| 行政强制 | 3 |")
    assert [line.table for line in lines] == [0, 0, None, 1, 1]


@pytest.mark.parametrize(
    "text", ["规章\n\n0\n0\n\n0", "规章 |\n|\n0 |\n| 0\n| 0 |", "规章\n|\n0\n0\n0\n"]
)
def test_one_cell_a_line_stays_one_cell_a_line(text: str) -> None:
    lines = lines_of(text)
    assert [line.text for line in lines] == ["规章", "0", "0", "0"]
    assert {line.borders for line in lines} == {"none"}


@pytest.mark.parametrize(
    "text",
    [
        "号 ， 邮 编 ： 223100 ， 电 话 ： 0517-12345678",
        "统计期限自 2023 年 1 月 1 日起至 2023 年 12 月 31 日止。",
        "地址：青山市青山区人民大道 90",
        "全年收到申请  34  件，均已答复。",
        "2 0 2 3 年 政 府 信 息 公 开",
        "三 、本 年 度办 理 结果",
        "总  计",
        "- 3 -",
        "— 12 —",
        "5.要求行政机关确认或重 新出具",
        "我局共受理申请 21 件、答复 20 件",
    ],
)
def test_prose_and_spaced_out_words_are_not_torn(text: str) -> None:
    assert cells_of(text) == [[text]]


def test_labels_may_hold_blanks() -> None:
    row = "5.要求行政机关确认或重 新出具 0 0 0 1 0 0 1"
    assert cells_of(row) == [["5.要求行政机关确认或重 新出具", "0", "0", "0", "1", "0", "0", "1"]]
    assert cells_of("4 0 0 0 0 0 4") == [["4", "0", "0", "0", "0", "0", "4"]]


def test_a_single_value_belongs_to_an_official_label_only() -> None:
    assert cells_of("行政许可 550") == [["行政许可", "550"]]
    assert cells_of("行玫许可 550") == [["行玫许可", "550"]]
    assert cells_of("第三科室 550") == [["第三科室 550"]]


def test_signs_units_and_marks_are_values() -> None:
    text = "行政处罚  26480  -185  减3  251000元  1,234.50  /  —"
    assert cells_of(text)[0] == [
        "行政处罚",
        "26480",
        "-185",
        "减3",
        "251000元",
        "1,234.50",
        "/",
        "—",
    ]


def test_values_before_their_label_and_wide_gaps() -> None:
    assert cells_of("0 0 5 0 0 0 5 2.重复申请")[0] == [
        "0",
        "0",
        "5",
        "0",
        "0",
        "0",
        "5",
        "2.重复申请",
    ]
    header = "（本列数据的勾稽关系为：第一项加第二项之和，等于    自然人    总计"
    assert len(cells_of(header)[0]) == 3


def test_headers_side_by_side_are_cells() -> None:
    line = only("信息内容 本年制发件数 本年废止件数 现行有效件数")
    assert [cell.text for cell in line.cells] == [
        "信息内容",
        "本年制发件数",
        "本年废止件数",
        "现行有效件数",
    ]
    assert line.borders == "spaces"


def test_several_values_in_one_field_are_several_cells() -> None:
    assert cells_of("重复申请\t0 0 5 0 0 0 5")[0] == ["重复申请", "0", "0", "5", "0", "0", "0", "5"]
    assert cells_of("规章\t2 1")[0] == ["规章", "2 1"]


def test_a_tab_that_only_indents_is_no_border() -> None:
    assert cells_of("\t本报告由办公室编写。") == [["本报告由办公室编写。"]]


def test_markdown_heads_and_bold_marks() -> None:
    lines = lines_of(
        "## 一、总体情况 ##\n**六、其他需要报告的事项**\n#### **五、整改情况**\n---", "a.md"
    )
    assert [(line.text, line.heading) for line in lines] == [
        ("一、总体情况", 2),
        ("六、其他需要报告的事项", 0),
        ("五、整改情况", 4),
    ]


def test_markdown_with_tables_of_html() -> None:
    text = (
        "# 标题\n\n<div align='center'>二、主动公开</div>\n\n"
        "<table><tr><td>规章</td><td>0</td></tr>\n<tr><td>行政许可</td><td></td></tr></table>\n\n"
        "三、申请&nbsp;情况\n1\\. 属于国家秘密\n"
    )
    lines = lines_of(text, "a.md")
    assert [[cell.text for cell in line.cells] for line in lines] == [
        ["标题"],
        ["二、主动公开"],
        ["规章", "0"],
        ["行政许可", ""],
        ["三、申请 情况"],
        ["1. 属于国家秘密"],
    ]
    assert [line.source_line for line in lines] == [1, 3, 5, 6, 8, 9]
    assert [line.table for line in lines] == [None, None, 0, 0, None, None]
    assert cells_of(text)[2:4] == [["规章", "0"], ["行政许可", ""]]


def test_places_point_into_the_line_of_the_file() -> None:
    text = "一、总体情况\r\n\r\n  规章   0\t7\n|行政许可| 12 |\n# 六、其他"
    for line in lines_of(text):
        assert line.source_line is not None
        source = text.replace("\r\n", "\n").split("\n")[line.source_line - 1]
        for cell in line.cells:
            assert source[cell.start :].startswith(cell.text)
    assert [line.number for line in lines_of(text)] == [0, 1, 2, 3]


def test_invisible_characters_go_and_every_blank_is_a_space() -> None:
    assert cells_of("规\u200b章\ufeff\t\u00a00\u3000") == [["规章", "0"]]
    assert squeezed(cells_of("总\u3000计\u00a0：\u2003无\x0b")[0][0]) == "总计：无"
