"""Reports: sending, listing, searching, deleting."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)

from gipr_ml.errors import UsageError
from gipr_ml.export.text import printable
from gipr_ml.service.state import REVIEW_ENDED
from gipr_ml.service.store.database import Database
from gipr_ml.service.store.files import Files
from gipr_ml.service.store.history import History
from gipr_ml.service.store.jobs import STOPPED, Job, Jobs
from gipr_ml.service.store.schema import deletions, findings, jobs, reports

Sort = Literal["worst", "newest"]


class Sent(NamedTuple):
    """What became of a file that was sent."""

    report: str
    job: Job
    known: bool
    """Whether the file was there already."""


class Page(NamedTuple):
    """Some rows of a list, and where the next ones begin."""

    rows: Sequence[Row[Any]]
    next: str | None


@dataclass(frozen=True)
class Filter:
    """Which reports a list shows; None is all."""

    agency: str | None = None
    """A part of its name."""
    year: int | None = None
    status: str | None = None
    review: str | None = None
    progress: str | None = None
    finding: str | None = None
    """Name of a rule."""
    sha256: str | None = None
    text: str | None = None
    """A part of the agency's or the file's name."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """The conditions on the columns."""
        found = [
            column == value
            for column, value in (
                (reports.c.year, self.year),
                (reports.c.status, self.status),
                (reports.c.review, self.review),
                (reports.c.sha256, self.sha256),
                (jobs.c.state, self.progress),
            )
            if value is not None
        ]
        if self.agency:
            found.append(reports.c.agency.contains(self.agency, autoescape=True))
        if self.text:
            found.append(
                or_(
                    reports.c.agency.contains(self.text, autoescape=True),
                    reports.c.name.contains(self.text, autoescape=True),
                )
            )
        if self.finding:
            rule = select(findings.c.report).where(findings.c.rule == self.finding)
            found.append(reports.c.id.in_(rule))
        return found


@dataclass(frozen=True)
class Reports:
    """The reports of a service."""

    database: Database
    files: Files
    jobs: Jobs
    history: History

    def send(self, name: str, data: bytes, by: str, version: str, most: int | None) -> Sent:
        """Keep a file and queue its reading; a file that is there and was read so is only named.

        Raises `QueueFull` where `most` jobs wait, `OSError` where the file cannot be kept.
        """
        sha256 = self.files.add(data)
        with self.database.write() as connection:
            self.database.lock(connection, sha256)
            row = connection.execute(select(reports).where(reports.c.sha256 == sha256)).first()
            report = uuid.uuid4().hex if row is None else str(row.id)
            key = f"read:{report}:{version}"
            before = connection.execute(select(jobs.c.state).where(jobs.c.key == key)).first()
            job = self.jobs.submit(connection, "read", key, {"report": report}, by, most)
            if row is None:
                now = self.database.now(connection)
                connection.execute(
                    reports.insert().values(
                        id=report, sha256=sha256, name=_clean(name), size=len(data), job=job.id,
                        created_at=now, created_by=by, updated_at=now, entry=0, errors=0,
                        warnings=0, proposals=0, open=0, worst=0, review="none",
                    )
                )  # fmt: skip
            elif row.job != job.id:
                connection.execute(update(reports).where(reports.c.id == report).values(job=job.id))
            # A report that was deleted meanwhile has taken the file with it.
            self.files.add(data)
        again = before is not None and before.state in STOPPED
        return Sent(report, job, row is not None and before is not None and not again)

    def send_archive(self, name: str, data: bytes, by: str, version: str, most: int) -> Job:
        """Keep an archive until its files have been taken out, and queue that.

        Raises as `send` does.
        """
        sha256 = self.files.add(data)
        with self.database.write() as connection:
            self.database.lock(connection, sha256)
            arguments = {"sha256": sha256, "name": _clean(name)}
            key = f"unpack:{sha256}:{version}"
            job = self.jobs.submit(connection, "unpack", key, arguments, by, most)
            if job.state == "done":
                self._forget(connection, sha256)
            else:
                self.files.add(data)
        return job

    def forget(self, sha256: str) -> None:
        """Remove a file that no report names: a deleted one's, or an archive that was unpacked."""
        with self.database.write() as connection:
            self.database.lock(connection, sha256)
            self._forget(connection, sha256)

    def _forget(self, connection: Connection, sha256: str) -> None:
        known = connection.execute(select(reports.c.id).where(reports.c.sha256 == sha256)).first()
        if known is None:
            self.files.remove(sha256)

    def get(self, connection: Connection, report: str) -> Row[Any]:
        """The row of a report with that of its job. Raises `KeyError`."""
        row = connection.execute(_rows().where(reports.c.id == report)).first()
        if row is None:
            raise KeyError(report)
        return row

    def listed(
        self, connection: Connection, which: Filter, sort: Sort, limit: int, after: str | None
    ) -> Page:
        """Reports in the order asked for; `after` is `Page.next` of the page before.

        Raises `UsageError` where `after` is none.
        """
        column = reports.c.worst if sort == "worst" else reports.c.created_at
        query = _rows().where(*which.conditions())
        if after is not None:
            value, name = _cursor(after)
            query = query.where(or_(column < value, and_(column == value, reports.c.id < name)))
        rows = connection.execute(
            query.order_by(column.desc(), reports.c.id.desc()).limit(limit + 1)
        ).all()
        if len(rows) <= limit:
            return Page(rows, None)
        last = rows[limit - 1]
        place = json.dumps([last.worst if sort == "worst" else last.created_at, last.id])
        return Page(rows[:limit], base64.urlsafe_b64encode(place.encode()).decode())

    def counts(self, connection: Connection, since: float) -> dict[str, Any]:
        """How many reports there are, by what a dashboard shows; `since` begins the day."""
        return {
            "reports": connection.scalar(select(func.count()).select_from(reports)) or 0,
            "status": _grouped(connection, reports.c.status),
            "review": _grouped(connection, reports.c.review),
            "left": connection.scalar(
                select(func.count()).where(
                    reports.c.status == "needs_review",
                    reports.c.review.not_in(REVIEW_ENDED),
                )
            )
            or 0,
            "reviewed_today": connection.scalar(
                select(func.count()).where(reports.c.reviewed_at >= since)
            )
            or 0,
            "findings": [
                {"rule": rule, "severity": severity, "reports": number}
                for rule, severity, number in connection.execute(
                    select(findings.c.rule, findings.c.severity, func.count())
                    .group_by(findings.c.rule, findings.c.severity)
                    .order_by(func.count().desc(), findings.c.rule)
                    .limit(50)
                )
            ],
            "jobs": self.jobs.counts(connection),
        }

    def agencies(
        self, connection: Connection, agency: str | None, limit: int, after: int
    ) -> tuple[list[Row[Any]], int | None]:
        """Reports by agency and year: how many, how many errors, the worst one's status; and where
        the next agencies begin. `agency` is a part of the name."""
        names = select(reports.c.agency).distinct().order_by(reports.c.agency)
        names = names.where(reports.c.agency.is_not(None), reports.c.year.is_not(None))
        if agency:
            names = names.where(reports.c.agency.contains(agency, autoescape=True))
        found = connection.scalars(names.offset(after).limit(limit + 1)).all()
        query = (
            select(
                reports.c.agency,
                reports.c.year,
                func.count().label("number"),
                func.sum(reports.c.errors).label("errors"),
                func.max(reports.c.status).label("status"),
                func.min(reports.c.id).label("report"),
            )
            .where(reports.c.agency.in_(found[:limit]), reports.c.year.is_not(None))
            .group_by(reports.c.agency, reports.c.year)
            .order_by(reports.c.agency, reports.c.year)
        )
        return list(connection.execute(query)), after + limit if len(found) > limit else None

    def delete(self, report: str, by: str) -> None:
        """Forget a report, its file and its history; that it was there is kept.

        Raises `KeyError`.
        """
        with self.database.write() as connection:
            row = self.get(connection, report)
            self.database.lock(connection, row.sha256)
            self.jobs.cancel(connection, row.job)
            now = self.database.now(connection)
            connection.execute(delete(reports).where(reports.c.id == report))
            connection.execute(
                deletions.insert().values(
                    report=report, sha256=row.sha256, name=row.name, at=now, by=by
                )
            )
        # Only now: were it undone, the report would be there without its file.
        self.forget(row.sha256)

    def settle(self) -> None:
        """Forget the files of reports whose deletion was broken off."""
        with self.database.read() as connection:
            gone = connection.scalars(select(deletions.c.sha256).distinct()).all()
        for sha256 in gone:
            if self.files.path(sha256).exists() or self.files.pages(sha256):
                self.forget(sha256)


def _rows() -> Select[Any]:
    state = (jobs.c.state, jobs.c.progress, jobs.c.step, jobs.c.reason.label("job_reason"))
    return select(reports, *state).join(jobs, reports.c.job == jobs.c.id)


def _grouped(connection: Connection, column: ColumnElement[Any]) -> dict[str, int]:
    rows = connection.execute(select(column, func.count()).group_by(column))
    return {"waiting" if value is None else str(value): number for value, number in rows}


def _cursor(text: str) -> tuple[float, str]:
    try:
        value, name = json.loads(base64.urlsafe_b64decode(text.encode()))
        return float(value), str(name)
    except (ValueError, TypeError, binascii.Error):
        raise UsageError("after: give `next` of the page before") from None


def _clean(name: str) -> str:
    """A file name as people see it: without folders, and without what breaks or turns a line."""
    last = printable(name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(char if char.isprintable() else " " for char in last).strip()
    return shown[-200:] or "unnamed"
