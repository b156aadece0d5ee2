"""Every door of the service: who may pass, and what to say there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from gipr_ml.service.store.access import Role

SAFE = ("GET", "HEAD")
VALUE = {"kind": "value", "cell": "t4/reconsideration/total", "value": 5}
DONE = {"kind": "review", "review": "done", "leave_open": True}
TABLE = {
    "forms": {"t4": "2021"},
    "cells": [{"key": "t4/reconsideration/upheld", "value": 4}],
}


@dataclass(frozen=True)
class Door:
    """A method at an address of the application."""

    method: str
    path: str
    """As the application names it."""
    role: Role | None
    """The least that passes; None is everybody."""
    says: Any = None
    """The body."""
    report: Literal["reviewed", "waiting", "cancelled"] = "reviewed"
    """The report that it is tried on."""

    @property
    def changes(self) -> bool:
        """Whether a page from elsewhere must not pass."""
        return self.method not in SAFE

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


REPORT, JOB, MODEL = "/v1/reports/{report}", "/v1/jobs/{job}", "/v1/models/{digest}"
DOORS = (
    Door("GET", "/", None),
    Door("GET", "/docs", None),
    Door("GET", "/docs/{name}", None),
    Door("GET", "/openapi.json", None),
    Door("GET", "/page", None),
    Door("GET", "/health", None),
    Door("GET", "/ready", None),
    Door("GET", "/version", None),
    Door("GET", "/metrics", "read"),
    Door("POST", "/v1/session", "read", {}),
    Door("GET", "/v1/session", "read"),
    Door("DELETE", "/v1/session", "read"),
    Door("GET", "/v1/forms", "read"),
    Door("POST", "/v1/check", "read", TABLE),
    Door("GET", "/v1/reports", "read"),
    Door("GET", REPORT, "read"),
    Door("GET", REPORT + "/result", "read"),
    Door("GET", REPORT + "/history", "read"),
    Door("GET", REPORT + "/labels", "read"),
    Door("GET", REPORT + "/pages", "read"),
    Door("GET", REPORT + "/pages/{number}", "read"),
    Door("GET", REPORT + "/export/{kind}", "read"),
    Door("POST", REPORT + "/preview", "read", {"changes": [VALUE]}),
    Door("GET", "/v1/jobs", "read"),
    Door("GET", JOB, "read"),
    Door("GET", "/v1/models", "read"),
    Door("GET", "/v1/models/comparisons/{job}", "read"),
    Door("GET", "/v1/summary", "read"),
    Door("GET", "/v1/agencies", "read"),
    Door("GET", "/v1/years", "read"),
    Door("POST", "/v1/reports", "review"),
    Door("POST", REPORT + "/changes", "review", {"changes": [VALUE, DONE]}),
    Door("POST", REPORT + "/cancel", "review", report="waiting"),
    Door("POST", REPORT + "/retry", "review", report="cancelled"),
    Door("POST", JOB + "/cancel", "review", report="waiting"),
    Door("POST", JOB + "/retry", "review", report="cancelled"),
    Door("POST", "/v1/models/compare", "review", {"challenger": "{digest}"}),
    Door("DELETE", REPORT, "administer", report="waiting"),
    Door("POST", "/v1/models/train", "administer", {}),
    Door("POST", MODEL + "/promote", "administer"),
    Door("POST", "/v1/models/rollback", "administer"),
)
