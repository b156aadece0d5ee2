"""Check a report against the one of the year before, of the same agency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache

from gipr_ml.checking.checker import tables_of
from gipr_ml.checking.decisions import judged, with_fingerprints
from gipr_ml.checking.words import Names, names_of
from gipr_ml.forms.years import YearIdentity, load_year_rules
from gipr_ml.types import Finding, Outcome, Report, ReportCell, Severity

Cells = Mapping[str, ReportCell]


@cache
def carried_keys() -> frozenset[str]:
    """The cells that the report of the next year is checked against."""
    return frozenset(key for identity in load_year_rules() for key in identity.last)


def carried_cells(report: Report) -> dict[str, ReportCell]:
    """Those of `carried_keys` that a report has."""
    return {cell.key: cell for cell in report.cells if cell.key in carried_keys()}


def check_years(report: Report, last: Cells) -> Report:
    """The report with what contradicts last year's cells; `last` as of `carried_cells`.

    Cells that either report does not have, because it follows another form, say nothing.
    """
    this = {cell.key: cell for cell in report.cells}
    names = names_of(tables_of(this, report.forms).values())
    found = [
        finding
        for identity in load_year_rules()
        if (finding := _finding(identity, last, this, names)) is not None
    ]
    if not found:
        return report
    return add_findings(report, found)


def add_findings(report: Report, found: Sequence[Finding]) -> Report:
    """The report with further findings, and the status that follows."""
    cells = {cell.key: cell for cell in report.cells}
    findings = (*report.findings, *with_fingerprints(found, cells))
    return replace(report, findings=findings, status=judged(findings))


def _finding(identity: YearIdentity, last: Cells, this: Cells, names: Names) -> Finding | None:
    if not (identity.last.keys() <= last.keys() and identity.this.keys() <= this.keys()):
        return None
    before = [(last[key].value, n) for key, n in identity.last.items()]
    others = [(this[key].value, n) for key, n in identity.this.items() if key != identity.total]
    reported = this[identity.total].value
    computed = _sum([*before, *others])
    cells = tuple(identity.this)
    if reported is None or computed is None:
        return None
    computed /= -identity.this[identity.total]
    if reported == computed:
        return None
    message = (
        f"{identity.zh}。{names.cell(identity.total)}报告值为 {reported}，"
        f"按上年报告计算得 {computed}，相差 {abs(reported - computed)}。"
    )
    return Finding(
        identity.rule, identity.severity, Outcome.FAIL, cells, message,
        reported, computed, reported - computed,
        review=identity.severity is Severity.ERROR,
    )  # fmt: skip


def _sum(terms: Sequence[tuple[Decimal | None, int]]) -> Decimal | None:
    total = Decimal(0)
    for value, coefficient in terms:
        if value is None:
            return None
        total += value * coefficient
    return total
