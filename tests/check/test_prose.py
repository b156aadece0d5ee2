"""How the prose is compared with the cells."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from check_tables import FORM, PARTS, cells, consistent, lost

from gipr_ml.checking import Checked, check
from gipr_ml.types import Place, ReportCell, Severity, Statement, StatementKind, Status

OLD = {"t2": "2019", "t3": "2019", "t4": "2019"}
NEW = "t3/new_requests"
CARRIED = "t3/carried_in"


def statement(
    value: int | str, *readings: tuple[str, ...], scope: str = "", quote: str = "收到申请"
) -> Statement:
    return Statement(quote, Decimal(value), readings[0], Place(), readings[1:], scope)


def report(**known: int | None) -> dict[str, int | None]:
    values: dict[str, int | None] = dict.fromkeys(consistent(0), 0)
    for name, value in known.items():
        values[name.replace("__", "/")] = value
    return values


def requests() -> dict[str, int | None]:
    """71 new requests of natural persons and 3 of enterprises, 1 carried in; all granted."""
    values = report()
    for row, persons, enterprises in (("new_requests", 71, 3), ("carried_in", 1, 0)):
        values[f"t3/{row}/natural_person"] = persons
        values[f"t3/{row}/commercial_enterprise"] = enterprises
        values[f"t3/{row}/total"] = persons + enterprises
    for row in ("granted", "total_processed"):
        values[f"t3/{row}/natural_person"] = 72
        values[f"t3/{row}/commercial_enterprise"] = 3
        values[f"t3/{row}/total"] = 75
    return values


def compare(values: dict[str, int | None], *statements: Statement) -> Checked:
    return check(cells(values), FORM, statements=statements)


def test_the_reading_that_agrees_is_chosen() -> None:
    both = (f"{NEW}/total", f"{CARRIED}/total")
    (figure,) = compare(requests(), statement(75, (f"{NEW}/total",), both)).narrative
    assert figure.agrees is True
    assert figure.statement.restates == both
    assert figure.statement.alternatives == ((f"{NEW}/total",),)


def test_the_columns_of_a_sentence_are_read_like_its_total() -> None:
    def said(value: int, column: str) -> Statement:
        return statement(value, (f"{NEW}/{column}",), (f"{NEW}/{column}", f"{CARRIED}/{column}"))

    checked = compare(
        requests(), said(75, "total"), said(72, "natural_person"), said(3, "commercial_enterprise")
    )
    assert [f.agrees for f in checked.narrative] == [True, True, True]
    assert checked.narrative[2].statement.restates == (
        f"{NEW}/commercial_enterprise",
        f"{CARRIED}/commercial_enterprise",
    )


def test_a_mismatch_is_a_warning_that_gives_both_readings() -> None:
    checked = compare(requests(), statement(70, (f"{NEW}/total",), quote="共收到申请70件"))
    (finding,) = checked.findings
    assert finding.rule == "narrative.mismatch"
    assert finding.severity is Severity.WARNING
    assert (finding.reported, finding.computed, finding.difference) == (70, 74, -4)
    assert finding.message == (
        "正文称“共收到申请70件”，即 70；"
        "表中“一、本年新收政府信息公开申请数量”的“总计”为 74，两者不一致，请核实。"
    )
    assert checked.narrative[0].agrees is False
    assert checked.status is Status.CONSISTENT


def test_another_scope_is_never_a_mismatch() -> None:
    checked = compare(
        requests(),
        statement(12, (f"{NEW}/total",), scope="区政府办公室"),
        statement(74, (f"{NEW}/total",), scope="全区"),
    )
    assert [f.agrees for f in checked.narrative] == [None, True]
    assert checked.findings == ()


def test_a_lost_cell_neither_agrees_nor_differs() -> None:
    read = cells(requests(), lost([f"{NEW}/total"]))
    checked = check(read, FORM, statements=[statement(70, (f"{NEW}/total",))])
    assert checked.narrative[0].agrees is None


def test_a_blank_total_is_the_sum_of_its_parts() -> None:
    values = requests() | {"t3/granted/total": None}
    checked = compare(values, statement(75, ("t3/granted/total",)))
    assert checked.narrative[0].agrees is True
    assert checked.narrative[0].statement.restates == tuple(f"t3/granted/{p}" for p in PARTS)


def test_a_blank_total_without_parts_is_nothing_in_a_sum() -> None:
    values = report(t4__litigation_direct__total=9, t4__litigation_direct__upheld=9)
    after = "t4/litigation_after_reconsideration"
    values |= {f"{after}/{c}": None for c in ("upheld", "corrected", "other", "pending", "total")}
    both = ("t4/litigation_direct/total", f"{after}/total")
    (figure,) = compare(values, statement(9, both)).narrative
    assert figure.agrees is True
    assert figure.statement.restates == both


def test_where_nothing_is_printed_only_zero_agrees() -> None:
    blank = {f"t4/reconsideration/{c}": None for c in ("upheld", "corrected", "other", "pending")}
    values = report() | blank | {"t4/reconsideration/total": None}
    said = [statement(n, ("t4/reconsideration/total",)) for n in (0, 4)]
    assert [f.agrees for f in compare(values, *said).narrative] == [True, None]


def test_readings_of_the_other_form_are_passed_over() -> None:
    others = tuple(f"t3/{row}/total" for row in ("other_overdue_correction", "other_other"))
    merged = ("t3/other_merged/total",)
    read = cells(dict.fromkeys(consistent(0, OLD), 0))
    (figure,) = check(read, OLD, statements=[statement(0, others, merged)]).narrative
    assert figure.statement.restates == merged
    assert figure.agrees is True


def test_amounts_printed_in_yuan_are_compared_in_ten_thousands() -> None:
    key = "t2/administrative_fees/amount"
    read: list[ReportCell] = [
        replace(c, value=Decimal(251000), unit="元") if c.key == key else c for c in cells(report())
    ]
    (figure,) = check(read, FORM, statements=[statement("25.1", (key,))]).narrative
    assert figure.agrees is True


def test_rows_without_totals_are_named_as_rows() -> None:
    rows = ("granted", "partly_granted")
    values = requests() | {f"t3/{row}/total": None for row in rows}
    checked = compare(values, statement(58, tuple(f"t3/{row}/total" for row in rows)))
    (finding,) = [f for f in checked.findings if f.rule == "narrative.mismatch"]
    assert "表中“（一）予以公开”、“（二）部分公开" in finding.message
    assert "”各栏之和为 75，" in finding.message


def test_checking_again_what_was_chosen_says_the_same() -> None:
    values = requests() | {"t3/granted/total": None}
    said = [
        statement(58, ("t3/granted/total",)),
        statement(75, (f"{NEW}/total",), (f"{NEW}/total", f"{CARRIED}/total")),
    ]
    once = compare(values, *said)
    again = compare(values, *(figure.statement for figure in once.narrative))
    assert again.findings == once.findings
    assert [f.statement.restates for f in again.narrative] == [
        f.statement.restates for f in once.narrative
    ]


@pytest.mark.parametrize(
    ("kind", "value", "upper", "agrees"),
    [
        ("about", 70, None, True),
        ("about", 100, None, None),
        ("at_least", 70, None, True),
        ("at_least", 80, None, None),
        ("at_most", 80, None, True),
        ("at_most", 70, None, None),
        ("range", 70, 80, True),
        ("range", 80, 90, None),
        ("exact", 74, None, True),
        ("exact", 70, None, False),
        ("change", 5, None, None),
        ("growth", 5, None, None),
    ],
)
def test_only_an_exact_number_can_contradict(
    kind: StatementKind, value: int, upper: int | None, agrees: bool | None
) -> None:
    end = None if upper is None else Decimal(upper)
    said = replace(statement(value, (f"{NEW}/total",)), kind=kind, upper=end)
    checked = compare(requests(), said)
    assert checked.narrative[0].agrees is agrees
    assert [f.rule for f in checked.findings] == ["narrative.mismatch"] * (agrees is False)


WHOLES = ((f"{NEW}/total",), (f"{NEW}/total", f"{CARRIED}/total"))


@pytest.mark.parametrize(
    ("printed", "agrees"),
    [
        ("95.9", True),
        ("95.94", True),
        ("95.95", True),
        ("96", True),
        ("94.67", True),
        ("90", False),
    ],
)
def test_a_share_may_be_of_any_of_its_wholes_and_rounded_or_cut_off(
    printed: str, agrees: bool
) -> None:
    share = replace(statement(printed, (f"{NEW}/natural_person",)), kind="share", of=WHOLES)
    assert compare(requests(), share).narrative[0].agrees is agrees


def test_a_wrong_share_is_a_warning_with_both_readings() -> None:
    share = replace(
        statement("90.0", (f"{NEW}/natural_person",), quote="自然人占90.0%"),
        kind="share",
        of=WHOLES,
    )
    checked = compare(requests(), share)
    (finding,) = checked.findings
    assert (finding.rule, finding.severity) == ("narrative.share", Severity.WARNING)
    assert (finding.reported, finding.computed) == (90, Decimal("95.95"))
    assert "自然人占90.0%" in finding.message
    assert "为 71，占 74 的 95.95%" in finding.message
    assert checked.status is Status.CONSISTENT


def test_a_wrong_share_of_a_narrower_scope_or_of_what_differs_already_says_nothing() -> None:
    share = replace(
        statement("90", (f"{NEW}/natural_person",), scope="局机关"), kind="share", of=WHOLES
    )
    assert compare(requests(), share).narrative[0].agrees is None
    wrong = statement(67, (f"{NEW}/natural_person",))
    checked = compare(requests(), wrong, replace(share, scope=""))
    assert [f.agrees for f in checked.narrative] == [False, None]


def test_a_share_of_a_cell_that_was_not_read_is_not_checkable() -> None:
    share = replace(statement("90", (f"{NEW}/natural_person",)), kind="share", of=WHOLES)
    unread = cells(requests(), lost([f"{CARRIED}/total"]))
    assert check(unread, FORM, statements=[share]).narrative[0].agrees is None
