"""How a long call stands: a bar where a person watches, a line now and then where none does."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from gipr_ml.batch.entry import FAILED
from gipr_ml.batch.run import Tally, Watch
from gipr_ml.types import Status

PLAIN = 10.0
"""Seconds between two lines where nobody watches."""
DRAWN = 0.1
"""Seconds between two drawings of the counts."""


@contextmanager
def watched(total: int, verb: str) -> Iterator[Watch]:
    """Gives what is to be called after each of `total` documents."""
    if total == 1:
        yield _tell
    elif sys.stderr.isatty():
        with _bar(total, verb) as watch:
            yield watch
    else:
        yield _lines(verb)


def counts(tally: Tally) -> str:
    """How many documents ended how, in words."""
    found = tally.statuses
    parts = [
        f"{found[Status.CONSISTENT]:,} consistent",
        f"{found[Status.NEEDS_REVIEW]:,} to review",
        f"{found[Status.REJECTED] + found[FAILED]:,} failed",
    ]
    if tally.unchanged:
        parts.append(f"{tally.unchanged:,} of them unchanged")
    return ", ".join(parts)


def _tell(tally: Tally, notes: tuple[str, ...]) -> None:
    del tally
    for note in notes:
        typer.echo(note, err=True)


def _lines(verb: str) -> Watch:
    start = last = time.monotonic()

    def watch(tally: Tally, notes: tuple[str, ...]) -> None:
        nonlocal last
        _tell(tally, notes)
        now = time.monotonic()
        if now - last < PLAIN or tally.done == tally.inputs:
            return
        last = now
        rate = (tally.done - tally.unchanged) / (now - start)
        left = f", {_duration((tally.inputs - tally.done) / rate)} left" if rate else ""
        progress = f"{verb}: {tally.done:,} of {tally.inputs:,}, {rate:.1f} a second{left}"
        typer.echo(f"{progress}; {counts(tally)}", err=True)

    return watch


@contextmanager
def _bar(total: int, verb: str) -> Iterator[Watch]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn(verb),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[counts]}"),
    )
    start = last = time.monotonic()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(verb, total=total, rate="", counts="")

        def watch(tally: Tally, notes: tuple[str, ...]) -> None:
            nonlocal last
            for note in notes:
                progress.console.print(note, markup=False, highlight=False)
            now = time.monotonic()
            if now - last > DRAWN or tally.done == tally.inputs:
                last = now
                rate = f"{(tally.done - tally.unchanged) / (now - start):.1f}/s"
                progress.update(task, completed=tally.done, rate=rate, counts=counts(tally))

        yield watch


def _duration(seconds: float) -> str:
    minutes, hours = seconds / 60, seconds / 3600
    if hours >= 2:
        return f"{hours:.0f} h"
    return f"{minutes:.0f} min" if minutes >= 2 else f"{seconds:.0f} s"
