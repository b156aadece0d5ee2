"""A reading with its history as the report that they make together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from gipr_ml.errors import UsageError
from gipr_ml.service.changes import (
    Change,
    DecisionChange,
    Entry,
    HeadingChange,
    LabelChange,
    ReviewChange,
    UndoChange,
    ValueChange,
    active,
)
from gipr_ml.service.official import CELL_LABELS, line_labels
from gipr_ml.types import Decision, Finding, Report, ReportCell, Severity, State, Status

ReviewState = Literal["none", "started", "done", "second_wanted", "second_done"]
"""How far people are. A report that only the program has read is `none`, however sure it was."""
REVIEW_ENDED: tuple[ReviewState, ...] = ("done", "second_done")
REVIEWED: tuple[ReviewState, ...] = (*REVIEW_ENDED, "second_wanted")
"""After a first review has ended, whether or not somebody else is to look too."""

DECIDED = ("confirmed", "dismissed")
"""Verdicts that decide; a remark does not, nor does a verdict on other figures."""


@dataclass(frozen=True)
class ReportState:
    """A report as it stands after some entry."""

    report: Report
    """The contract's result, corrected cells with confidence 1."""
    read: Report
    """As it was read."""
    read_at: int
    """Number of the entry with the reading."""
    entry: int
    """Number of the last entry."""
    values: Mapping[str, Entry]
    """The correction that holds, by cell."""
    decisions: Mapping[str, Entry]
    """By fingerprint of the finding."""
    labels: Mapping[int, Entry]
    """By line."""
    review: ReviewState
    reviewers: tuple[Entry, ...]
    """Who ended a review, the last one last."""

    @property
    def open(self) -> list[Finding]:
        """Findings that need a person and that nobody has decided on."""
        return [f for f in self.report.findings if f.review and f.decided not in DECIDED]


def build_state(read: Report, entries: Sequence[Entry], last: int, read_at: int = 0) -> ReportState:
    """The state after `entries`, all of them changes; `last` is the number of the last entry.

    `read_at` is the number of the entry with the reading: a review that ended before it says
    nothing of it.
    """
    holding = active(entries)
    values = {e.change.cell: e for e in holding if isinstance(e.change, ValueChange)}
    decisions = {e.change.finding: e for e in holding if isinstance(e.change, DecisionChange)}
    labels = {e.change.line: e for e in holding if isinstance(e.change, LabelChange)}
    review, reviewers = _review(holding, read_at)
    return ReportState(
        report=_corrected(read, holding, values, decisions),
        read=read,
        read_at=read_at,
        entry=last,
        values=values,
        decisions=decisions,
        labels=labels,
        review=review,
        reviewers=reviewers,
    )


def follow(
    state: ReportState, known: Sequence[Entry], changes: Sequence[Change], at: float, by: str
) -> list[Entry]:
    """The entries of further changes, each of which must fit the report as it then stands.

    `known` are the changes that led to `state`. Raises `UsageError` where one does not fit.
    """
    entries = list(known)
    last = state.entry
    for number, change in enumerate(changes, last + 1):
        # Checking all figures anew takes a while, and most changes do not look at what it finds.
        if isinstance(change, DecisionChange | ReviewChange) and state.entry < number - 1:
            state = build_state(state.read, entries, number - 1, state.read_at)
        check_change(state, entries, change)
        entries.append(Entry(number, at, by, change))
    return entries[len(known) :]


def _corrected(
    read: Report,
    holding: Sequence[Entry],
    values: Mapping[str, Entry],
    decisions: Mapping[str, Entry],
) -> Report:
    report = read
    for entry in holding:
        if isinstance(entry.change, HeadingChange):
            report = replace(
                report,
                agency=entry.change.agency or report.agency,
                year=entry.change.year or report.year,
            )
    cells = tuple(_cell(cell, values.get(cell.key)) for cell in report.cells)
    doubts = tuple(d for d in report.doubts if not (d.cells and values.keys() >= {*d.cells}))
    if cells != report.cells or doubts != report.doubts:
        from gipr_ml import pipeline

        report = pipeline.check(replace(report, cells=cells, doubts=doubts))
    if not decisions:
        return report
    from gipr_ml.checking import apply_decisions

    return apply_decisions(report, [_decision(entry) for entry in decisions.values()])


def _decision(entry: Entry) -> Decision:
    change = entry.change
    assert isinstance(change, DecisionChange)
    when = datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="seconds")
    return Decision(change.finding, change.verdict, entry.by, when, change.note)


def _cell(cell: ReportCell, correction: Entry | None) -> ReportCell:
    if correction is None:
        return cell
    change = correction.change
    assert isinstance(change, ValueChange)
    return replace(cell, value=change.value, state=State(change.state), confidence=1.0)


def _review(holding: Sequence[Entry], read_at: int) -> tuple[ReviewState, tuple[Entry, ...]]:
    review: ReviewState = "started" if holding else "none"
    reviewers: list[Entry] = []
    for entry in holding:
        if not isinstance(entry.change, ReviewChange) or entry.number < read_at:
            # A change after the review has ended opens it again.
            review = review if review == "second_wanted" else "started"
        elif entry.change.review == "second_wanted":
            review = "second_wanted"
        elif entry.change.review == "reopened":
            review, reviewers = "started", []
        else:
            first = reviewers[-1].by if reviewers else entry.by
            review = "second_done" if review == "second_wanted" and first != entry.by else "done"
            reviewers.append(entry)
    return review, tuple(reviewers)


def check_change(state: ReportState, entries: Sequence[Entry], change: Change) -> None:
    """Raise `UsageError` where a change does not fit the report as it stands."""
    if isinstance(change, ValueChange):
        if change.cell not in {cell.key for cell in state.report.cells}:
            raise UsageError(f"the report has no cell {change.cell}")
    elif isinstance(change, DecisionChange):
        known = {f.fingerprint for f in (*state.report.findings, *state.read.findings)}
        if change.finding not in known:
            raise UsageError("the report has no such finding any more; load it again")
    elif isinstance(change, LabelChange):
        _check_label(state, change)
    elif isinstance(change, UndoChange):
        if change.entry not in {entry.number for entry in entries}:
            raise UsageError(f"entry {change.entry} is no change of this report")
    elif isinstance(change, ReviewChange):
        _check_review(state, change)
    elif isinstance(change, HeadingChange) and change.agency is None and change.year is None:
        raise UsageError("give an agency or a year")


def _check_label(state: ReportState, change: LabelChange) -> None:
    lines = {line.number: line for line in state.report.lines}
    if change.line not in lines:
        raise UsageError(f"the report has no line {change.line}")
    known = line_labels()
    if change.label not in known:
        raise UsageError(f"{change.label} is no label of a line; known are {', '.join(known)}")
    if unknown := sorted({*change.cell_labels} - {*CELL_LABELS}):
        raise UsageError(f"{unknown[0]!r} is no label of a cell; known: {', '.join(CELL_LABELS)}")
    if change.cell_labels and len(change.cell_labels) != len(lines[change.line].cells):
        number = len(lines[change.line].cells)
        raise UsageError(f"line {change.line} has {number} cells; give as many cell_labels")


def _check_review(state: ReportState, change: ReviewChange) -> None:
    left = len(state.open)
    if change.review == "done" and left and not change.leave_open:
        raise UsageError(
            f"{left} findings are still open; decide on them, or send leave_open: true"
        )
    if change.review == "second_wanted" and not state.reviewers:
        raise UsageError("a second reviewer can be asked for once the first one is done")


def lowest_confidence(report: Report) -> float | None:
    """Of the cells that were read, or None where there are none."""
    return min((c.confidence for c in report.cells if c.state is State.READ), default=None)


def worst(state: ReportState) -> float:
    """How urgently somebody should look: the higher, the sooner. 0 for what is done."""
    if state.review in REVIEW_ENDED or state.report.status is Status.REJECTED:
        return 0.0
    left = state.open
    errors = sum(finding.severity is Severity.ERROR for finding in left)
    doubt = 1 - (lowest_confidence(state.report) or 0)
    return 100.0 * errors + 10.0 * (len(left) - errors) + doubt
