"""Two reports of one agency, one year after the other, are checked against each other."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import gipr_ml
from gipr_ml.checking import carried_cells, check_years
from gipr_ml.errors import FormsError
from gipr_ml.forms.years import load_year_rules
from gipr_ml.types import Report, ReportCell, Status

SAMPLE = Path(gipr_ml.__file__).parent / "samples" / "chengxi_culture_2023.txt"


@pytest.fixture(scope="module")
def report() -> Report:
    return gipr_ml.process(SAMPLE)


def last_year(report: Report) -> dict[str, ReportCell]:
    """What last year's report must have said for this one to follow from it."""
    cells = {cell.key: cell for cell in report.cells}
    found = {}
    for identity in load_year_rules():
        ((key, _),) = identity.last.items()
        total = sum((cells[k].value or 0) * -n for k, n in identity.this.items())
        found[key] = replace(cells[key], value=Decimal(total))
    return found


def test_a_year_that_follows_from_the_last_says_nothing(report: Report) -> None:
    assert check_years(report, last_year(report)) == report


def test_what_was_not_carried_over_is_an_error(report: Report) -> None:
    last = last_year(report)
    key = "t3/carried_out/total"
    wanted = last[key].value
    assert wanted is not None
    last[key] = replace(last[key], value=wanted + 2)
    checked = check_years(report, last)
    (finding,) = checked.findings[len(report.findings) :]
    assert finding.rule == "years.carry_over"
    assert (finding.reported, finding.computed, finding.difference) == (wanted, wanted + 2, -2)
    assert checked.status is Status.NEEDS_REVIEW


def test_documents_in_force_that_do_not_add_up_are_a_warning(report: Report) -> None:
    last = last_year(report)
    key = "t2/regulations/in_force"
    last[key] = replace(last[key], value=(last[key].value or Decimal(0)) + 1)
    checked = check_years(report, last)
    assert [f.rule for f in checked.findings[len(report.findings) :]] == ["years.in_force"]
    assert checked.status is report.status


def test_a_form_without_the_cells_says_nothing(report: Report) -> None:
    last = {k: c for k, c in carried_cells(report).items() if not k.startswith("t2/")}
    rules = {f.rule for f in check_years(report, last).findings}
    assert "years.in_force" not in rules


def test_faults_of_the_file_are_told(tmp_path: Path) -> None:
    path = tmp_path / "years.toml"
    path.write_text('[[rule]]\nid = "carry"\n', "utf-8")
    with pytest.raises(FormsError, match=r"years.toml: rule.0.each: Field required"):
        load_year_rules(path)
