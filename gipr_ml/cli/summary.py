"""What a call says at its end: for people a few lines a report, for programs one JSON object."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

import typer

from gipr_ml.cli.codes import CONSISTENT, FAILED, REVIEW, UNREADABLE
from gipr_ml.types import Finding, Outcome, Report, Severity, State, Status

if TYPE_CHECKING:
    from gipr_ml.checking import Series

LISTED = 40
"""More reports than this are listed only where they need a person, and at most so many."""

_FAILED = "failed"
_WORDS = {
    Status.CONSISTENT: ("consistent", typer.colors.GREEN),
    Status.NEEDS_REVIEW: ("needs review", typer.colors.YELLOW),
    Status.REJECTED: ("rejected", typer.colors.RED),
    _FAILED: ("failed", typer.colors.RED),
}
_ABSENT = (State.LOST, State.ILLEGIBLE)


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one input."""

    path: Path
    name: str
    """Name of the result, without ending."""
    status: str
    """A `Status`, or "failed" where the program itself did."""
    result: Path | None = None
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
        path: Path,
        name: str,
        report: Report,
        result: Path | None,
        details: tuple[str, ...] = (),
    ) -> Entry:
        """The entry of an input that was read, well or not."""
        from gipr_ml.export import to_dict

        counts = Counter(finding.severity for finding in report.findings)
        return cls(
            path,
            name,
            report.status,
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
            () if result else tuple(to_dict(report)["findings"]),
        )

    @classmethod
    def of_failure(cls, path: Path, name: str, reason: str) -> Entry:
        """The entry of an input over which the program itself failed."""
        return cls(path, name, _FAILED, reason=reason)

    def as_dict(self) -> dict[str, object]:
        """The entry in the JSON summary."""
        return {
            "input": str(self.path),
            "document": self.name,
            "result": str(self.result) if self.result else None,
            "status": str(self.status),
            "reason": self.reason,
            "cells": self.cells,
            "read": self.read,
            "rules_passed": self.passed,
            "findings": {"error": self.errors, "warning": self.warnings, "info": self.infos},
            "proposals": self.proposals,
            "look_first": self.first,
            **({} if self.result else {"found": list(self.findings)}),
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a call."""

    entries: tuple[Entry, ...]
    asked: int
    """How many inputs there were; fewer entries where the call was stopped."""
    skipped: tuple[Path, ...]
    out: Path | None
    series: tuple[Series, ...] = ()
    """The reports of each agency, where they were looked at together."""

    @property
    def counts(self) -> dict[str, int]:
        """How many inputs ended in each status."""
        counted = Counter(str(entry.status) for entry in self.entries)
        return {str(status): counted[str(status)] for status in _WORDS}

    @property
    def exit_code(self) -> int:
        """The gravest thing that happened decides."""
        counts = self.counts
        if counts[_FAILED]:
            return FAILED
        if counts[Status.REJECTED]:
            return UNREADABLE
        return REVIEW if counts[Status.NEEDS_REVIEW] else CONSISTENT


def look_first(report: Report) -> str | None:
    """The message of the gravest finding: contradictions first, then what could not be checked."""
    gravity = list(Severity)

    def rank(finding: Finding) -> tuple[int, bool]:
        return gravity.index(finding.severity), finding.outcome is not Outcome.FAIL

    gravest = min(report.findings, key=rank, default=None)
    return gravest.message if gravest else None


def show(summary: Summary, as_json: bool, code: int) -> None:
    """Print the summary on standard output; beside JSON, people get the last line as a message."""
    if as_json:
        data = {
            "documents": [entry.as_dict() for entry in summary.entries],
            "totals": {"inputs": summary.asked, **summary.counts},
            "agencies": [
                {
                    "agency": one.agency,
                    "years": list(one.sources),
                    "missing": list(one.missing),
                    "repeated": {str(year): list(names) for year, names in one.repeated.items()},
                }
                for one in summary.series
            ],
            "skipped": [str(path) for path in summary.skipped],
            "exit_code": code,
        }
        # Escaped, so that it stays whole on a terminal of any encoding.
        typer.echo(json.dumps(data, indent=1, default=float))
    else:
        for line in _entry_lines(summary.entries):
            typer.echo(line)
        for line in _series_lines(summary.series):
            typer.echo(line)
    typer.echo(_totals(summary), err=as_json)


def _entry_lines(entries: tuple[Entry, ...]) -> list[str]:
    shown = entries
    if len(entries) > LISTED:
        shown = tuple(e for e in entries if e.status != Status.CONSISTENT)[:LISTED]
    width = max((_width(entry.name) for entry in shown), default=0)
    lines = [line for entry in shown for line in _lines(entry, width)]
    if len(shown) < len(entries):
        lines.append(f"… and {len(entries) - len(shown)} more")
    return [*lines, ""] if lines else []


def _series_lines(series: Sequence[Series]) -> list[str]:
    """Agencies with missing years or with several sources of one report."""
    lines = []
    for one in series:
        years = f"{min(one.sources)} to {max(one.sources)}"
        if one.missing:
            lines.append(f"{one.agency}: {years}, without {', '.join(map(str, one.missing))}")
        for year, names in one.repeated.items():
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            lines.append(f"{one.agency}: {year} from {', '.join(names[:3])}{more}")
    shown = lines[:LISTED]
    if len(lines) > LISTED:
        shown.append(f"… and {len(lines) - LISTED} more; --json lists all")
    return [*shown, ""] if shown else []


def _lines(entry: Entry, width: int) -> list[str]:
    words, colour = _WORDS[entry.status]
    name = entry.name + " " * (width - _width(entry.name))
    head = f"{typer.style(f'{words:12}', fg=colour)}  {name}  "
    if entry.reason:
        if entry.status != Status.REJECTED:
            return [head + entry.reason]
        from gipr_ml.export.reasons import reason_in_chinese

        return [head + entry.reason, f"{'':14}{reason_in_chinese(entry.reason)}"]
    facts = [f"{entry.read} of {entry.cells} cells", f"{entry.passed} rules hold"]
    found = entry.errors + entry.warnings + entry.infos
    if found:
        facts.append(_count(found, "finding") + f" ({_count(entry.errors, 'error')})")
    if entry.proposals:
        facts.append(_count(entry.proposals, "proposal"))
    lines = [head + ", ".join(facts)]
    if entry.details:
        lines += [f"{'':14}{line}" for line in entry.details]
    elif entry.first:
        lines.append(f"{'':14}look first: {entry.first}")
    return lines


def _totals(summary: Summary) -> str:
    counts = ", ".join(
        f"{number} {_WORDS[status][0]}" for status, number in summary.counts.items() if number
    )
    text = f"{_count(summary.asked, 'input')}: {counts or 'none read'}."
    if summary.out is not None:
        text += f" Results in {summary.out}."
    if len(summary.entries) < summary.asked:
        text += f" {summary.asked - len(summary.entries)} not reached."
    if summary.skipped:
        text += f" {_count(len(summary.skipped), 'file')} of other kinds passed over."
    return text


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _width(text: str) -> int:
    return sum(1 + (east_asian_width(character) in "WF") for character in text)
