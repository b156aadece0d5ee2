"""Everything stored, seen together: numbers, agencies by year, years beside each other."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Query

from gipr_ml.service.api.auth import Here, Reader
from gipr_ml.service.api.reports import clean
from gipr_ml.service.api.schemas import (
    AgencyList,
    AgencyYear,
    AgencyYearsView,
    SummaryView,
    YearFinding,
    YearList,
    YearReport,
)
from gipr_ml.service.api.threads import heavily
from gipr_ml.service.context import Context
from gipr_ml.service.years import AgencyYears, Told, agency_years

router = APIRouter(prefix="/v1", tags=["insight"])
_DAY = 86_400
Agency = Annotated[str | None, Query(max_length=200, description="Part of its name.")]
After = Annotated[int, Query(ge=0, le=10**7, description="`next` of a page.")]


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
def agencies(
    here: Here,
    _who: Reader,
    agency: Agency = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
    after: After = 0,
) -> AgencyList:
    """Which agency has reports for which years, and how they stand; `limit` counts agencies."""
    with here.database.read() as connection:
        rows, following = here.reports.agencies(connection, clean(agency), limit, after)
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
        ],
        next=following,
    )


@router.get("/years", response_model=YearList)
async def years(
    here: Here,
    _who: Reader,
    agency: Agency = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: After = 0,
    skip: Annotated[
        int,
        Query(ge=0, le=10**7, description="Reports of each agency that were shown before."),
    ] = 0,
) -> YearList:
    """The reports of each agency beside each other, over everything that is stored: missing years,
    years that are there twice, and what contradicts the year before or another source.

    One answer compares some hundred reports at most. Where an agency has more, `left` says how
    many; ask for that agency with `skip`.
    """
    return await heavily(_years, here, clean(agency), limit, after, skip)


def _years(here: Context, agency: str | None, limit: int, after: int, skip: int) -> YearList:
    with here.database.read() as connection:
        found, following = agency_years(connection, here.renamed, agency, limit, after, skip)
    return YearList(agencies=[_agency(one) for one in found], next=following)


def _agency(one: AgencyYears) -> AgencyYearsView:
    return AgencyYearsView(
        agency=one.series.agency,
        reports=[YearReport(**report._asdict()) for report in one.reports],
        left=one.left,
        missing=list(one.series.missing),
        repeated=list(one.series.repeated),
        findings=[_finding(told) for told in one.told],
        findings_left=one.untold,
    )


def _finding(told: Told) -> YearFinding:
    finding = told.finding
    fields = ("rule", "reported", "computed", "difference", "message")
    return YearFinding.model_validate(
        {"report": told.report, "year": told.year, "cells": list(finding.cells)}
        | {"severity": str(finding.severity)}
        | {name: getattr(finding, name) for name in fields}
    )
