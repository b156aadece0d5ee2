"""This machine: a thread for each worker, whose child does the work.

Results are written by the thread that asks for outcomes, those of several documents together.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Self

from gipr_ml.batch.job import Job, Outcome, Settings
from gipr_ml.batch.results import Done, written
from gipr_ml.batch.work import Worker

AHEAD = 8
"""Jobs a worker that are taken at a time, so that none waits for the next."""
TOGETHER = AHEAD // 2
"""Documents a worker whose results are written together."""
WORTH = 2.0
"""Seconds of work that are worth another child: it takes nearly one to start."""
LOOK = 0.1
"""Seconds between two looks whether the run is to stop; results wait no longer for the next."""
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
    """Threads with one child each; the next is started when all others have work.

    To be closed, or used as a context.
    """

    def __init__(self, settings: Settings, workers: int = 1) -> None:
        self.workers = workers
        """At most; may be set until `run` is called."""
        self._settings = settings
        self._team: _Team | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def prepare(self) -> None:
        """Start the first child, which takes a while, before there is anything to read."""
        self._team = _Team(self._settings)
        self._team.enlarge(self.workers)

    def close(self) -> None:
        """End all children."""
        team, self._team = self._team, None
        if team is not None:
            team.close()

    def run(self, jobs: Iterator[Job], stop: Event) -> Iterator[Outcome]:
        """See `Engine.run`."""
        if self._team is None:
            self.prepare()
        team = self._team
        assert team is not None
        team.stop, waiting = stop, 0
        window, group = AHEAD * self.workers, TOGETHER * self.workers
        try:
            for job in jobs:
                team.todo.put(job)
                waiting += 1
                if waiting > team.size:
                    team.enlarge(self.workers)
                while (waiting >= window or team.done.qsize() >= group) and not stop.is_set():
                    for outcome in team.take(group):
                        waiting -= 1
                        yield outcome
                if stop.is_set():
                    break
            while waiting and not stop.is_set():
                for outcome in team.take(min(waiting, group)):
                    waiting -= 1
                    yield outcome
        finally:
            self.close()
        while not team.done.empty():
            yield from team.take(window)


class _Team:
    """The threads of a run."""

    def __init__(self, settings: Settings) -> None:
        self.todo: SimpleQueue[Job | None] = SimpleQueue()
        self.done: SimpleQueue[Done | BaseException] = SimpleQueue()
        self._settings = settings
        self._threads: list[Thread] = []
        self.stop, self._over = Event(), Event()

    @property
    def size(self) -> int:
        return len(self._threads)

    def enlarge(self, most: int) -> None:
        """Start one more worker, if there may be more."""
        if self.size < most:
            thread = Thread(target=self._work, name=f"worker-{self.size}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def take(self, most: int) -> Iterator[Outcome]:
        """Write the results of what is read, up to `most` documents; gives their outcomes.

        None if the run is to stop before. Raises what a worker raised, and as `written`.
        """
        group: list[Done] = []
        raised = None
        while len(group) < most and raised is None:
            try:
                found = self.done.get(not self.stop.is_set(), LOOK)
            except Empty:
                if group or self.stop.is_set():
                    break
                continue
            if isinstance(found, BaseException):
                raised = found
            else:
                group.append(found)
        yield from written(self._settings, group)
        if raised is not None:
            raise raised

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
                self.done.put(worker.read(job))
        except Stopped:
            pass
        except BaseException as error:
            self.done.put(error)
        finally:
            worker.close()
