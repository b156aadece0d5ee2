"""The reports of a set beside each other: year against year, and source against source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from sys import intern
from typing import Any

from gipr_ml.checking import Outline, Series, Set
from gipr_ml.checking.series import CHANGES
from gipr_ml.checking.years import carried_keys
from gipr_ml.dataset.results import OF_SET, Result, Row
from gipr_ml.errors import ResultError
from gipr_ml.export import glance, read_result
from gipr_ml.export.text import printable
from gipr_ml.types import Finding, NarrativeFigure, Report, ReportCell, State, Status


def outline(result: Result) -> Outline | None:
    """What the other reports of the set need to know of one; None for what is no report."""
    data = result.data
    agency, year = data["agency"], data["year"]
    if data["status"] == Status.REJECTED or not agency or year is None:
        return None
    carried = {
        intern(cell["key"]): _cell(cell) for cell in data["cells"] if cell["key"] in carried_keys()
    }
    return Outline(result.path.stem, agency, year, carried)


@lru_cache(maxsize=50_000)
def _number(value: float) -> Decimal:
    return Decimal(str(value))


def _cell(cell: Mapping[str, Any]) -> ReportCell:
    value = None if cell["value"] is None else _number(cell["value"])
    state = State.READ if value is not None else State(cell["state"])
    return ReportCell(intern(cell["key"]), value, None, state, 1.0, unit=cell.get("unit"))


class Across:
    """The outlines of a set, and its folder to look up the rest in."""

    def __init__(
        self, folder: Path, outlines: list[Outline], renamed: Mapping[str, str] | None = None
    ) -> None:
        self._folder = folder
        self._set = Set(outlines, renamed)
        self._load = lru_cache(maxsize=64)(self._cells)
        self._names = {outline.source for outline in outlines}

    def series(self) -> tuple[Series, ...]:
        """The reports of each agency."""
        return self._set.series()

    def findings(self) -> Iterator[Row]:
        """What the reports of one agency contradict each other in."""
        for one in self.series():
            if len(one.sources) == 1 and not one.repeated:
                continue
            for year, names in one.sources.items():
                followed = year - 1 in one.sources
                for name in names if followed or len(names) > 1 else ():
                    yield from self._of(name)

    def _of(self, name: str) -> Iterator[Row]:
        report = self._light(name)
        if report is None:
            return
        about = {
            "document": printable(name),
            "agency": printable(report.agency),
            "year": report.year,
        }
        for finding in self._set.check(report, name, self._load).findings:
            yield {**about, **_row(finding)}

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _cells(self, name: str) -> Mapping[str, ReportCell] | None:
        found = glance(self._path(name))
        return None if found is None else found[2]

    def _light(self, name: str) -> Report | None:
        """The report as far as it is compared, without findings of its own."""
        found = glance(self._path(name))
        if found is None:
            return None
        agency, year, cells = found
        narrative: tuple[NarrativeFigure, ...] = ()
        text = self._path(name).read_bytes()
        if any(f'"kind": "{kind}"'.encode() in text for kind in CHANGES):
            with suppress(ResultError):
                narrative = read_result(self._path(name)).narrative
        return Report(
            name, "", "", None, Status.CONSISTENT, agency, year,
            forms=_forms(cells), cells=tuple(cells.values()), narrative=narrative,
        )  # fmt: skip


def _forms(cells: Mapping[str, ReportCell]) -> dict[str, str]:
    """Of each table the form that has the cells."""
    from gipr_ml.forms import load_forms

    found = load_forms().tables_of(list(cells), {})
    return {table: form.form for table, form in found.items()}


def _row(finding: Finding) -> Row:
    figures = ("reported", "computed", "difference")
    numbers = {name: getattr(finding, name) for name in figures}
    return {
        "within": OF_SET,
        "rule": finding.rule,
        "severity": str(finding.severity),
        "outcome": str(finding.outcome),
        "cells": " ".join(finding.cells),
        **{name: None if value is None else float(value) for name, value in numbers.items()},
        "message": printable(finding.message),
        "cause": finding.cause,
        "decision": None,
    }
