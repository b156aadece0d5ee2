"""What became of one input, as the summaries tell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from gipr_ml.types import Finding, Outcome, Report, Severity, State

FAILED = "failed"
_ABSENT = (State.LOST, State.ILLEGIBLE)


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one input."""

    source: str
    """Path or URL."""
    name: str
    """Name of the result, without ending."""
    status: str
    """A `Status`, or "failed" where the program itself did."""
    result: str | None = None
    """Path or URL of the result, where one was written."""
    cells: int = 0
    read: int = 0
    """Cells found in the document, be it a number, a blank or a dash."""
    passed: int = 0
    errors: int = 0
    warnings: int = 0
    infos: int = 0
    proposals: int = 0
    reason: str | None = None
    first: str | None = None
    """What to look at first, in Chinese."""
    details: tuple[str, ...] = ()
    """More lines about the report, in Chinese."""
    findings: tuple[dict[str, object], ...] = ()
    """As in the result, where no result is written."""

    @classmethod
    def of_report(
        cls,
        source: str,
        name: str,
        report: Report,
        result: str | None,
        details: tuple[str, ...] = (),
    ) -> Entry:
        """The entry of an input that was read, well or not."""
        counts = Counter(finding.severity for finding in report.findings)
        return cls(
            source,
            name,
            str(report.status),
            result,
            len(report.cells),
            sum(cell.state not in _ABSENT for cell in report.cells),
            report.passed,
            counts[Severity.ERROR],
            counts[Severity.WARNING],
            counts[Severity.INFO],
            len(report.proposals),
            report.reason,
            look_first(report),
            details,
            () if result else _findings(report),
        )

    @classmethod
    def of_failure(cls, source: str, name: str, reason: str) -> Entry:
        """The entry of an input over which the program itself failed."""
        return cls(source, name, FAILED, reason=reason)

    @classmethod
    def of_kept(cls, source: str, name: str, result: str | None, kept: Mapping[str, Any]) -> Entry:
        """The entry that `kept` was made of."""
        return cls(source, name, result=result, **kept)

    def kept(self) -> dict[str, Any]:
        """What JSON can hold of an entry whose result was written, without its names."""
        return {name: getattr(self, name) for name in _KEPT}

    def as_dict(self) -> dict[str, object]:
        """The entry in the JSON summary."""
        return {
            "input": self.source,
            "document": self.name,
            "result": self.result,
            "status": self.status,
            "reason": self.reason,
            "cells": self.cells,
            "read": self.read,
            "rules_passed": self.passed,
            "findings": {"error": self.errors, "warning": self.warnings, "info": self.infos},
            "proposals": self.proposals,
            "look_first": self.first,
            **({} if self.result else {"found": list(self.findings)}),
        }


_KEPT = tuple(
    field.name
    for field in fields(Entry)
    if field.name not in ("source", "name", "result", "details", "findings")
)


def _findings(report: Report) -> tuple[dict[str, object], ...]:
    from gipr_ml.export import to_dict

    return tuple(to_dict(report)["findings"])


def look_first(report: Report) -> str | None:
    """The message of the gravest finding: contradictions first, then what could not be checked."""

    def rank(finding: Finding) -> tuple[int, bool]:
        return finding.severity.rank, finding.outcome is not Outcome.FAIL

    gravest = min(report.findings, key=rank, default=None)
    return gravest.message if gravest else None
