"""What the checker says of single cases, word for word where an official reads it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from check_tables import FORM, PARTS, cells, consistent, lost

from gipr_ml.checking import Checked, check
from gipr_ml.checking.plausible import limits_of, outcome_of
from gipr_ml.forms import load_forms
from gipr_ml.types import Doubt, Finding, Outcome, Proposal, Severity, State, Status

NOTHING = dict.fromkeys(consistent(0), 0)


def small(**changed: int | None) -> dict[str, int | None]:
    """A report of zeros but for 20 requests of natural persons, all granted."""
    values: dict[str, int | None] = dict(NOTHING)
    for row in ("new_requests", "granted", "total_processed"):
        values[f"t3/{row}/natural_person"] = values[f"t3/{row}/total"] = 20
    return values | {key.replace("__", "/"): value for key, value in changed.items()}


def only(checked: Checked, rule: str) -> Finding:
    (finding,) = [f for f in checked.findings if f.rule == rule]
    return finding


def test_a_published_contradiction_names_the_cell_and_both_values() -> None:
    values = small() | {"t4/reconsideration/upheld": 10, "t4/reconsideration/corrected": 1}
    checked = check(cells(values), FORM)
    finding = only(checked, "t4.row_total")
    assert finding.severity is Severity.ERROR
    assert finding.outcome is Outcome.FAIL
    assert (finding.reported, finding.computed, finding.difference) == (0, 11, -11)
    assert finding.cells == tuple(
        f"t4/reconsideration/{c}" for c in ("upheld", "corrected", "other", "pending", "total")
    )
    assert finding.message == (
        "“行政复议”：结果维持、结果纠正、其他结果、尚未审结之和应等于总计。"
        "“行政复议”的“总计”报告值为 0，其余各项计算得 11，报告值少 11。"
    )
    assert checked.status is Status.NEEDS_REVIEW


def test_a_column_is_compared_with_its_total_row() -> None:
    values = small() | {"t3/partly_granted/natural_person": 6, "t3/partly_granted/total": 6}
    findings = check(cells(values), FORM).findings
    assert [(f.rule, f.reported, f.computed) for f in findings] == [
        ("t3.results_total", 20, 26),
        ("t3.results_total", 20, 26),
        ("fault.source", None, None),
    ]
    assert "“（七）总计”的“自然人”报告值为 20，其余各项计算得 26" in findings[0].message


def test_blanks_count_as_nothing_where_the_sum_is_printed() -> None:
    blank = {f"t3/{row.key}/{part}": None for row in _rows() for part in PARTS[1:]}
    checked = check(cells(small() | blank), FORM)
    assert checked.status is Status.CONSISTENT
    assert {f.outcome for f in checked.findings} == {Outcome.NOT_CHECKABLE}
    assert {f.rule for f in checked.findings} == {"t3.results_total", "t3.balance"}
    assert {f.severity for f in checked.findings} == {Severity.INFO}


def test_a_blank_beside_a_sum_that_does_not_hold_is_a_contradiction() -> None:
    checked = check(cells(small(t3__granted__natural_person=None)), FORM)
    assert {f.outcome for f in checked.findings} == {Outcome.FAIL}
    assert checked.status is Status.NEEDS_REVIEW


def test_a_blank_total_is_not_checkable_and_never_a_pass() -> None:
    checked = check(cells(small(t4__reconsideration__total=None)), FORM)
    finding = only(checked, "t4.row_total")
    assert finding.outcome is Outcome.NOT_CHECKABLE
    assert finding.message.endswith("“行政复议”的“总计”未填写，无法核对。")
    assert checked.passed == check(cells(small()), FORM).passed - 1
    assert checked.status is Status.CONSISTENT
    assert checked.proposals == ()


def test_totals_left_out_beside_their_parts_are_no_zeros() -> None:
    """As published: every result row leaves its total blank, the row of totals does not."""
    results = ("granted", "partly_granted", "unavailable_not_held")
    values = small()
    for row in results:
        values |= {f"t3/{row}/natural_person": 20, f"t3/{row}/total": None}
    for row in ("new_requests", "total_processed"):
        values |= {f"t3/{row}/natural_person": 60, f"t3/{row}/total": 60}
    checked = check(cells(values), FORM)
    assert {(f.rule, f.outcome) for f in checked.findings} == {
        ("t3.row_total", Outcome.NOT_CHECKABLE),
        ("t3.results_total", Outcome.NOT_CHECKABLE),
    }
    assert [f.computed for f in checked.findings if f.rule == "t3.row_total"] == [20, 20, 20]
    assert checked.status is Status.CONSISTENT


def test_not_applicable_counts_like_blank() -> None:
    marked = {f"t4/litigation_direct/{c}": State.NOT_APPLICABLE for c in ("upheld", "pending")}
    assert check(cells(small(), marked), FORM).status is Status.CONSISTENT


def test_a_lost_cell_asks_for_review_and_is_proposed() -> None:
    checked = check(cells(small(), lost(["t3/granted/natural_person"])), FORM)
    assert checked.proposals == (
        Proposal(
            "t3/granted/natural_person",
            Decimal(20),
            "unique",
            ("t3.row_total[granted]", "t3.results_total[natural_person]"),
        ),
    )
    assert only(checked, "completeness.lost_cells").cells == ("t3/granted/natural_person",)
    assert only(checked, "completeness.lost_cells").message == (
        "表三缺少 1 个单元格：“（一）予以公开”的“自然人”。"
    )
    assert only(checked, "t3.row_total").severity is Severity.WARNING
    assert checked.status is Status.NEEDS_REVIEW


def test_numbers_from_zero_up_force_what_sums_alone_do_not() -> None:
    gone = [f"t4/reconsideration/{c}" for c in ("upheld", "corrected", "other")]
    proposals = check(cells(small(), lost(gone)), FORM).proposals
    assert [(p.cell, p.value, p.verdict) for p in proposals] == [(key, 0, "unique") for key in gone]


def test_two_lost_cells_of_one_sum_stay_open() -> None:
    values = small() | {"t4/reconsideration/upheld": 3, "t4/reconsideration/total": 3}
    gone = ["t4/reconsideration/upheld", "t4/reconsideration/pending"]
    assert check(cells(values, lost(gone)), FORM).proposals == ()


def test_a_lost_cell_that_cannot_mend_the_sum_is_a_contradiction() -> None:
    values = small() | {"t4/reconsideration/upheld": 5, "t4/reconsideration/total": 2}
    checked = check(cells(values, lost(["t4/reconsideration/pending"])), FORM)
    finding = only(checked, "t4.row_total")
    assert finding.outcome is Outcome.FAIL
    assert "已读出的其余各项计算得 5" in finding.message
    assert checked.proposals == ()


def test_beside_a_lost_cell_the_wrong_one_is_found() -> None:
    values = small() | {"t3/granted/total": 23}
    checked = check(cells(values, lost(["t3/granted/natural_person"])), FORM)
    assert [(p.cell, p.value, p.verdict) for p in checked.proposals] == [
        ("t3/granted/natural_person", 20, "unique"),
        ("t3/granted/total", 20, "unique"),
    ]


def test_a_blank_that_nothing_confirms_is_no_zero_for_a_proposal() -> None:
    values = small(t4__reconsideration__pending=None) | {"t4/reconsideration/total": 3}
    gone = lost(["t4/reconsideration/upheld"])
    assert check(cells(values, gone), FORM).proposals == ()


def test_proposals_of_reading_stand_beside_forced_ones() -> None:
    key = "t3/granted/natural_person"
    read = cells(small(), lost([key, "t2/regulations/issued"]))
    other = Proposal("t2/regulations/issued", Decimal(4), "ambiguous", ("split",), (Decimal(40),))
    agreed = check(read, FORM, proposals=[Proposal(key, Decimal(20), "unique", ("split",)), other])
    assert [(p.cell, p.verdict) for p in agreed.proposals] == [
        (key, "unique"),
        ("t2/regulations/issued", "ambiguous"),
    ]
    differing = check(read, FORM, proposals=[Proposal(key, Decimal(2), "unique", ("split",))])
    (proposal,) = differing.proposals
    assert (proposal.value, proposal.verdict) == (20, "ambiguous")
    assert proposal.alternatives == (2,)


def test_doubts_become_findings_and_ask_for_review() -> None:
    checked = check(cells(small()), FORM, [Doubt("labels.swapped", "两行标签可能互换。")])
    (finding,) = checked.findings
    assert (finding.rule, finding.severity, finding.outcome) == (
        "labels.swapped",
        Severity.WARNING,
        Outcome.NOT_CHECKABLE,
    )
    assert (finding.message, finding.cells) == ("两行标签可能互换。", ())
    assert checked.status is Status.NEEDS_REVIEW


def test_a_missing_table_asks_for_review() -> None:
    values = {k: v for k, v in small().items() if not k.startswith("t4/")}
    checked = check(cells(values), {"t2": "2021", "t3": "2021"})
    assert only(checked, "completeness.missing_table").message == "文中未找到表四。"
    assert checked.status is Status.NEEDS_REVIEW


def test_table_four_needs_no_form_of_its_own() -> None:
    checked = check(cells(small()), {"t2": "2021", "t3": "2021"})
    assert checked == check(cells(small()), FORM)
    assert checked.status is Status.CONSISTENT


def test_a_form_without_any_number_is_not_consistent() -> None:
    checked = check(cells(dict.fromkeys(NOTHING)), FORM)
    assert [f.message for f in checked.findings if f.rule == "completeness.empty_table"] == [
        "表二没有填写任何数字。",
        "表三没有填写任何数字。",
        "表四没有填写任何数字。",
    ]
    assert checked.passed == 0
    assert checked.status is Status.NEEDS_REVIEW


def test_an_absent_cell_counts_as_lost() -> None:
    values = {k: v for k, v in small().items() if k != "t3/carried_out/total"}
    checked = check(cells(values), FORM)
    assert only(checked, "completeness.lost_cells").cells == ("t3/carried_out/total",)
    assert [(p.cell, p.value) for p in checked.proposals] == [("t3/carried_out/total", 0)]


@pytest.mark.parametrize(("confidence", "status"), [(0.5, "needs_review"), (0.95, "consistent")])
def test_an_unsure_cell_asks_for_review(confidence: float, status: str) -> None:
    read = [
        replace(cell, confidence=confidence) if cell.key == "t2/regulations/issued" else cell
        for cell in cells(small())
    ]
    assert check(read, FORM).status.value == status


def test_contradictions_come_first() -> None:
    values = small(t3__carried_out__natural_person=None, t4__reconsideration__total=None)
    values["t4/litigation_direct/total"] = 7
    findings = check(cells(values), FORM, [Doubt("labels.swapped", "两行标签可能互换。")]).findings
    assert [f.severity for f in findings] == sorted(
        (f.severity for f in findings), key=[*Severity].index
    )
    assert findings[0].rule == "t4.row_total"


def _rows() -> tuple[object, ...]:
    return load_forms().table("t3", "2021").rows


def test_limits_looked_at_together_say_what_each_says_alone() -> None:
    forms = load_forms()
    tables = [forms.table("t2", "2021"), forms.table("t3", "2021"), forms.table("t4", "2021")]
    limits = limits_of(forms, frozenset(tables))
    rng = Random(5)
    odd = (None, Decimal("1.5"), -3, 10**15, 0)
    for _ in range(20):
        numbers: dict[str, int | Decimal | None] = {
            key: rng.choice(odd) if rng.random() < 0.1 else rng.randrange(10**7)
            for table in tables
            for key in table.cell_keys
        }
        alone = [(limit, outcome_of(limit, numbers)) for limit in limits.limits]
        outcomes = {outcome for _, outcome in alone}
        assert list(limits.not_passed(numbers)) == [x for x in alone if x[1] is not Outcome.PASS]
        assert outcomes == set(Outcome)
