"""A total left blank where the others are printed has more likely been lost."""

from __future__ import annotations

from check_tables import FORM, cells, consistent

from gipr_ml.checking import check
from gipr_ml.types import Status

LEFT_OUT = "completeness.total_left_out"
ROWS = ("new_requests", "granted", "total_processed")


def filled() -> dict[str, int | None]:
    """A report in which ten natural persons and three enterprises asked and were answered."""
    values: dict[str, int | None] = dict.fromkeys(consistent(1), 0)
    for row in ROWS:
        values[f"t3/{row}/natural_person"] = 10
        values[f"t3/{row}/commercial_enterprise"] = 3
        values[f"t3/{row}/total"] = 13
    return values


def rules(values: dict[str, int | None]) -> tuple[str, Status]:
    checked = check(cells(values), FORM)
    return " ".join(f.rule for f in checked.findings), checked.status


def test_one_blank_total_among_printed_ones_asks_for_review() -> None:
    values = filled()
    values["t3/total_processed/commercial_enterprise"] = None
    found, status = rules(values)
    assert LEFT_OUT in found
    assert status is Status.NEEDS_REVIEW


def test_a_body_that_leaves_nearly_every_total_blank_may_do_so() -> None:
    values = filled()
    values["t3/new_requests/total"] = None
    values["t3/granted/total"] = None
    found, status = rules(values)
    assert LEFT_OUT not in found
    assert status is Status.CONSISTENT


def test_nothing_is_said_of_printed_totals() -> None:
    found, status = rules(filled())
    assert LEFT_OUT not in found
    assert status is Status.CONSISTENT
