"""`gipr check`: results are judged anew by the cells they hold."""

from __future__ import annotations

import json

import pytest

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
    for path in results.iterdir():
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


def test_other_kinds_of_input_are_refused_in_words(gipr, tmp_path, samples):
    done = gipr("check", next(samples.glob("*.html")), "--out", tmp_path)
    assert done.code == 3
    assert "read a report with gipr process first" in done.out


def test_the_year_before_is_looked_up_in_the_same_call(gipr, results, tmp_path):
    this = results / "chengxi_culture_2023.json"
    data = json.loads(this.read_text("utf-8"))
    data["year"] = 2022
    (results / "chengxi_culture_2022.json").write_text(json.dumps(data), "utf-8")
    change(results / "chengxi_culture_2022.json", "t3/carried_out/total", 99)
    gipr("check", results, "--out", tmp_path / "checked")
    rules = {f.rule for f in read_result(tmp_path / "checked" / this.name).findings}
    assert "years.carry_over" in rules
