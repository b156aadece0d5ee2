"""Tables that a converter of web pages left one cell a line, with bars."""

from __future__ import annotations

from decimal import Decimal

import pytest
from text_lines import cells_of, lines_of

from gipr_ml.learning.synthesis.corpus import make_report
from gipr_ml.pipeline import process_bytes
from gipr_ml.sources.html import add_html
from gipr_ml.sources.lines import LineList
from gipr_ml.types import Line, Status

SEED = 73_000


def test_bars_that_fill_up_short_rows_tell_where_rows_end() -> None:
    rows = (
        ("第二十条第（一）项 |", "|||"),
        ("信息内容 |", "本年制发件数 |", "本年废止件数 |", "现行有效件数 |"),
        ("规章 |", "/ |", "|", "0 |"),
        ("行政规范性文件 |", "3 |", "|", "|"),
        ("行政许可 |", "5 |", "||"),
    )
    text = "\n".join(line for row in rows for line in row)
    assert cells_of(text) == [
        ["第二十条第（一）项"],
        ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["规章", "/", "", "0"],
        ["行政规范性文件", "3", "", ""],
        ["行政许可", "5"],
    ]
    lines = lines_of(text)
    assert [line.source_line for line in lines] == [1, 3, 7, 11, 15]
    assert {line.borders for line in lines} == {"explicit"}
    assert {line.table for line in lines} == {0}


def test_the_next_table_may_have_another_width() -> None:
    text = "甲 |\n||\n乙 |\n1 |\n2 |\n丙 |\n||||\n丁 |\n1 |\n2 |\n3 |\n4 |\n戊 |\n||||"
    assert cells_of(text) == [["甲"], ["乙", "1", "2"], ["丙"], ["丁", "1", "2", "3", "4"], ["戊"]]
    assert [line.table for line in lines_of(text)] == [0, 0, 1, 1, 1]


def test_a_bar_on_a_line_of_its_own_closes_the_cell_before_it() -> None:
    text = "三、本年度办理结果\n|\n（一）予以公开 |\n3\n|\n|\n||\n（七）总计 |\n4 |\n5 |\n|||"
    assert cells_of(text) == [
        ["三、本年度办理结果", "（一）予以公开", "3", ""],
        ["（七）总计", "4", "5"],
    ]


def test_where_bars_do_not_add_up_blanks_are_not_believed() -> None:
    text = "甲 |\n1 |\n|\n||||||\n乙 |\n|\n||\n2 |"
    assert cells_of(text) == [["甲"], ["1"], ["乙"], ["2"]]


def test_bars_on_lines_of_their_own_close_cells() -> None:
    text = "一、本年新收政府信息公开申请数量\n|\n3\n|\n|\n|\n0\n|"
    assert cells_of(text) == [["一、本年新收政府信息公开申请数量"], ["3"], [""], [""], ["0"]]


def test_bars_that_fill_up_a_row_are_no_blank_cells() -> None:
    assert cells_of("| 规章 | 0 | 0 | 0 |\n| 行政许可 | 5 | ||")[1] == ["行政许可", "5"]
    assert cells_of("| 规章 | 0 | 0 | 0 |\n| 行政许可 | 5 |||")[1] == ["行政许可", "5", "", ""]


def as_converted(rows: tuple[Line, ...], style: str, keep_blanks: bool) -> list[str]:
    """The rows of one table as a converter writes them."""
    texts = [[cell.text for cell in row.cells if cell.text or keep_blanks] for row in rows]
    width = max(sum(cell.columns for cell in row.cells) for row in rows)
    found = []
    for cells in texts:
        fill = "|" * (width - len(cells))
        if style == "own line":
            found += [f"{cell}\n|".strip() for cell in cells]
        elif style == "closed":
            found += [f"{cell} |".strip() for cell in cells] + [fill] * bool(fill)
        else:
            found.append(f"| {' | '.join(cells)} | {fill}")
    return found


def converted(html: str, style: str, keep_blanks: bool) -> str:
    """A web page as text, its tables in a converter's style."""
    lines = LineList("page.html")
    add_html(lines, html)
    found: list[str] = []
    rows: list[Line] = []
    for line, after in zip(lines.lines, [*lines.lines[1:], None], strict=True):
        if line.table is None:
            found.append(line.text)
            continue
        rows.append(line)
        if after is None or after.table != line.table:
            found += as_converted(tuple(rows), style, keep_blanks)
            rows = []
    return "\n".join(found)


@pytest.mark.parametrize("style", ["own line", "closed", "one line"])
@pytest.mark.parametrize("damage", ["none", "blank_zeros", "blank_block"])
def test_converted_pages_are_read_as_the_page_is(style: str, damage: str) -> None:
    made = make_report(SEED, "html_spans", damage)
    report = process_bytes(converted(made.text, style, keep_blanks=True).encode(), "page.txt")
    cells = made.gold["cells"]
    assert isinstance(cells, dict)
    want = {key: None if v is None else Decimal(str(v)) for key, v in cells.items()}
    assert {cell.key: cell.value for cell in report.cells} == want


@pytest.mark.parametrize("style", ["own line", "closed", "one line"])
@pytest.mark.parametrize("damage", ["blank_zeros", "blank_block"])
def test_without_its_blank_cells_a_page_is_never_consistent(style: str, damage: str) -> None:
    made = make_report(SEED, "html_spans", damage)
    report = process_bytes(converted(made.text, style, keep_blanks=False).encode(), "page.txt")
    assert report.status is Status.NEEDS_REVIEW


def test_many_narrow_tables_are_told_apart() -> None:
    """A line is looked at a few times at most, or so many tables would take minutes."""
    text = "\n".join(f"甲 |\n{'|' * (2 + number % 2)}" for number in range(20_000))
    lines = lines_of(text)
    assert [line.text for line in lines] == ["甲"] * 20_000
    assert [line.table for line in lines[-2:]] == [19_998, 19_999]
