"""What readers made of documents, put where the results of a run are.

Results of several documents are written together: most of the time of writing goes into waiting for
the disk, and the readers go on meanwhile.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gipr_ml.batch import places
from gipr_ml.batch.entry import Entry
from gipr_ml.batch.job import Failure, Job, Outcome, Seen, Settings
from gipr_ml.errors import EngineError, OutputError
from gipr_ml.sandbox import Answer

_DRAWN = re.compile(r"page-\d+\.png")


@dataclass(frozen=True, slots=True)
class Done:
    """A document that was read, and whose results are not written yet."""

    job: Job
    seen: Seen
    start: float
    """When the job was taken, by the monotonic clock."""
    answer: Answer | None = None
    """None where nothing has changed since the ledger was written."""
    failure: Failure | None = None
    tries: int = 1
    notes: tuple[str, ...] = ()


def written(settings: Settings, done: Sequence[Done]) -> Iterator[Outcome]:
    """Write the results of documents; gives the outcome of each once its results are in place.

    Raises `OutputError` where those of a document cannot be written, once all before it are given.
    """
    files = [_files(one, settings) for one in done]
    try:
        # The result itself comes last: where it stands, all others do.
        places.write_all([file for own in files for file in own[1:]])
        places.write_all([file for own in files for file in own[:1]])
    except OSError as error:
        if len(done) == 1:
            words = error.strerror or str(error)
            raise OutputError(f"cannot write into {settings.out} ({words})") from error
        for one in done:
            yield from written(settings, [one])
        return
    for one, own in zip(done, files, strict=True):
        yield _outcome(one, own[0][0] if own else None)


def _outcome(done: Done, result: str | None) -> Outcome:
    job, answer, seconds = done.job, done.answer, time.monotonic() - done.start
    if answer is None:
        return Outcome(job, done.seen, None, seconds=seconds)
    return Outcome(
        job,
        done.seen,
        Entry.of_kept(job.source, job.stem, result, answer.values["entry"]),
        done.failure,
        done.tries,
        seconds,
        str(answer.values.get("trace", "")),
        done.notes,
    )


def _files(done: Done, settings: Settings) -> list[tuple[str, bytes]]:
    """The files of a document, the result itself first; none where nothing has changed."""
    if done.answer is None:
        return []
    written_to = (places.join(settings.out, name) for name in _names(done, settings))
    return list(zip(written_to, done.answer.blocks, strict=True))


def _names(done: Done, settings: Settings) -> list[str]:
    """The names of the files of an answer; a child that was taken over may name any."""
    assert done.answer is not None
    stem = done.job.stem
    own = result_names(stem, settings.formats)
    names = [str(name) for name in done.answer.values["files"]]
    for name in names:
        folder, _, file = name.rpartition("/")
        drawn = folder == f"{stem}.debug" and _DRAWN.fullmatch(file)
        if name not in own and not drawn:
            raise EngineError(f"{done.job.source}: its reader named a file that is not its own")
    return names


def result_names(stem: str, formats: Sequence[str]) -> list[str]:
    """The files of a result, but for pictures."""
    return [f"{stem}.{kind}" for kind in formats]
