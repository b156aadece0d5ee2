"""What the prose says of changes is held against the report of the year before."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import gipr_ml
from gipr_ml.checking import check_changes
from gipr_ml.types import NarrativeFigure, Place, Report, Severity, State, Statement, StatementKind

SAMPLE = Path(gipr_ml.__file__).parent / "samples" / "chengxi_culture_2023.txt"
NEW = "t3/new_requests/total"
DONE = "t3/total_processed/total"


@pytest.fixture(scope="module")
def report() -> Report:
    return gipr_ml.process(SAMPLE)


def with_cell(report: Report, key: str, value: int | None) -> Report:
    """The report with another number in a cell, or with the cell lost."""
    number = None if value is None else Decimal(value)
    state = State.LOST if value is None else State.READ
    changed = (replace(c, value=number, state=state) if c.key == key else c for c in report.cells)
    return replace(report, cells=tuple(changed))


def saying(
    report: Report, kind: StatementKind, value: str, scope: str = "", other: str = DONE
) -> Report:
    """The report, whose prose tells one change of the requests received."""
    told = Statement("同比", Decimal(value), (NEW,), Place(), ((other,),), scope, kind)
    return replace(report, narrative=(NarrativeFigure(told, None),))


def years(report: Report, this: int, last: int) -> tuple[Report, Report]:
    now = with_cell(with_cell(report, NEW, this), DONE, this)
    then = with_cell(with_cell(report, NEW, last), DONE, last)
    return now, then


@pytest.mark.parametrize(
    ("kind", "value", "agrees"),
    [
        ("change", "12", True),
        ("change", "-12", False),
        ("growth", "13.6", True),
        ("growth", "13.63", True),
        ("growth", "14", True),
        ("growth", "12", False),
        ("growth", "-13.6", False),
    ],
)
def test_a_change_is_told_right_or_wrong(
    report: Report, kind: StatementKind, value: str, agrees: bool
) -> None:
    this, last = years(report, 100, 88)
    checked = check_changes(saying(this, kind, value), last)
    assert checked.narrative[0].agrees is agrees
    new = checked.findings[len(report.findings) :]
    assert [(f.rule, f.severity) for f in new] == [("narrative.change", Severity.WARNING)] * (
        not agrees
    )
    assert checked.status is this.status


def test_the_warning_names_both_years_and_both_readings(report: Report) -> None:
    this, last = years(report, 100, 88)
    finding = check_changes(saying(this, "growth", "20"), last).findings[-1]
    assert "本年为 100，上年报告为 88" in finding.message
    assert (finding.reported, finding.computed) == (20, Decimal("13.64"))
    assert finding.cells == (NEW,)


def test_the_reading_that_agrees_is_chosen(report: Report) -> None:
    this, last = years(report, 100, 88)
    this = with_cell(this, DONE, 93)
    (figure,) = check_changes(saying(this, "change", "5"), last).narrative
    assert (figure.agrees, figure.statement.restates) == (True, (DONE,))


def test_where_a_reading_is_not_known_nothing_is_said(report: Report) -> None:
    this, last = years(report, 100, 88)
    lost = with_cell(last, DONE, None)
    checked = check_changes(saying(this, "change", "5"), lost)
    assert checked.narrative[0].agrees is None
    assert checked.findings == this.findings


def test_a_narrower_scope_is_never_a_mismatch(report: Report) -> None:
    this, last = years(report, 100, 88)
    checked = check_changes(saying(this, "change", "5", scope="局机关"), last)
    assert checked.narrative[0].agrees is None
    assert checked.findings == this.findings


def test_growth_from_nothing_is_not_called_wrong(report: Report) -> None:
    this, last = years(report, 5, 0)
    checked = check_changes(saying(this, "growth", "100"), last)
    assert checked.narrative[0].agrees is None


def test_checking_again_says_it_once(report: Report) -> None:
    this, last = years(report, 100, 88)
    once = check_changes(saying(this, "change", "5"), last)
    assert check_changes(once, last) == once
