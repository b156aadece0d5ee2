"""The reports of each agency beside each other, over everything that is stored: which years are
missing or there twice, and what contradicts the year before or another source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from gipr_ml.checking import Outline, Series, Set
from gipr_ml.export import loads
from gipr_ml.service.outlines import YearOutline, read_outline
from gipr_ml.service.store.history import unpack
from gipr_ml.service.store.schema import reports, states
from gipr_ml.types import Finding, Report, ReportCell


class Told(NamedTuple):
    """What a report of a series contradicts."""

    report: str
    """Its id."""
    year: int
    finding: Finding


class AgencyYears(NamedTuple):
    """The reports of one agency, under all of its names."""

    series: Series
    """Its sources are ids of reports."""
    names: Mapping[str, str]
    """Of files, by id."""
    told: Sequence[Told]


def agency_years(
    connection: Connection, renamed: Mapping[str, str], agency: str | None, limit: int, after: int
) -> tuple[list[AgencyYears], int | None]:
    """Agencies with several reports, in the order of their names, and where the next ones begin.

    `agency` is a part of one of an agency's names; `renamed` is as of `same_agencies`.
    """
    query = select(reports.c.id, reports.c.name, reports.c.agency, reports.c.year).where(
        reports.c.agency.is_not(None), reports.c.year.is_not(None), reports.c.outline.is_not(None)
    )
    rows = {row.id: row for row in connection.execute(query.order_by(reports.c.id))}
    # The same agency is told by looking at every name there is.
    every = Set((Outline(row.id, row.agency, row.year, {}) for row in rows.values()), renamed)
    found = [one for one in every.series() if len(_ids(one)) > 1]
    if agency:
        found = [one for one in found if any(agency in rows[name].agency for name in _ids(one))]
    shown = found[after : after + limit]
    looked_at = _Look(connection, [name for one in shown for name in _ids(one)])
    listed = [_checked(one, rows, looked_at) for one in shown]
    return listed, after + limit if len(found) > after + limit else None


def _ids(series: Series) -> list[str]:
    return [name for names in series.sources.values() for name in names]


class _Look:
    """Stored reports, opened only where their outlines do not say enough."""

    def __init__(self, connection: Connection, wanted: Sequence[str]) -> None:
        self._connection = connection
        query = select(reports.c.id, reports.c.outline).where(reports.c.id.in_(wanted))
        rows = connection.execute(query)
        self.outlines = {row.id: read_outline(row.outline) for row in rows}
        self._opened: dict[str, Report] = {}

    def whole(self, name: str) -> Report:
        """A report with all that it has."""
        if name not in self._opened:
            query = select(states.c.body).where(states.c.report == name)
            self._opened[name] = loads(unpack(self._connection.scalar(query) or b""))
        return self._opened[name]


def _checked(series: Series, rows: Mapping[str, Any], look: _Look) -> AgencyYears:
    """Every report of a series against the others of it."""
    names = _names([rows[name] for name in _ids(series)])
    ids = {name: own for own, name in names.items()}
    outlines = {own: look.outlines[own] for own in names}
    beside = Set(
        Outline(names[own], series.agency, rows[own].year, outline.carried)
        for own, outline in outlines.items()
    )

    def load(name: str) -> Mapping[str, ReportCell]:
        return {cell.key: cell for cell in look.whole(ids[name]).cells}

    told = []
    for year, sources in series.sources.items():
        for own in sources:
            outline = outlines[own]
            report = _report(own, outline, series, year, look, alone=len(sources) == 1)
            checked = beside.check(report, names[own], load)
            new = (f for f in checked.findings if f not in report.findings)
            told += [Told(own, year, finding) for finding in new]
    return AgencyYears(series, names, told)


def _report(
    own: str, outline: YearOutline, series: Series, year: int, look: _Look, *, alone: bool
) -> Report:
    if alone and not outline.tells_changes:
        return outline.report(series.agency, year)
    return replace(look.whole(own), agency=series.agency)


def _names(rows: Iterable[Any]) -> dict[str, str]:
    """Names by which people tell reports, by id."""
    listed = list(rows)
    counts = Counter(row.name for row in listed)
    return {
        row.id: row.name if counts[row.name] == 1 else f"{row.name} ({row.id[:8]})"
        for row in listed
    }
