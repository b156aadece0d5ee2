"""Jobs: a queue in the database, with leases.

Our own, because the kept libraries do not fit both databases: huey removes a job from its queue
before it is done and loses it with the worker; procrastinate and PgQueuer need PostgreSQL; DBOS
knows both, but takes up the work of a dead process only when one of the same name starts again.

A worker holds a job for the length of a lease and renews it while it works. When the lease has run
out, the job is anybody's. What a job does to the database happens in the transaction that ends it,
and only while the lease is still held: so it happens once, however often the job was begun.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, update

from gipr_ml.service.store.database import Database
from gipr_ml.service.store.schema import jobs

JobKind = Literal["read", "unpack", "train", "compare", "promote", "rollback"]
JobState = Literal["queued", "running", "done", "failed", "cancelled"]
JOB_STATES: tuple[JobState, ...] = get_args(JobState)
UNDER_WAY: tuple[JobState, ...] = ("queued", "running")
STOPPED: tuple[JobState, ...] = ("failed", "cancelled")
"""Ended without a result; it may be queued anew."""
ENDED: tuple[JobState, ...] = ("done", *STOPPED)
MOST_ATTEMPTS = 2
"""Times that a job is begun before it counts as what kills its workers."""


@dataclass(frozen=True)
class Job:
    """One job. Times are in seconds since 1970."""

    id: str
    key: str
    kind: JobKind
    arguments: Mapping[str, Any]
    state: JobState
    attempts: int
    worker: str | None
    progress: float
    step: str
    reason: str | None
    result: Mapping[str, Any] | None
    created_at: float
    created_by: str
    started_at: float | None
    finished_at: float | None


class QueueFull(Exception):
    """As many jobs wait as may wait."""

    def __init__(self, waiting: int, retry_after: int) -> None:
        super().__init__(waiting)
        self.waiting = waiting
        self.retry_after = retry_after
        """Seconds after which a place is likely."""


class LeaseLost(Exception):
    """The job is no longer this worker's: cancelled, or given to another."""


@dataclass(frozen=True)
class Jobs:
    """The queue in a database."""

    database: Database
    lease: float
    """Seconds."""

    def submit(
        self,
        connection: Connection,
        kind: JobKind,
        key: str,
        arguments: Mapping[str, Any],
        by: str,
        most: int | None = None,
    ) -> Job:
        """Queue a job, or give the one that has this key; one that failed is queued anew.

        Raises `QueueFull` where `most` jobs wait already.
        """
        self.database.lock(connection, "jobs.submit")
        known = connection.execute(select(jobs).where(jobs.c.key == key)).first()
        if known is not None and known.state not in STOPPED:
            return _job(known)
        if most is not None:
            self._room(connection, most)
        now = self.database.now(connection)
        if known is not None:
            self._again(connection, known.id, now)
            return self.get(connection, known.id)
        name = uuid.uuid4().hex
        connection.execute(
            jobs.insert().values(
                id=name, key=key, kind=kind, arguments=json.dumps(dict(arguments)), state="queued",
                attempts=0, progress=0, step="", created_at=now, created_by=by,
            )
        )  # fmt: skip
        return self.get(connection, name)

    def get(self, connection: Connection, name: str) -> Job:
        """The job of that id. Raises `KeyError`."""
        row = connection.execute(select(jobs).where(jobs.c.id == name)).first()
        if row is None:
            raise KeyError(name)
        return _job(row)

    def listed(
        self, connection: Connection, where: Sequence[ColumnElement[bool]], limit: int
    ) -> list[Job]:
        """Jobs, the newest first."""
        query = select(jobs).where(*where).order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
        return [_job(row) for row in connection.execute(query.limit(limit))]

    def counts(self, connection: Connection) -> dict[str, int]:
        """How many jobs are in which state."""
        rows = connection.execute(select(jobs.c.state, func.count()).group_by(jobs.c.state))
        return {row.state: row[1] for row in rows}

    def claim(self, worker: str) -> Job | None:
        """Take the oldest job that waits, or whose worker has gone silent; None without one.

        A job that has ended its workers too often is failed on the way.
        """
        if not self._any_waiting():
            return None
        with self.database.write() as connection:
            while True:
                now = self.database.now(connection)
                free = or_(jobs.c.state == "queued", self._silent(now))
                oldest = select(jobs).where(free).order_by(jobs.c.created_at, jobs.c.id).limit(1)
                row = connection.execute(oldest.with_for_update(skip_locked=True)).first()
                if row is None:
                    return None
                if row.attempts < MOST_ATTEMPTS:
                    break
                words = f"its worker died or went silent {row.attempts} times"
                self._end(connection, row.id, "failed", now, reason=words)
            connection.execute(
                update(jobs)
                .where(jobs.c.id == row.id)
                .values(
                    state="running", worker=worker, lease=now + self.lease,
                    attempts=row.attempts + 1, started_at=now, progress=0, step="", reason=None,
                )
            )  # fmt: skip
            return self.get(connection, row.id)

    def renew(self, job: Job, progress: float, step: str) -> None:
        """Hold the job for another lease. Raises `LeaseLost`."""
        with self.database.write() as connection:
            lease = self.database.now(connection) + self.lease
            changed = connection.execute(
                update(jobs)
                .where(*_held(job))
                .values(lease=lease, progress=progress, step=step[:200])
            )
            if changed.rowcount != 1:
                raise LeaseLost

    def hold(self, connection: Connection, job: Job) -> None:
        """Make sure that the job is still this worker's until the transaction ends.

        First of all in the transaction that brings the job's effect. Raises `LeaseLost`.
        """
        query = select(jobs.c.id).where(*_held(job)).with_for_update()
        if connection.execute(query).first() is None:
            raise LeaseLost

    def finish(self, connection: Connection, job: Job, result: Mapping[str, Any]) -> None:
        """End a job that is held, in the transaction that brings its effect."""
        now = self.database.now(connection)
        self._end(connection, job.id, "done", now, result=json.dumps(dict(result)), progress=1.0)

    def fail(self, job: Job, reason: str, *, again: bool = False) -> None:
        """End a held job with the reason, or give it back where it may be tried `again`."""
        with self.database.write() as connection:
            self.hold(connection, job)
            if again and job.attempts < MOST_ATTEMPTS:
                connection.execute(
                    update(jobs)
                    .where(jobs.c.id == job.id)
                    .values(state="queued", worker=None, lease=None, reason=reason)
                )
            else:
                now = self.database.now(connection)
                self._end(connection, job.id, "failed", now, reason=reason)

    def release(self, job: Job) -> None:
        """Give a job back untouched: the worker was told to stop."""
        with self.database.write() as connection:
            connection.execute(
                update(jobs)
                .where(*_held(job))
                .values(state="queued", worker=None, lease=None, attempts=job.attempts - 1)
            )

    def cancel(self, connection: Connection, name: str) -> bool:
        """Cancel a job that has not ended; its worker notices when it renews its lease."""
        now = self.database.now(connection)
        changed = connection.execute(
            update(jobs)
            .where(jobs.c.id == name, jobs.c.state.in_(UNDER_WAY))
            .values(state="cancelled", finished_at=now, worker=None, lease=None)
        )
        return changed.rowcount == 1

    def retry(self, connection: Connection, name: str, most: int) -> bool:
        """Queue a job that failed or was cancelled anew; False for any other. May be full."""
        self.database.lock(connection, "jobs.submit")
        job = self.get(connection, name)
        if job.state not in STOPPED:
            return False
        self._room(connection, most)
        self._again(connection, name, self.database.now(connection))
        return True

    def _any_waiting(self) -> bool:
        with self.database.read() as connection:
            now = self.database.now(connection)
            free = or_(jobs.c.state == "queued", self._silent(now))
            query = select(jobs.c.id).where(free).limit(1)
            return connection.execute(query).first() is not None

    def _silent(self, now: float) -> ColumnElement[bool]:
        """The worker has not renewed its lease; or the clock was set back under it, for no lease
        ends so late."""
        ended = or_(jobs.c.lease < now, jobs.c.lease > now + 2 * self.lease)
        return and_(jobs.c.state == "running", ended)

    def _room(self, connection: Connection, most: int) -> None:
        count = select(func.count()).where(jobs.c.state == "queued")
        waiting = connection.scalar(count) or 0
        if waiting >= most:
            raise QueueFull(waiting, min(60, 1 + waiting // 10))

    def _again(self, connection: Connection, name: str, now: float) -> None:
        connection.execute(
            update(jobs)
            .where(jobs.c.id == name)
            .values(
                state="queued", attempts=0, progress=0, step="", reason=None, result=None,
                created_at=now, started_at=None, finished_at=None, worker=None, lease=None,
            )
        )  # fmt: skip

    def _end(
        self, connection: Connection, name: str, state: JobState, now: float, **values: Any
    ) -> None:
        connection.execute(
            update(jobs)
            .where(jobs.c.id == name)
            .values(state=state, finished_at=now, worker=None, lease=None, **values)
        )


def _held(job: Job) -> tuple[ColumnElement[bool], ...]:
    return (
        jobs.c.id == job.id,
        jobs.c.state == "running",
        jobs.c.worker == job.worker,
        jobs.c.attempts == job.attempts,
    )


def _job(row: Row[Any]) -> Job:
    return Job(
        row.id, row.key, row.kind, json.loads(row.arguments), row.state, row.attempts, row.worker,
        row.progress, row.step, row.reason, None if row.result is None else json.loads(row.result),
        row.created_at, row.created_by, row.started_at, row.finished_at,
    )  # fmt: skip
