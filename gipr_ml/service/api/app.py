"""The application: every part of the API behind one guard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from gipr_ml.service.api import insight, jobs, models, pages, problems, reports, review, system
from gipr_ml.service.api.auth import Failures
from gipr_ml.service.api.guard import Guard
from gipr_ml.service.api.openapi import describe
from gipr_ml.service.api.threads import limit_slow
from gipr_ml.service.context import Context

DESCRIPTION = (
    "Reads 政府信息公开工作年度报告 into checked tables, says what it is not sure of, and keeps "
    "what people correct."
)


@asynccontextmanager
async def _running(_app: FastAPI) -> AsyncIterator[None]:
    limit_slow()
    yield


def make_app(context: Context) -> FastAPI:
    """The application on an open store."""
    app = FastAPI(
        title="gipr-ml",
        version=version("gipr-ml"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=_running,
    )
    app.state.context = context
    app.state.failures = Failures()
    app.state.registry = system.make_registry(context)
    problems.install(app)
    for part in (pages, system, reports, review, jobs, models, insight):
        app.include_router(part.router)
    pages.install(app)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    app.add_middleware(Guard, settings=context.settings, registry=app.state.registry)
    return app
