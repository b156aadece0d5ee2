"""The reports of each agency beside each other, over everything that is stored: which years are
missing or there twice, and what contradicts the year before or another source.

However much is stored, only so many reports are looked at for one answer, and only the cells of a
few of them are in memory at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, select

from gipr_ml.checking import Outline, Series, Set
from gipr_ml.export import glance_at, loads
from gipr_ml.forms.agencies import same_agencies
from gipr_ml.service.outlines import YearOutline, read_outline
from gipr_ml.service.store.history import unpack
from gipr_ml.service.store.schema import reports, states
from gipr_ml.types import Finding, Report, ReportCell

OPENED = 4
"""Reports whose cells are kept: one, another source of it, and the first sources of two years."""
REPORTS = 100
"""Reports that one answer compares, over all of its agencies."""
FINDINGS = 500
"""Findings of one agency that one answer tells."""
_COMPARED = (
    reports.c.agency.is_not(None),
    reports.c.year.is_not(None),
    reports.c.outline.is_not(None),
)


class Listed(NamedTuple):
    """A report of an agency."""

    report: str
    """Its id."""
    name: str
    """Of its file; unlike that of any other report that it is told apart from."""
    year: int


class Told(NamedTuple):
    """What a report of a series contradicts."""

    report: str
    """Its id."""
    year: int
    finding: Finding


@dataclass(frozen=True)
class AgencyYears:
    """Some reports of one agency, under all of its names."""

    series: Series
    """Every year; of its sources, which are ids of reports, two a year at most."""
    reports: Sequence[Listed]
    """In the order of their years."""
    left: int
    """Reports that come after these."""
    told: Sequence[Told]
    """Of these reports."""
    untold: int
    """Further findings of these reports."""


def agency_years(
    connection: Connection,
    renamed: Mapping[str, str],
    agency: str | None,
    limit: int,
    after: int,
    skip: int = 0,
) -> tuple[list[AgencyYears], int | None]:
    """Agencies with several reports, in the order of their names, and where the next ones begin.

    There are fewer than `limit` where they have more than `REPORTS` together. `agency` is a part of
    one of an agency's names; `renamed` is as of `same_agencies`; the first `skip` reports of each
    agency are passed over.
    """
    query = select(reports.c.agency, func.count()).where(*_COMPARED).group_by(reports.c.agency)
    numbers: dict[str, int] = {row[0]: row[1] for row in connection.execute(query)}
    # The same agency is told by looking at every name there is.
    known: dict[str, list[str]] = {}
    for name, same in same_agencies(numbers, renamed).items():
        if name in numbers:
            known.setdefault(same, []).append(name)
    found = [
        (names, number)
        for _, names in sorted(known.items())
        if (number := sum(numbers[name] for name in names)) > 1
        and (not agency or any(agency in name for name in names))
    ]
    listed, room = [], REPORTS
    for names, number in found[after : after + limit]:
        room -= min(max(0, number - skip), REPORTS)
        if room < 0:
            break
        listed.append(_compared(connection, names, number, skip))
    following = after + len(listed)
    return [one for one in listed if one], following if len(found) > following else None


def _compared(
    connection: Connection, agencies: Sequence[str], number: int, skip: int
) -> AgencyYears | None:
    """Some reports of an agency, each against the others of it; None where all are gone by now."""
    firsts = _firsts(connection, agencies)
    if not firsts:
        return None
    series = _series(firsts)
    query = _rows(agencies).order_by(reports.c.year, reports.c.id).offset(skip).limit(REPORTS)
    shown = {row.id: row for row in connection.execute(query)}
    years = {row.year for row in shown.values()}
    around = {one.id for one in firsts if one.year in years or one.year + 1 in years}
    others = connection.execute(_rows(agencies).where(reports.c.id.in_(around - shown.keys())))
    rows = sorted((*shown.values(), *others), key=lambda row: (row.year, row.id))
    names = _names(rows)
    told = _told(connection, series, rows, names, shown)
    kept = list(islice(told, FINDINGS))
    return AgencyYears(
        series,
        [Listed(own, names[own], row.year) for own, row in shown.items()],
        max(0, number - skip - len(shown)),
        kept,
        sum(1 for _ in told),
    )


def _rows(agencies: Sequence[str]) -> Select[Any]:
    columns = (getattr(reports.c, name) for name in ("id", "name", "agency", "year", "outline"))
    return select(*columns).where(reports.c.agency.in_(agencies), *_COMPARED)


def _firsts(connection: Connection, agencies: Sequence[str]) -> Sequence[Any]:
    """The first two reports of each year, in the order of years: all others are held against."""
    place = func.row_number().over(partition_by=reports.c.year, order_by=reports.c.id)
    columns = (reports.c.id, reports.c.agency, reports.c.year, place.label("place"))
    ranked = select(*columns).where(reports.c.agency.in_(agencies), *_COMPARED).subquery()
    query = select(ranked).where(ranked.c.place <= 2).order_by(ranked.c.year, ranked.c.place)
    return connection.execute(query).all()


def _series(firsts: Sequence[Any]) -> Series:
    """The series of rows in the order of their years."""
    years: dict[int, list[Any]] = {}
    for row in firsts:
        years.setdefault(row.year, []).append(row)
    latest = years[max(years)][0]
    return Series(latest.agency, {y: tuple(row.id for row in found) for y, found in years.items()})


def _told(
    connection: Connection,
    series: Series,
    rows: Sequence[Any],
    names: Mapping[str, str],
    shown: Mapping[str, Any],
) -> Iterator[Told]:
    """What the reports `shown` contradict among `rows`."""
    ids = {name: own for own, name in names.items()}
    beside = Set(
        Outline(names[row.id], series.agency, row.year, read_outline(row.outline).carried)
        for row in rows
    )

    @lru_cache(maxsize=OPENED)
    def load(name: str) -> Mapping[str, ReportCell] | None:
        return _cells(connection, ids[name])

    for own, row in shown.items():
        cells = load(names[own]) if row.year in series.repeated else None
        report = _report(connection, row, read_outline(row.outline), series.agency, cells)
        checked = beside.check(report, names[own], load)
        for finding in checked.findings:
            if finding not in report.findings:
                yield Told(own, row.year, finding)


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
    """Names by which people tell reports, by id: no two are the same."""
    listed = list(rows)
    counts = Counter(row.name for row in listed)
    names = {
        row.id: row.name if counts[row.name] == 1 else f"{row.name} ({row.id[:8]})"
        for row in listed
    }
    # A file may be called what another one is called here.
    taken = Counter(names.values())
    return {own: name if taken[name] == 1 else f"{name} ({own})" for own, name in names.items()}
