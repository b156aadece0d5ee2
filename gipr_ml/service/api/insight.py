"""Everything stored, seen together: numbers, agencies by year, years beside each other."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Query

from gipr_ml.service.api.auth import Here, Reader
from gipr_ml.service.api.schemas import (
    AgencyList,
    AgencyYear,
    AgencyYearsView,
    SummaryView,
    YearFinding,
    YearList,
    YearReport,
)
from gipr_ml.service.years import AgencyYears, Told, agency_years

router = APIRouter(prefix="/v1", tags=["insight"])
_DAY = 86_400
_MOST_AGENCIES = 50_000
Agency = Annotated[str | None, Query(max_length=200, description="Part of its name.")]


@router.get("/summary", response_model=SummaryView)
def summary(
    here: Here,
    _who: Reader,
    since: Annotated[
        float | None,
        Query(ge=0, le=1e11, description="Begin of the day, in seconds since 1970; else in UTC."),
    ] = None,
) -> SummaryView:
    """Everything stored, in numbers."""
    begin = time.time() // _DAY * _DAY if since is None else since
    with here.database.read() as connection:
        return SummaryView.model_validate(here.reports.counts(connection, begin))


@router.get("/agencies", response_model=AgencyList)
def agencies(here: Here, _who: Reader) -> AgencyList:
    """Which agency has reports for which years, and how they stand."""
    with here.database.read() as connection:
        rows = here.reports.agencies(connection, _MOST_AGENCIES)
    return AgencyList(
        agencies=[
            AgencyYear(
                agency=row.agency,
                year=row.year,
                reports=row.number,
                errors=row.errors,
                status=row.status,
                report=row.report,
            )
            for row in rows
        ]
    )


@router.get("/years", response_model=YearList)
def years(
    here: Here,
    _who: Reader,
    agency: Agency = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[int, Query(ge=0, le=10**7, description="`next` of a page.")] = 0,
) -> YearList:
    """The reports of each agency beside each other, over everything that is stored: missing years,
    years that are there twice, and what contradicts the year before or another source."""
    wanted = agency.replace("\0", "\ufffd") if agency else None
    with here.database.read() as connection:
        found, following = agency_years(connection, here.renamed, wanted, limit, after)
    return YearList(agencies=[_agency(one) for one in found], next=following)


def _agency(one: AgencyYears) -> AgencyYearsView:
    series = one.series
    return AgencyYearsView(
        agency=series.agency,
        reports=[
            YearReport(report=report, name=one.names[report], year=year)
            for year, reports in series.sources.items()
            for report in reports
        ],
        missing=list(series.missing),
        repeated=list(series.repeated),
        findings=[_finding(told) for told in one.told],
    )


def _finding(told: Told) -> YearFinding:
    finding = told.finding
    fields = ("rule", "reported", "computed", "difference", "message")
    return YearFinding.model_validate(
        {"report": told.report, "year": told.year, "cells": list(finding.cells)}
        | {"severity": str(finding.severity)}
        | {name: getattr(finding, name) for name in fields}
    )
