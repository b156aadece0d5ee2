"""The reports of a set beside each other: year against year, and source against source.

What years are compared by is kept of every report; a result is opened again only where its prose
tells a change, or where another source is of the same year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from sys import intern

from gipr_ml.checking import Outline, Series, Set
from gipr_ml.checking.series import CHANGES
from gipr_ml.checking.years import compared_keys, contradicts
from gipr_ml.dataset.results import OF_SET, Result, Row
from gipr_ml.errors import ResultError
from gipr_ml.export import glance, glance_at, loads
from gipr_ml.export.text import printable
from gipr_ml.types import Finding, NarrativeFigure, Report, ReportCell, State, Status


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a report until all are read."""

    outline: Outline
    """Its cells are `compared_keys`."""
    forms: Mapping[str, str]
    """Of each table the form that has its cells."""
    tells_change: bool
    """Whether its prose speaks of a change since the year before."""


def kept_of(result: Result) -> Kept | None:
    """What the other reports of the set need to know of one; None for what is no report."""
    data = result.data
    agency, year = data["agency"], data["year"]
    if data["status"] == Status.REJECTED or not agency or year is None:
        return None
    compared = {
        intern(cell["key"]): _cell(cell["key"], cell["value"], cell["state"], cell.get("unit"))
        for cell in data["cells"]
        if cell["key"] in compared_keys()
    }
    tells = any(told["kind"] in CHANGES for told in data.get("narrative", ()))
    forms = _forms(tuple(cell["key"] for cell in data["cells"]))
    return Kept(Outline(result.path.stem, intern(agency), year, compared), forms, tells)


@lru_cache(maxsize=200_000)
def _cell(key: str, value: float | None, state: str, unit: str | None) -> ReportCell:
    """The cell; the same one for all reports that print it alike, which most do."""
    number = None if value is None else Decimal(str(value))
    read = State.READ if number is not None else State(state)
    return ReportCell(intern(key), number, None, read, 1.0, unit=unit)


class Across:
    """What is kept of a set, and its folder to look up the rest in."""

    def __init__(
        self, folder: Path, kept: Sequence[Kept], renamed: Mapping[str, str] | None = None
    ) -> None:
        self._folder = folder
        self._set = Set((one.outline for one in kept), renamed)
        self._load = lru_cache(maxsize=64)(self._cells)
        self._kept = {one.outline.source: one for one in kept}

    def series(self) -> tuple[Series, ...]:
        """The reports of each agency."""
        return self._set.series()

    def findings(self) -> Iterator[Row]:
        """What the reports of one agency contradict each other in."""
        for one in self.series():
            if len(one.sources) == 1 and not one.repeated:
                continue
            for year, names in one.sources.items():
                before = one.sources.get(year - 1)
                for name in names:
                    report = None
                    if len(names) > 1 or (before and self._kept[name].tells_change):
                        report = self._opened(name)
                    elif before and self._contradicts(name, before[0]):
                        report = self._light(name) or self._opened(name)
                    if report is not None:
                        yield from self._of(name, report)

    def _contradicts(self, name: str, before: str) -> bool:
        this, last = self._kept[name].outline, self._kept[before].outline
        return contradicts(this.carried, last.carried)

    def _of(self, name: str, report: Report) -> Iterator[Row]:
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
        """The report of what is kept of it; None where that does not say how its cells are named,
        since a table has some that no form has."""
        kept = self._kept[name]
        cells = kept.outline.carried
        if not {key.partition("/")[0] for key in cells} <= kept.forms.keys():
            return None
        agency, year = kept.outline.agency, kept.outline.year
        return _report(name, agency, year, kept.forms, cells)

    def _opened(self, name: str) -> Report | None:
        """The report as far as it is compared, without findings of its own."""
        try:
            text = self._path(name).read_bytes()
        except OSError:
            return None
        found = glance_at(text)
        if found is None:
            return None
        agency, year, cells = found
        narrative: tuple[NarrativeFigure, ...] = ()
        if self._kept[name].tells_change:
            with suppress(ResultError):
                narrative = loads(text).narrative
        return _report(name, agency, year, _forms(tuple(cells)), cells, narrative)


def _report(
    name: str,
    agency: str,
    year: int,
    forms: Mapping[str, str],
    cells: Mapping[str, ReportCell],
    narrative: tuple[NarrativeFigure, ...] = (),
) -> Report:
    """A report without findings of its own."""
    return Report(
        name, "", "", None, Status.CONSISTENT, agency, year,
        forms=forms, cells=tuple(cells.values()), narrative=narrative,
    )  # fmt: skip


@lru_cache(maxsize=1000)
def _forms(keys: tuple[str, ...]) -> Mapping[str, str]:
    """Of each table the form that has the cells `keys`."""
    from gipr_ml.forms import load_forms

    found = load_forms().tables_of(keys, {})
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
