"""What a worker does with one document: fetch it, and have it read in a child.

The child reads and writes nothing but its pipe (and, for a web page on this machine, the pictures
beside it): what a hostile document could reach, it cannot reach from there.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from gipr_ml.batch import places
from gipr_ml.batch.entry import Entry
from gipr_ml.batch.job import TRIES, Failure, Job, Known, Outcome, Seen, Settings
from gipr_ml.batch.results import Done, written
from gipr_ml.errors import (
    EngineError,
    InputError,
    SandboxError,
    SandboxMemory,
    SandboxRefused,
    SandboxTime,
)
from gipr_ml.sandbox import Answer, Sandbox

DECISIONS = ".decisions.toml"
"""Ending of the files with what people have decided, beside a source or a result."""
WARM = 120.0
"""Seconds that a child may take to load what it needs."""
_FAILURES: dict[type[SandboxError], Failure] = {SandboxTime: "time", SandboxMemory: "memory"}

Tick = Callable[[], None]


class Worker:
    """Reads one document after the other, each in the child that it owns."""

    def __init__(self, settings: Settings, tick: Tick = lambda: None) -> None:
        """`tick` is called some ten times a second; what it raises ends the work."""
        self.settings = settings
        self._sandbox = Sandbox(settings.limits)
        self._tick = tick

    @property
    def child(self) -> int | None:
        """Process id of the child, if there is one."""
        return self._sandbox.pid

    def warm_up(self) -> None:
        """Start the child, if there is none, and have it load what reading a text needs.

        The time for that is not taken from a document's own.
        """
        if self._sandbox.pid is not None:
            return
        try:
            self._call(
                {"warm": True, "model": self.settings.model},
                (),
                max(WARM, self.settings.limits.seconds),
            )
        except SandboxRefused:
            raise
        except SandboxError:
            self._sandbox.close()  # the first document tells what is wrong

    def close(self) -> None:
        """End the child."""
        self._sandbox.close()

    def work(self, job: Job) -> Outcome:
        """Read a document and write its results; raises as `read` and `results.written`."""
        (outcome,) = written(self.settings, [self.read(job)])
        return outcome

    def read(self, job: Job) -> Done:
        """Read a document.

        Raises `ModelError` without a model, and `EngineError` where another version of this program
        should read.
        """
        start = time.monotonic()
        _same_version(self.settings)
        signature = places.signature(job.source)
        data, problem = _fetch(job.source)
        notes: list[str] = []
        decisions = _decisions(job, self.settings.out, notes)
        seen = Seen(signature, _digest(data), _digests(decisions))
        known = job.known
        if known is not None and problem is None and _holds(known, seen, job.source):
            return Done(job, replace(seen, beside=known.beside), start)
        values = {
            "name": places.name_of(job.source),
            "stem": job.stem,
            "formats": list(self.settings.formats),
            "model": self.settings.model,
            "debug": self.settings.debug,
            "beside": None if places.is_url(job.source) else job.source,
            "decisions": [name for name, _ in decisions],
            "problem": problem,
        }
        blocks = (data or b"", *(content for _, content in decisions))
        answer, failure, tries = self._read(values, blocks)
        return Done(
            job,
            replace(seen, beside=str(answer.values.get("beside", ""))),
            start,
            answer,
            "source" if problem else failure,
            tries,
            (*notes, *answer.values.get("notes", ())),
        )

    def _read(
        self, values: dict[str, Any], blocks: Sequence[bytes]
    ) -> tuple[Answer, Failure | None, int]:
        """What the child makes of a document, why it did not survive it, and how often it tried."""
        for tried in range(1, TRIES + 1):
            self.warm_up()
            try:
                answer = self._call(values, blocks)
                return answer, "fault" if "trace" in answer.values else None, tried
            except SandboxRefused:
                raise
            except SandboxError as error:
                failure: Failure = _FAILURES.get(type(error), "crash")
                why = error.message
        name = values["name"]
        problem = f"{name}: could not be read: {why}, {TRIES} times; see what it is, then try it "
        problem += "again with --retry-failed"
        try:
            return self._call({**values, "problem": problem}, blocks), failure, TRIES
        except SandboxRefused:
            raise
        except SandboxError:  # not even that can be put into a result
            entry = Entry.of_failure("", "", problem)
            return Answer({"files": [], "entry": entry.kept()}), failure, TRIES

    def _call(
        self, values: dict[str, Any], blocks: Sequence[bytes], seconds: float | None = None
    ) -> Answer:
        return self._sandbox.call(
            self.settings.task, values, blocks, tick=self._tick, seconds=seconds
        )


def decisions_digest(job: Job, out: str) -> str:
    """Of what people have decided on a document by now."""
    return _digests(_decisions(job, out, []))


def beside_digest(beside: str, source: str) -> str:
    """The same record of the files beside a source, of what they hold now."""
    found = json.loads(beside) if beside else {}
    return _as_text({name: _digest(_picture(source, name)) for name in found})


def _picture(source: str, name: str) -> bytes | None:
    from gipr_ml.sources import beside

    return beside(Path(source))(name)


def _as_text(found: dict[str, str]) -> str:
    return json.dumps(found, sort_keys=True) if found else ""


def _holds(known: Known, seen: Seen, source: str) -> bool:
    return (
        known.sha256 == seen.sha256
        and known.decisions == seen.decisions
        and known.beside == beside_digest(known.beside, source)
    )


def _fetch(source: str) -> tuple[bytes | None, str | None]:
    """The bytes of a source, or why there are none."""
    name = places.name_of(source)
    try:
        return places.read(source), None
    except InputError as error:
        return None, error.message
    except OSError as error:
        return None, f"{name}: cannot be opened ({error.strerror or error})"


def _decisions(job: Job, out: str, notes: list[str]) -> list[tuple[str, bytes]]:
    """Files of decisions on a document by their places; the later one counts."""
    stem = places.name_of(job.source).rpartition(".")[0] or places.name_of(job.source)
    files = (places.beside(job.source, stem + DECISIONS), places.join(out, job.stem + DECISIONS))
    found = []
    for place in dict.fromkeys(files):
        try:
            content = places.read_if_there(place)
        except OSError as error:
            words = f"cannot be read ({error.strerror or error}); its decisions are left out"
            notes.append(f"{places.name_of(place)}: {words}")
            continue
        if content is not None:
            found.append((place, content))
    return found


def _digest(data: bytes | None) -> str:
    return "" if data is None else hashlib.sha256(data).hexdigest()


def _digests(decisions: Sequence[tuple[str, bytes]]) -> str:
    return hashlib.sha256(b"\0".join(c for _, c in decisions)).hexdigest() if decisions else ""


@cache
def _same_version(settings: Settings) -> None:
    """Refuse to read for a run that asks for another code, other rules or another model."""
    from gipr_ml.versions import versions

    own = str(versions(Path(settings.model) if settings.model else None))
    if own != settings.versions:
        raise EngineError(
            f"a worker has another version of gipr-ml or of the model ({own}) than this run "
            f"({settings.versions}); install the same on all machines"
        )
