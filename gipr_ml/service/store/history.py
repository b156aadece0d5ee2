"""The append-only history of each report, and the projections that are made from it.

Entries are never changed. Everything else that the database says of a report (the state that is
served, the columns that lists are sorted by) is made from them, in the same transaction.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gipr_ml.errors import UsageError
from gipr_ml.export import dumps, loads
from gipr_ml.export.text import printable
from gipr_ml.service.changes import READ, Change, Entry
from gipr_ml.service.outlines import write_outline
from gipr_ml.service.state import ReportState, build_state, follow, lowest_confidence, worst
from gipr_ml.service.store.database import Database
from gipr_ml.service.store.schema import entries, findings, reports, states
from gipr_ml.service.view import result_json
from gipr_ml.types import Finding, Outcome, Report, Severity

MOST_ENTRIES = 10_000
"""Of a report: far more than people make, and few enough to be listed and followed at once."""
_CHANGE: TypeAdapter[Change] = TypeAdapter(Change)


class OutOfDate(Exception):
    """Somebody else has changed the report since."""

    def __init__(self, last: int) -> None:
        super().__init__(last)
        self.last = last
        """Number of the last entry."""


@dataclass(frozen=True)
class Step:
    """One entry of a history, without the reading itself."""

    number: int
    at: float
    by: str
    kind: str
    body: dict[str, Any]


def pack(data: bytes) -> bytes:
    """Smaller, for the database."""
    return zlib.compress(data, 3)


def unpack(data: bytes) -> bytes:
    """What `pack` was given."""
    return zlib.decompress(data)


@dataclass(frozen=True)
class Served:
    """The state of a report as it is sent to whoever asks."""

    packed: bytes
    updated_at: float

    def body(self) -> bytes:
        """The JSON."""
        return unpack(self.packed)


_SERVED = select(states.c.body, reports.c.updated_at).join(reports, reports.c.id == states.c.report)


@dataclass(frozen=True)
class History:
    """Histories of reports in a database."""

    database: Database

    def add_reading(
        self, connection: Connection, report: str, result: Report, version: str, by: str
    ) -> None:
        """Enter what was read; corrections made before stay in force."""
        self._lock(connection, report)
        text = dumps(result).encode("utf-8", "replace")
        self._enter(connection, report, READ, text, by, None)
        self._project(connection, report, version)

    def add(
        self,
        connection: Connection,
        report: str,
        changes: Sequence[Change],
        by: str,
        after: int | None = None,
        key: str | None = None,
    ) -> ReportState:
        """Enter changes, all of them or none, and give the state that they lead to.

        `after`: the last entry that the sender has seen. `key`: what was entered under it before is
        not entered again. Raises `KeyError` where there is no such report or it was not read yet,
        `OutOfDate`, and `UsageError` where a change does not fit.
        """
        self._lock(connection, report)
        if key is not None and self._known(connection, report, key):
            return self.state(connection, report)
        state, known = self._state(connection, report, None)
        if after is not None and after != state.entry:
            raise OutOfDate(state.entry)
        if state.entry + len(changes) > MOST_ENTRIES:
            words = f"a report takes {MOST_ENTRIES:,} changes, and this one has {state.entry:,}"
            raise UsageError(words)
        for entry in follow(state, known, changes, self.database.now(connection), by):
            # The first entry carries the key for all: they are kept together or not at all.
            own = key if entry.number == state.entry + 1 else None
            body = entry.change.model_dump_json().encode()
            self._enter(connection, report, entry.change.kind, body, by, own)
        return self._project(connection, report, None)

    def preview(
        self, connection: Connection, report: str, changes: Sequence[Change], by: str
    ) -> ReportState:
        """The state that changes would lead to; nothing is kept. Raises as `add` does."""
        state, known = self._state(connection, report, None)
        more = follow(state, known, changes, self.database.now(connection), by)
        return build_state(state.read, [*known, *more], state.entry + len(more), state.read_at)

    def state(self, connection: Connection, report: str, at: int | None = None) -> ReportState:
        """The report as it stands, or as it stood after the entry `at`.

        Raises `KeyError` where there is no such report or entry, or nothing was read by then.
        """
        return self._state(connection, report, at)[0]

    def served(self, report: str) -> Served | None:
        """The state as JSON, as it was made when the last entry was; None before a reading."""
        row = self.database.first(_SERVED.where(states.c.report == report))
        return None if row is None else Served(row.body, row.updated_at)

    def steps(self, connection: Connection, report: str) -> list[Step]:
        """All entries, the first one first."""
        query = select(entries).where(entries.c.report == report).order_by(entries.c.number)
        return [
            Step(row.number, row.at, row.by, row.kind, _short(row.kind, unpack(row.body)))
            for row in connection.execute(query)
        ]

    # ------------------------------------------------------------ reading

    def _state(
        self, connection: Connection, report: str, at: int | None
    ) -> tuple[ReportState, list[Entry]]:
        """As of `state`, with the changes that led to it."""
        last = self._last(connection, report)
        if at is not None and not 1 <= at <= last:
            raise KeyError(at)
        read, read_at = self._reading(connection, report, at)
        known = self._changes(connection, report, at)
        return build_state(read, known, at or last, read_at), known

    def _last(self, connection: Connection, report: str) -> int:
        query = select(func.max(entries.c.number)).where(entries.c.report == report)
        last = connection.scalar(query)
        if last is None:
            raise KeyError(report)
        return int(last)

    def _reading(self, connection: Connection, report: str, at: int | None) -> tuple[Report, int]:
        query = select(entries).where(entries.c.report == report, entries.c.kind == READ)
        if at is not None:
            query = query.where(entries.c.number <= at)
        row = connection.execute(query.order_by(entries.c.number.desc()).limit(1)).first()
        if row is None:
            raise KeyError(report)
        return loads(unpack(row.body)), row.number

    def _changes(self, connection: Connection, report: str, at: int | None) -> list[Entry]:
        query = select(entries).where(entries.c.report == report, entries.c.kind != READ)
        if at is not None:
            query = query.where(entries.c.number <= at)
        return [
            Entry(row.number, row.at, row.by, _CHANGE.validate_json(unpack(row.body)))
            for row in connection.execute(query.order_by(entries.c.number))
        ]

    def _known(self, connection: Connection, report: str, key: str) -> bool:
        query = select(entries.c.number).where(entries.c.report == report, entries.c.key == key)
        return connection.execute(query).first() is not None

    # ------------------------------------------------------------ writing

    def _lock(self, connection: Connection, report: str) -> None:
        """Whoever enters something waits for whoever does so for the same report."""
        query = select(reports.c.id).where(reports.c.id == report).with_for_update()
        if connection.execute(query).first() is None:
            raise KeyError(report)

    def _enter(
        self,
        connection: Connection,
        report: str,
        kind: str,
        body: bytes,
        by: str,
        key: str | None,
    ) -> None:
        query = select(func.coalesce(func.max(entries.c.number), 0)).where(
            entries.c.report == report
        )
        connection.execute(
            entries.insert().values(
                report=report,
                number=int(connection.scalar(query) or 0) + 1,
                at=self.database.now(connection),
                by=by,
                kind=kind,
                body=pack(body),
                key=key,
            )
        )

    def _project(self, connection: Connection, report: str, version: str | None) -> ReportState:
        state = self.state(connection, report)
        body = pack(result_json(state))
        insert = sqlite.insert if self.database.sqlite else postgresql.insert
        statement = insert(states).values(report=report, body=body)
        connection.execute(
            statement.on_conflict_do_update(index_elements=["report"], set_={"body": body})
        )
        values = _columns(state) | ({} if version is None else {"version": version})
        values["updated_at"] = self.database.now(connection)
        connection.execute(update(reports).where(reports.c.id == report).values(**values))
        connection.execute(delete(findings).where(findings.c.report == report))
        if rows := _finding_rows(report, state.report.findings):
            connection.execute(findings.insert(), rows)
        return state


def _short(kind: str, body: bytes) -> dict[str, Any]:
    """What a list of the history shows of an entry; a whole reading is asked for by its number."""
    data: dict[str, Any] = json.loads(body)
    if kind != READ:
        return data
    kept = ("status", "agency", "year", "reason", "model")
    return {name: data[name] for name in kept} | {"findings": len(data["findings"])}


def _columns(state: ReportState) -> dict[str, Any]:
    report = state.report
    severities = Counter(finding.severity for finding in report.findings)
    last = state.reviewers[-1] if state.reviewers else None
    return {
        "entry": state.entry,
        "status": str(report.status),
        "reason": printable(report.reason),
        "agency": printable(report.agency),
        "year": report.year,
        "errors": severities[Severity.ERROR],
        "warnings": severities[Severity.WARNING],
        "proposals": len(report.proposals),
        "open": len(state.open),
        "confidence": lowest_confidence(report),
        "worst": worst(state),
        "review": state.review,
        "reviewed_by": last.by if last else None,
        "reviewed_at": last.at if last else None,
        "outline": write_outline(report),
    }


def _finding_rows(report: str, found: Sequence[Finding]) -> list[dict[str, Any]]:
    """One row a rule, with its gravest severity; mere notes on what has no figures are left out."""
    rows: dict[str, dict[str, Any]] = {}
    for finding in found:
        if finding.severity is Severity.INFO and finding.outcome is Outcome.NOT_CHECKABLE:
            continue
        row = rows.setdefault(
            finding.rule[:100],
            {
                "report": report,
                "rule": finding.rule[:100],
                "severity": finding.severity,
                "number": 0,
            },
        )
        row["number"] += 1
        row["severity"] = min(row["severity"], finding.severity, key=lambda one: one.rank)
    return [row | {"severity": str(row["severity"])} for row in rows.values()]
