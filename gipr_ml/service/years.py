"""Each year of an agency against the year before, over everything that is stored.

A report keeps the few cells that such rules are about as a projection of its own, so that thousands
of reports need not be opened.
"""

from __future__ import annotations

import json
from decimal import Decimal

from gipr_ml.forms.years import load_year_rules
from gipr_ml.types import Finding, Report, ReportCell, State, Status


def year_cells(report: Report) -> str:
    """The forms of a report and the figures of the cells that rules across years are about."""
    wanted = {key for rule in load_year_rules() for key in (*rule.last, *rule.this)}
    cells = {
        cell.key: None if cell.value is None else str(cell.value)
        for cell in report.cells
        if cell.key in wanted
    }
    return json.dumps({"forms": dict(report.forms), "cells": cells})


def year_findings(this: str, last: str) -> tuple[Finding, ...]:
    """What contradicts the year before; both as of `year_cells`."""
    from gipr_ml.checking import carried_cells, check_years

    return check_years(_report(this), carried_cells(_report(last))).findings


def _report(text: str) -> Report:
    kept = json.loads(text)
    cells = tuple(
        ReportCell(key, Decimal(value), value, State.READ, 1.0)
        if value is not None
        else ReportCell(key, None, None, State.LOST, 1.0)
        for key, value in kept["cells"].items()
    )
    return Report("", "", "", None, Status.NEEDS_REVIEW, forms=kept["forms"], cells=cells)
