"""`gipr check` as the proof-reader of an official who has not published yet."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from functools import partial

import pytest
from lxml import html
from office_files import docx, xlsx
from openpyxl import load_workbook
from report_blocks import SAMPLE, blocks

from gipr_ml.cli.checker import Checker
from gipr_ml.cli.run import each
from gipr_ml.cli.summary import Entry
from gipr_ml.export import read_result, write
from gipr_ml.pipeline import process

GRANTED = "<td>55</td><td>9</td><td>1</td><td>0</td><td>0</td><td>0</td><td>65</td>"
WRONG = GRANTED.replace("<td>65</td>", "<td>56</td>")
RECEIVED = "一、本年新收政府信息公开申请数量</td>"
ROW = "“（一）予以公开”的“总计”报告值为 56，其余各项计算得 65，报告值少 9。"
COLUMN = "“（七）总计”的“总计”报告值为 135，其余各项计算得 126，报告值多 9。"
PROPOSED = "建议值  表三 （一）予以公开 总计：现为 56，应为 65（唯一）"
TOTAL = "t3/granted/total"


def sample(*changes):
    """The sample page with texts replaced, each of which stands there."""
    text = SAMPLE.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture(params=["docx", "xlsx", "own.xlsx"])
def draft(request, tmp_path):
    """A draft in which the total of one row is wrong: a Word file, a workbook made by hand, and one
    in the official layout as this program writes it, with another number typed in."""
    path = tmp_path / f"draft.{request.param}"
    if request.param == "own.xlsx":
        (path,) = write(process(SAMPLE), tmp_path, ["xlsx"], "draft.own")
        book = load_workbook(path)
        cell = next(
            row[9]
            for row in book["表三"].iter_rows()
            if any("（一）予以公开" in str(c.value) for c in row)
        )
        assert cell.value == 65
        cell.value = 56
        book.save(path)
    else:
        made = blocks(sample((GRANTED, WRONG)))
        path.write_bytes(docx(made) if request.param == "docx" else xlsx(made))
    return path


def test_both_cells_and_both_values_are_told_in_the_terminal(gipr, draft):
    done = gipr("check", draft)
    assert done.code == 4
    for words in (ROW, COLUMN, PROPOSED):
        assert words in done.out
    assert "判断：读取可靠，应为原文自身矛盾" in done.out
    assert [path.name for path in draft.parent.iterdir()] == [draft.name]


def test_and_to_programs(gipr, draft):
    (document,) = json.loads(gipr("check", draft, "--json").out)["documents"]
    errors = [found for found in document["found"] if found["severity"] == "error"]
    assert [(e["rule"], e["reported"], e["computed"], e["cause"]) for e in errors] == [
        ("t3.row_total", 56, 65, "source"),
        ("t3.results_total", 135, 126, "source"),
    ]
    assert all(TOTAL in error["cells"] for error in errors)


def test_and_marked_where_they_stand(gipr, draft, tmp_path):
    out = tmp_path / "out"
    gipr("check", draft, "--out", out, "--format", "html,xlsx")
    (cell,) = html.fromstring((out / f"{draft.stem}.html").read_bytes()).xpath(
        "//td[@id='cell-t3-granted-total']"
    )
    assert "fails" in cell.get("class")
    assert ROW in cell.get("title")
    assert "→ 65" in cell.text_content()
    book = load_workbook(out / f"{draft.stem}.xlsx")
    marked = [c for row in book["表三"].iter_rows() for c in row if c.comment and c.value == 56]
    assert [ROW in c.comment.text and "建议值 65（唯一）" in c.comment.text for c in marked] == [
        True
    ]


@pytest.fixture
def folder(gipr, tmp_path):
    """A draft of 2024 beside the result of 2023, when the office had another name."""
    drafts = tmp_path / "drafts"
    drafts.mkdir()
    last = tmp_path / "last.html"
    before = sample(
        ("2024年", "2023年"),
        ("兰汀市交通运输局", "兰汀市交通局"),
        ("申请135件", "申请115件"),
        (f"{RECEIVED}<td>112</td>", f"{RECEIVED}<td>92</td>"),
        ('<td>135</td></tr>\n<tr><td colspan="3">二', '<td>115</td></tr>\n<tr><td colspan="3">二'),
    )
    last.write_text(before, "utf-8")
    gipr("process", last, "--out", drafts)
    this = sample(
        ("公开申请135件", "公开申请135件，比上年增加20件，增长3.5%"),
        ("<td>9</td><td>2</td><td>0</td><td>0</td><td>0</td><td>0</td><td>11</td>",
         "<td>9</td><td>3</td><td>0</td><td>0</td><td>0</td><td>0</td><td>12</td>"),
    )  # fmt: skip
    (drafts / "draft.docx").write_bytes(docx(blocks(this)))
    (drafts / "~$draft.docx").write_bytes(b"locked")
    names = tmp_path / "names.toml"
    names.write_text('[renamed]\n"兰汀市交通局" = "兰汀市交通运输局"\n', "utf-8")
    return drafts


def test_a_draft_is_held_against_the_published_report_of_last_year(gipr, folder):
    out = folder.parent / "out"
    done = gipr("check", folder, "--agencies", folder.parent / "names.toml", "--out", out)
    assert done.code == 4
    assert sorted(path.name for path in out.iterdir()) == ["draft.json", "last.json"]
    draft = read_result(out / "draft.json")
    carried = [f.message for f in draft.findings if f.rule == "years.carry_over"]
    assert (
        "上年报告的“结转下年度继续办理”应等于本年的“上年结转政府信息公开申请数量”。"
        "上年报告的“四、结转下年度继续办理”的“总计”为 11，"
        "“二、上年结转政府信息公开申请数量”的“总计”报告值为 12，多 1。"
    ) in carried
    told = {f.statement.kind: f.agrees for f in draft.narrative}
    assert (told["change"], told["growth"]) == (True, False)
    (change,) = [f for f in draft.findings if f.rule == "narrative.change"]
    assert "“一、本年新收政府信息公开申请数量”的“总计”本年为 135，上年报告为 115" in change.message
    assert (change.reported, change.computed) == (Decimal("3.5"), Decimal("17.39"))


def test_without_the_renaming_nothing_is_held_against_the_other_office(gipr, folder):
    (draft, last) = json.loads(gipr("check", folder, "--json").out)["documents"]
    assert (draft["document"], last["document"]) == ("draft", "last")
    assert not {"years.carry_over", "narrative.change"} & {f["rule"] for f in draft["found"]}


def test_a_document_that_has_its_result_is_checked_once(gipr, folder):
    shutil.copy(folder / "draft.docx", folder / "last.docx")
    summary = json.loads(gipr("check", folder, "--json").out)
    assert [document["document"] for document in summary["documents"]] == ["draft", "last"]
    assert [path.rpartition("/")[2] for path in summary["skipped"]] == ["last.docx", "~$draft.docx"]


def test_several_processes_say_what_one_says(folder):
    files = sorted(folder.glob("[a-z]*"))
    checker = Checker.of(files, None, {"兰汀市交通局": "兰汀市交通运输局"})
    one = partial(found, checker)
    stems = [path.stem for path in files]
    alone = list(each(one, files, stems, 1))
    assert list(each(one, files, stems, 2)) == alone
    assert {f["rule"] for f in alone[0].findings} >= {"years.carry_over", "narrative.change"}


def found(checker, path, stem):
    return Entry.of_report(path, stem, checker.read(path), None)


def test_rules_are_listed_for_all_rows_and_those_between_years_can_be_switched_off(gipr, folder):
    told = {rule["id"]: rule for rule in json.loads(gipr("rules", "--json").out)["rules"]}
    assert told["t3.row_total"]["zh"] == "“…”一行：自然人与法人或其他组织五项之和应等于总计"
    assert told["years.carry_over"]["kind"] == "years"
    off = folder.parent / "mine.toml"
    off.write_text('off = ["years.carry_over"]\n', "utf-8")
    assert "years.carry_over" not in gipr("rules", "--rules", off).out
    names = folder.parent / "names.toml"
    summary = json.loads(gipr("check", folder, "--agencies", names, "--rules", off, "--json").out)
    rules = {f["rule"] for f in summary["documents"][0]["found"]}
    assert "years.carry_over" not in rules
    assert "narrative.change" in rules
