"""Check a report against the one of the year before, of the same agency."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache

from gipr_ml.checking.cells import Cells
from gipr_ml.checking.checker import in_order
from gipr_ml.checking.decisions import judged, with_fingerprints
from gipr_ml.checking.words import Names, figure, names_in
from gipr_ml.forms.years import YearIdentity, load_year_rules
from gipr_ml.types import Finding, Outcome, Report, ReportCell, Severity


@cache
def carried_keys() -> frozenset[str]:
    """The cells that the report of the next year is checked against."""
    return frozenset(key for identity in load_year_rules() for key in identity.last)


@cache
def compared_keys() -> frozenset[str]:
    """All cells by which a report is checked against another year's."""
    return carried_keys() | {key for identity in load_year_rules() for key in identity.this}


def contradicts(this: Cells, last: Cells) -> bool:
    """Whether a report contradicts last year's in one of the rules; of both `compared_keys`."""
    for identity in load_year_rules():
        found = _figures(identity, last, this)
        if found is not None and found[0] != found[1]:
            return True
    return False


def carried_cells(report: Report) -> dict[str, ReportCell]:
    """Those of `carried_keys` that a report has."""
    return {cell.key: cell for cell in report.cells if cell.key in carried_keys()}


def check_years(report: Report, last: Cells, off: Collection[str] = ()) -> Report:
    """The report with what contradicts last year's cells; `last` as of `carried_cells`, `off` the
    ids of rules that are switched off.

    Cells that either report does not have, because it follows another form, say nothing.
    """
    this = {cell.key: cell for cell in report.cells}
    names = names_in(report)
    found = [
        finding
        for identity in load_year_rules()
        if identity.rule not in off
        and (finding := _finding(identity, last, this, names)) is not None
    ]
    if not found:
        return report
    return add_findings(report, found)


def add_findings(report: Report, found: Sequence[Finding]) -> Report:
    """The report with further findings, and the status that follows."""
    cells = {cell.key: cell for cell in report.cells}
    findings = in_order((*report.findings, *with_fingerprints(found, cells)))
    return replace(report, findings=findings, status=judged(findings))


def _figures(identity: YearIdentity, last: Cells, this: Cells) -> tuple[Decimal, Decimal] | None:
    """The total that is reported, and what the other cells come to; None where one is missing."""
    if not (identity.last.keys() <= last.keys() and identity.this.keys() <= this.keys()):
        return None
    before = [(last[key].value, n) for key, n in identity.last.items()]
    others = [(this[key].value, n) for key, n in identity.this.items() if key != identity.total]
    reported = this[identity.total].value
    computed = _sum([*before, *others])
    if reported is None or computed is None:
        return None
    return reported, computed / -identity.this[identity.total]


def _finding(identity: YearIdentity, last: Cells, this: Cells, names: Names) -> Finding | None:
    figures = _figures(identity, last, this)
    if figures is None or figures[0] == figures[1]:
        return None
    cells, (reported, computed) = tuple(identity.this), figures
    difference = reported - computed
    more = "多" if difference > 0 else "少"
    message = (
        f"{identity.zh}。{_told(identity, last, this, names)}，{names.cell(identity.total)}"
        f"报告值为 {figure(reported)}，{more} {figure(abs(difference))}。"
    )
    return Finding(
        identity.rule, identity.severity, Outcome.FAIL, cells, message,
        reported, computed, difference,
        review=identity.severity is Severity.ERROR,
    )  # fmt: skip


def _told(identity: YearIdentity, last: Cells, this: Cells, names: Names) -> str:
    """The cells that give what the total should be, each with its value."""
    parts = [
        f"{year}{names.cell(key)}为 {figure(cells[key].value or Decimal(0))}"
        for year, cells, keys in (
            ("上年报告的", last, identity.last),
            ("本年", this, identity.this),
        )
        for key in keys
        if key != identity.total
    ]
    return "，".join(parts)


def _sum(terms: Sequence[tuple[Decimal | None, int]]) -> Decimal | None:
    total = Decimal(0)
    for value, coefficient in terms:
        if value is None:
            return None
        total += value * coefficient
    return total
