"""The reports of each agency beside each other, over everything that is stored: which years are
missing or there twice, and what contradicts the year before or another source.

However much is stored, only a few reports are in memory at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from gipr_ml.checking import Outline, Series, Set
from gipr_ml.export import glance_at, loads
from gipr_ml.forms.agencies import same_agencies
from gipr_ml.service.outlines import YearOutline, read_outline
from gipr_ml.service.store.history import unpack
from gipr_ml.service.store.schema import reports, states
from gipr_ml.types import Finding, Report, ReportCell

OPENED = 4
"""Reports whose cells are kept: one, another source of it, and the first sources of two years."""
_COMPARED = (
    reports.c.agency.is_not(None),
    reports.c.year.is_not(None),
    reports.c.outline.is_not(None),
)


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
    query = select(reports.c.agency, func.count()).where(*_COMPARED).group_by(reports.c.agency)
    numbers: dict[str, int] = {row[0]: row[1] for row in connection.execute(query)}
    # The same agency is told by looking at every name there is.
    known: dict[str, list[str]] = {}
    for name, same in same_agencies(numbers, renamed).items():
        if name in numbers:
            known.setdefault(same, []).append(name)
    found = [
        names
        for _, names in sorted(known.items())
        if sum(numbers[name] for name in names) > 1
        and (not agency or any(agency in name for name in names))
    ]
    shown = (_rows(connection, names) for names in found[after : after + limit])
    listed = [_checked(connection, rows) for rows in shown if rows]
    return listed, after + limit if len(found) > after + limit else None


def _rows(connection: Connection, agencies: Sequence[str]) -> dict[str, Any]:
    """The reports of an agency, under all of its names, by id and in the order of their years."""
    columns = (getattr(reports.c, name) for name in ("id", "name", "agency", "year", "outline"))
    query = select(*columns).where(reports.c.agency.in_(agencies), *_COMPARED)
    return {row.id: row for row in connection.execute(query.order_by(reports.c.year, reports.c.id))}


def _checked(connection: Connection, rows: Mapping[str, Any]) -> AgencyYears:
    """Every report of an agency against the others of it."""
    series = _series(rows.values())
    names = _names(rows.values())
    ids = {name: own for own, name in names.items()}
    outlines = {own: read_outline(row.outline) for own, row in rows.items()}
    beside = Set(
        Outline(names[own], series.agency, rows[own].year, outline.carried)
        for own, outline in outlines.items()
    )

    @lru_cache(maxsize=OPENED)
    def load(name: str) -> Mapping[str, ReportCell] | None:
        return _cells(connection, ids[name])

    told = []
    for own, row in rows.items():
        alone = len(series.sources[row.year]) == 1
        cells = None if alone else load(names[own])
        report = _report(connection, row, outlines[own], series.agency, cells)
        checked = beside.check(report, names[own], load)
        new = (f for f in checked.findings if f not in report.findings)
        told += [Told(own, row.year, finding) for finding in new]
    return AgencyYears(series, names, told)


def _series(rows: Iterable[Any]) -> Series:
    """The series of rows in the order of their years."""
    years: dict[int, list[Any]] = {}
    for row in rows:
        years.setdefault(row.year, []).append(row)
    latest = years[max(years)][0]
    return Series(latest.agency, {y: tuple(row.id for row in found) for y, found in years.items()})


def _report(
    connection: Connection,
    row: Any,
    outline: YearOutline,
    agency: str,
    cells: Mapping[str, ReportCell] | None,
) -> Report:
    """As much of a report as it takes to check it; `cells` are all of its cells, if wanted."""
    if outline.tells_changes and (body := _body(connection, row.id)) is not None:
        return replace(loads(body), agency=agency)
    return (outline if cells is None else replace(outline, cells=cells)).report(agency, row.year)


def _cells(connection: Connection, report: str) -> Mapping[str, ReportCell] | None:
    """All cells of a report; None where it is not there any more."""
    body = _body(connection, report)
    found = None if body is None else glance_at(body)
    return None if found is None else found[2]


def _body(connection: Connection, report: str) -> bytes | None:
    packed = connection.scalar(select(states.c.body).where(states.c.report == report))
    return None if packed is None else unpack(packed)


def _names(rows: Iterable[Any]) -> dict[str, str]:
    """Names by which people tell reports, by id."""
    listed = list(rows)
    counts = Counter(row.name for row in listed)
    return {
        row.id: row.name if counts[row.name] == 1 else f"{row.name} ({row.id[:8]})"
        for row in listed
    }
