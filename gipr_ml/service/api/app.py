"""The application: every part of the API behind one guard."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import FastAPI

from gipr_ml.service.api import insight, jobs, problems, reports, review, system
from gipr_ml.service.api.auth import Failures
from gipr_ml.service.api.guard import Guard
from gipr_ml.service.api.openapi import describe
from gipr_ml.service.context import Context

DESCRIPTION = (
    "Reads 政府信息公开工作年度报告 into checked tables, says what it is not sure of, and keeps "
    "what people correct."
)


def make_app(context: Context) -> FastAPI:
    """The application on an open store."""
    app = FastAPI(
        title="gipr-ml",
        version=version("gipr-ml"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
    )
    app.state.context = context
    app.state.failures = Failures()
    app.state.registry = system.make_registry(context)
    problems.install(app)
    for part in (system, reports, review, jobs, insight):
        app.include_router(part.router)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    app.add_middleware(Guard, settings=context.settings, registry=app.state.registry)
    return app
