"""`gipr decide`: what a person decides of the findings of a result."""

from __future__ import annotations

import getpass
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gipr_ml.errors import UsageError
from gipr_ml.files import LOCK, locked
from gipr_ml.types import Decision, Report, Verdict

Result = Annotated[Path, typer.Argument(help="A result (DOCUMENT.json).", metavar="RESULT")]
Numbers = Annotated[
    list[int] | None,
    typer.Argument(help="Numbers of findings; without any they are listed.", metavar="N..."),
]
Confirm = Annotated[bool, typer.Option("--confirm", help="It is right; something must be done.")]
Dismiss = Annotated[
    bool, typer.Option("--dismiss", help="It is no error, or is printed so in the source.")
]
Note = Annotated[bool, typer.Option("--note", help="A remark that decides nothing.")]
Why = Annotated[str, typer.Option("--why", help="The reason, in your words.")]
Who = Annotated[str | None, typer.Option("--who", help="Your name.")]


def decide(
    result: Result,
    numbers: Numbers = None,
    confirm: Confirm = False,
    dismiss: Dismiss = False,
    note: Note = False,
    why: Why = "",
    who: Who = None,
) -> None:
    """Confirm, dismiss or annotate findings of a result.

    The decisions are kept beside it, in NAME.decisions.toml, and hold when the report is read or
    checked again, as long as the figures are the same. No cell is changed.
    """
    from gipr_ml.checking import apply_decisions
    from gipr_ml.cli.proof import proof
    from gipr_ml.export import read_result, write
    from gipr_ml.export.decisions import (
        decided,
        decisions_path,
        read_decisions,
        write_decisions,
    )

    verdict = _verdict(confirm, dismiss, note, bool(numbers))
    if not result.is_file():
        raise UsageError(f"{result}: no such file")
    # Whoever decides at the same time must not write over what is decided here.
    lock = result.parent / f"{LOCK}-decisions"
    with locked(lock, str(result.parent)) if verdict else nullcontext():
        report = read_result(result)
        path = decisions_path(result.parent, result.stem)
        decisions = read_decisions(path)
        if verdict:
            new = _decisions(report, numbers or [], verdict, who, why)
            decisions = decided(decisions, new)
            write_decisions(path, decisions)
        report = apply_decisions(report, decisions)
        if verdict:
            write(report, result.parent, ["json"], result.stem)
    for line in proof(report):
        typer.echo(line)
    typer.echo(f"{result.name}: {str(report.status).replace('_', ' ')}", err=True)


def _verdict(confirm: bool, dismiss: bool, note: bool, numbered: bool) -> Verdict | None:
    """The one verdict that is given; None where the findings are to be listed."""
    verdicts: dict[Verdict, bool] = {"confirmed": confirm, "dismissed": dismiss, "noted": note}
    chosen = [verdict for verdict, given in verdicts.items() if given]
    if len(chosen) > 1 or bool(chosen) != numbered:
        raise UsageError(
            "give the numbers of findings and one of --confirm, --dismiss and --note, or neither "
            "to list the findings"
        )
    return chosen[0] if chosen else None


def _decisions(
    report: Report, numbers: list[int], verdict: Verdict, who: str | None, why: str
) -> list[Decision]:
    known = len(report.findings)
    for number in numbers:
        if not 1 <= number <= known:
            raise UsageError(f"there is no finding {number}; the result has {known}")
    findings = [report.findings[number - 1] for number in numbers]
    if not all(finding.fingerprint for finding in findings):
        raise UsageError("the result is of an older version; run gipr check on it first")
    name = _user() if who is None else who
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    return [Decision(f.fingerprint, verdict, name, now, why, f.message) for f in findings]


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
