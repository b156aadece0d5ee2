"""A result that is saved and checked again says what processing said; checking reads nothing in."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import gipr_ml
from gipr_ml.checking.decisions import apply_decisions, fingerprint
from gipr_ml.export import dumps, loads
from gipr_ml.forms import load_forms
from gipr_ml.pipeline import process_bytes
from gipr_ml.types import Decision, Outcome, State, Status

ROOT = Path(__file__).parents[2]
REPORTS = [
    *sorted((ROOT / "training_data" / "reports").iterdir()),
    *sorted((ROOT / "gipr_ml" / "samples").iterdir()),
]
TABS = (ROOT / "training_data" / "reports" / "panyu_office_2025.txt").read_text("utf-8")
LINES = TABS.split("\n")


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.name)
def test_what_was_saved_is_checked_as_it_was_read(path: Path) -> None:
    report = gipr_ml.process(path)
    assert gipr_ml.check(loads(dumps(report))) == report


@pytest.mark.parametrize("seed", range(12))
def test_so_is_what_was_damaged(seed: int) -> None:
    rng = random.Random(seed)
    lines = list(LINES)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(lines))
        digits = [i for i, character in enumerate(lines[at]) if character.isdigit()]
        if digits and rng.random() < 0.7:
            i = rng.choice(digits)
            lines[at] = lines[at][:i] + str(rng.randrange(10)) + lines[at][i + 1 :]
        else:
            del lines[at]
    report = process_bytes("\n".join(lines).encode(), "report.txt")
    assert gipr_ml.check(loads(dumps(report))) == report


def test_nothing_below_zero_is_the_same_as_nothing() -> None:
    report = process_bytes(TABS.encode(), "report.txt")
    (said, *_) = [f for f in report.narrative if f.statement.kind == "exact" and f.agrees]
    said = replace(said, statement=replace(said.statement, value=Decimal("-0.0")))
    checked = gipr_ml.check(replace(report, narrative=(said,), statements=(said.statement,)))
    (finding,) = [f for f in checked.findings if f.rule == "narrative.mismatch"]
    assert "即 0；" in finding.message
    assert gipr_ml.check(loads(dumps(checked))) == checked


def test_a_sum_that_is_off_by_less_than_arithmetic_shows_is_not_consistent() -> None:
    off = "4." + "0" * 33 + "1"
    lines = [line.replace("4\t0", f"{off}\t0", 1) if line[:3] == "4\t0" else line for line in LINES]
    assert lines != LINES
    report = process_bytes("\n".join(lines).encode(), "report.txt")
    (cell,) = [c for c in report.cells if c.key == "t4/reconsideration/upheld"]
    assert cell.value is None
    assert report.status is Status.NEEDS_REVIEW


@pytest.mark.parametrize("seed", range(8))
def test_damaging_one_cell_never_creates_a_pass(seed: int) -> None:
    rng = random.Random(seed)
    report = gipr_ml.process(ROOT / "training_data" / "reports" / "hongze_2023_layout.txt")
    summed = {key for i in load_forms().identities for key in i.coefficients}
    own = {cell for f in report.findings if f.outcome is Outcome.FAIL for cell in f.cells}
    cell = rng.choice([c for c in report.cells if c.key in summed - own])
    other = rng.choice([None, (cell.value or Decimal(0)) + rng.choice([1, 6, 90])])
    state = State.LOST if other is None else State.READ
    damaged = replace(cell, value=other, state=state)
    cells = tuple(damaged if c.key == cell.key else c for c in report.cells)
    again = gipr_ml.check(replace(report, cells=cells))
    assert again.cells == cells
    assert again.passed < report.passed
    before = {count.rule: count.passed for count in report.rules}
    assert all(count.passed <= before[count.rule] for count in again.rules)
    assert again.status is Status.NEEDS_REVIEW


def test_a_decision_is_found_by_figures_and_never_changes_a_cell() -> None:
    report = gipr_ml.process(ROOT / "training_data" / "reports" / "hongze_2023_layout.txt")
    decisions = [Decision(f.fingerprint, "dismissed", "x") for f in report.findings]
    decided = apply_decisions(report, decisions)
    assert decided.status is Status.CONSISTENT
    assert decided.cells == report.cells
    assert {f.decided for f in decided.findings} == {"dismissed"}
    assert apply_decisions(gipr_ml.check(loads(dumps(decided))), decisions) == decided


def test_a_fingerprint_rests_on_rule_cells_and_figures_alone() -> None:
    report = gipr_ml.process(ROOT / "training_data" / "reports" / "hongze_2023_layout.txt")
    cells = {cell.key: cell for cell in report.cells}
    finding = report.findings[0]
    same = fingerprint(finding, cells)
    assert same == finding.fingerprint
    assert fingerprint(replace(finding, message="other", cells=finding.cells[::-1]), cells) == same
    key = finding.cells[0]
    value = (cells[key].value or 0) + Decimal(1)
    changed = {**cells, key: replace(cells[key], value=value)}
    assert fingerprint(finding, changed).rpartition(":")[0] == same.rpartition(":")[0]
    assert fingerprint(finding, changed) != same
    surer = {**cells, key: replace(cells[key], confidence=0.1, raw="?")}
    assert fingerprint(finding, surer) == same
