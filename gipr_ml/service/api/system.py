"""Health, readiness, version, metrics, sessions and the documentation pages."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gipr_ml.errors import ModelError, ServiceError
from gipr_ml.service.api.auth import COOKIE, LOCAL, Here, Reader, check_origin, identify, is_local
from gipr_ml.service.api.schemas import (
    HealthView,
    ReadyView,
    SessionBody,
    SessionView,
    VersionView,
)
from gipr_ml.service.context import Context
from gipr_ml.service.store.access import Who
from gipr_ml.service.store.jobs import JOB_STATES

router = APIRouter(tags=["system"])
_DOCS = Path(__file__).with_name("docs")


@router.get("/health", response_model=HealthView)
async def health() -> HealthView:
    """Whether the process is there."""
    return HealthView()


@router.get(
    "/ready", response_model=ReadyView, responses={503: {"model": ReadyView, "description": "No"}}
)
def ready(here: Here) -> Any:
    """Whether the store can be reached and there is a model."""
    told = {"database": _database(here), "model": _model(here), "files": _files(here)}
    view = ReadyView(ready=set(told.values()) == {"ok"}, **told)
    return view if view.ready else JSONResponse(view.model_dump(), 503)


@router.get("/version", response_model=VersionView)
def version(here: Here) -> VersionView:
    """Which code, rules and model read."""
    found = here.versions()
    return VersionView(code=found.code, rules=found.rules, model=found.model)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request, _who: Reader) -> Response:
    """Figures for Prometheus."""
    return Response(
        generate_latest(request.app.state.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
    )


@router.post("/v1/session", response_model=SessionView, tags=["session"])
def open_session(
    here: Here,
    request: Request,
    response: Response,
    body: Annotated[SessionBody | None, Body()] = None,
) -> SessionView:
    """Open a session of the page, with a token or, on this machine, without."""
    if request.headers.get("authorization") is None:
        # An old cookie must not stand in the way of a new session.
        check_origin(request)
    who = identify(request) if _has_token(request) else Who(LOCAL, "administer")
    if who.token is None and body is not None and body.name:
        who = Who(body.name, who.role)
    with here.database.write() as connection:
        hours = here.settings.session_hours
        secret, csrf = here.access.open_session(connection, who, hours)
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(here.settings.session_hours * 3600),
        secure=here.settings.https,
        httponly=True,
        samesite="strict",
    )
    return SessionView(name=who.name, role=who.role, local=who.token is None, csrf=csrf)


def _has_token(request: Request) -> bool:
    return request.headers.get("authorization") is not None or not is_local(request)


@router.get("/v1/session", response_model=SessionView, tags=["session"])
def session(who: Reader) -> SessionView:
    """Who is there."""
    return SessionView.of(who)


@router.delete("/v1/session", status_code=204, tags=["session"])
def close_session(here: Here, request: Request, response: Response, _who: Reader) -> None:
    """End the session."""
    if secret := request.cookies.get(COOKIE):
        with here.database.write() as connection:
            here.access.close_session(connection, secret)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")


@router.get("/docs", include_in_schema=False)
async def docs() -> FileResponse:
    """The documentation, from files of this installation alone."""
    return FileResponse(_DOCS / "docs.html")


@router.get("/docs/{name}", include_in_schema=False)
async def docs_file(name: str) -> Response:
    """A file of the documentation page."""
    import fastapi_offline

    parts = {
        "docs.js": _DOCS,
        "swagger-ui-bundle.js": Path(fastapi_offline.__file__).parent / "static",
        "swagger-ui.css": Path(fastapi_offline.__file__).parent / "static",
    }
    if name not in parts:
        return Response(status_code=404)
    return FileResponse(parts[name] / name)


class JobCounts(Collector):
    """How many jobs are in which state, asked of the database when somebody looks."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def collect(self) -> list[GaugeMetricFamily]:
        """One figure a state."""
        family = GaugeMetricFamily("gipr_jobs", "Jobs by state", labels=["state"])
        with self.context.database.read() as connection:
            counts = self.context.jobs.counts(connection)
        for state in JOB_STATES:
            family.add_metric([state], counts.get(state, 0))
        return [family]

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing is asked before somebody looks."""
        return []


def make_registry(context: Context) -> CollectorRegistry:
    """The figures of one service."""
    registry = CollectorRegistry()
    registry.register(JobCounts(context))
    return registry


def _database(here: Context) -> str:
    try:
        with here.database.read() as connection:
            connection.execute(text("SELECT 1"))
    except DBAPIError:
        return "does not answer"
    return "ok"


def _model(here: Context) -> str:
    try:
        here.versions()
    except DBAPIError:
        return "unknown"
    except (ModelError, ServiceError) as error:
        return error.message
    return "ok"


def _files(here: Context) -> str:
    return "ok" if os.access(here.files.root, os.W_OK) else "cannot be written"
