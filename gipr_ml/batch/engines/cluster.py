"""Dask distributed: workers on many machines, each of whose threads owns one child.

Only this file knows Dask. A task is one document; what travels is a `Job` and its `Outcome`, some
hundred bytes each, for workers read and write documents and results themselves. Encryption is as
Dask has it: a `tls://` address with the certificates that its configuration names.
"""

from __future__ import annotations

import secrets
import threading
from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any, Self

from gipr_ml.batch import places
from gipr_ml.batch.job import Job, Outcome, Settings
from gipr_ml.batch.work import Worker
from gipr_ml.errors import EngineError, GiprError, MissingPart

AHEAD = 3
"""Jobs a thread that are under way at a time: one is read, the others wait at the worker."""
LOOK = 0.2
"""Seconds between two looks at the scheduler."""
COUNTED = 50
"""Outcomes between two counts of the workers, which may come and go."""
AGAIN = 2
"""How often a job is handed out anew whose workers keep dying."""
CONNECT = 10
"""Seconds to reach the scheduler."""

_own = threading.local()


class Dropped(Exception):
    """The task is no longer wanted."""


class Cluster:
    """The workers of a Dask scheduler. To be closed, or used as a context."""

    def __init__(self, settings: Settings, scheduler: str) -> None:
        """Raise `MissingPart` without Dask, `EngineError` where no scheduler answers."""
        try:
            from distributed import Client
        except ImportError:
            raise MissingPart(
                "--engine dask needs Dask distributed: pip install 'gipr-ml[dask]'"
            ) from None
        self._settings = replace(settings, out=places.absolute(settings.out))
        self._scheduler = scheduler
        try:
            self._client = Client(scheduler, timeout=CONNECT, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise EngineError(
                f"--scheduler: no Dask scheduler answers at {scheduler} ({error}); start one with: "
                "dask scheduler"
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the scheduler; what is still under way there is dropped."""
        with suppress(Exception):  # it may have gone before
            self._client.close(timeout=CONNECT)

    def run(self, jobs: Iterator[Job], stop: Event) -> Iterator[Outcome]:
        """See `Engine.run`."""
        batch = _Batch(self._client, self._settings, self._scheduler)
        taken = 0
        try:
            for job in jobs:
                batch.submit(job)
                while batch.full and not stop.is_set():
                    yield from batch.take()
                    taken += 1
                    if taken % COUNTED == 0:
                        batch.count()
                if stop.is_set():
                    break
            while batch.waiting and not stop.is_set():
                yield from batch.take()
        finally:
            batch.cancel()


class _Batch:
    """The tasks under way."""

    def __init__(self, client: Any, settings: Settings, scheduler: str) -> None:
        self._client, self._settings, self._scheduler = client, settings, scheduler
        self._done: SimpleQueue[Any] = SimpleQueue()
        self._jobs: dict[str, tuple[Job, int]] = {}
        self._futures: dict[str, Any] = {}
        self._run = secrets.token_hex(4)
        self._window = 1
        self.count()

    @property
    def waiting(self) -> int:
        return len(self._futures)

    @property
    def full(self) -> bool:
        return self.waiting >= self._window

    def count(self) -> None:
        """See how many threads there are by now."""
        try:
            threads = sum(self._client.nthreads().values())
        except Exception as error:  # whatever Dask makes of a connection that has gone
            raise EngineError(f"the Dask scheduler at {self._scheduler} is gone") from error
        self._window = max(1, AHEAD * threads)

    def submit(self, job: Job, tried: int = 0) -> None:
        key = f"gipr-{self._run}-{job.position}-{tried}"
        future = self._client.submit(read, self._settings, job, key=key, pure=False)
        self._jobs[key], self._futures[key] = (job, tried), future
        future.add_done_callback(self._done.put)

    def take(self) -> Iterator[Outcome]:
        """The next outcome, if one comes before it is time to look around."""
        with suppress(Empty):
            future = self._done.get(timeout=LOOK)
            job, tried = self._jobs.pop(future.key)
            del self._futures[future.key]
            try:
                yield future.result(timeout=CONNECT)
            except GiprError:
                raise
            except (Exception, CancelledError) as error:
                self._again(job, tried, error)
            return
        self._still_there()

    def cancel(self) -> None:
        """Drop what is under way."""
        with suppress(Exception):
            self._client.cancel(list(self._futures.values()), force=True)

    def _again(self, job: Job, tried: int, error: BaseException) -> None:
        """Hand out a job anew whose workers died, or whose outcome was lost on the way."""
        self._still_there()
        self.count()
        if tried == AGAIN:
            raise EngineError(
                f"{job.source}: a worker failed again and again ({type(error).__name__}: {error}); "
                "see the logs of the workers, and whether they have the memory they may take"
            ) from error
        self.submit(job, tried + 1)

    def _still_there(self) -> None:
        if self._client.status != "running":
            raise EngineError(f"the Dask scheduler at {self._scheduler} is gone")


def read(settings: Settings, job: Job) -> Outcome:
    """Read a document; runs in a thread of a Dask worker."""
    worker: Worker | None = getattr(_own, "worker", None)
    if worker is None or worker.settings != settings:
        if worker is not None:
            worker.close()
        worker = _own.worker = Worker(settings, _wanted)
    return worker.work(job)


def _wanted() -> None:
    """Raise `Dropped` where the task of this thread has been cancelled."""
    from distributed import get_worker
    from distributed.worker import thread_state

    task = get_worker().state.tasks.get(thread_state.key)
    if task is None or task.state in ("cancelled", "released"):
        raise Dropped
