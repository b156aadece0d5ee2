"""Where the fault lies: single cases, what always holds, and what the findings say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from check_tables import FORM, PARTS, cells, consistent, lost, reports
from hypothesis import given, settings
from hypothesis import strategies as st

from gipr_ml.checking import Checked, check
from gipr_ml.errors import FormsError
from gipr_ml.forms import load_forms
from gipr_ml.forms.files import FOLDER
from gipr_ml.forms.misreadings import load_misreadings
from gipr_ml.types import Finding, Place, ReportCell, Severity, State, Statement

ROWS = [row.key for row in load_forms().table("t3", "2021").rows]
T3 = [f"t3/{row}/{column}" for row in ROWS for column in (*PARTS, "total")]


def fault(checked: Checked) -> Finding:
    (finding,) = [f for f in checked.findings if f.rule.startswith("fault.")]
    return finding


def proposed(checked: Checked) -> dict[str, tuple[Decimal, str]]:
    return {p.cell: (p.value, p.verdict) for p in checked.proposals}


def said(value: int, *keys: str) -> Statement:
    return Statement(f"共{value}件", Decimal(value), keys, Place())


def test_a_confused_digit_in_a_scan_is_a_misreading() -> None:
    values = consistent(3)
    key = "t3/granted/natural_person"
    read = cells(values | {key: values[key] + 8})
    checked = check(read, FORM, recognised=True)
    assert proposed(checked) == {key: (values[key], "unique")}
    finding = fault(checked)
    assert finding.cells == (key,)
    assert (finding.reported, finding.computed, finding.difference) == (
        values[key] + 8,
        values[key],
        8,
    )


def test_the_same_contradiction_is_blamed_on_the_source_or_the_reading() -> None:
    values = dict.fromkeys(consistent(0), 0) | {"t3/granted/natural_person": 8}
    sure = fault(check(cells(values), FORM))
    scanned = fault(check(cells(values), FORM, recognised=True))
    unsure = [
        replace(c, confidence=0.6) if c.key == "t3/granted/natural_person" else c
        for c in cells(values)
    ]
    assert (sure.rule, sure.severity) == ("fault.source", Severity.INFO)
    assert (scanned.rule, scanned.severity) == ("fault.misreading", Severity.WARNING)
    assert fault(check(unsure, FORM)).rule == "fault.misreading"
    assert sure.message == (
        "最简单的解释：“（一）予以公开”的“自然人”读作 8，应为 0；"
        "读取可靠，应为原文自身矛盾，请与填报单位核实。"
    )


def test_one_sum_alone_never_tells_which_of_its_cells_is_wrong() -> None:
    values = dict.fromkeys(consistent(0), 0)
    values |= {"t4/reconsideration/upheld": 10, "t4/reconsideration/corrected": 1}
    checked = check(cells(values), FORM)
    assert proposed(checked) == {"t4/reconsideration/total": (11, "ambiguous")}
    assert fault(checked).message.endswith("另无佐证，不能确定。")


def test_the_prose_tells_which_cell_is_wrong() -> None:
    values = dict.fromkeys(consistent(0), 0)
    values |= {"t4/reconsideration/upheld": 10, "t4/reconsideration/corrected": 1}
    told = [said(11, "t4/reconsideration/total")]
    assert proposed(check(cells(values), FORM, statements=told)) == {
        "t4/reconsideration/total": (11, "unique")
    }
    narrower = [replace(told[0], scope="局机关")]
    assert proposed(check(cells(values), FORM, statements=narrower)) == {
        "t4/reconsideration/total": (11, "ambiguous")
    }


def test_where_several_cells_may_be_wrong_all_are_told() -> None:
    """As published: both kinds of results print 6 that are not in the total of 20."""
    values = dict.fromkeys(consistent(0), 0)
    for row, n in {
        "new_requests": 20,
        "total_processed": 20,
        "granted": 6,
        "partly_granted": 6,
        "declined_petition": 4,
        "unavailable_not_held": 10,
    }.items():
        values[f"t3/{row}/natural_person"] = values[f"t3/{row}/total"] = n
    values["t3/unavailable_not_held/natural_person"] = 10
    checked = check(cells(values), FORM)
    (found,) = checked.faults
    assert found.verdict == "ambiguous"
    assert [dict(e.values) for e in found.explanations] == [
        {f"t3/{row}/natural_person": n, f"t3/{row}/total": n}
        for row, n in (("granted", 0), ("partly_granted", 0), ("unavailable_not_held", 4))
    ]
    assert {p.verdict for p in checked.proposals} == {"ambiguous"}
    assert all(values[p.cell] in p.alternatives for p in checked.proposals)


@pytest.mark.parametrize("to", ["left", "right"])
def test_a_shifted_row_is_put_back(to: str) -> None:
    values: dict[str, int | None] = dict(consistent(11))
    keys = [f"t3/new_requests/{column}" for column in (*PARTS, "total")]
    numbers = [values[key] for key in keys]
    moved = [*numbers[1:], None] if to == "left" else [None, *numbers[:-1]]
    checked = check(cells(values | dict(zip(keys, moved, strict=True))), FORM)
    right = {p.cell: p.value for p in checked.proposals if p.verdict == "unique"}
    assert right == {k: n for k, n, m in zip(keys, numbers, moved, strict=True) if n != (m or 0)}
    finding = fault(checked)
    assert finding.rule == "fault.misreading"
    assert f"一行整行{'左' if to == 'left' else '右'}移了一格，应依次为" in finding.message


def test_too_much_at_once_is_unresolved() -> None:
    values = consistent(5)
    wrong = values | {key: values[key] + 7 * i * i + 1 for i, key in enumerate(T3[::9])}
    checked = check(cells(wrong), FORM)
    assert [f.verdict for f in checked.faults] == ["unresolved"]
    assert fault(checked).rule == "fault.unresolved"
    assert checked.proposals == ()


def test_a_value_of_one_sum_is_sure_in_a_text_and_not_in_a_scan() -> None:
    values = consistent(4)
    gone = lost(["t4/reconsideration/pending"])
    answers = {
        recognised: check(cells(values, gone), FORM, recognised=recognised).proposals[0].verdict
        for recognised in (False, True)
    }
    assert answers == {False: "unique", True: "ambiguous"}
    told = [said(values["t4/reconsideration/pending"], "t4/reconsideration/pending")]
    (sure,) = check(cells(values, gone), FORM, statements=told, recognised=True).proposals
    assert sure.verdict == "unique"


def test_prose_that_says_otherwise_makes_a_forced_value_unsure() -> None:
    values = consistent(4)
    key = "t4/reconsideration/pending"
    (proposal,) = check(
        cells(values, lost([key])), FORM, statements=[said(values[key] + 5, key)]
    ).proposals
    assert (proposal.value, proposal.verdict) == (values[key], "ambiguous")
    assert proposal.alternatives == (values[key] + 5,)


def test_errors_that_make_up_for_each_other_leave_a_forced_value_unsure() -> None:
    # One too much in one row and one too little in the other: the prose agrees with what is wrong.
    values = {key: n for key, n in consistent(4).items() if key.startswith("t4/")}
    direct, after = "t4/litigation_direct", "t4/litigation_after_reconsideration"
    told = [
        said(
            values[f"{direct}/total"] + values[f"{after}/total"],
            f"{direct}/total",
            f"{after}/total",
        ),
        said(values["t4/reconsideration/total"], "t4/reconsideration/total"),
    ]
    values[f"{after}/pending"] += 1
    values[f"{direct}/total"] -= 1
    form = {"t4": FORM["t4"]}
    found = check(cells(values, lost([f"{after}/total"])), form, statements=told, recognised=True)
    assert proposed(found)[f"{after}/total"][1] == "ambiguous"


def test_what_is_no_whole_number_is_left_alone() -> None:
    values = consistent(2)
    read: list[ReportCell] = [
        replace(c, value=Decimal("2.5")) if c.key == "t3/granted/total" else c
        for c in cells(values)
    ]
    assert [f.verdict for f in check(read, FORM).faults] == ["unresolved"]


@given(reports(), st.sampled_from(T3), st.integers(1, 10**5))
@settings(max_examples=30, deadline=None)
def test_one_wrong_cell_of_table_three_is_always_found(
    report: dict[str, int], key: str, change: int
) -> None:
    checked = check(cells(report | {key: report[key] + change}), FORM)
    assert proposed(checked) == {key: (report[key], "unique")}


@given(reports(), st.lists(st.sampled_from(T3), min_size=2, max_size=2, unique=True), st.data())
@settings(max_examples=30, deadline=None)
def test_two_wrong_cells_are_among_the_explanations(
    report: dict[str, int], keys: list[str], data: st.DataObject
) -> None:
    wrong = {key: report[key] + data.draw(st.integers(1, 10**4)) for key in keys}
    for found in check(cells(report | wrong), FORM).faults:
        assert {k: report[k] for k in keys} in [dict(e.values) for e in found.explanations]


@given(reports(), st.sets(st.sampled_from(T3), min_size=1, max_size=3), st.integers(1, 9999))
@settings(max_examples=20, deadline=None)
def test_every_explanation_makes_everything_hold(
    report: dict[str, int], keys: set[str], change: int
) -> None:
    wrong = report | {key: report[key] + change + i for i, key in enumerate(sorted(keys))}
    for found in check(cells(wrong), FORM).faults:
        for explanation in found.explanations[:5]:
            again = check(cells({**wrong, **explanation.values}), FORM)
            assert again.faults == ()
            assert not [f for f in again.findings if f.severity is Severity.ERROR]


def test_likelihood_of_misreadings() -> None:
    weight = load_misreadings().weight
    assert weight(3, "8") < weight(3, "4")
    assert weight(120, "12") < weight(120, "7")
    assert weight(12, "112") < weight(12, "132")
    assert weight(5, "") > weight(5, "3")


def test_a_broken_file_of_misreadings_is_named(tmp_path) -> None:  # type: ignore[no-untyped-def]
    text = (FOLDER / "misreadings.toml").read_text(encoding="utf-8")
    (tmp_path / "misreadings.toml").write_text(text.replace('"08"', '"0O"'), encoding="utf-8")
    with pytest.raises(FormsError, match="'0O' is no pair of digits"):
        load_misreadings(tmp_path)


def test_states_of_cells_stay_as_they_were() -> None:
    read = cells(consistent(1) | {"t3/granted/total": 999999}, lost(["t3/carried_in/total"]))
    before = [(c.key, c.value, c.state) for c in read]
    check(read, FORM, recognised=True)
    assert [(c.key, c.value, c.state) for c in read] == before
    assert State.LOST in {c.state for c in read}
