"""What an engine is."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Protocol

from gipr_ml.batch.job import Job, Outcome


class Engine(Protocol):
    """Something that reads many documents, some at a time, each in a child process of a worker."""

    def run(self, jobs: Iterator[Job], stop: Event) -> Iterator[Outcome]:
        """The outcome of every job, each once, in the order in which they are done.

        Takes no more jobs than keep its workers busy. Once `stop` is set, gives what is done, drops
        what is being read, and ends. Raises what `Worker.work` raises, and `EngineError` where the
        workers have gone.
        """
        ...
