"""Sending, listing, reading and deleting reports."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, File, Path, Query, Request, Response, UploadFile
from starlette.concurrency import run_in_threadpool

from gipr_ml.export import FORMATS, to_bytes
from gipr_ml.service.api.auth import Administrator, Here, Reader, Reviewer
from gipr_ml.service.api.problems import Refusal, no_result, not_found
from gipr_ml.service.api.schemas import (
    PageList,
    PageView,
    ReportList,
    ReportView,
    SentList,
    SentView,
    Status,
)
from gipr_ml.service.api.threads import heavily, quickly
from gipr_ml.service.api.waiting import wait_for_jobs
from gipr_ml.service.context import Context
from gipr_ml.service.state import ReviewState
from gipr_ml.service.store.jobs import UNDER_WAY, JobState
from gipr_ml.service.store.reports import Filter
from gipr_ml.service.view import ResultView, result_json
from gipr_ml.sources.archive import is_archive

router = APIRouter(prefix="/v1/reports", tags=["reports"])

Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id of the report.")]
Wait = Annotated[
    float,
    Query(ge=0, le=3600, description="Seconds to wait for the end; the settings may allow fewer."),
]
At = Annotated[
    int | None,
    Query(ge=1, le=10**6, description="The state after this entry; else the state as it stands."),
]
_KINDS: dict[str, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "html": "text/html; charset=utf-8",
}
assert {*_KINDS} == {*FORMATS}


@router.post(
    "",
    status_code=202,
    response_model=SentList,
    responses={200: {"model": SentList, "description": "All of them are read."}},
)
async def send(
    files: Annotated[list[UploadFile], File(description="Reports, or ZIP archives of them.")],
    here: Here,
    who: Reviewer,
    response: Response,
    wait: Wait = 0,
) -> SentList:
    """Send one or many reports.

    202 with their ids; with `wait`, 200 as soon as all of them are read, if that is in time. A file
    that was sent before is recognised by its content. 429 where too many jobs wait: what was sent
    up to there is kept, and sending it again does no harm.
    """
    settings = here.settings
    if len(files) > settings.upload_files:
        raise Refusal(413, "too_many", f"send at most {settings.upload_files} files at once")
    sent = []
    for file in files:
        if (file.size or 0) > settings.file_bytes:
            words = f"{file.filename}: larger than {settings.file_bytes / 1e6:g} MB"
            raise Refusal(413, "too_large", words)
        data = await file.read()
        if not data:
            raise Refusal(422, "input.empty", f"{file.filename}: the file is empty")
        sent.append(await run_in_threadpool(_keep, here, file.filename or "", data, who.name))
    if wait and await wait_for_jobs(here, [one.job for one in sent], wait):
        response.status_code = 200
    return SentList(sent=await run_in_threadpool(_as_they_are, here, sent))


def _keep(here: Context, name: str, data: bytes, by: str) -> SentView:
    version, most = str(here.versions()), here.settings.queue_length
    if name.lower().endswith(".zip") and is_archive(data):
        job = here.reports.send_archive(name, data, by, version, most)
        return SentView(name=name, report=None, job=job.id, known=False, state=job.state)
    done = here.reports.send(name, data, by, version, most)
    return SentView(
        name=name, report=done.report, job=done.job.id, known=done.known, state=done.job.state
    )


def _as_they_are(here: Context, sent: list[SentView]) -> list[SentView]:
    with here.database.read() as connection:
        return [
            one.model_copy(update={"state": here.jobs.get(connection, one.job).state})
            for one in sent
        ]


@router.get("", response_model=ReportList)
def listed(
    here: Here,
    _who: Reader,
    agency: Annotated[str | None, Query(max_length=200, description="Part of its name.")] = None,
    year: Annotated[int | None, Query(ge=1900, le=2200)] = None,
    status: Status | None = None,
    review: ReviewState | None = None,
    progress: JobState | None = None,
    finding: Annotated[str | None, Query(max_length=100, description="Name of a rule.")] = None,
    sha256: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$")] = None,
    text: Annotated[
        str | None, Query(max_length=200, description="Part of the agency's or the file's name.")
    ] = None,
    sort: Literal["worst", "newest"] = "worst",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    after: Annotated[str | None, Query(max_length=200, description="`next` of a page.")] = None,
) -> ReportList:
    """Reports, by default those first that most need somebody's look."""
    which = Filter(
        clean(agency), year, status, review, progress, clean(finding), sha256, clean(text)
    )
    with here.database.read() as connection:
        page = here.reports.listed(connection, which, sort, limit, after)
    return ReportList(reports=[ReportView.of(row) for row in page.rows], next=page.next)


def clean(text: str | None) -> str | None:
    """Without what no stored text holds, and PostgreSQL refuses."""
    return text.replace("\0", "\ufffd") if text else None


@router.get("/{report}", response_model=ReportView)
async def status(report: Id, here: Here, _who: Reader, wait: Wait = 0) -> ReportView:
    """A report with the progress of its reading; with `wait`, once that has ended."""
    view = await run_in_threadpool(_view, here, report)
    if wait and view.progress in UNDER_WAY:
        await wait_for_jobs(here, [view.job], wait)
        view = await run_in_threadpool(_view, here, report)
    return view


def _view(here: Context, report: str) -> ReportView:
    with here.database.read() as connection:
        try:
            return ReportView.of(here.reports.get(connection, report))
        except KeyError:
            raise not_found("report") from None


@router.get("/{report}/result", responses={200: {"model": ResultView}, 304: {}})
async def result(report: Id, here: Here, _who: Reader, request: Request, at: At = None) -> Response:
    """The result as it stands, with what people did; or as it stood after the entry `at`."""
    if at is not None:
        past = await run_in_threadpool(_state_json, here, report, at)
        return Response(past, media_type=_KINDS["json"])
    known = request.headers.get("if-none-match")
    body, tag = await quickly(_served, here, report, known)
    if body is None:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, media_type=_KINDS["json"], headers={"ETag": tag})


def _state_json(here: Context, report: str, at: int) -> bytes:
    with here.database.read() as connection:
        try:
            return result_json(here.history.state(connection, report, at))
        except KeyError:
            raise not_found("report or entry") from None


def _served(here: Context, report: str, known: str | None) -> tuple[bytes | None, str]:
    """The state and its tag; no state where the caller has this one."""
    found = here.history.served(report)
    if found is None:
        raise no_result()
    tag = f'"{found.updated_at}"'
    return None if tag == known else found.body(), tag


@router.get(
    "/{report}/export/{kind}",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in _KINDS.values()}}},
)
async def export(
    report: Id,
    kind: Literal["json", "csv", "xlsx", "parquet", "html"],
    here: Here,
    _who: Reader,
    at: At = None,
) -> Response:
    """The result as a file."""
    return await heavily(_export, here, report, kind, at)


def _export(here: Context, report: str, kind: str, at: int | None) -> Response:
    with here.database.read() as connection:
        try:
            row = here.reports.get(connection, report)
            state = here.history.state(connection, report, at)
        except KeyError:
            raise no_result() from None
    images = here.files.images(row.sha256) if kind == "html" else ()
    stem = row.name.rpartition(".")[0] or row.name
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{stem}.{kind}')}"}
    return Response(to_bytes(state.report, kind, images), headers=headers, media_type=_KINDS[kind])


@router.get("/{report}/pages", response_model=PageList)
def pages(report: Id, here: Here, _who: Reader) -> PageList:
    """The pages that have a picture: those of PDF files, scans and photographs."""
    row = _row(here, report)
    return PageList(
        pages=[
            PageView(number=number, width=w, height=h, image=f"/v1/reports/{report}/pages/{number}")
            for number, w, h in here.files.pages(row.sha256)
        ]
    )


@router.get(
    "/{report}/pages/{number}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}},
)
def page(
    report: Id, number: Annotated[int, Path(ge=1, le=100_000)], here: Here, _who: Reader
) -> Response:
    """The picture of a page."""
    data = here.files.page(_row(here, report).sha256, number)
    if data is None:
        raise not_found("page")
    # The picture of a file never changes, but only who may see the report may keep it.
    headers = {"Cache-Control": "private, max-age=86400, immutable"}
    return Response(data, media_type="image/jpeg", headers=headers)


@router.post("/{report}/cancel", response_model=ReportView)
def cancel(report: Id, here: Here, _who: Reviewer) -> ReportView:
    """Stop reading a report that waits or is being read."""
    row = _row(here, report)
    with here.database.write() as connection:
        if not here.jobs.cancel(connection, row.job):
            raise Refusal(409, "ended", "its reading has ended already")
    return _view(here, report)


@router.post("/{report}/retry", status_code=202, response_model=ReportView)
def retry(report: Id, here: Here, _who: Reviewer) -> ReportView:
    """Read a report again whose reading failed or was cancelled."""
    row = _row(here, report)
    with here.database.write() as connection:
        if not here.jobs.retry(connection, row.job, here.settings.queue_length):
            raise Refusal(409, "not_failed", "its reading has not failed")
    return _view(here, report)


@router.delete("/{report}", status_code=204)
def delete(report: Id, here: Here, who: Administrator) -> None:
    """Forget a report with its file and its history."""
    try:
        here.reports.delete(report, who.name)
    except KeyError:
        raise not_found("report") from None


def _row(here: Context, report: str) -> Any:
    with here.database.read() as connection:
        try:
            return here.reports.get(connection, report)
        except KeyError:
            raise not_found("report") from None
