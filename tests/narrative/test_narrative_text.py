"""Numbers, paragraphs and context: what the sentences alone do not show."""

from __future__ import annotations

from pathlib import Path

import pytest

from gipr_ml.errors import FormsError
from gipr_ml.forms.files import FOLDER
from gipr_ml.forms.narrative import load_narrative
from gipr_ml.narrative import read_narrative
from gipr_ml.narrative.numbers import Number, chinese_number, numbers
from gipr_ml.types import Cell, LabelledLine, Line, Statement

AGENCY = "云岭市水务局"
TITLE = AGENCY + "2023年政府信息公开工作年度报告"


def labelled(*lines: tuple[str, str]) -> list[LabelledLine]:
    """Lines of (label, text); tabs separate cells."""
    return [
        LabelledLine(
            Line(i, tuple(Cell(c) for c in text.split("\t")), page=i // 10 + 1),
            label,
            1.0,
            {},
            ("",) * len(text.split("\t")),
            (1.0,) * len(text.split("\t")),
        )
        for i, (label, text) in enumerate(lines)
    ]


def read(*lines: tuple[str, str]) -> tuple[Statement, ...]:
    return read_narrative(labelled(("title", TITLE), *lines), AGENCY, 2023)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("七十五", 75),
        ("十二", 12),
        ("一百零三", 103),
        ("一千二百", 1200),
        ("三万六千", 36000),
        ("两", 2),
        ("〇", 0),
        ("二〇二三", 2023),
        ("一百件", None),
    ],
)
def test_chinese_numerals(text: str, number: int | None) -> None:
    assert chinese_number(text) == number


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("申请1,203件", ["NUM 1203"]),
        ("数量为4,318件，总数为1，203件", ["NUM 4318", "NUM 1203"]),
        ("受理１２件", ["NUM 12"]),
        ("近200件、300余件、30件左右", ["NUM about 200", "NUM at_least 300", "NUM about 30"]),
        ("不到20件，超过600件，50件以内", ["NUM at_most 20", "NUM at_least 600", "NUM at_most 50"]),
        ("3.6万条、2万件、1.8万余件", ["NUM about 36000", "NUM about 20000", "NUM at_least 18000"]),
        ("数十件", ["approximate 10"]),
        ("申请数21件", ["NUM 21"]),
        ("由64件增至80件，减少至七件", ["NUM 64", "NUM 80", "NUM 7"]),
        ("20件来自自然人", ["NUM 20"]),
        ("3-5件，三至五件，10件至15件", ["NUM 3 to 5", "NUM 3 to 5", "NUM 10 to 15"]),
        ("分别为12、3和5件", ["NUM 12", "NUM 3", "NUM 5"]),
        ("受理数为31，办结30", ["NUM 31"]),
        ("占39.1%，增长百分之十二点二", ["PERCENT 39.1", "PERCENT 12.2"]),
        ("第15件，第二十条，一件事，5个项目，12个百分点", []),
        ("收费2.5万元、800元", ["MONEY 2.5", "MONEY 0.08"]),
        ("收费金额（万元）", []),
        ("三万六千件", ["NUM 36000"]),
        ("2023年，电话0871-63215577", []),
    ],
)
def test_numbers_with_units(text: str, found: list[str]) -> None:
    assert [plain(n) for n in numbers(text, load_narrative().file.count)] == found


def plain(number: Number) -> str:
    how = "" if number.how in ("exact", "range") else f"{number.how} "
    upper = "" if number.upper is None else f" to {number.upper}"
    return f"{number.kind} {how}{number.value.normalize():f}{upper}"


def test_a_wrapped_line_is_read_on_and_the_number_is_placed_on_its_own() -> None:
    (statement,) = read(
        ("narrative", "（二）依申请公开情况。畅通依申请公开受理渠道。全年受理政府"),
        ("furniture", "- 2 -"),
        ("narrative", "信息公开申请 21 件，均按期答复。"),
    )
    assert statement.quote == "全年受理政府信息公开申请 21 件"
    assert statement.value == 21
    source = statement.source
    assert (source.line, source.start, source.end) == (3, 0, len("信息公开申请 21 件"))


def test_tables_are_not_prose() -> None:
    assert (
        read(
            ("category", "一、本年新收政府信息公开申请数量\t32\t2\t34"),
            ("category", "行政复议 4 件"),
            ("value", "收到政府信息公开申请\t21 件"),
        )
        == ()
    )


def test_prose_in_a_cell_of_a_table_is_read() -> None:
    (statement,) = read(("category", "情况说明\t全年受理政府信息公开申请21件，均按期答复。"))
    assert statement.source.cell == 1


def test_a_glued_line_is_read_outside_of_its_table() -> None:
    (statement,) = read(
        (
            "unresolved",
            "首页 年报 来源：云岭市 时间：2024-01-22 本年度共收到17件申请，均已答复。"
            "二、主动公开政府信息情况第二十条第（一）项信息内容本年制发件数规章000",
        )
    )
    assert (statement.value, statement.restates) == (17, ("t3/new_requests/total",))


def test_the_heading_of_the_section_tells_what_a_bare_number_counts() -> None:
    said = ("narrative", "全年受理21件，办结20件。")
    assert [s.value for s in read(("section", "（二）政府信息依申请公开情况"), said)] == [21, 20]
    assert read(("section", "（三）平台建设情况"), said) == ()


def test_disputes_need_the_matter_of_information_disclosure() -> None:
    said = "全年发生行政复议3件。"
    assert read(("narrative", said)) == ()
    assert len(read(("narrative", "依法办理政府信息公开申请。" + said))) == 1


def test_other_readings_are_carried_along() -> None:
    (statement,) = read(("narrative", "共收到政府信息公开申请75件。"))
    assert statement.alternatives == (("t3/new_requests/total", "t3/carried_in/total"),)


def test_without_agency_and_year_every_year_and_body_counts() -> None:
    lines = labelled(("narrative", "2022年青石区教育局收到政府信息公开申请35件。"))
    assert [(s.value, s.scope) for s in read_narrative(lines)] == [(35, "")]
    assert [s.scope for s in read_narrative(lines, AGENCY, 2022)] == ["青石区教育局"]
    assert read_narrative(lines, AGENCY, 2023) == ()


def test_a_report_without_prose_says_nothing() -> None:
    assert read_narrative([]) == ()
    assert read(("section", "六、其他需要报告的事项"), ("narrative", "无。")) == ()


def test_every_fault_of_the_word_list_is_told_at_once(tmp_path: Path) -> None:
    text = (FOLDER / "narrative.toml").read_text(encoding="utf-8")
    text = text.replace('rows = [["t3/granted"]]', 'rows = [["t3/given"]]')
    text = text.replace('columns = [["upheld"]]', 'columns = [["held"]]')
    text = text.replace('"receive ~ request|volume _ NUM"', '"receives ~ request _ NUM"')
    text = text.replace("light = [", 'light = ["收到", ')
    text = text.replace('groups = ["t3/unavailable_*"', 'groups = ["t3/unheld_*"')
    text = text.replace("[unmistakable]\nwords = [", '[unmistakable]\nwords = ["没有写明", ')
    (tmp_path / "narrative.toml").write_text(text, encoding="utf-8")
    with pytest.raises(FormsError) as error:
        load_narrative(tmp_path)
    message = str(error.value)
    for fault in ("'t3/given'", "'held'", "'receives'", "'收到'", "'t3/unheld_*'", "'没有写明'"):
        assert fault in message


def test_a_broken_word_list_is_named(tmp_path: Path) -> None:
    (tmp_path / "narrative.toml").write_text("anchors = [", encoding="utf-8")
    with pytest.raises(FormsError, match=r"^narrative\.toml: "):
        load_narrative(tmp_path)
