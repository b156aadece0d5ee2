"""What people have decided of findings, found again when a report is read or checked again.

A finding is known by its fingerprint: `rule:cells:figures`, the latter two as digests. The same
rule over the same cells with other figures is another matter; a decision on it is then stale. What
is decided never changes a cell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from gipr_ml.checking.cells import Cells
from gipr_ml.checking.words import figure
from gipr_ml.types import Decision, Finding, Report, ReportCell, Status

DIGITS = 10
"""Hexadecimal digits of each digest."""


def with_fingerprints(findings: Iterable[Finding], cells: Cells) -> tuple[Finding, ...]:
    """The findings with their fingerprints; `cells` are those of the report, by key."""
    return tuple(replace(f, fingerprint=fingerprint(f, cells)) for f in findings)


def fingerprint(finding: Finding, cells: Cells) -> str:
    """The fingerprint of a finding on `cells`. Neither order nor words of the finding matter; only
    a finding that names no cell is known by its words."""
    keys = sorted(finding.cells)
    about = keys or [finding.message]
    figures = [f"{key}={_figure(cells.get(key))}" for key in keys]
    figures += [_plain(finding.reported), _plain(finding.computed)]
    return f"{finding.rule}:{_digest(about)}:{_digest(figures)}"


def apply_decisions(report: Report, decisions: Sequence[Decision]) -> Report:
    """The report with what was decided of its findings, and the status that follows.

    Of several decisions on one finding the last counts. A decision on a finding whose figures have
    changed is shown with it, stale; one on a finding that is gone is among `past_decisions`.
    """
    exact = {d.finding: d for d in decisions}
    made = {f.fingerprint for f in report.findings}
    changed = {_subject(d.finding): d for d in decisions if d.finding not in made}
    findings = tuple(
        replace(f, decision=exact.get(f.fingerprint) or changed.get(_subject(f.fingerprint)))
        for f in report.findings
    )
    shown = {f.decision for f in findings}
    past = tuple(d for d in exact.values() if d not in shown)
    decided = replace(report, findings=findings, past_decisions=past)
    return replace(decided, status=status_of(decided))


def status_of(report: Report) -> Status:
    """What the findings, and the decisions on them, make of a report that was not rejected.

    A finding that was dismissed no longer asks for a person; one that was confirmed does.
    """
    if report.status is Status.REJECTED:
        return Status.REJECTED
    return judged(report.findings)


def judged(findings: Iterable[Finding]) -> Status:
    """The status of a report with these findings."""
    needed = any(
        f.decided == "confirmed" or (f.review and f.decided != "dismissed") for f in findings
    )
    return Status.NEEDS_REVIEW if needed else Status.CONSISTENT


def _subject(fingerprint: str) -> str:
    """Rule and cells, without the figures."""
    return fingerprint.rpartition(":")[0]


def _figure(cell: ReportCell | None) -> str:
    if cell is None:
        return "lost"
    return str(cell.state) if cell.value is None else _plain(cell.value) + (cell.unit or "")


def _plain(value: Decimal | None) -> str:
    return "" if value is None else figure(value)


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:DIGITS]
