"""What always holds of the checker, on consistent reports made at random."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace

from check_tables import FORM, cells, consistent, lost, reports
from hypothesis import given, settings
from hypothesis import strategies as st

import gipr_ml
from gipr_ml.checking import Checked, check
from gipr_ml.export import dumps, loads
from gipr_ml.forms import load_forms
from gipr_ml.types import Outcome, Report, Severity, State, Status

FORMS = st.sampled_from([FORM, {"t2": "2019", "t3": "2019", "t4": "2019"}])
SUMMED = sorted(
    {
        key
        for table in ("t3", "t4")
        for identity in load_forms().identities_of(table, "2021")
        for key in identity.coefficients
    }
)
IDENTITY_CELLS = {
    (identity.rule, frozenset(identity.coefficients))
    for table in ("t3", "t4")
    for identity in load_forms().identities_of(table, "2021")
}
IDENTITIES = len(load_forms().identities_of("t3", "2021")) + 3


@given(st.integers(0, 10**6), FORMS)
@settings(max_examples=15, deadline=None)
def test_a_consistent_report_is_consistent(seed: int, form: dict[str, str]) -> None:
    checked = check(cells(consistent(seed, form)), form)
    assert checked.status is Status.CONSISTENT
    assert checked.findings == ()
    assert checked.proposals == ()


@given(reports(), st.randoms(use_true_random=False), st.sets(st.sampled_from(SUMMED), max_size=6))
@settings(max_examples=15, deadline=None)
def test_the_order_of_cells_does_not_matter(report, rng, gone) -> None:  # type: ignore[no-untyped-def]
    read = cells(report, lost(gone))
    shuffled = list(read)
    rng.shuffle(shuffled)
    assert check(shuffled, FORM) == check(read, FORM)


@given(reports(), st.sampled_from(SUMMED), st.integers(1, 10**5))
@settings(max_examples=30, deadline=None)
def test_no_identity_with_one_changed_cell_passes(
    report: dict[str, int], key: str, change: int
) -> None:
    damaged = report | {key: report[key] + change}
    checked = check(cells(damaged), FORM)
    touched = {
        (i.rule, tuple(i.coefficients))
        for table in ("t3", "t4")
        for i in load_forms().identities_of(table, "2021")
        if key in i.coefficients
    }
    failed = {(f.rule, f.cells) for f in checked.findings if f.outcome is Outcome.FAIL}
    failed = {(rule, keys) for rule, keys in failed if not rule.startswith("fault.")}
    assert failed == touched
    assert checked.passed == IDENTITIES - len(touched)
    assert checked.status is Status.NEEDS_REVIEW


@given(
    reports(),
    st.sets(st.sampled_from(SUMMED), max_size=4),
    st.sampled_from(SUMMED),
    st.sampled_from([None, 0, 3, 70_000]),
)
@settings(max_examples=40, deadline=None)
def test_damage_of_a_cell_mends_only_identities_that_hold_the_cell(
    report: dict[str, int], wrong: set[str], key: str, value: int | None
) -> None:
    """Whatever else is wrong: what fails and does not hold the cell fails as before, what passes
    and does not hold it passes as before, and an unread cell lets nothing pass."""
    before = {k: n + 3 if k in wrong else n for k, n in report.items()}
    gone = lost([key]) if value is None else {}
    after = before if value is None else before | {key: value}
    first, second = check(cells(before), FORM), check(cells(after, gone), FORM)
    failed, failing = failures(first), failures(second)
    assert {one for one in failed ^ failing if key not in one[1]} == set()
    if value is None:
        assert second.passed == first.passed - len(
            [i for i in IDENTITY_CELLS if key in i[1] and i not in failed]
        )
        assert second.status is Status.NEEDS_REVIEW
    if failed and all(key not in keys for _, keys in failed):
        assert second.status is Status.NEEDS_REVIEW


def failures(checked: Checked) -> set[tuple[str, frozenset[str]]]:
    """The identities that fail, each with its cells."""
    return {
        (f.rule, frozenset(f.cells))
        for f in checked.findings
        if f.outcome is Outcome.FAIL and (f.rule, frozenset(f.cells)) in IDENTITY_CELLS
    }


@given(reports(), st.sampled_from(SUMMED), st.integers(1, 10**5), st.booleans())
@settings(max_examples=15, deadline=None)
def test_a_published_error_is_attributed_to_the_source_and_a_misreading_to_the_reading(
    report: dict[str, int], key: str, change: int, sure: bool
) -> None:
    read = tuple(
        replace(cell, confidence=1.0 if sure or cell.key != key else 0.5)
        for cell in cells(report | {key: report[key] + change})
    )
    checked = check(read, FORM)
    errors = [f for f in checked.findings if f.severity is Severity.ERROR]
    assert errors
    blamed = {f.cause for f in errors}
    if sure:
        assert blamed == {"source"}
    elif checked.faults[0].verdict == "unique":
        assert blamed == {"misreading"}


@given(reports(), st.sets(st.sampled_from(SUMMED), max_size=4), st.sampled_from(SUMMED))
@settings(max_examples=8, deadline=None)
def test_neither_checking_nor_writing_changes_what_was_read(
    report: dict[str, int], gone: set[str], wrong: str
) -> None:
    read = cells(report | {wrong: report[wrong] + 3}, lost(gone))
    made = Report("x", "", "", None, Status.NEEDS_REVIEW, forms=FORM, cells=read)
    checked = gipr_ml.check(made)
    assert checked.cells == read
    again = gipr_ml.check(loads(dumps(checked)))
    assert again.cells == read
    assert json.loads(dumps(again))["cells"] == json.loads(dumps(made))["cells"]


@given(reports(), st.sets(st.sampled_from(SUMMED), max_size=8), st.sampled_from(SUMMED))
@settings(max_examples=15, deadline=None)
def test_checking_changes_nothing_and_repeats_itself(
    report: dict[str, int], gone: set[str], wrong: str
) -> None:
    read = cells(report | {wrong: report[wrong] + 3}, lost(gone))
    before = deepcopy(read)
    assert check(read, FORM) == check(read, FORM)
    assert read == before


@given(reports(), st.sampled_from(SUMMED), st.sampled_from([State.LOST, State.ILLEGIBLE]))
@settings(max_examples=30, deadline=None)
def test_a_single_lost_cell_is_forced(report: dict[str, int], key: str, state: State) -> None:
    checked = check(cells(report, {key: state}), FORM)
    (proposal,) = checked.proposals
    assert (proposal.cell, proposal.value, proposal.verdict) == (key, report[key], "unique")
    assert proposal.basis
    assert checked.status is Status.NEEDS_REVIEW


@given(reports(), st.sets(st.sampled_from(SUMMED), min_size=2, max_size=12))
@settings(max_examples=30, deadline=None)
def test_what_is_called_unique_is_right(report: dict[str, int], gone: set[str]) -> None:
    for proposal in check(cells(report, lost(gone)), FORM).proposals:
        assert proposal.verdict == "unique"
        assert proposal.value == report[proposal.cell]


@given(
    reports(),
    st.sets(st.sampled_from([k for k in SUMMED if k.startswith("t3/")]), min_size=1, max_size=4),
    st.sampled_from([k for k in SUMMED if k.startswith("t3/")]),
    st.integers(1, 900),
)
@settings(max_examples=30, deadline=None)
def test_beside_a_wrong_cell_nothing_wrong_is_unique(
    report: dict[str, int], gone: set[str], wrong: str, change: int
) -> None:
    if wrong in gone:
        return
    read = cells(report | {wrong: report[wrong] + change}, lost(gone))
    for proposal in check(read, FORM).proposals:
        if proposal.verdict == "unique":
            assert proposal.value == report[proposal.cell]
