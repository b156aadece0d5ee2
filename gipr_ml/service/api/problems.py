"""Errors as answers: one shape (RFC 9457) and one clear sentence."""

from __future__ import annotations

import http
import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from gipr_ml.errors import GiprError, InputError, ServiceError, UsageError
from gipr_ml.files import NO_ROOM
from gipr_ml.service.store.history import OutOfDate
from gipr_ml.service.store.jobs import QueueFull

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger(__name__)


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it."""

    type: str = Field("about:blank", description="Always about:blank; `code` tells more.")
    title: str = Field(description="The name of the status.")
    status: int
    detail: str = Field(description="One sentence for people: what, where, what to do.")
    code: str = Field(description="Stable name of the error.")


class Refusal(HTTPException):
    """An answer other than the one that was asked for."""

    def __init__(
        self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, detail, headers)
        self.code = code


def not_found(what: str) -> Refusal:
    """Nothing of that id is there."""
    return Refusal(404, "not_found", f"there is no such {what}")


def no_result() -> Refusal:
    """The report is not there, or has not been read yet."""
    return Refusal(404, "no_result", "there is no such report, or it has no result yet")


def problem(
    status: int, code: str, detail: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The answer for an error."""
    body = Problem(
        type="about:blank",
        title=http.HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
    )
    return JSONResponse(body.model_dump(), status, dict(headers or {}), MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Turn every error that may reach the outside into a problem."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(QueueFull, _full)
    app.add_exception_handler(OutOfDate, _out_of_date)
    app.add_exception_handler(GiprError, _known)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(OSError, _system)
    app.add_exception_handler(Exception, _unknown)


def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    return problem(error.status_code, error.code, str(error.detail), error.headers)


def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    words = {
        404: "there is nothing at this address",
        405: "this address does not take that method",
    }
    detail = words.get(error.status_code, str(error.detail))
    code = http.HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    return problem(error.status_code, code, detail, error.headers)


def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fault = error.errors()[0]
    where = ".".join(str(step) for step in fault["loc"])
    more = f" (and {len(error.errors()) - 1} more)" if len(error.errors()) > 1 else ""
    words = f"{where}: {fault['msg']}{more}".encode("utf-8", "replace").decode()
    return problem(422, "invalid", words)


def _full(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, QueueFull)
    detail = f"{error.waiting} jobs wait already; try again in {error.retry_after} seconds"
    return problem(429, "queue_full", detail, {"Retry-After": str(error.retry_after)})


def _out_of_date(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OutOfDate)
    detail = f"the report has been changed since; its last entry is {error.last}: load it again"
    return problem(409, "out_of_date", detail)


def _known(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, GiprError)
    if isinstance(error, UsageError | InputError):
        return problem(422, error.code, error.message)
    log.error("%s", error.message)
    status = 503 if isinstance(error, ServiceError) else 500
    return problem(status, error.code, error.message)


def _database(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DBAPIError)
    log.error("the database: %s", error)
    detail = "the database does not answer; try again in a moment"
    return problem(503, "database", detail, {"Retry-After": "5"})


def _system(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OSError)
    if error.errno not in NO_ROOM:
        return _unknown(request, error)
    log.error("the disk: %s", error)
    detail = f"nothing can be kept for now ({error.strerror}); whoever runs the service has to act"
    return problem(507, "no_room", detail, {"Retry-After": "60"})


def _unknown(_request: Request, error: Exception) -> JSONResponse:
    log.error("error of ours", exc_info=error)
    return problem(500, "internal", "an error of ours; the log of the service has the details")
