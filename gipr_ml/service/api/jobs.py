"""Jobs: what is under way, what failed and why; and the learning loop as jobs."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from gipr_ml.service.api.auth import Administrator, Here, Reader, Reviewer
from gipr_ml.service.api.problems import Refusal, not_found
from gipr_ml.service.api.reports import Wait
from gipr_ml.service.api.schemas import (
    JobKind,
    JobList,
    JobState,
    JobView,
    ModelList,
    ModelView,
)
from gipr_ml.service.api.waiting import wait_for_jobs
from gipr_ml.service.context import Context
from gipr_ml.service.store.models import SHIPPED
from gipr_ml.service.store.schema import jobs
from gipr_ml.service.view import iso

router = APIRouter(prefix="/v1", tags=["jobs"])
JobId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id of the job.")]
Digest = Annotated[str, Path(pattern="^[0-9a-f]{12,64}$", description="Digest of the model.")]


class TrainBody(BaseModel):
    """How to train."""

    seed: int = Field(0, ge=0, le=10**6, description="The same seed makes the same model.")


class CompareBody(BaseModel):
    """Which models to compare."""

    challenger: str = Field(pattern="^[0-9a-f]{12,64}$")
    champion: str | None = Field(
        None, pattern="^[0-9a-f]{12,64}$", description="Else the one in use."
    )


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
    if wait and view.state in ("queued", "running"):
        await wait_for_jobs(here, [job], wait)
        view = await run_in_threadpool(_view, here, job)
    return view


@router.post("/jobs/{job}/cancel", response_model=JobView)
def cancel(job: JobId, here: Here, _who: Reviewer) -> JobView:
    """Stop a job that waits or runs."""
    _view(here, job)
    with here.database.write() as connection:
        if not here.jobs.cancel(connection, job):
            raise Refusal(409, "ended", "the job has ended already")
    return _view(here, job)


@router.post("/jobs/{job}/retry", status_code=202, response_model=JobView)
def retry(job: JobId, here: Here, _who: Reviewer) -> JobView:
    """Queue a job anew that failed or was cancelled."""
    _view(here, job)
    with here.database.write() as connection:
        if not here.jobs.retry(connection, job, here.settings.queue_length):
            raise Refusal(409, "not_failed", "the job has not failed")
    return _view(here, job)


@router.get("/models", response_model=ModelList, tags=["models"])
def models(here: Here, _who: Reader) -> ModelList:
    """The models there are, which one is in use, and their scores."""
    with here.database.read() as connection:
        rows = here.models.listed(connection)
    return ModelList(models=[_model(row) for row in rows], mlflow=here.settings.mlflow_url or None)


@router.post("/models/train", status_code=202, response_model=JobView, tags=["models"])
def train(body: TrainBody, here: Here, who: Administrator) -> JobView:
    """Train a model on the labelled lines there are and on every report whose review is done."""
    with here.database.write() as connection:
        # What was reviewed decides what a training comes to, and that may have changed.
        key = f"train:{body.seed}:{here.database.now(connection)}"
        arguments = {"seed": body.seed, "config": None}
        most = here.settings.queue_length
        return JobView.of(here.jobs.submit(connection, "train", key, arguments, who.name, most))


@router.post("/models/compare", status_code=202, response_model=JobView, tags=["models"])
def compare(body: CompareBody, here: Here, who: Reviewer) -> JobView:
    """Put two models side by side."""
    with here.database.write() as connection:
        known = {row.digest: row.in_use for row in here.models.listed(connection)}
        champion = body.champion or next(name for name, in_use in known.items() if in_use)
        if not {champion, body.challenger} <= known.keys():
            raise not_found("model")
        key = f"compare:{champion}:{body.challenger}"
        arguments = {"champion": champion, "challenger": body.challenger}
        most = here.settings.queue_length
        return JobView.of(here.jobs.submit(connection, "compare", key, arguments, who.name, most))


@router.post("/models/{digest}/promote", status_code=202, response_model=JobView, tags=["models"])
def promote(digest: Digest, here: Here, who: Administrator) -> JobView:
    """Read with this model from now on; what was read before stays as it is."""
    with here.database.write() as connection:
        try:
            here.models.get(connection, digest)
        except KeyError:
            raise not_found("model") from None
        key = f"promote:{digest}:{here.database.now(connection)}"
        most = here.settings.queue_length
        job = here.jobs.submit(connection, "promote", key, {"model": digest}, who.name, most)
        return JobView.of(job)


def _view(here: Context, job: str) -> JobView:
    with here.database.read() as connection:
        try:
            return JobView.of(here.jobs.get(connection, job))
        except KeyError:
            raise not_found("job") from None


def _model(row: Any) -> ModelView:
    about = json.loads(row.about)
    scores = about.pop("scores", {})
    return ModelView(
        digest=row.digest,
        in_use=row.in_use,
        shipped=row.folder == SHIPPED,
        made_at=iso(row.made_at),
        made_by=row.made_by,
        promoted_at=None if row.promoted_at is None else iso(row.promoted_at),
        promoted_by=row.promoted_by,
        scores=scores,
        about=about,
    )
