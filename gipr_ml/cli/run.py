"""Check many files, by several processes where there are many."""

from __future__ import annotations

import gc
import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gipr_ml.batch.entry import Entry
from gipr_ml.batch.run import LOG, PROBE, Tally
from gipr_ml.cli.codes import FAILED, INTERRUPTED
from gipr_ml.cli.inputs import Inputs
from gipr_ml.cli.progress import watched
from gipr_ml.cli.summary import Summary, show
from gipr_ml.errors import GiprError, InputError, UsageError
from gipr_ml.files import write_file, writing_into
from gipr_ml.types import Decision, PageImage, Report, Status

if TYPE_CHECKING:
    from gipr_ml.checking import Series

FEW = 5
"""Up to so many inputs, everything that is known of each is told."""

WORTH_A_WORKER = 200
"""Inputs that keep a process busy for longer than it takes to start."""
MOST_WORKERS = 8
CHUNK = 16

Read = Callable[[Path], Report]
Tell = Callable[[Report], tuple[str, ...]]
Images = Callable[[Path], Sequence[PageImage]]


def run(
    inputs: Inputs,
    read: Read,
    out: Path | None,
    formats: Sequence[str],
    as_json: bool,
    images: Images,
    tell: Tell,
    series: Sequence[Series],
) -> None:
    """Check every input, write its results into `out`, print the summary and exit with its code.

    Without `out` nothing is written. `images` gives the pages of an input for the formats that show
    them, `tell` more lines about a report where there are few, and `series` are the reports of each
    agency. Where there are many inputs, several processes share the work: `read`, `images` and
    `tell` must be such as can be sent to them. What people have decided of the findings is looked
    up beside the input and in `out`. One bad input costs itself alone. Raises `UsageError` where
    `out` cannot be written, `GiprError` where nothing can be read at all, such as without a model.
    """
    if out is not None:
        _prepare(out)
    told = tell if len(inputs.files) <= FEW or out is None else None
    one = partial(_one, read=read, out=out, formats=formats, images=images, tell=told)
    workers = _workers(len(inputs.files))
    entries: list[Entry] = []
    stopped = None
    try:
        tally = Tally(len(inputs.files))
        with watched(len(inputs.files), "checking") as watch:
            for entry in each(one, inputs.files, inputs.stems, workers):
                entries.append(entry)
                tally.statuses[entry.status] += 1
                watch(tally, ())
    except KeyboardInterrupt:
        stopped = INTERRUPTED, "stopped; run the same command again for the rest"
    except OSError as error:
        stopped = FAILED, f"cannot write into {out} ({error.strerror or error})"
    except BrokenExecutor:
        stopped = FAILED, "a process ended unexpectedly; is there enough memory?"
    summary = Summary(
        lambda: entries,
        len(inputs.files),
        [str(path) for path in inputs.skipped],
        None if out is None else str(out),
        tuple(series),
    )
    code = stopped[0] if stopped else summary.exit_code
    show(summary, as_json, code)
    if stopped:
        typer.echo(f"gipr: {stopped[1]}", err=True)
    raise typer.Exit(code)


def _workers(inputs: int) -> int:
    """How many processes are worth starting."""
    able = getattr(os, "sched_getaffinity", None)
    processors = len(able(0)) if able else os.cpu_count() or 1
    return max(1, min(processors, MOST_WORKERS, inputs // WORTH_A_WORKER))


def each(
    one: Callable[[Path, str], Entry], files: Sequence[Path], stems: Sequence[str], workers: int
) -> Iterator[Entry]:
    """The entry of each file, in their order, by so many processes."""
    if workers == 1:
        yield from map(one, files, stems)
        return
    # Not forked: libraries that read documents keep threads, which a fork would break.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin, (one,))
    try:
        yield from pool.map(_work, files, stems, chunksize=CHUNK)
    finally:
        pool.shutdown(cancel_futures=True)


_job: Callable[[Path, str], Entry]
"""What a process of the pool does with an input."""


def _begin(one: Callable[[Path, str], Entry]) -> None:
    global _job
    _job = one
    # What is loaded stays loaded, and reports leave no cycles: the collector is seldom needed.
    gc.freeze()
    gc.set_threshold(100_000)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process tells them to stop


def _work(path: Path, stem: str) -> Entry:
    return _job(path, stem)


def _prepare(out: Path) -> None:
    with writing_into(out):
        out.mkdir(parents=True, exist_ok=True)
        write_file(out / PROBE, b"")
        (out / PROBE).unlink()


def _one(
    path: Path,
    stem: str,
    read: Read,
    out: Path | None,
    formats: Sequence[str],
    images: Images,
    tell: Tell | None,
) -> Entry:
    """Read one input and write its results. `OSError` is left for the output alone."""
    from gipr_ml.export import write

    try:
        report = _decided(_read(path, read), path, out, stem)
        shown = images(path) if "html" in formats and report.status is not Status.REJECTED else ()
    except GiprError:
        raise
    except Exception as error:
        if out is None:
            raise
        log = out / LOG
        _note(log, path)
        words = f"internal error ({type(error).__name__}); please report it with {log}"
        return Entry.of_failure(str(path), stem, words)
    details = tell(report) if tell else ()
    if out is None:
        return Entry.of_report(str(path), stem, report, None, details)
    target = out / f"{stem}.json"
    if report.status is Status.REJECTED and target.resolve() == path.resolve():
        # Checked in its own folder: a file that somebody has to mend is not written over.
        return Entry.of_report(str(path), stem, report, None, details)
    written = write(report, out, formats, stem, shown)
    return Entry.of_report(str(path), stem, report, str(written[0]), details)


def _decided(report: Report, path: Path, out: Path | None, stem: str) -> Report:
    """The report with what people have decided of its findings; the later file counts."""
    from gipr_ml.checking import apply_decisions
    from gipr_ml.export.decisions import decisions_path, read_decisions

    files = [decisions_path(path.parent, path.stem)]
    if out is not None:
        files.append(decisions_path(out, stem))
    decisions: list[Decision] = []
    for file in dict.fromkeys(files):
        try:
            decisions += read_decisions(file)
        except UsageError as error:
            typer.echo(f"{error}; its decisions are left out", err=True)
    return apply_decisions(report, decisions) if decisions else report


def _read(path: Path, read: Read) -> Report:
    from gipr_ml.pipeline import rejected

    try:
        return read(path)
    except InputError as error:
        return rejected(path.name, _bytes(path), error)
    except OSError as error:
        reason = f"{path.name}: cannot be opened ({error.strerror or error})"
        return rejected(path.name, b"", InputError(reason))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _note(log: Path, path: Path) -> None:
    with log.open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(f"{path}\n{traceback.format_exc()}\n")
