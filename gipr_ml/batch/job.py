"""What a run hands to a worker, and what comes back. All of it is small and picklable."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gipr_ml.batch.entry import Entry
from gipr_ml.sandbox import Limits

TASK = "gipr_ml.batch.task:process"
TRIES = 2
"""How often a document may kill its reader before it is given up."""

Failure = Literal["time", "memory", "crash", "fault", "source"]
"""Why a document has no reading of its own: its reader took too long, too much memory, or died; the
program made an error; or the source could not be fetched. It may be tried again with reason."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What all documents of a run share."""

    out: str
    """Folder or URL of the results."""
    versions: str
    """Of code, rules and model (`gipr_ml.versions`); a worker of another kind refuses to read."""
    formats: tuple[str, ...] = ("json",)
    model: str | None = None
    """Folder of another model than the shipped one."""
    debug: bool = False
    """Whether pages are drawn with what was seen on them."""
    limits: Limits = field(default_factory=Limits)
    """Of one document."""
    task: str = TASK
    """What runs in the child."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger says of a document that is in order otherwise: what it was read from."""

    sha256: str
    decisions: str
    beside: str


@dataclass(frozen=True, slots=True)
class Job:
    """One document to read."""

    position: int
    """In the run, counted from 0."""
    source: str
    """Path or URL."""
    stem: str
    """Name of the result without ending."""
    known: Known | None = None
    """Where it holds still, nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a document was read from."""

    signature: str = ""
    """Of the file, told without opening it; empty where it says too little (`places`)."""
    sha256: str = ""
    """Of its bytes."""
    decisions: str = ""
    """Digest of what people have decided of the findings; empty without any."""
    beside: str = ""
    """Files beside the source that were read too, and their digests, as JSON; else empty."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job."""

    job: Job
    seen: Seen
    entry: Entry | None
    """None where nothing has changed since the ledger was written."""
    failure: Failure | None = None
    tries: int = 1
    seconds: float = 0.0
    """From taking the job to its results, in wall time."""
    trace: str = ""
    """The details of an error of ours, for the log."""
    notes: tuple[str, ...] = ()
    """To be told at once."""
