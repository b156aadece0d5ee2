"""`gipr check`: results are judged anew by the cells they hold."""

from __future__ import annotations

import json

import pytest
from openpyxl import load_workbook

from gipr_ml.export import read_result, write
from gipr_ml.types import Report, Status


@pytest.fixture
def results(gipr, tmp_path, samples):
    """The processed samples."""
    gipr("process", samples, "--out", tmp_path / "results")
    return tmp_path / "results"


def change(path, key, value):
    data = json.loads(path.read_text("utf-8"))
    next(cell for cell in data["cells"] if cell["key"] == key)["value"] = value
    path.write_text(json.dumps(data), "utf-8")


def test_checking_what_was_processed_changes_nothing(gipr, results, tmp_path):
    done = gipr("check", results, "--out", tmp_path / "checked")
    assert done.code == 4
    for path in results.glob("*.json"):
        assert (tmp_path / "checked" / path.name).read_bytes() == path.read_bytes()


def test_a_wrong_figure_is_found(gipr, results, tmp_path):
    path = results / "chengxi_culture_2023.json"
    change(path, "t3/carried_in/total", 30)
    done = gipr("check", path, "--out", tmp_path / "out")
    assert done.code == 4
    report = read_result(tmp_path / "out" / path.name)
    failing = {f.rule for f in report.findings if f.outcome == "fail" and f.severity == "error"}
    assert failing == {"t3.row_total", "t3.balance"}


def test_a_corrected_report_becomes_consistent_in_place(gipr, results):
    path = results / "lanting_transport_2024.json"
    change(path, "t4/reconsideration/total", 90)
    assert gipr("check", path, "--out", results).code == 4
    change(path, "t4/reconsideration/total", 9)
    assert gipr("check", path, "--out", results).code == 0
    assert read_result(path).status is Status.CONSISTENT


def test_a_file_that_is_no_result_is_rejected_and_left_alone(gipr, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text('{"cells": 1}')
    done = gipr("check", path, "--out", tmp_path)
    assert done.code == 3
    assert "mine.json cannot be checked: it is not a result in the documented form" in done.out
    assert path.read_text() == '{"cells": 1}'


def test_a_rejected_document_stays_rejected(gipr, tmp_path):
    report = Report("x", "", "", None, Status.REJECTED, reason="the file is empty")
    (path,) = write(report, tmp_path)
    assert gipr("check", path, "--out", tmp_path / "out").code == 3
    assert read_result(tmp_path / "out" / "x.json") == report


def test_a_draft_is_proof_read_and_nothing_is_written(gipr, tmp_path, damaged, monkeypatch):
    monkeypatch.chdir(tmp_path)
    draft = tmp_path / "draft.txt"
    draft.write_bytes(damaged)
    done = gipr("check", draft)
    assert done.code == 4
    assert "[1] 错误  “行政复议”：结果维持、结果纠正、其他结果、尚未审结之和应等于总计" in done.out
    assert "总计”报告值为 6，其余各项计算得 5，报告值多 1" in done.out
    assert "建议值  表三" in done.out
    assert "Results in" not in done.out
    assert [path.name for path in tmp_path.iterdir()] == ["draft.txt"]
    (document,) = json.loads(gipr("check", draft, "--json").out)["documents"]
    assert document["result"] is None
    assert [f["rule"] for f in document["found"] if f["severity"] == "error"] == ["t4.row_total"]


def test_a_draft_can_be_marked_up(gipr, tmp_path, damaged):
    draft = tmp_path / "draft.txt"
    draft.write_bytes(damaged)
    gipr("check", draft, "--out", tmp_path / "out", "--format", "html,xlsx")
    sheet = load_workbook(tmp_path / "out" / "draft.xlsx")["表四"]
    remarks = [row[0].value for row in sheet.iter_rows() if row[0].value]
    assert any("行政复议 总计：与其他数字矛盾" in str(text) for text in remarks)
    assert "建议值" in (tmp_path / "out" / "draft.html").read_text("utf-8")


def test_a_format_needs_a_folder(gipr, tmp_path, damaged):
    (tmp_path / "draft.txt").write_bytes(damaged)
    done = gipr("check", tmp_path / "draft.txt", "--format", "html")
    assert done.code == 2
    assert "--format: say with --out DIR" in done.err


def found(gipr, path, rules):
    (document,) = json.loads(gipr("check", path, "--rules", rules, "--json").out)["documents"]
    return document["found"]


def test_rules_of_a_users_file_are_added_and_switched_off(gipr, results, tmp_path):
    path = results / "lanting_transport_2024.json"
    change(path, "t4/reconsideration/total", 90)
    rules = tmp_path / "mine.toml"
    rules.write_text(
        """off = ["t4.row_total"]
[[limit]]
id = "my.few"
table = "t4"
cells = ["t4/*/total"]
at_most = 50
zh = "本单位复议、诉讼不超过五十件"
en = "We have fifty cases at most"
source = "内部规定"
""",
        "utf-8",
    )
    done = gipr("check", path, "--rules", rules)
    assert done.code == 4
    assert "[1] 警告  本单位复议、诉讼不超过五十件。“行政复议”的“总计”为 90。" in done.out
    assert "t4.row_total" not in {f["rule"] for f in found(gipr, path, rules)}
    rules.write_text('off = ["t4.row_total"]', "utf-8")
    assert gipr("check", path, "--rules", rules).code == 0
    rules.write_text('off = ["t4.no_such_rule"]', "utf-8")
    done = gipr("check", path, "--rules", rules)
    assert done.code == 1
    assert "mine.toml: off: there is no rule 't4.no_such_rule'" in done.err


def test_the_year_before_is_looked_up_in_the_same_call(gipr, results, tmp_path):
    this = results / "chengxi_culture_2023.json"
    data = json.loads(this.read_text("utf-8"))
    data["year"] = 2022
    (results / "chengxi_culture_2022.json").write_text(json.dumps(data), "utf-8")
    change(results / "chengxi_culture_2022.json", "t3/carried_out/total", 99)
    gipr("check", results, "--out", tmp_path / "checked")
    rules = {f.rule for f in read_result(tmp_path / "checked" / this.name).findings}
    assert "years.carry_over" in rules


def year(folder, name, number, agency, **cells):
    """A result of the agency for another year."""
    data = json.loads((folder / "chengxi_culture_2023.json").read_text("utf-8"))
    data |= {"year": number, "agency": agency}
    for cell in data["cells"]:
        cell["value"] = cells.get(cell["key"].replace("/", "__"), cell["value"])
    path = folder / f"{name}.json"
    path.write_text(json.dumps(data), "utf-8")
    return path


@pytest.fixture
def several(results):
    """Results of one agency under several names, with a gap and two sources of one year."""
    one = year(results, "a", 2019, "甲省乙市丙区文化局（本级）")
    two = year(results, "b", 2021, "乙市丙区文化局")
    same = year(results, "c", 2021, "丙区文化局", t2__regulations__issued=7)
    renamed = year(results, "d", 2022, "丙区文化和旅游局", t3__carried_in__total=88)
    return [one, two, same, renamed]


def test_a_set_is_told_by_agency(gipr, several, tmp_path):
    names = tmp_path / "names.toml"
    names.write_text('[renamed]\n"丙区文化局" = "丙区文化和旅游局"\n', "utf-8")
    out = tmp_path / "out"
    done = gipr("check", *several, "--out", out, "--agencies", names, "--json")
    (agency,) = json.loads(done.out)["agencies"]
    assert agency["years"] == [2019, 2021, 2022]
    assert agency["missing"] == [2020]
    assert agency["repeated"] == {"2021": ["b", "c"]}
    (finding,) = [f for f in read_result(out / "b.json").findings if f.rule == "set.duplicate"]
    assert finding.cells == ("t2/regulations/issued",)
    assert (finding.reported, finding.computed) == (0, 7)
    assert "在“b”中为 0，在“c”中为 7" in finding.message
    assert read_result(out / "c.json").status is Status.NEEDS_REVIEW
    carried = [f for f in read_result(out / "d.json").findings if f.rule == "years.carry_over"]
    assert ("t3/carried_in/total",) in [f.cells for f in carried]


def test_without_the_renaming_there_are_two_agencies(gipr, several, tmp_path):
    done = gipr("check", *several, "--out", tmp_path / "out")
    assert "2019 to 2021, without 2020" in done.out
    assert "2021 from b, c" in done.out
    found = {f.rule for f in read_result(tmp_path / "out" / "d.json").findings}
    assert "years.carry_over" not in found


def test_a_file_of_renamings_that_is_wrong_is_told(gipr, several, tmp_path):
    names = tmp_path / "names.toml"
    names.write_text('[renamed]\n"甲局" = "乙局"\n"乙局" = "甲局"\n', "utf-8")
    done = gipr("check", *several, "--agencies", names)
    assert done.code == 1
    assert "names.toml: the renamings of 甲局 lead back to itself" in done.err
