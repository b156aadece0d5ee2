"""The reports of a set beside each other: which year follows which, what is missing, what is there
twice.

A set is looked through twice. First each report leaves its outline (`Outline`), small enough for
many thousands; then each report is checked against the outlines that concern it. Both passes take
time in proportion to the number of reports.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from gipr_ml.checking.cells import Cells, printed
from gipr_ml.checking.decisions import with_fingerprints
from gipr_ml.checking.prose_years import check_changes
from gipr_ml.checking.words import NAMED_AT_MOST, figure, names_in
from gipr_ml.checking.years import add_findings, check_years
from gipr_ml.forms.agencies import same_agencies
from gipr_ml.types import Finding, Outcome, Report, ReportCell, Severity, State

DUPLICATE = "set.duplicate"
CHANGES = ("change", "growth")


@dataclass(frozen=True, slots=True)
class Outline:
    """What the other reports of a set need to know of one."""

    source: str
    """Name of the file, by which people tell it from others."""
    agency: str
    year: int
    carried: Cells
    """As of `years.carried_cells`."""


@dataclass(frozen=True, slots=True)
class Series:
    """The reports of one agency."""

    agency: str
    """As its latest report prints it."""
    sources: Mapping[int, tuple[str, ...]]
    """By year; more than one where the same report was read from several sources."""

    @property
    def missing(self) -> tuple[int, ...]:
        """Years without a report between the first and the last."""
        return tuple(
            y for y in range(min(self.sources), max(self.sources)) if y not in self.sources
        )

    @property
    def repeated(self) -> Mapping[int, tuple[str, ...]]:
        """Years with several sources."""
        return {year: names for year, names in self.sources.items() if len(names) > 1}


class Set:
    """The outlines of a set, by agency and year."""

    def __init__(
        self,
        outlines: Iterable[Outline],
        renamed: Mapping[str, str] | None = None,
        off: Collection[str] = (),
    ) -> None:
        self._off = frozenset(off)
        listed = list(outlines)
        self._agency = same_agencies((outline.agency for outline in listed), renamed)
        self._found: dict[tuple[str, int], list[Outline]] = {}
        for outline in listed:
            key = self._agency[outline.agency], outline.year
            self._found.setdefault(key, []).append(outline)

    def series(self) -> tuple[Series, ...]:
        """The reports of each agency, in the order of names."""
        years: dict[str, dict[int, list[Outline]]] = {}
        for (agency, year), outlines in self._found.items():
            years.setdefault(agency, {})[year] = outlines
        return tuple(
            Series(
                found[max(found)][0].agency,
                {year: tuple(o.source for o in found[year]) for year in sorted(found)},
            )
            for _, found in sorted(years.items())
        )

    def check(self, report: Report, source: str, load: Callable[[str], Cells | None]) -> Report:
        """The report with what contradicts the year before, or another source of the same report.

        `source` is the name of its own outline; `load` gives all cells of another by name, None
        where that cannot be read any more. A report is compared with the first source of its year,
        and the first with the second.
        """
        if report.agency not in self._agency or report.year is None:
            return report
        agency, year = self._agency[report.agency], report.year
        before = self._found.get((agency, year - 1), [])
        if before:
            report = check_years(report, before[0].carried, self._off)
            if any(f.statement.kind in CHANGES for f in report.narrative):
                report = _changes(report, load(before[0].source))
        same = [o.source for o in self._found.get((agency, year), []) if o.source != source]
        other = load(same[0]) if same else None
        return report if other is None else compare_sources(report, source, same[0], other)


def _changes(report: Report, last: Cells | None) -> Report:
    """The report with what its prose says of changes held against last year's cells."""
    if last is None:
        return report
    before = Report("", "", "", None, report.status, cells=tuple(last.values()))
    told = check_changes(report, before)
    own = {cell.key: cell for cell in report.cells}
    return replace(told, findings=with_fingerprints(told.findings, own))


def compare_sources(report: Report, source: str, other: str, cells: Cells) -> Report:
    """The report with the cells that `other`, another source of it, prints otherwise."""
    own = {cell.key: cell for cell in report.cells}
    differing = tuple(k for k, cell in own.items() if k in cells and _differ(cell, cells[k]))
    if not differing:
        return report
    names = names_in(report)
    told = "；".join(
        f"{names.cell(key)}在“{source}”中为 {_words(own[key])}，"
        f"在“{other}”中为 {_words(cells[key])}"
        for key in differing[:NAMED_AT_MOST]
    )
    more = f"；等 {len(differing)} 处" if len(differing) > NAMED_AT_MOST else ""
    alone = len(differing) == 1
    here = own[differing[0]].value if alone else None
    there = cells[differing[0]].value if alone else None
    both = here is not None and there is not None
    return add_findings(
        report,
        [
            Finding(
                DUPLICATE,
                Severity.WARNING,
                Outcome.FAIL,
                differing,
                f"同一报告的两个来源不一致：{told}{more}。请核对原文。",
                reported=here if both else None,
                computed=there if both else None,
                difference=None if here is None or there is None else here - there,
                review=True,
            )
        ],
    )


def _differ(one: ReportCell, other: ReportCell) -> bool:
    """Whether the figures differ; a blank is told from a number other than 0 alone, and what was
    not read says nothing."""
    if any(cell.state in (State.LOST, State.ILLEGIBLE) for cell in (one, other)):
        return False
    return (printed(one) or Decimal(0)) != (printed(other) or Decimal(0))


def _words(cell: ReportCell) -> str:
    return "空白" if cell.value is None else figure(cell.value) + (cell.unit or "")
