"""The driver: what is to be read, what has been, and the ledger between them.

The driver alone writes the ledger; workers write results. A document is read again only where its
bytes, the program, the model, the rules, the decisions on it or the files beside it have changed,
where a format is asked for that it was not written in, or where a result is gone.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

from gipr_ml.batch import places
from gipr_ml.batch.engines.engine import Engine
from gipr_ml.batch.entry import FAILED, Entry
from gipr_ml.batch.job import Job, Known, Outcome, Seen, Settings
from gipr_ml.batch.ledger import Ledger, Record
from gipr_ml.batch.results import result_names
from gipr_ml.batch.work import beside_digest, decisions_digest
from gipr_ml.files import LOCK, locked, sweep, writing_into

PROBE = ".gipr-probe"
LOG = "gipr-errors.log"
"""Keeps the details of our own errors, beside the results."""
_DEBUG = "debug"


@dataclass(frozen=True, slots=True)
class Input:
    """A document and the name of its result."""

    source: str
    stem: str


@dataclass
class Tally:
    """How a run stands."""

    inputs: int
    statuses: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    """Of those in `statuses`, how many had been read before."""
    seconds: float = 0.0
    """Of wall time that workers spent on what was read now."""

    @property
    def done(self) -> int:
        """Documents that have come to an end."""
        return self.statuses.total()


Watch = Callable[[Tally, tuple[str, ...]], None]
"""Is called after each document, with what is to be told at once."""


@contextmanager
def opened(out: str) -> Iterator[Ledger]:
    """The ledger of the results in `out`, which nobody else can write meanwhile.

    Raises `UsageError` where `out` cannot be written or another process writes there, and
    `LedgerError` where the ledger is damaged.
    """
    folder = ledger_folder(out)
    with writing_into(out):
        folder.mkdir(parents=True, exist_ok=True)
        places.write(str(folder / PROBE), b"")
        places.remove(str(folder / PROBE))
    sweep()
    with locked(folder / LOCK, out):
        places.remove_drafts(out)
        with Ledger(folder) as ledger:
            yield ledger


def ledger_folder(out: str) -> Path:
    """Where the ledger of the results in `out` lies: beside them, or on this machine for a URL."""
    if not places.is_url(out):
        return Path(out)
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "gipr" / hashlib.sha256(out.encode()).hexdigest()[:16]


class Run:
    """One call on a folder of results."""

    def __init__(
        self, inputs: Sequence[Input], settings: Settings, ledger: Ledger, retry: bool = False
    ) -> None:
        """`retry`: whether what failed before is read again."""
        self._inputs, self._settings, self._ledger, self._retry = inputs, settings, ledger, retry
        self._reached = bytearray(len(inputs))
        self._outputs = {*settings.formats, *([_DEBUG] if settings.debug else [])}
        self._there = places.what_is_there(settings.out)
        self._stems: frozenset[str] = frozenset()
        self._fresh = len(ledger) == 0
        """Whether the ledger says nothing yet that this run has not put there."""
        self.tally = Tally(len(inputs))

    def go(self, engine: Engine, watch: Watch, stop: Event | None = None) -> None:
        """Read what is to be read, until `stop` is set.

        Whatever this raises, what is done stands in the ledger.
        """
        stop = stop or Event()

        def jobs() -> Iterator[Job]:
            for position, own in enumerate(self._inputs):
                if stop.is_set():
                    return
                job = self._job(position, own)
                if job is None:
                    watch(self.tally, ())
                else:
                    yield job

        with closing(engine.run(jobs(), stop)) as outcomes:  # type: ignore[type-var]
            for outcome in outcomes:
                self._take(outcome)
                watch(self.tally, outcome.notes)

    def entries(self) -> Iterator[Entry]:
        """The entries of all inputs that were reached, in the order of the call."""
        self._ledger.flush()
        for own, reached in zip(self._inputs, self._reached, strict=True):
            record = self._ledger.find(own.stem) if reached else None
            if record is not None:
                yield self._entry(own, record)

    def _entry(self, own: Input, record: Record) -> Entry:
        written = record.status != FAILED
        result = places.join(self._settings.out, f"{own.stem}.json") if written else None
        return replace(record.entry, source=own.source, name=own.stem, result=result)

    def _job(self, position: int, own: Input) -> Job | None:
        """What is to be done about an input; None where nothing is."""
        job = Job(position, places.absolute(own.source), own.stem)
        record = self._known(own.stem)
        if record is None or not self._may_hold(job, record):
            return job
        seen = record.seen
        same = seen.signature and record.source == job.source
        if same and seen.signature == places.signature(job.source):
            decisions = decisions_digest(job, self._settings.out)
            if decisions == seen.decisions and _beside(seen, job.source) == seen.beside:
                self._count(job, record.status, unchanged=True)
                return None
        return replace(job, known=Known(seen.sha256, seen.decisions, seen.beside))

    def _known(self, stem: str) -> Record | None:
        """What stood in the ledger of a name before this run has read its document."""
        return None if self._fresh else self._ledger.find(stem)

    def _may_hold(self, job: Job, record: Record) -> bool:
        """Whether a record holds as long as the document itself has not changed."""
        if record.failure and self._retry:
            return False
        if record.versions != self._settings.versions or not self._outputs <= record.outputs:
            return False
        if places.name_of(record.source) != places.name_of(job.source):
            return False
        if record.status == FAILED:
            return True
        return all(map(self._there, result_names(job.stem, self._settings.formats)))

    def _take(self, outcome: Outcome) -> None:
        """Take down an outcome."""
        job = outcome.job
        record = self._known(job.stem)
        if outcome.entry is None:
            assert record is not None
            kept = replace(
                outcome,
                entry=record.entry,
                failure=record.failure,
                tries=record.tries,
                seconds=record.seconds,
            )
            self._ledger.write(kept, record.versions, record.outputs)
            self._count(job, record.status, unchanged=True)
            return
        if outcome.trace:
            outcome = self._logged(outcome)
        assert outcome.entry is not None
        outputs = self._outputs if outcome.entry.status != FAILED else set()
        if record is not None:
            self._remove(job.stem, record.outputs - outputs)
        self._remove_moved(job)
        self._ledger.write(outcome, self._settings.versions, self._outputs)
        self.tally.seconds += outcome.seconds
        self._count(job, outcome.entry.status)

    def _count(self, job: Job, status: str, unchanged: bool = False) -> None:
        self._reached[job.position] = True
        self.tally.statuses[status] += 1
        self.tally.unchanged += unchanged

    def _logged(self, outcome: Outcome) -> Outcome:
        """Put the details of an error of ours into the log, and say where that is."""
        out = self._settings.out
        log = ledger_folder(out) / LOG
        with log.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{outcome.job.source}\n{outcome.trace}\n")
        assert outcome.entry is not None
        words = f"{outcome.entry.reason}; please report it with {log}"
        return replace(outcome, entry=replace(outcome.entry, reason=words))

    def _remove(self, stem: str, outputs: frozenset[str] | set[str]) -> None:
        """Remove results of an earlier reading that this one has not replaced."""
        for kind in outputs - {_DEBUG}:
            places.remove(places.join(self._settings.out, f"{stem}.{kind}"))

    def _remove_moved(self, job: Job) -> None:
        """Remove the results that a source had under a name that is nobody's any more."""
        for stem in [] if self._fresh else self._ledger.names_of(job.source):
            self._stems = self._stems or frozenset(own.stem for own in self._inputs)
            record = self._ledger.find(stem)
            if stem not in self._stems and record is not None:
                self._remove(stem, record.outputs)
                self._ledger.forget(stem)


def _beside(seen: Seen, source: str) -> str:
    return beside_digest(seen.beside, source)
