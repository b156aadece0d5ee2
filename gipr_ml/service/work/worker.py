"""One worker process: claims a job, works in its sandbox, ends the job, and begins again."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Mapping

from sqlalchemy.exc import DBAPIError

from gipr_ml.errors import GiprError, SandboxCrash, SandboxError
from gipr_ml.files import NO_ROOM, sweep
from gipr_ml.sandbox import Limits, Sandbox
from gipr_ml.service.context import Context
from gipr_ml.service.store.jobs import Job, JobKind, LeaseLost
from gipr_ml.service.work import learning, reading
from gipr_ml.service.work.doing import Doing

IDLE = 0.25
"""Seconds between two looks for work."""
PATIENCE = 2.0
"""Seconds before the next try where the database does not answer."""

KINDS: Mapping[JobKind, Callable[[Doing], None]] = {
    "read": reading.read,
    "unpack": reading.unpack,
    "train": learning.train,
    "compare": learning.compare,
    "promote": learning.promote,
    "rollback": learning.roll_back,
}
"""What does a job of each kind."""

log = logging.getLogger(__name__)


class Stopped(Exception):
    """The worker was told to stop in the middle of a job."""


class NoRoom(Exception):
    """The disk takes nothing for now; the job is none the worse for it."""


class Worker:
    """Works until `stop` is set; the job that it is at goes back to the queue."""

    def __init__(self, context: Context, stop: threading.Event) -> None:
        self.context = context
        self.stop = stop
        self.name = f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        settings = context.settings
        self.sandbox = Sandbox(Limits(settings.read_seconds, settings.read_memory))

    def run(self) -> None:
        """Do jobs one after the other."""
        for place in (self.context.settings.data, None):
            sweep(place)
        with self.sandbox:
            while not self.stop.is_set():
                try:
                    if not self.step():
                        self.stop.wait(IDLE)
                except DBAPIError as error:
                    log.warning("the database does not answer: %s", error.orig)
                    self.stop.wait(PATIENCE)
                except NoRoom as error:
                    log.error("nothing can be kept for now: %s", error)
                    self.stop.wait(PATIENCE)

    def step(self) -> bool:
        """Do one job; False where none waits."""
        job = self.context.jobs.claim(self.name)
        if job is None:
            return False
        log.info("job %s (%s) begins, attempt %d", job.id, job.kind, job.attempts)
        try:
            self._do(job)
        except LeaseLost:
            log.info("job %s is no longer ours", job.id)
        except (Stopped, NoRoom):
            self.context.jobs.release(job)
            if not self.stop.is_set():
                raise
        return True

    def _do(self, job: Job) -> None:
        doing = _Doing(self, job)
        try:
            KINDS[job.kind](doing)
        except SandboxError as error:
            self._failed(job, error.message, again=isinstance(error, SandboxCrash))
        except (GiprError, OSError) as error:
            if isinstance(error, OSError) and error.errno in NO_ROOM:
                raise NoRoom(error.strerror) from error
            self._failed(job, str(error), again=False)
        except (LeaseLost, Stopped, DBAPIError):
            raise
        except Exception as error:
            log.exception("job %s ended in an error of ours", job.id)
            self._failed(job, f"internal error ({type(error).__name__}: {error})", again=True)

    def _failed(self, job: Job, reason: str, *, again: bool) -> None:
        log.warning("job %s failed: %s", job.id, reason)
        self.context.jobs.fail(job, reason, again=again)


class _Doing(Doing):
    """A job under way: keeps the lease while the sandbox works."""

    def __init__(self, worker: Worker, job: Job) -> None:
        super().__init__(worker.context, job, worker.sandbox)
        self._worker = worker
        self._progress, self._step = 0.0, ""
        self._told = False
        self._next = time.monotonic() + self._pause

    @property
    def _pause(self) -> float:
        """Between two renewals: often enough to lose one or two."""
        return min(self.context.jobs.lease / 4, 5.0)

    def progress(self, share: float, step: str) -> None:
        """Note how far the job is; the next renewal writes it down."""
        self._progress, self._step = share, step
        self._told = False

    def tick(self) -> None:
        """Renew the lease when it is time. Raises `LeaseLost` and `Stopped`."""
        if self._worker.stop.is_set():
            raise Stopped
        now = time.monotonic()
        if now >= self._next or (not self._told and now >= self._next - self._pause + 1):
            self.context.jobs.renew(self.job, self._progress, self._step)
            self._told, self._next = True, now + self._pause
