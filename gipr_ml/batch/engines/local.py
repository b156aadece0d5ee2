"""This machine: a thread for each worker, whose child does the work."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import PurePath
from queue import Empty, SimpleQueue
from threading import Event, Thread

from gipr_ml.batch.job import Job, Outcome, Settings
from gipr_ml.batch.work import Worker

AHEAD = 4
"""Jobs a worker that are taken at a time, so that none waits for the next."""
WORTH = 2.0
"""Seconds of work that are worth another child: it takes nearly one to start."""
LOOK = 0.1
"""Seconds between two looks whether the run is to stop."""
PATIENCE = 2.0
"""Seconds that a thread which hangs in a file system is waited for; it dies with the process."""
_SECONDS = {".txt": 0.03, ".md": 0.03, ".html": 0.04, ".htm": 0.04, ".json": 0.04, ".xlsx": 0.1}
_OTHERS = 1.0
"""What reading a document takes, roughly, by the ending of its name."""


class Stopped(Exception):
    """The run is over; what is being read is dropped."""


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def workers_for(names: Iterable[str], most: int) -> int:
    """How many workers are worth starting for documents of these names, at most `most`."""
    seconds = sum(_SECONDS.get(PurePath(name).suffix.lower(), _OTHERS) for name in names)
    return max(1, min(most, math.ceil(seconds / WORTH)))


class Local:
    """`workers` threads, each with one child; the next is started when all others have work."""

    def __init__(self, settings: Settings, workers: int) -> None:
        self._settings = settings
        self._workers = workers

    def run(self, jobs: Iterator[Job], stop: Event) -> Iterator[Outcome]:
        """See `Engine.run`."""
        team = _Team(self._settings, self._workers, stop)
        waiting = 0
        try:
            team.enlarge()
            for job in jobs:
                team.todo.put(job)
                waiting += 1
                if waiting > team.size:
                    team.enlarge()
                while waiting >= AHEAD * self._workers or (waiting and not team.done.empty()):
                    waiting -= 1
                    yield from team.take()
                if stop.is_set():
                    break
            while waiting and not stop.is_set():
                waiting -= 1
                yield from team.take()
        finally:
            team.close()
        while not team.done.empty():
            yield from team.take()


class _Team:
    """The threads of a run."""

    def __init__(self, settings: Settings, most: int, stop: Event) -> None:
        self.todo: SimpleQueue[Job | None] = SimpleQueue()
        self.done: SimpleQueue[Outcome | BaseException] = SimpleQueue()
        self._settings, self._most = settings, most
        self._threads: list[Thread] = []
        self._stop, self._over = stop, Event()

    @property
    def size(self) -> int:
        return len(self._threads)

    def enlarge(self) -> None:
        """Start one more worker, if there may be more."""
        if self.size < self._most:
            thread = Thread(target=self._work, name=f"worker-{self.size}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def take(self) -> Iterator[Outcome]:
        """The next outcome, once it is there; none if the run is to stop before.

        Raises what a worker raised.
        """
        while not self._stop.is_set() or not self.done.empty():
            with suppress(Empty):
                found = self.done.get(timeout=LOOK)
                if isinstance(found, BaseException):
                    raise found
                yield found
                return

    def close(self) -> None:
        """End all workers and their children at once."""
        self._over.set()
        for _ in self._threads:
            self.todo.put(None)
        for thread in self._threads:
            thread.join(PATIENCE)

    def _tick(self) -> None:
        if self._over.is_set():
            raise Stopped

    def _work(self) -> None:
        worker = Worker(self._settings, self._tick)
        try:
            worker.warm_up()
            while (job := self.todo.get()) is not None and not self._over.is_set():
                self.done.put(worker.work(job))
        except Stopped:
            pass
        except BaseException as error:
            self.done.put(error)
        finally:
            worker.close()
