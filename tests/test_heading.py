"""Who reports on which year, and which documents are reports at all."""

from __future__ import annotations

import pytest

from gipr_ml.heading import agency_and_year, why_not_a_report
from gipr_ml.sources import read_bytes
from gipr_ml.types import LabelledLine

BODY = "\n一、总体情况\n我局积极推进各项工作。\n二、主动公开政府信息情况\n规章\t0\t0\t0\n"


def labelled(text: str, name: str = "report.txt", title: str = "") -> list[LabelledLine]:
    """Lines as a classifier that is sure of nothing leaves them, but for the line `title`."""
    return [
        LabelledLine(
            line,
            "title" if title and line.text == title else "unresolved",
            0.0,
            {},
            ("",) * len(line.cells),
            (0.0,) * len(line.cells),
        )
        for line in read_bytes(text.encode(), name).lines
    ]


def heading(text: str, name: str = "report.txt", title: str = "") -> tuple[str | None, int | None]:
    return agency_and_year(labelled(text + BODY, name, title))


@pytest.mark.parametrize(
    "title",
    [
        "青山市财政局2022年政府信息公开工作年度报告",
        "2022年青山市财政局政府信息公开工作年度报告",
        "# 青山市财政局 2022 年 政府信息公开工作年度报告",
        "青山市财政局二〇二二年政府信息公开年度报告",
        "青山市财政局２０２２年度政府信息公开工作年报",
        "青山市财政局关于2022年度政府信息公开工作年度报告",
        "青山市财政局\n2022年政府信息公开工作年度报告",
        "青山市财政局\n2022年度\n政府信息公开工作\n年度报告",
        "青山市财政局 2022\n年政府信息公开工作年度报告",
        "青山市财政局2022年政府信\n息公开工作年度报告",
        "政府信息公开工作年度报告\n（2022年度）\n青山市财政局",
        "政府信息公开工作年度报告（2022年度）\n青山市财政局",
        "青山市财政局2022年政府信息公开工作告年度报",
        "青山市财政局2022年政府信息公升工作年度扱告",
    ],
)
def test_titles(title: str) -> None:
    assert heading(title) == ("青山市财政局", 2022)


@pytest.mark.parametrize(
    "top",
    [
        "青山市人民政府门户网站\n青山市财政局2022年政府信息公开工作年度报告",
        "当前位置：首页 > 政务公开 > 2021年年报\n青山市财政局2022年政府信息公开工作年度报告",
        "当前位置：首页 > 年报 > 青山市财政局2022年政府信息公开工作年度报告",
        "扫一扫在手机打开当前页 青山市财政局2022年政府信息公开工作年度报告",
        "分享到：微信 微博 打印 关闭 青山市财政局 2022 年政府信息公开工作年度报告",
        "青山市财政局2022年政府信息公开工作年度报告\n来源：市政府办公室 时间：2023-02-08 16:34",
        "上一篇：没有了 青山市财政局\n2022年政府信息公开工作年度报告",
        "网站地图 | 联系我们 | " * 9
        + "主办单位：青山市财政局 青山市财政局2022年政府信息公开工作年度报告",
        "根据条例，现将青山市财政局2022年政府信息公开工作年度报告公布如下。",
    ],
)
def test_sites_breadcrumbs_and_dates_do_not_win(top: str) -> None:
    assert heading(top) == ("青山市财政局", 2022)


def test_names_of_every_kind_of_body() -> None:
    for name in (
        "平川综合实验区",
        "青山市",
        "青山市青川镇人民政府",
        "青山市第一中学",
        "青山市水务投资集团有限公司",
        "广陵市南浦区政务服务和数据管理局",
    ):
        assert heading(f"{name}2022年政府信息公开工作年度报告") == (name, 2022)


def test_the_fuller_name_that_the_text_states_is_taken() -> None:
    title = "洪川区人民政府\n2023 年政府信息公开工作年度报告\n"
    prose = "本报告由淮阳市洪川区人民政府办公室根据条例编制。请与淮阳市洪\n川区人民政府联系。"
    assert heading(title + prose) == ("淮阳市洪川区人民政府", 2023)
    assert heading(title + "我市洪川区人民政府高度重视。") == ("洪川区人民政府", 2023)
    assert heading(title + "向江东省淮阳市洪川区人民政府。")[0] == "江东省淮阳市洪川区人民政府"


def test_a_missing_title_is_made_up_for_by_the_prose() -> None:
    prose = "本报告由青山市财政局根据条例编制，统计期限自2022年1月1日起至2022年12月31日止。"
    assert heading(prose) == ("青山市财政局", 2022)
    assert heading("2022年，我局收到申请3件。\n2022年，全局上下努力。\n2021年，从略。") == (
        None,
        2022,
    )
    signed = "政府信息公开工作年度报告" + BODY + "青山市财政局\n2023年1月20日"
    assert agency_and_year(labelled(signed)) == ("青山市财政局", None)


def test_what_the_document_does_not_say_is_none() -> None:
    assert heading("收到和处理政府信息公开申请情况") == (None, None)
    assert heading("青山市财政局政府信息公开工作年度报告") == ("青山市财政局", None)
    assert heading("2022年政府信息公开工作年度报告") == (None, 2022)


def test_a_line_labelled_title_counts_for_more() -> None:
    first, second = (f"青山市{name}局2022年政府信息公开工作年度报告" for name in ("财政", "水务"))
    assert heading(f"{first}\n{second}")[0] == "青山市财政局"
    assert heading(f"{first}\n{second}", title=second)[0] == "青山市水务局"


def test_web_pages_give_their_heading() -> None:
    page = (
        "<title>年报_青山市</title><p>首页</p><h1>青山市财政局2022年政府信息公开工作年度报告</h1>"
        "<p>日期：2023-01-31</p>"
    )
    assert heading(page, "page.html") == ("青山市财政局", 2022)


FORM = "\n".join(
    (
        "一、本年新收政府信息公开申请数量 1 0 0 0 0 0 1",
        "二、上年结转政府信息公开申请数量 0 0 0 0 0 0 0",
        "2.其他法律行政法规禁止公开 0 0 0 0 0 0 0",
        "3.补正后申请内容仍不明确 0 0 0 0 0 0 0",
        "1.信访举报投诉类申请 0 0 0 0 0 0 0",
        "3.要求提供公开出版物 0 0 0 0 0 0 0",
        "4.无正当理由大量反复申请 0 0 0 0 0 0 0",
        "四、结转下年度继续办理 0 0 0 0 0 0 0",
    )
)


def test_reports_are_known_with_and_without_title_or_tables() -> None:
    assert why_not_a_report(labelled(FORM)) is None
    title = "青山市财政局2022年政府信息公开工作年度报告\n"
    sections = "二、主动公开政府信息情况\n我局无。\n六、其他需要报告的事项\n无。"
    assert why_not_a_report(labelled(title + sections)) is None


def test_damage_does_not_make_a_report_unknown() -> None:
    damaged = FORM.translate(str.maketrans("政结反出举明", "玫桔友岀挙朋"))
    assert why_not_a_report(labelled(damaged)) is None


@pytest.mark.parametrize(
    "text",
    [
        "关于举办春季运动会的通知\n各科室：\n定于三月举行，请准时参加。",
        "规章\t0\n行政许可\t5\n总计\t5",
        "月份 自然人 商业企业 其他 总计\n一月 3 4 5 12",
    ],
)
def test_other_documents_are_told_in_a_sentence(text: str) -> None:
    reason = why_not_a_report(labelled(text))
    assert reason == (
        "it holds neither the title nor the sections and tables of a 政府信息公开工作年度报告"
    )


def test_a_list_of_reports_is_no_report() -> None:
    text = "\n".join(f"青山市{year}年政府信息公开工作年度报告" for year in range(2015, 2024))
    assert why_not_a_report(labelled(text)) == (
        "it names an annual report on 政府信息公开, but holds none of its sections and tables"
    )
