"""A state as the JSON that the service answers with: the result, and the review beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field

from gipr_ml.export import dumps
from gipr_ml.export.schema import ResultFile
from gipr_ml.service.changes import DecisionChange, Entry, LabelChange, ValueChange
from gipr_ml.service.figures import plain
from gipr_ml.service.state import ReportState, ReviewState
from gipr_ml.types import Verdict


class CorrectionView(BaseModel):
    """A cell that somebody corrected."""

    entry: int
    at: str
    by: str
    cell: str
    value: float | None
    state: str
    was: float | None = Field(description="The value that was read.")
    was_state: str
    proposed: bool
    note: str


class DecisionView(BaseModel):
    """What somebody said of a finding."""

    entry: int
    at: str
    by: str
    finding: str
    verdict: Verdict
    note: str


class LabelView(BaseModel):
    """A line that somebody labelled."""

    entry: int
    at: str
    by: str
    line: int
    label: str
    cell_labels: list[str]


class ReviewerView(BaseModel):
    """Who ended a review."""

    entry: int
    at: str
    by: str


class ReviewView(BaseModel):
    """What people did with the report."""

    entry: int = Field(description="Number of the last entry of the history.")
    state: ReviewState
    open: list[int] = Field(description="Indexes of the findings that nobody has decided on.")
    corrections: list[CorrectionView]
    decisions: list[DecisionView]
    labels: list[LabelView]
    reviewers: list[ReviewerView]


class ResultView(ResultFile):
    """The result of a report as it stands, with what people did."""

    review: ReviewView


def iso(seconds: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def result_json(state: ReportState) -> bytes:
    """The result file of the report with `review` as one more field."""
    text = dumps(state.report).removesuffix("\n}\n")
    review = json.dumps(review_view(state), ensure_ascii=False)
    return f'{text},\n "review": {review}\n}}\n'.encode("utf-8", "replace")


def review_view(state: ReportState) -> dict[str, Any]:
    """The fields of `ReviewView`."""
    left = {id(finding) for finding in state.open}
    return {
        "entry": state.entry,
        "state": state.review,
        "open": [n for n, finding in enumerate(state.report.findings) if id(finding) in left],
        "corrections": [_correction(state, entry) for entry in state.values.values()],
        "decisions": [_decision(entry) for entry in state.decisions.values()],
        "labels": [_label(entry) for entry in state.labels.values()],
        "reviewers": [_base(entry) for entry in state.reviewers],
    }


def _base(entry: Entry) -> dict[str, Any]:
    return {"entry": entry.number, "at": iso(entry.at), "by": entry.by}


def _correction(state: ReportState, entry: Entry) -> dict[str, Any]:
    change = entry.change
    assert isinstance(change, ValueChange)
    was = next((cell for cell in state.read.cells if cell.key == change.cell), None)
    return _base(entry) | {
        "cell": change.cell,
        "value": _number(change.value),
        "state": change.state,
        "was": _number(was.value) if was else None,
        "was_state": str(was.state) if was else "lost",
        "proposed": change.proposed,
        "note": change.note,
    }


def _decision(entry: Entry) -> dict[str, Any]:
    change = entry.change
    assert isinstance(change, DecisionChange)
    kept = {"finding": change.finding, "verdict": change.verdict, "note": change.note}
    return _base(entry) | kept


def _label(entry: Entry) -> dict[str, Any]:
    change = entry.change
    assert isinstance(change, LabelChange)
    kept = {"line": change.line, "label": change.label, "cell_labels": list(change.cell_labels)}
    return _base(entry) | kept


def _number(value: Decimal | None) -> int | float | None:
    return None if value is None else plain(value)
