"""`gipr process`: read reports."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from gipr_ml.cli.codes import FAILED, INTERRUPTED
from gipr_ml.cli.options import AsJson, Formats, chosen_formats

if TYPE_CHECKING:
    from gipr_ml.batch import Engine, Input, Run, Settings
    from gipr_ml.cli.summary import Summary

Out = Annotated[
    str,
    typer.Option("--out", help="Folder for the results; made if it is not there.", metavar="DIR"),
]
Paths = Annotated[
    list[str] | None,
    typer.Argument(
        help="Files, folders, archives or patterns; folders are searched through.",
        metavar="PATH...",
    ),
]
Lists = Annotated[
    list[str] | None,
    typer.Option(
        "--list", help="A file that lists paths, one a line; - is standard input.", metavar="FILE"
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        help="Another model than the shipped one: its folder, or an MLflow URI such as "
        "models:/gipr-lines@champion.",
        metavar="MODEL",
    ),
]
Debug = Annotated[
    bool,
    typer.Option(
        "--debug", help="Save each page with the rules, boxes and cells that were seen on it."
    ),
]
Retry = Annotated[
    bool, typer.Option("--retry-failed", help="Try again what could not be read the last time.")
]
Workers = Annotated[
    int | None,
    typer.Option(help="Documents read at a time; as many as there are cores by itself.", min=1),
]
EngineName = Annotated[
    str, typer.Option(help="What reads: local (this machine) or dask.", metavar="ENGINE")
]
Scheduler = Annotated[
    str | None, typer.Option(help="Of dask: where its scheduler answers.", metavar="ADDRESS")
]
Seconds = Annotated[
    float, typer.Option("--time-limit", help="Seconds that a document may take.", min=1)
]
Megabytes = Annotated[
    int, typer.Option("--memory-limit", help="Megabytes that a document may take.", min=300)
]


def process(
    out: Out,
    paths: Paths = None,
    formats: Formats = None,
    as_json: AsJson = False,
    lists: Lists = None,
    model: Model = None,
    debug: Debug = False,
    retry: Retry = False,
    workers: Workers = None,
    engine: EngineName = "local",
    scheduler: Scheduler = None,
    seconds: Seconds = 600,
    memory: Megabytes = 3000,
) -> None:
    """Read annual reports into one DOCUMENT.json each, beside the other formats asked for.

    Called again, it goes on: only what is new, changed or gone is read. Ctrl-C stops it at once.
    """
    from gipr_ml.batch import Local, Run, Settings, opened, places, workers_for
    from gipr_ml.batch.engines.local import cores
    from gipr_ml.sandbox import Limits
    from gipr_ml.versions import versions

    out = places.plain(out)
    folder = None if model is None else str(_folder(model).absolute())
    settings = Settings(
        out,
        str(versions(Path(folder) if folder else None)),
        chosen_formats(formats),
        folder,
        debug,
        Limits(seconds, memory * 1_000_000),
    )
    with _engine(engine, scheduler, workers, settings) as made:
        inputs, skipped = _inputs(paths or [], lists or [], out)
        if isinstance(made, Local):
            made.workers = workers or workers_for((own.source for own in inputs), cores())
        with opened(out) as ledger:
            _go(Run(inputs, settings, ledger, retry), made, skipped, settings, as_json)


@contextmanager
def _engine(
    name: str, scheduler: str | None, workers: int | None, settings: Settings
) -> Iterator[Engine]:
    """The engine that is asked for; its first child starts while the inputs are looked up."""
    from gipr_ml.batch import Local
    from gipr_ml.errors import UsageError

    if name not in ("local", "dask"):
        raise UsageError(f"--engine: {name!r} is not known; choose from local, dask")
    if (name == "dask") != (scheduler is not None):
        raise UsageError("--engine dask and --scheduler ADDRESS belong together")
    if scheduler is None:
        with Local(settings) as local:
            local.prepare()
            yield local
        return
    if workers is not None:
        raise UsageError("--workers: the scheduler says how many there are")
    from gipr_ml.batch.engines.cluster import Cluster

    with Cluster(settings, scheduler) as cluster:
        yield cluster


def _go(
    run: Run, engine: Engine, skipped: Sequence[str], settings: Settings, as_json: bool
) -> None:
    """Read everything, tell how it went, and exit with the code of that."""
    from gipr_ml.cli.progress import watched
    from gipr_ml.cli.summary import Summary, show
    from gipr_ml.errors import EngineError, LedgerError, OutputError

    start, stopped = time.monotonic(), None
    try:
        with _stopping() as stop, watched(run.tally.inputs, "reading") as watch:
            run.go(engine, watch, stop)
        if run.tally.done < run.tally.inputs:
            stopped = INTERRUPTED, "stopped; run the same command again for the rest"
    except (EngineError, LedgerError, OutputError) as error:
        stopped = FAILED, f"{error}; what is done is kept: run the same command again for the rest"
    summary = Summary(
        run.entries,
        run.tally.inputs,
        skipped,
        settings.out,
        unchanged=run.tally.unchanged,
        seconds=time.monotonic() - start,
    )
    code = stopped[0] if stopped else summary.exit_code
    show(summary, as_json, code)
    _list_failures(summary)
    if stopped:
        typer.echo(f"gipr: {stopped[1]}", err=True)
    raise typer.Exit(code)


def _list_failures(summary: Summary) -> None:
    """Beside the results of many documents, put a list of those that could not be read."""
    from gipr_ml.batch import places
    from gipr_ml.cli.summary import FAILURES, LISTED, failures

    assert summary.out is not None
    place = places.join(summary.out, FAILURES)
    if summary.reached > LISTED and summary.unread:
        places.write(place, b"".join(failures(summary)))
        typer.echo(f"What could not be read is listed in {place}.", err=True)
    else:
        places.remove(place)


def _inputs(paths: Sequence[str], lists: Sequence[str], out: str) -> tuple[list[Input], list[str]]:
    """What is to be read, in the order of the call, and what was passed over."""
    from gipr_ml.batch import Input, places
    from gipr_ml.cli.inputs import distinct_stems, find_inputs
    from gipr_ml.cli.named import expanded, listed, remote
    from gipr_ml.errors import UsageError
    from gipr_ml.sources.read import ARCHIVES, READERS, may_be_report

    named = [*expanded(paths), *(line for file in lists for line in listed(file))]
    if not named:
        raise UsageError("name at least one PATH, or give a list of them with --list FILE")
    here = [Path(name) for name in named if not places.is_url(name)]
    sources = list(
        dict.fromkeys(u for url in named if places.is_url(url) for u in remote(url, READERS))
    )
    skipped: list[str] = []
    if here or not sources:
        own = None if places.is_url(out) else Path(out)
        found = find_inputs(here, READERS, own, archives=ARCHIVES, worth=may_be_report)
        sources = [*map(str, found.files), *sources]
        skipped = [str(path) for path in found.skipped]
    stems = distinct_stems(map(places.name_of, sources))
    return [Input(*own) for own in zip(sources, stems, strict=True)], skipped


def _folder(model: str) -> Path:
    """Where the model lies; MLflow is loaded only for a URI."""
    if not model.startswith(("models:/", "runs:/")):
        return Path(model)
    from gipr_ml.learning.tracking import fetch

    return fetch(model)


@contextmanager
def _stopping() -> Iterator[Event]:
    """An event that Ctrl-C, or a request to end, sets; the second one ends the program."""
    stop = Event()

    def asked(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            signal.default_int_handler(number, frame)
        stop.set()

    kept = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
