"""From a file to a checked report: what users rely on."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import gipr_ml
from gipr_ml.learning.scoring import score
from gipr_ml.pipeline import process_bytes
from gipr_ml.types import Report, State, Status

DATA = Path(__file__).parent.parent / "training_data"
REPORTS = sorted((DATA / "reports").iterdir())
TABS = (DATA / "reports" / "panyu_office_2025.txt").read_text("utf-8")


def gold_of(path: Path) -> dict[str, Any]:
    return dict(json.loads((DATA / "gold" / f"{path.stem}.json").read_text("utf-8")))


def read(text: str) -> Report:
    return process_bytes(text.encode(), "report.txt")


def value(report: Report, key: str) -> Decimal | None:
    return next(cell.value for cell in report.cells if cell.key == key)


def state(report: Report, key: str) -> State:
    return next(cell.state for cell in report.cells if cell.key == key)


def without_line(text: str, words: str) -> str:
    return "\n".join(line for line in text.split("\n") if words not in line)


# ------------------------------------------------------------- real reports, to the cell


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_every_report_is_read_exactly(path: Path) -> None:
    report, gold = gipr_ml.process(path), gold_of(path)
    found = score(report, gold)
    assert found.faults == ()
    assert found.forced_right == found.forced
    assert (report.agency, report.year) == (gold["agency"], gold["year"])


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_cells_that_gold_calls_blank_are_blank(path: Path) -> None:
    blank = {key for key, state in gold_of(path)["states"].items() if state == "blank"}
    states = {cell.key: cell.state for cell in gipr_ml.process(path).cells}
    assert {key for key in blank if states[key] is not State.BLANK} == set()


def test_published_errors_are_found_and_nothing_else() -> None:
    for path in REPORTS:
        published = gold_of(path)["published_errors"]
        wanted = {
            key for error in published if error["kind"] == "identity" for key in error["cells"]
        }
        report = gipr_ml.process(path)
        errors = [f for f in report.findings if f.severity == "error" and f.outcome == "fail"]
        assert {key for key in wanted if not any(key in e.cells for e in errors)} == set()
        assert all(wanted & set(error.cells) for error in errors), path.stem


# ------------------------------------------------------------- what is not printed is not read


def test_a_lost_total_is_proposed_but_not_read() -> None:
    report = read(
        TABS.replace(
            "69	3	0	0	0	0	72	\n二、",
            "69	3	0	0	0	0		\n二、",
            1,
        )
    )
    key = "t3/new_requests/total"
    assert value(report, key) is None
    assert report.status is Status.NEEDS_REVIEW


def test_a_lost_row_is_lost_and_its_values_are_proposed() -> None:
    report = read(without_line(TABS, "6. 属于四类过程性信息"))
    key = "t3/denied_process_information/total"
    assert (value(report, key), state(report, key)) == (None, State.LOST)
    proposal = next(p for p in report.proposals if p.cell == key)
    assert (proposal.value, proposal.verdict) == (4, "unique")
    assert report.status is Status.NEEDS_REVIEW


def test_a_lost_row_of_table_2_is_not_taken_for_a_blank_one() -> None:
    report = read(without_line(TABS, "行政规范性文件"))
    assert state(report, "t2/normative_documents/issued") is State.LOST
    assert report.status is Status.NEEDS_REVIEW


def test_a_surplus_value_in_table_4_is_told() -> None:
    report = read(TABS.replace("4	0	0	0	4	0", "4	0	0	0	4	0	3", 1))
    assert report.status is Status.NEEDS_REVIEW
    assert "t4.unused" in {finding.rule for finding in report.findings}


def test_a_wrong_total_keeps_its_printed_value() -> None:
    report = read(
        TABS.replace("38	2	0	0	0	0	40", "38	2	0	0	0	0	41", 1)
    )
    assert value(report, "t3/unavailable_not_held/total") == 41
    finding = next(f for f in report.findings if f.rule == "t3.row_total")
    assert (finding.reported, finding.computed, finding.difference) == (41, 40, 1)
    assert report.status is Status.NEEDS_REVIEW


def test_rows_out_of_order_are_read_by_their_labels() -> None:
    lines = TABS.split("\n")
    first = next(i for i, line in enumerate(lines) if "2. 没有现成信息" in line)
    lines[first - 1], lines[first] = lines[first], lines[first - 1]
    report = read("\n".join(lines))
    assert value(report, "t3/unavailable_not_held/total") == 40
    assert value(report, "t3/unavailable_needs_creation/total") == 0
    assert report.status is Status.NEEDS_REVIEW


def test_a_header_without_names_is_doubted() -> None:
    text = TABS
    for name in ("商业企业", "科研机构", "社会公益组织", "法律服务机构"):
        text = text.replace(name, "")
    report = read(text)
    assert value(report, "t3/new_requests/commercial_enterprise") == 3
    assert "t3.header" in {finding.rule for finding in report.findings}
    assert report.status is Status.NEEDS_REVIEW


# ------------------------------------------------------------- what is no report


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"%PDF-1.7 \x00\x01", "PDF"),
        (bytes(range(256)) * 40, "binary"),
        ("今天天气很好，我们去公园。".encode(), "neither the title"),
    ],
)
def test_what_is_no_report_is_rejected_with_a_reason(data: bytes, words: str) -> None:
    report = process_bytes(data, "note.txt")
    assert report.status is Status.REJECTED
    assert report.reason is not None
    assert words in report.reason
    assert report.cells == ()


@pytest.mark.parametrize("share", [0.2, 0.4, 0.5, 0.6, 0.7, 0.75])
def test_a_report_cut_short_is_never_consistent(share: float) -> None:
    data = TABS.encode()
    report = process_bytes(data[: int(len(data) * share)], "report.txt")
    assert report.status is not Status.CONSISTENT


# ------------------------------------------------------------- the same again


def test_the_same_bytes_give_the_same_report() -> None:
    assert read(TABS) == read(TABS)


def test_every_line_is_kept_with_its_label() -> None:
    report = read(TABS)
    kept = "".join("".join(line.cells) for line in report.lines)
    assert "".join(kept.split()) == "".join(TABS.split())


def test_checking_a_report_anew_changes_nothing() -> None:
    report = gipr_ml.process(DATA / "reports" / "pingtan_2020.txt")
    again = gipr_ml.check(report)
    assert (again.status, again.findings) == (report.status, report.findings)


def test_a_corrected_figure_makes_a_report_consistent() -> None:
    report = read(
        TABS.replace("38	2	0	0	0	0	40", "38	2	0	0	0	0	41", 1)
    )
    corrected = [
        replace(cell, value=Decimal(40)) if cell.key == "t3/unavailable_not_held/total" else cell
        for cell in report.cells
    ]
    assert gipr_ml.check(replace(report, cells=tuple(corrected))).status is Status.CONSISTENT


def test_rows_lost_from_the_new_form_do_not_make_it_the_old_one() -> None:
    text = without_line(TABS, "2. 申请人逾期未按收费通知")
    lines = [line for line in text.split("\n") if "3. 其他\t0" not in line.lstrip()]
    report = read("\n".join(lines))
    assert report.forms["t3"] == "2021"
    assert state(report, "t3/other_overdue_fee/total") is State.LOST
    assert state(report, "t3/other_other/total") is State.LOST
    assert report.status is Status.NEEDS_REVIEW


def test_a_pipe_is_no_digit() -> None:
    report = read(TABS.replace("行政处罚	0", "行政处罚 |0"))
    assert value(report, "t2/administrative_penalties/decisions") in (0, None)
