"""Jobs: what is under way, what failed and why."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.concurrency import run_in_threadpool

from gipr_ml.service.api.auth import Here, Reader, Reviewer, check_role
from gipr_ml.service.api.problems import Refusal, not_found
from gipr_ml.service.api.reports import Wait
from gipr_ml.service.api.schemas import JobList, JobView
from gipr_ml.service.api.waiting import wait_for_jobs
from gipr_ml.service.context import Context
from gipr_ml.service.store.access import Who
from gipr_ml.service.store.jobs import UNDER_WAY, JobKind, JobState
from gipr_ml.service.store.schema import jobs

router = APIRouter(prefix="/v1", tags=["jobs"])
ADMINISTERED: tuple[JobKind, ...] = ("train", "promote", "rollback")
"""Jobs that need the role administer; all others need the role review."""
JobId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id of the job.")]


@router.get("/jobs", response_model=JobList)
def listed(
    here: Here,
    _who: Reader,
    kind: JobKind | None = None,
    state: JobState | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> JobList:
    """Jobs, the newest first."""
    where = [
        column == value
        for column, value in ((jobs.c.kind, kind), (jobs.c.state, state))
        if value is not None
    ]
    with here.database.read() as connection:
        found = here.jobs.listed(connection, where, limit)
    return JobList(jobs=[JobView.of(job) for job in found])


@router.get("/jobs/{job}", response_model=JobView)
async def one(job: JobId, here: Here, _who: Reader, wait: Wait = 0) -> JobView:
    """A job with its progress; with `wait`, once it has ended."""
    view = await run_in_threadpool(_view, here, job)
    if wait and view.state in UNDER_WAY:
        await wait_for_jobs(here, [job], wait)
        view = await run_in_threadpool(_view, here, job)
    return view


@router.post("/jobs/{job}/cancel", response_model=JobView)
def cancel(job: JobId, here: Here, who: Reviewer) -> JobView:
    """Stop a job that waits or runs; one that only an administrator may start, as one of these."""
    _check_role(_view(here, job).kind, who)
    with here.database.write() as connection:
        if not here.jobs.cancel(connection, job):
            raise Refusal(409, "ended", "the job has ended already")
    return _view(here, job)


@router.post("/jobs/{job}/retry", status_code=202, response_model=JobView)
def retry(job: JobId, here: Here, who: Reviewer) -> JobView:
    """Queue a job anew that failed or was cancelled; whoever may start such a job may do so."""
    _check_role(_view(here, job).kind, who)
    with here.database.write() as connection:
        if not here.jobs.retry(connection, job, here.settings.queue_length):
            raise Refusal(409, "not_failed", "the job has not failed")
    return _view(here, job)


def _check_role(kind: JobKind, who: Who) -> None:
    if kind in ADMINISTERED:
        check_role(who, "administer")


def _view(here: Context, job: str) -> JobView:
    with here.database.read() as connection:
        try:
            return JobView.of(here.jobs.get(connection, job))
        except KeyError:
            raise not_found("job") from None
