"""Everything stored, seen together: numbers, agencies by year, years against years."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Query

from gipr_ml.service.api.auth import Here, Reader
from gipr_ml.service.api.schemas import (
    AgencyList,
    AgencyYear,
    SummaryView,
    YearFinding,
    YearList,
    YearPairView,
)
from gipr_ml.service.store.reports import YearPair

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
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    after: Annotated[int, Query(ge=0, le=10**7, description="`next` of a page.")] = 0,
) -> YearList:
    """Each year of an agency against the year before, over everything that is stored."""
    wanted = agency.replace("\0", "\ufffd") if agency else None
    with here.database.read() as connection:
        pairs, following = here.reports.years(connection, wanted, limit, after)
    return YearList(pairs=[_pair(pair) for pair in pairs], next=following)


def _pair(pair: YearPair) -> YearPairView:
    return YearPairView(
        agency=pair.agency,
        year=pair.year,
        report=pair.report,
        before=pair.before,
        findings=[
            YearFinding.model_validate(
                {
                    "rule": finding.rule,
                    "severity": str(finding.severity),
                    "cells": list(finding.cells),
                    "reported": finding.reported,
                    "computed": finding.computed,
                    "difference": finding.difference,
                    "message": finding.message,
                }
            )
            for finding in pair.findings
        ],
    )
