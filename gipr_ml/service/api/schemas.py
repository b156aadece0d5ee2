"""What the service answers with, for its documentation."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from gipr_ml.export.reasons import reason_in_chinese
from gipr_ml.service.changes import Change
from gipr_ml.service.state import ReviewState
from gipr_ml.service.store.access import Role, Who
from gipr_ml.service.store.jobs import Job, JobKind, JobState
from gipr_ml.service.view import iso
from gipr_ml.types import Severity

Status = Literal["consistent", "needs_review", "rejected"]


class JobView(BaseModel):
    """A job. Times are ISO 8601 in UTC."""

    id: str
    kind: JobKind
    state: JobState
    progress: float = Field(ge=0, le=1, description="The share that is done.")
    step: str = Field(description="What it is at.")
    attempts: int
    reason: str | None = Field(description="Why it failed.")
    arguments: dict[str, Any]
    result: dict[str, Any] | None
    created_at: str
    created_by: str
    started_at: str | None
    finished_at: str | None

    @classmethod
    def of(cls, job: Job) -> JobView:
        """The view of a job."""
        return cls.model_validate(
            {
                name: getattr(job, name)
                for name in ("id", "kind", "state", "progress", "step", "attempts", "reason")
            }
            | {"arguments": dict(job.arguments), "result": job.result, "created_by": job.created_by}
            | {
                name: None if (at := getattr(job, name)) is None else iso(at)
                for name in ("created_at", "started_at", "finished_at")
            }
        )


class ReportView(BaseModel):
    """A report as lists show it."""

    id: str
    sha256: str
    name: str
    size: int
    created_at: str
    created_by: str
    updated_at: str
    job: str = Field(description="The job that reads it.")
    progress: JobState
    progress_share: float
    progress_step: str
    progress_reason: str | None = Field(description="Why reading failed.")
    entry: int = Field(description="Number of the last entry of its history; 0 before a reading.")
    status: Status | None
    reason: str | None = Field(description="Why it was rejected.")
    reason_zh: str | None = Field(description="The same in Chinese.")
    agency: str | None
    year: int | None
    errors: int
    warnings: int
    proposals: int
    open: int = Field(description="Errors and warnings that nobody has decided on.")
    confidence: float | None = Field(description="The lowest one of its cells.")
    worst: float = Field(description="How urgently somebody should look.")
    review: ReviewState
    reviewed_by: str | None
    reviewed_at: str | None
    version: str | None = Field(description="Code, rules and model that read it.")

    @classmethod
    def of(cls, row: Any) -> ReportView:
        """The view of a row of `Reports`."""
        plain = (
            "id", "sha256", "name", "size", "created_by", "job", "entry", "status", "reason",
            "agency", "year", "errors", "warnings", "proposals", "open", "confidence", "worst",
            "review", "reviewed_by", "version",
        )  # fmt: skip
        times = ("created_at", "updated_at", "reviewed_at")
        return cls.model_validate(
            {name: getattr(row, name) for name in plain}
            | {name: None if (at := getattr(row, name)) is None else iso(at) for name in times}
            | {
                "reason_zh": reason_in_chinese(row.reason) if row.reason else None,
                "progress": row.state,
                "progress_share": row.progress,
                "progress_step": row.step,
                "progress_reason": row.job_reason,
            }
        )


class ReportList(BaseModel):
    """Some reports, and where the next ones begin."""

    reports: list[ReportView]
    next: str | None = Field(description="`after` of the next page.")


class SentView(BaseModel):
    """What became of one file."""

    name: str
    report: str | None = Field(description="Its id; null for an archive, whose job names them.")
    job: str
    known: bool = Field(description="Whether the same file was there already, read the same way.")
    state: JobState


class SentList(BaseModel):
    """What became of the files, in their order."""

    sent: list[SentView]


class PageView(BaseModel):
    """A page that has a picture; boxes of cells are in its width and height."""

    number: int
    width: float
    height: float
    image: str = Field(description="Path of the picture.")


class PageList(BaseModel):
    """The pages of a report."""

    pages: list[PageView]


class StepView(BaseModel):
    """One entry of a history."""

    number: int
    at: str
    by: str
    kind: Literal["read", "value", "decision", "label", "heading", "undo", "review"]
    body: dict[str, Any] = Field(description="The change, or the outcome of the reading.")


class StepList(BaseModel):
    """The history of a report, the first entry first."""

    entries: list[StepView]


class ChangesBody(BaseModel):
    """Changes that are made together, or not at all."""

    changes: list[Change] = Field(min_length=1, max_length=200)
    after: int | None = Field(
        None, ge=1, le=10**6, description="The last entry that you have seen; a later one refuses."
    )
    key: str | None = Field(
        None, pattern="^[A-Za-z0-9_-]{8,100}$", description="Makes sending twice enter once."
    )


class PreviewBody(BaseModel):
    """Changes to look at without making them."""

    changes: list[Change] = Field(max_length=200)


class JobList(BaseModel):
    """Jobs, the newest first."""

    jobs: list[JobView]


class ModelView(BaseModel):
    """A model."""

    digest: str
    in_use: bool
    shipped: bool = Field(description="Whether it came with the program.")
    made_at: str
    made_by: str
    scores: dict[str, Any] = Field(description="On reports that it had not seen in training.")
    about: dict[str, Any] = Field(description="What it was made of.")


class PromotionView(BaseModel):
    """That another model came into use."""

    at: str
    by: str
    action: Literal["promote", "rollback"]
    model: str
    replaces: str | None
    version: str | None = Field(description="Of the model in MLflow.")
    reason: str
    overridden: list[str] = Field(description="What stood against it.")
    figures: dict[str, tuple[float, float]] = Field(description="Before and after.")


class ModelList(BaseModel):
    """The models there are, the newest first."""

    models: list[ModelView]
    promotions: list[PromotionView] = Field(description="The newest first.")
    back: str | None = Field(description="The model that a rollback brings back.")
    mlflow: str | None = Field(description="Where MLflow shows the runs.")


class FindingCount(BaseModel):
    """In how many reports a rule has something to say."""

    rule: str
    severity: Severity
    reports: int


class SummaryView(BaseModel):
    """Everything stored, in numbers."""

    reports: int
    status: dict[str, int] = Field(description="Reports by status; `waiting` are not read yet.")
    review: dict[str, int]
    left: int = Field(description="Reports that need a review which is not done.")
    reviewed_today: int = Field(description="Since midnight in UTC, or since `since`.")
    findings: list[FindingCount] = Field(description="The most frequent ones.")
    jobs: dict[str, int]


class AgencyYear(BaseModel):
    """The reports of one agency for one year."""

    agency: str
    year: int
    reports: int
    errors: int
    status: Status | None
    report: str = Field(description="Id of one of them.")


class AgencyList(BaseModel):
    """Some agencies by year, and where the next ones begin."""

    agencies: list[AgencyYear]
    next: int | None = Field(description="`after` of the next page.")


class YearFinding(BaseModel):
    """What contradicts the report of the year before, or another source of the same report."""

    report: str = Field(description="Id of the report that it is about.")
    year: int
    rule: str
    severity: Severity
    cells: list[str]
    reported: float | None
    computed: float | None
    difference: float | None
    message: str


class YearReport(BaseModel):
    """A report of an agency."""

    report: str
    name: str
    year: int


class AgencyYearsView(BaseModel):
    """Some reports of an agency, under all of its names."""

    agency: str = Field(description="As its latest report prints it.")
    reports: list[YearReport] = Field(description="The first year first.")
    left: int = Field(description="How many reports come after these.")
    missing: list[int] = Field(description="Years without a report between others.")
    repeated: list[int] = Field(description="Years with several reports.")
    findings: list[YearFinding] = Field(description="Of the reports above.")
    findings_left: int = Field(description="How many more findings these have.")


class YearList(BaseModel):
    """Some agencies with several reports, and where the next ones begin."""

    agencies: list[AgencyYearsView]
    next: int | None = Field(description="`after` of the next page.")


class SessionBody(BaseModel):
    """Who opens a session; a name counts on this machine only, where no token says one."""

    name: str | None = Field(None, min_length=1, max_length=80)


class SessionView(BaseModel):
    """Who is there."""

    name: str
    role: Role
    local: bool = Field(description="Whether this machine alone says who it is, and no token.")
    csrf: str | None = Field(description="To be sent as X-CSRF-Token with every change.")

    @classmethod
    def of(cls, who: Who) -> SessionView:
        """The view of somebody."""
        return cls(name=who.name, role=who.role, local=who.token is None, csrf=who.csrf)


class HealthView(BaseModel):
    """Whether the process is there."""

    status: Literal["ok"] = "ok"


class ReadyView(BaseModel):
    """Whether the service can do its work."""

    ready: bool
    database: str
    model: str
    files: str


class VersionView(BaseModel):
    """What reads."""

    code: str
    rules: str
    model: str
