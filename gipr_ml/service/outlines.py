"""What a stored report leaves for whoever looks at many of them: the cells that rules across years
are about, and whether all of it must be looked at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from gipr_ml.checking.series import CHANGES
from gipr_ml.checking.years import carried_keys
from gipr_ml.forms.years import load_year_rules
from gipr_ml.types import Report, ReportCell, State, Status


@dataclass(frozen=True)
class YearOutline:
    """What is kept of a report."""

    forms: Mapping[str, str]
    cells: Mapping[str, ReportCell]
    """Those that a rule across years names."""
    tells_changes: bool
    """Whether its prose says what grew, which is checked against all cells of the year before."""

    @property
    def carried(self) -> dict[str, ReportCell]:
        """As of `checking.years.carried_cells`."""
        return {key: cell for key, cell in self.cells.items() if key in carried_keys()}

    def report(self, agency: str, year: int) -> Report:
        """A report of nothing but these cells."""
        cells = tuple(self.cells.values())
        return Report("", "", "", None, Status.CONSISTENT, agency, year, dict(self.forms), cells)


def write_outline(report: Report) -> str:
    """The outline of a report, as text."""
    wanted = {key for rule in load_year_rules() for key in (*rule.last, *rule.this)}
    cells = {
        cell.key: None if cell.value is None else str(cell.value)
        for cell in report.cells
        if cell.key in wanted
    }
    told = any(figure.statement.kind in CHANGES for figure in report.narrative)
    return json.dumps({"forms": dict(report.forms), "cells": cells, "tells_changes": told})


def read_outline(text: str) -> YearOutline:
    """What `write_outline` wrote."""
    kept = json.loads(text)
    cells = {
        key: ReportCell(key, Decimal(value), value, State.READ, 1.0)
        if value is not None
        else ReportCell(key, None, None, State.LOST, 1.0)
        for key, value in kept["cells"].items()
    }
    return YearOutline(kept["forms"], cells, kept["tells_changes"])
