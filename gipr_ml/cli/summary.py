"""What a call says at its end: for people a few lines a report, for programs one JSON object."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

import typer

from gipr_ml.batch.entry import FAILED as PROGRAM_FAILED
from gipr_ml.batch.entry import Entry
from gipr_ml.cli.codes import CONSISTENT, FAILED, REVIEW, UNREADABLE
from gipr_ml.types import Status

if TYPE_CHECKING:
    from gipr_ml.checking import Series

LISTED = 40
"""More reports than this are listed only where they need a person, and at most so many."""
FAILURES = "gipr-failures.csv"
"""Lists what could not be read, beside the results, where there is more than can be listed."""

_WORDS = {
    str(Status.CONSISTENT): ("consistent", typer.colors.GREEN),
    str(Status.NEEDS_REVIEW): ("needs review", typer.colors.YELLOW),
    str(Status.REJECTED): ("rejected", typer.colors.RED),
    PROGRAM_FAILED: ("failed", typer.colors.RED),
}
_UNREAD = (Status.REJECTED, PROGRAM_FAILED)


@dataclass(frozen=True)
class Summary:
    """What became of a call."""

    entries: Callable[[], Iterable[Entry]]
    """Gives the entries anew at each call, so that hundreds of thousands need no memory."""
    asked: int
    """How many inputs there were; fewer entries where the call was stopped."""
    skipped: Sequence[str]
    """Files of kinds that are not read."""
    out: str | None
    series: tuple[Series, ...] = ()
    """The reports of each agency, where they were looked at together."""
    unchanged: int = 0
    """Inputs that had been read before."""
    seconds: float = 0.0
    """Of wall time."""

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many inputs ended in each status."""
        counted = Counter(entry.status for entry in self.entries())
        return {status: counted[status] for status in _WORDS}

    @property
    def reached(self) -> int:
        """How many inputs have an entry."""
        return sum(self.counts.values())

    @property
    def unread(self) -> int:
        """How many inputs could not be read, for whatever reason."""
        return sum(self.counts[status] for status in _UNREAD)

    @property
    def exit_code(self) -> int:
        """The gravest thing that happened decides."""
        counts = self.counts
        if counts[PROGRAM_FAILED]:
            return FAILED
        if counts[Status.REJECTED]:
            return UNREADABLE
        return REVIEW if counts[Status.NEEDS_REVIEW] else CONSISTENT


def show(summary: Summary, as_json: bool, code: int) -> None:
    """Print the summary on standard output; beside JSON, people get the last line as a message."""
    if as_json:
        for piece in _json(summary, code):
            typer.echo(piece)
    else:
        for line in _entry_lines(summary):
            typer.echo(line)
        for line in _series_lines(summary.series):
            typer.echo(line)
        for line in _table(summary):
            typer.echo(line)
    typer.echo(_totals(summary), err=as_json)


def failures(summary: Summary) -> Iterator[bytes]:
    """The inputs that could not be read, with reasons, as the lines of a CSV file."""
    yield "\ufeff".encode() + _row("input", "document", "status", "reason")
    for entry in summary.entries():
        if entry.status in _UNREAD:
            yield _row(entry.source, entry.name, entry.status, entry.reason or "")


def _row(*fields: str) -> bytes:
    from gipr_ml.export.tidy import harmless

    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(harmless(field) for field in fields)
    return line.getvalue().encode("utf-8", "replace")


def _json(summary: Summary, code: int) -> Iterator[str]:
    """The summary as JSON, a line at a time; escaped, so that it stays whole on any terminal."""
    yield '{"documents": ['
    last = ""
    for entry in summary.entries():
        if last:
            yield last + ","
        last = json.dumps(entry.as_dict(), default=float)
    yield last
    rest = {
        "totals": {"inputs": summary.asked, **summary.counts},
        "run": {"unchanged": summary.unchanged, "seconds": round(summary.seconds, 1)},
        "agencies": [
            {
                "agency": one.agency,
                "years": list(one.sources),
                "missing": list(one.missing),
                "repeated": {str(year): list(names) for year, names in one.repeated.items()},
            }
            for one in summary.series
        ],
        "skipped": list(summary.skipped),
        "exit_code": code,
    }
    yield "], " + json.dumps(rest, indent=1)[1:]


def _entry_lines(summary: Summary) -> list[str]:
    few = summary.reached <= LISTED
    worth = (e for e in summary.entries() if few or e.status != Status.CONSISTENT)
    shown = list(islice(worth, LISTED))
    widest = max((width(entry.name) for entry in shown), default=0)
    lines = [line for entry in shown for line in _lines(entry, widest)]
    if len(shown) < summary.reached:
        lines.append(f"… and {summary.reached - len(shown):,} more")
    return [*lines, ""] if lines else []


def _table(summary: Summary) -> list[str]:
    """Of many inputs, how many ended how, and how fast that was."""
    if summary.reached <= LISTED:
        return []
    lines = [
        f"{typer.style(f'{words:14}', fg=colour)}{number:>11,}{number / summary.reached:>8.1%}"
        for (words, colour), number in zip(_WORDS.values(), summary.counts.values(), strict=True)
    ]
    fresh = summary.reached - summary.unchanged
    if summary.seconds and fresh:
        rate = f"{fresh / summary.seconds:,.1f} a second"
        lines.append(f"{'read now':14}{fresh:>11,}  in {summary.seconds:,.0f} s, {rate}")
    return [*lines, ""]


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


def _lines(entry: Entry, widest: int) -> list[str]:
    words, colour = _WORDS[entry.status]
    name = entry.name + " " * (widest - width(entry.name))
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
    if summary.reached < summary.asked:
        text += f" {summary.asked - summary.reached} not reached."
    if summary.unchanged:
        text += f" {summary.unchanged} unchanged since last time, not read again."
    if summary.skipped:
        text += f" {_count(len(summary.skipped), 'file')} of other kinds passed over."
    return text


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def width(text: str) -> int:
    """Columns of a terminal that a text takes."""
    return sum(1 + (east_asian_width(character) in "WF") for character in text)
