"""Lines that lost their cell borders are cut where labels meet digits, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text_lines import cells_of, lines_of, squeezed

from gipr_ml.forms import load_forms
from gipr_ml.sources.glued import cut_glued

GLUED = (
    "二、主动公开政府信息情况 第二十条第（一）项信息内容本年制发件数本年废止件数现行有效件数"
    "规章000行政规范性文件6233440第二十条第（八）项信息内容本年收费金额（单位：万元）"
    "行政事业性收费24252.311082三、收到和处理政府信息公开申请情况申请人情况自然人法人或其他组织"
    "一、本年新收政府信息公开申请数量230 000023三、本年度办理结果（一）予以公开7000007"
    "（三）不予公开1.属于国家秘密00000002.其他法律行政法规禁止公开0000000"
    "（六）其他处理0 0 0 0 0 00（七）总计4 0 0 0 0 0 4四、结转下年度继续办理 0 0 00 00 0 "
    "四、政府信息公开行政复议、行政诉讼情况行政复议结果维持总计000000000000000 "
    "五、存在的主要问题及改进情况 六、其他需要报告的事项2021年，全年没有收费。 附件下载"
)


def test_a_whole_report_in_one_line() -> None:
    assert cells_of(GLUED) == [
        ["二、主动公开政府信息情况"],
        ["第二十条第（一）项"],
        ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["规章", "000"],
        ["行政规范性文件", "6233440"],
        ["第二十条第（八）项"],
        ["信息内容", "本年收费金额（单位：万元）"],
        ["行政事业性收费", "24252.311082"],
        ["三、收到和处理政府信息公开申请情况"],
        ["申请人情况", "自然人", "法人或其他组织"],
        ["一、本年新收政府信息公开申请数量", "230 000023"],
        ["三、本年度办理结果"],
        ["（一）予以公开", "7000007"],
        ["（三）不予公开"],
        ["1.属于国家秘密", "0000000"],
        ["2.其他法律行政法规禁止公开", "0000000"],
        ["（六）其他处理", "0 0 0 0 0 00"],
        ["（七）总计", "4", "0", "0", "0", "0", "0", "4"],
        ["四、结转下年度继续办理", "0 0 00 00 0"],
        ["四、政府信息公开行政复议、行政诉讼情况"],
        ["行政复议", "结果维持", "总计"],
        ["000000000000000"],
        ["五、存在的主要问题及改进情况"],
        ["六、其他需要报告的事项"],
        ["2021年，全年没有收费。"],
        ["附件下载"],
    ]


def test_pieces_share_the_line_and_know_their_places() -> None:
    lines = lines_of("第一行\n" + GLUED)[1:]
    assert {line.source_line for line in lines} == {2}
    starts = [cell.start for line in lines for cell in line.cells]
    assert starts == sorted(starts)
    for line in lines:
        for cell in line.cells:
            assert GLUED[cell.start :].startswith(cell.text)


def test_numbers_of_the_prose_are_no_values() -> None:
    text = (
        "一、总体情况 4.做好依申请公开2020年全区共受理申请21件，其中自然人20件，答复21件。"
        "二、主动公开政府信息情况规章000行政规范性文件777716"
    )
    assert cells_of(text) == [
        ["一、总体情况"],
        ["4.做好依申请公开2020年全区共受理申请21件，其中自然人20件，答复21件。"],
        ["二、主动公开政府信息情况"],
        ["规章", "000"],
        ["行政规范性文件", "777716"],
    ]


def test_a_title_and_a_sentence_stand_apart_from_site_navigation() -> None:
    text = (
        "当前位置： 首页 青山市2021年政府信息公开工作年度报告 来源：市政府 时间：2022-02-08 16:34 "
        "微信 微博 全年共收到申请70件，办结69件，1件结转下年度继续办理。"
        "二、主动公开政府信息情况规章000行政许可2293"
    )
    assert cells_of(text)[:4] == [
        ["当前位置： 首页"],
        ["青山市2021年政府信息公开工作年度报告"],
        ["来源：市政府 时间：2022-02-08 16:34 微信 微博"],
        ["全年共收到申请70件，办结69件，1件结转下年度继续办理。"],
    ]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("3.补正后申请内容仍不明确5000005", ["3.补正后申请内容仍不明确", "5000005"]),
        ("行政许可550", ["行政许可", "550"]),
        ("行玫许可550", ["行玫许可", "550"]),
        ("行政处罚2648-18538", ["行政处罚", "2648-18538"]),
        ("政府集中采购13575394432.52元", ["政府集中采购", "13575394432.52元"]),
        ("（七）总计23 0 00 0 023", ["（七）总计", "23 0 00 0 023"]),
    ],
)
def test_a_row_on_its_own_line(text: str, cells: list[str]) -> None:
    assert cells_of(text) == [cells]


@pytest.mark.parametrize(
    "text",
    [
        "全年予以公开258件，不予公开35件，无法提供265件，不予处理158件，其他处理0件。",
        "联系电话：05171234567，邮政编码223100。",
        "2023年，我区在政府网站平台主动公开政府信息1136条。",
        "行政复议、行政诉讼情况",
        "（一）主动公开方面",
        "四、结转下年度继续办理",
        "000000000000000",
        "2022-02-08 16:34",
    ],
)
def test_ordinary_lines_are_not_cut(text: str) -> None:
    assert cut_glued(text) is None


def test_damaged_labels_are_cut_from_their_digits() -> None:
    text = (
        "规童000行攻规范性文件6233440第二十条第（五）项信息内容本年处里决定数量行政许可2293"
        "一、本年新収政府信息公幵申请数量640020470（一）予以公开270020130"
        "1、本机关不堂握相关政府信息22000003252、没有现成信息需要另行制作0000000"
    )
    cells = cells_of(text)
    for row in (
        ["规童", "000"],
        ["行攻规范性文件", "6233440"],
        ["行政许可", "2293"],
        ["一、本年新収政府信息公幵申请数量", "640020470"],
        ["1、本机关不堂握相关政府信息", "2200000325"],
        ["2、没有现成信息需要另行制作", "0000000"],
    ):
        assert row in cells


def test_a_digit_before_a_lost_mark_is_not_taken_for_the_mark() -> None:
    text = "一、本年新收政府信息公开申请数量3500035、上年结转政府信息公开申请数量0000000"
    assert cells_of(text)[0][1] == "3500035"


def test_pipes_and_tabs_inside_a_glued_line_are_no_borders() -> None:
    rows = [cells for cells in cells_of("首页 | 政务公开\t" + GLUED) if len(cells) == 2]
    assert ["规章", "000"] in rows


LABELS = [row.full_label for row in load_forms().table("t3", "2021").rows]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(LABELS),
            st.lists(st.integers(0, 12), min_size=7, max_size=7),
            st.sampled_from(["", " "]),
        ),
        min_size=2,
        max_size=25,
    )
)
@settings(max_examples=60, deadline=None)
def test_every_glued_row_comes_back(rows: list[tuple[str, list[int], str]]) -> None:
    text = "".join(label + gap + "".join(map(str, values)) for label, values, gap in rows)
    expected = [[label, "".join(map(str, values))] for label, values, _ in rows]
    assert cells_of(text) == expected


@given(
    st.lists(
        st.one_of(
            st.sampled_from(LABELS),
            st.sampled_from(
                ["规章", "行政许可", "第二十条第（一）项", "总计", "其他", "。", "，", " ", "元"]
            ),
            st.text("0123456789 .、/-", min_size=1, max_size=9),
            st.text("政府信息公开年报一二三（）", min_size=1, max_size=6),
        ),
        max_size=20,
    ).map("".join)
)
@settings(max_examples=200, deadline=None)
def test_cutting_keeps_every_character_in_its_order(text: str) -> None:
    rows = cut_glued(text)
    if rows is not None:
        pieces = [piece for row in rows for piece in row]
        assert squeezed("".join(piece for _, piece in pieces)) == squeezed(text)
        assert all(text[start:].startswith(piece) for start, piece in pieces)
