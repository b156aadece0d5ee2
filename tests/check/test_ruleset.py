"""The rules themselves: sound as shipped, added to and switched off by a user's file."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from check_tables import FORM, cells, consistent, lost

from gipr_ml.checking import check
from gipr_ml.checking.ruleset import examine
from gipr_ml.errors import FormsError
from gipr_ml.forms import load_forms, with_rules
from gipr_ml.forms.patterns import LinearPattern
from gipr_ml.types import Status

RULE = """
[[rule]]
id = "my.{name}"
table = "t4"
each = "row"
total = "total"
terms = {{ {terms}, total = -1 }}
severity = "warning"
zh = "“{{row}}”"
en = "{{row}}"
source = "test"
"""
PARTS = "upheld = 1, corrected = 1, other = 1, pending = 1"


def user_rules(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_rules_are_sound() -> None:
    rulings = {(r.table, r.form): r for r in examine(load_forms())}
    assert [fault for ruling in rulings.values() for fault in ruling.faults] == []
    assert (rulings["t3", "2021"].identities, rulings["t3", "2021"].independent) == (39, 37)
    assert (rulings["t3", "2019"].identities, rulings["t3", "2019"].independent) == (37, 35)
    assert (rulings["t4", "2021"].identities, rulings["t4", "2021"].independent) == (3, 3)


def test_a_rule_that_says_nothing_new_is_told(tmp_path: Path) -> None:
    path = user_rules(tmp_path, RULE.format(name="again", terms=PARTS))
    faults = [f for r in examine(with_rules(load_forms(), path)) for f in r.faults]
    assert (
        "t4 of 2021: my.again[reconsideration] follows from the other rules and is not marked "
        "as implied" in faults
    )
    assert len(faults) == 6


def test_rules_that_cannot_all_hold_are_told(tmp_path: Path) -> None:
    path = user_rules(tmp_path, RULE.format(name="half", terms="upheld = 2, corrected = 2"))
    path.write_text(
        path.read_text("utf-8") + RULE.format(name="all", terms="upheld = 1"), encoding="utf-8"
    )
    faults = [f for r in examine(with_rules(load_forms(), path)) for f in r.faults]
    assert faults == [
        f"t4 of {form}: the rules contradict one another: no report with a number in every cell "
        "fits them"
        for form in ("2019", "2021")
    ]


def test_a_rule_that_is_switched_off_finds_nothing(tmp_path: Path) -> None:
    wrong = consistent(1)
    wrong["t4/reconsideration/total"] += 1
    path = user_rules(tmp_path, 'off = ["t4.row_total"]\n')
    assert check(cells(wrong), FORM).findings != ()
    assert check(cells(wrong), FORM, rules=with_rules(load_forms(), path)).findings == ()


WORDS = """
[[text]]
id = "my.words"
table = "t4"
cells = ["t4/*"]
allowed = '{allowed}'
zh = "无文字"
en = "no words"
source = "test"
"""


@pytest.mark.parametrize("allowed", ["(件|件)*x", "(a+)+$|件", "(件?){30}件{30}x"])
def test_no_expression_of_a_user_takes_for_ever(tmp_path: Path, allowed: str) -> None:
    rules = with_rules(load_forms(), user_rules(tmp_path, WORDS.format(allowed=allowed)))
    key = "t4/reconsideration/total"
    wordy = tuple(
        replace(c, raw="件" * 60 + "\udc80") if c.key == key else c for c in cells(consistent(1))
    )
    found = [f for f in check(wordy, FORM, rules=rules).findings if f.rule == "my.words"]
    assert [f.cells for f in found] == ([] if allowed[-1] == "件" else [(key,)])


@pytest.mark.parametrize("allowed", ["(", r"(件)\1", "件(?=x)", "x{9999}"])
def test_an_expression_that_is_none_is_told(tmp_path: Path, allowed: str) -> None:
    with pytest.raises(
        FormsError, match=r"mine\.toml: my\.words: allowed: Invalid regular expression"
    ):
        with_rules(load_forms(), user_rules(tmp_path, WORDS.format(allowed=allowed)))


def test_expressions_of_the_program_mean_the_same_in_a_file_of_a_user() -> None:
    own = [rule.allowed for rule in load_forms().texts]
    assert own
    for raw in ("22件（其中 3 件）", "减22", "1万元", "三件事", "(无)", "x 3 个", "-2"):
        for allowed in own:
            assert LinearPattern(allowed.pattern).sub("", raw) == allowed.sub("", raw)


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = 'off = ["t9.no"]\n' + RULE.format(name="x", terms="given = 1").replace(
        "my.x", "t4.row_total"
    )
    with pytest.raises(FormsError) as error:
        with_rules(load_forms(), user_rules(tmp_path, text))
    for part in ("'t9.no'", "'t4.row_total' is there already", "'given' is in no t4"):
        assert part in str(error.value)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (RULE.replace("“{{row}}”", "{{line}}"), "zh: only {row} and {column} may stand in braces"),
        (RULE.replace('"{{row}}"', '"{{row"'), "en: only {row} and {column} may stand in braces"),
        (RULE.replace("total = -1", "total = 0"), "terms.total: a coefficient must not be 0"),
    ],
)
def test_a_rule_that_could_not_be_worked_out_is_refused(
    tmp_path: Path, text: str, fault: str
) -> None:
    path = user_rules(tmp_path, text.format(name="x", terms=PARTS))
    with pytest.raises(FormsError) as error:
        with_rules(load_forms(), path)
    assert str(error.value) == f"mine.toml: rule.0.{fault}"


def test_a_users_limit_is_checked_and_one_that_says_nothing_new_is_told(tmp_path: Path) -> None:
    path = user_rules(
        tmp_path,
        """off = ["t4.count"]
[[limit]]
id = "my.few"
table = "t4"
cells = ["t4/*/pending"]
at_most = 3
zh = "尚未审结不超过三件"
en = "At most three are pending"
source = "test"

[[limit]]
id = "my.sum"
table = "t4"
terms."t4/reconsideration/upheld" = 1
terms."t4/reconsideration/pending" = 1
terms."t4/reconsideration/total" = -1
at_most = 0
zh = "维持与未审结之和不大于总计"
en = "Upheld and pending are no more than all"
source = "test"
""",
    )
    rules = with_rules(load_forms(), path)
    values = consistent(1)
    values["t4/reconsideration/pending"] += 10
    values["t4/reconsideration/total"] += 10
    checked = check(cells(values), FORM, rules=rules)
    (finding,) = checked.findings
    assert (finding.rule, finding.cells) == ("my.few", ("t4/reconsideration/pending",))
    assert finding.reported == values["t4/reconsideration/pending"]
    assert checked.status is Status.NEEDS_REVIEW
    counts = {count.rule: count for count in checked.rules}
    assert (counts["my.few"].passed, counts["my.few"].failed) == (2, 1)
    assert "t4.count" not in counts
    faults = {fault for ruling in examine(rules) for fault in ruling.faults}
    assert len(faults) == 2
    assert all("my.sum[" in fault and "is not marked as implied" in fault for fault in faults)


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("t3/granted/natural_person", "-3", "t3.count"),
        ("t3/granted/natural_person", "2.5", "t3.count"),
        ("t3/new_requests/total", "1000000", "t3.count"),
        ("t2/administrative_fees/amount", "-0.01", "t2.amount"),
        ("t2/administrative_licensing/decisions", "1000000000", "t2.count"),
        ("t2/regulations/issued", "100000", "t2.documents"),
        ("t4/litigation_direct/upheld", "100000", "t4.count"),
    ],
)
def test_figures_that_no_report_can_have_are_told(key: str, value: str, rule: str) -> None:
    read = [
        replace(cell, value=Decimal(value), raw=value) if cell.key == key else cell
        for cell in cells(consistent(1))
    ]
    checked = check(read, FORM)
    finding = next(f for f in checked.findings if f.rule == rule)
    assert (finding.cells, finding.reported, finding.severity) == (
        (key,),
        Decimal(value),
        "warning",
    )
    assert value in finding.message
    assert checked.status is Status.NEEDS_REVIEW


@pytest.mark.parametrize(
    ("raw", "told"), [("5件", False), ("5（其中新增 2 件）", False), ("5人", True), ("约5", True)]
)
def test_words_in_a_cell_of_figures_are_told(raw: str, told: bool) -> None:
    key = "t2/normative_documents/in_force"
    read = [
        replace(cell, value=Decimal(5), raw=raw) if cell.key == key else cell
        for cell in cells(consistent(1))
    ]
    assert [f.cells for f in check(read, FORM).findings if f.rule == "t2.text"] == [(key,)] * told


def test_a_part_beyond_its_total_is_told_where_no_identity_says_so(tmp_path: Path) -> None:
    path = user_rules(tmp_path, 'off = ["t4.row_total"]\n')
    values = consistent(1)
    values["t4/reconsideration/upheld"] = values["t4/reconsideration/total"] + 7
    (finding,) = check(cells(values), FORM, rules=with_rules(load_forms(), path)).findings
    assert (finding.rule, finding.difference) == ("t4.part_of_row", 7)
    with_identity = check(cells(values), FORM)
    assert "t4.part_of_row" not in {f.rule for f in with_identity.findings}


def test_a_limit_of_a_cell_that_was_not_read_is_not_checkable() -> None:
    key = "t4/reconsideration/upheld"
    counts = {c.rule: c for c in check(cells(consistent(1), lost([key])), FORM).rules}
    assert (counts["t4.count"].passed, counts["t4.count"].not_checkable) == (14, 1)


def test_more_documents_issued_than_are_in_force_are_told_and_need_no_review() -> None:
    values = consistent(1)
    row = "t2/normative_documents"
    values |= {f"{row}/issued": 40, f"{row}/repealed": 3, f"{row}/in_force": 37}
    assert check(cells(values), FORM).findings == ()
    checked = check(cells(values | {f"{row}/in_force": 31}), FORM)
    (finding,) = checked.findings
    assert (finding.rule, finding.severity) == ("t2.documents_in_force", "info")
    assert set(finding.cells) == {f"{row}/issued", f"{row}/repealed", f"{row}/in_force"}
    assert "“本年制发件数”为 40" in finding.message
    assert "“现行有效件数”为 31" in finding.message
    assert checked.status is Status.CONSISTENT
