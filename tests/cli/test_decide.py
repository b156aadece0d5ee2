"""`gipr decide`: what people decide stays decided, as long as the figures are the same."""

from __future__ import annotations

import json
import tomllib

import pytest
from openpyxl import load_workbook

from gipr_ml.export import read_result
from gipr_ml.files import LOCK, locked
from gipr_ml.types import Status

NAME = "lanting_transport_2024"


@pytest.fixture
def wrong(gipr, tmp_path, samples):
    """A result with one contradiction."""
    out = tmp_path / "out"
    gipr("process", samples / f"{NAME}.html", "--out", out)
    change(out / f"{NAME}.json", 90)
    gipr("check", out, "--out", out)
    return out / f"{NAME}.json"


def change(path, value):
    data = json.loads(path.read_text("utf-8"))
    cell = next(cell for cell in data["cells"] if cell["key"] == "t4/reconsideration/total")
    cell["value"] = value
    path.write_text(json.dumps(data), "utf-8")


def test_two_who_decide_at_once_do_not_lose_a_decision(gipr, wrong):
    with locked(wrong.with_name(f"{LOCK}-decisions"), "x"):
        late = gipr("decide", wrong, 1, "--dismiss")
        assert late.code == 2
        assert "is writing into" in late.err
        assert gipr("decide", wrong).code == 0  # whoever only looks is held up by nobody
    assert not wrong.with_name(f"{NAME}.decisions.toml").exists()
    gipr("decide", wrong, 1, "--dismiss")
    assert read_result(wrong).status is Status.CONSISTENT


def test_a_dismissed_finding_no_longer_asks_for_review(gipr, wrong):
    before = read_result(wrong).cells
    done = gipr("decide", wrong, 1, "--dismiss", "--why", '原文"如此"', "--who", "张三")
    assert "已排除：张三" in done.out
    assert read_result(wrong).status is Status.CONSISTENT
    (decision,) = tomllib.loads(wrong.with_name(f"{NAME}.decisions.toml").read_text("utf-8"))[
        "decision"
    ]
    assert (decision["verdict"], decision["who"], decision["why"]) == (
        "dismissed",
        "张三",
        '原文"如此"',
    )
    assert decision["finding"].startswith("t4.row_total:")
    assert gipr("check", wrong, "--out", wrong.parent).code == 0
    assert read_result(wrong).cells == before


def test_decisions_are_shown_where_people_look(gipr, wrong):
    gipr("decide", wrong, 1, "--dismiss", "--why", "原文如此", "--who", "张三")
    for value, words, english in (
        (90, "已排除：张三", "Dismissed: 张三"),
        (91, "曾作决定，但数字已变，请重新判断：张三", "figures have changed: decide again: 张三"),
        (9, "已无此项：“行政复议”", "No longer found: “行政复议”"),
    ):
        change(wrong, value)
        gipr("check", wrong, "--out", wrong.parent, "--format", "html,xlsx")
        page = wrong.with_suffix(".html").read_text("utf-8")
        assert words in page
        assert english in page
        assert ("需要复核之处均已由人工排除" in page) is (value == 90)
        assert page.count("原文如此") == 2
        sheet = load_workbook(wrong.with_suffix(".xlsx"))["核对结果"]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        (row,) = [row for row in rows if "原文如此" in str(row[11])]
        assert (row[2] == "已无此项") is (value == 9)
        assert words.partition("：")[0] in f"{row[2]} {row[11]}"
        total = load_workbook(wrong.with_suffix(".xlsx"))["表四"]
        remarks = [c.comment.text for cells in total.iter_rows() for c in cells if c.comment]
        assert any("与其他数字矛盾" in text for text in remarks) is (value == 91)


def test_a_decision_holds_when_the_report_is_read_again(gipr, wrong, tmp_path, samples):
    draft = tmp_path / f"{NAME}.html"
    text = (samples / draft.name).read_text("utf-8")
    draft.write_text(text, "utf-8")
    gipr("decide", wrong, 1, "--dismiss", "--why", "-")
    assert gipr("process", draft, "--out", wrong.parent).code == 0
    change(wrong, 90)
    assert gipr("check", wrong, "--out", wrong.parent).code == 0


def test_other_figures_make_a_decision_stale(gipr, wrong):
    gipr("decide", wrong, 1, "--dismiss", "--why", "原文如此")
    change(wrong, 91)
    done = gipr("check", wrong)
    assert done.code == 4
    assert "曾作决定，但数字已变" in done.out
    change(wrong, 9)
    done = gipr("check", wrong)
    assert done.code == 0
    assert "已无此项" in done.out
    change(wrong, 90)
    assert gipr("check", wrong).code == 0


def test_a_confirmed_finding_asks_for_review_and_the_last_word_counts(gipr, wrong):
    gipr("decide", wrong, 1, "--dismiss")
    gipr("decide", wrong, 1, "--confirm")
    report = read_result(wrong)
    assert report.status is Status.NEEDS_REVIEW
    assert report.findings[0].decided == "confirmed"
    gipr("decide", wrong, 1, "--note", "--why", "待核")
    assert read_result(wrong).status is Status.NEEDS_REVIEW


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((9, "--dismiss"), "there is no finding 9"),
        ((1,), "one of --confirm, --dismiss and --note"),
        ((1, "--dismiss", "--confirm"), "one of --confirm, --dismiss and --note"),
    ],
)
def test_what_cannot_be_decided_is_told(gipr, wrong, arguments, words):
    done = gipr("decide", wrong, *arguments)
    assert done.code == 2
    assert words in done.err


def test_a_broken_file_of_decisions_is_told_and_kept(gipr, wrong):
    path = wrong.with_name(f"{NAME}.decisions.toml")
    path.write_text('[[decision]]\nfinding = "x"\nverdict = "maybe"\n', "utf-8")
    done = gipr("check", wrong)
    assert done.code == 4
    assert f"{path.name}: is no file of decisions (decision.0.verdict" in done.err
    assert gipr("decide", wrong, 1, "--dismiss").code == 2
    assert "maybe" in path.read_text("utf-8")
