"""The ledger of a folder of results: what became of each document, and what it was read from.

One SQLite file (with a write-ahead log) that one process writes. A row is written after the results
it speaks of are in place, so that whatever ends a run costs no more than reading a few documents
again. Looking up a document takes the same time in a ledger of ten and of a million.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from gipr_ml.batch.entry import Entry
from gipr_ml.batch.job import Failure, Outcome, Seen
from gipr_ml.errors import LedgerError, UsageError

_T = TypeVar("_T")

NAME = ".gipr-ledger.sqlite"
VERSION = 1
"""Of the layout."""
EVERY = 0.5
"""Seconds of results that are kept back at most before they are written together."""
_LAYOUT = f"""
CREATE TABLE documents (
    stem BLOB PRIMARY KEY,     -- name of the result without ending
    source BLOB NOT NULL,      -- path or URL
    signature TEXT NOT NULL,   -- of the file; these four as in job.Seen
    sha256 TEXT NOT NULL,
    decisions TEXT NOT NULL,
    beside TEXT NOT NULL,
    versions TEXT NOT NULL,    -- of code, rules and model
    outputs TEXT NOT NULL,     -- formats written, and debug
    status TEXT NOT NULL,      -- as in entry.Entry
    failure TEXT,              -- as in job.Failure
    tries INTEGER NOT NULL,
    seconds REAL NOT NULL,
    at REAL NOT NULL,          -- when, in seconds since 1970
    entry TEXT NOT NULL        -- the rest of the entry, as JSON
) WITHOUT ROWID;
CREATE INDEX by_source ON documents (source);
PRAGMA user_version = {VERSION};
"""
_FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What a damaged file ends in; the second where its own words cannot be told."""
_NO_TEXT = "decode to UTF-8"
"""What SQLite says of a text that is none."""
_COLUMNS = (
    "stem, source, signature, sha256, decisions, beside, versions, outputs, status, failure, "
    "tries, seconds, at, entry"
)


@dataclass(frozen=True, slots=True)
class Record:
    """A row of the ledger."""

    stem: str
    source: str
    seen: Seen
    versions: str
    outputs: frozenset[str]
    status: str
    failure: Failure | None
    tries: int
    seconds: float
    entry: Entry
    """Without the path of the result."""


class Ledger:
    """The ledger in `folder`, made if it is not there. To be used as a context, in one thread."""

    def __init__(self, folder: Path) -> None:
        """Raise `LedgerError` where it is damaged, `UsageError` where a newer program wrote it."""
        self.path = folder / NAME
        self._held: list[tuple[Any, ...]] = []
        self._written = time.monotonic()
        self._database = sqlite3.connect(self.path, isolation_level=None)
        try:
            self._open()
        except _FAULTS as error:
            self._database.close()
            raise _told(self.path, error) from None
        except BaseException:
            self._database.close()
            raise

    def _open(self) -> None:
        run = self._database.execute
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = NORMAL")
        (version,) = run("PRAGMA user_version").fetchone()
        if version == 0:
            self._database.executescript(f"BEGIN; {_LAYOUT} COMMIT;")
        elif version != VERSION:
            raise UsageError(
                f"{self.path} was written by another version of this program; update it, or "
                "choose another folder for the results"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.flush()
        except LedgerError:
            if error is None:  # else the first error is the one to tell
                raise
        finally:
            with suppress(sqlite3.Error):
                self._database.close()

    def __len__(self) -> int:
        self.flush()
        return int(self._run("SELECT count(*) FROM documents").fetchone()[0])

    def find(self, stem: str) -> Record | None:
        """What is known of the result of that name; what was written last may be missing yet."""
        query = f"SELECT {_COLUMNS} FROM documents WHERE stem = ?"
        found = list(self._rows(_record, query, (os.fsencode(stem),)))
        return found[0] if found else None

    def names_of(self, source: str) -> list[str]:
        """The names of all results of a source, but for what was written last; more than one where
        names have moved."""
        query = "SELECT stem FROM documents WHERE source = ? ORDER BY stem"
        return list(self._rows(lambda row: os.fsdecode(row[0]), query, (os.fsencode(source),)))

    def records(self) -> Iterator[Record]:
        """All rows, in the order of names."""
        self.flush()
        query = f"SELECT {_COLUMNS} FROM documents ORDER BY stem"
        yield from self._rows(_record, query)

    def write(self, outcome: Outcome, versions: str, outputs: Collection[str]) -> None:
        """Take down an outcome whose results are in place."""
        entry, seen = outcome.entry, outcome.seen
        assert entry is not None
        self._held.append(
            (
                os.fsencode(outcome.job.stem),
                os.fsencode(outcome.job.source),
                seen.signature,
                seen.sha256,
                seen.decisions,
                seen.beside,
                versions,
                " ".join(sorted(outputs)),
                entry.status,
                outcome.failure,
                outcome.tries,
                outcome.seconds,
                time.time(),
                json.dumps(entry.kept()),
            )
        )
        if time.monotonic() - self._written > EVERY:
            self.flush()

    def forget(self, stem: str) -> None:
        """Strike out a row whose results have been removed."""
        self.flush()
        self._run("DELETE FROM documents WHERE stem = ?", (os.fsencode(stem),))

    def flush(self) -> None:
        """Write what is kept back, in one transaction."""
        self._written = time.monotonic()
        if not self._held:
            return
        marks = ", ".join("?" * len(self._held[0]))
        try:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany(
                f"INSERT OR REPLACE INTO documents ({_COLUMNS}) VALUES ({marks})", self._held
            )
            self._database.execute("COMMIT")
        except BaseException as error:
            with suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")
            if isinstance(error, _FAULTS):
                raise _told(self.path, error) from None
            raise
        self._held.clear()

    def _run(self, query: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        try:
            return self._database.execute(query, values)
        except _FAULTS as error:
            raise _told(self.path, error) from None

    def _rows(
        self, made: Callable[[Sequence[Any]], _T], query: str, values: Sequence[Any] = ()
    ) -> Iterator[_T]:
        """What is made of the rows, one by one."""
        try:
            for row in self._database.execute(query, values):
                yield made(row)
        except (sqlite3.Error, ValueError, TypeError, AttributeError) as error:
            raise _told(self.path, error) from None


def _told(path: Path, error: Exception) -> LedgerError:
    if isinstance(error, sqlite3.OperationalError) and _NO_TEXT not in str(error):
        return LedgerError(f"{path}: cannot be written ({error}); run the same command again")
    return LedgerError(
        f"{path} is damaged ({error}); remove it and run the same command again: every document "
        "is then read anew"
    )


def _record(row: Sequence[Any]) -> Record:
    stem, source = os.fsdecode(row[0]), os.fsdecode(row[1])
    return Record(
        stem,
        source,
        Seen(*row[2:6]),
        versions=row[6],
        outputs=frozenset(row[7].split()),
        status=row[8],
        failure=row[9],
        tries=row[10],
        seconds=row[11],
        entry=Entry.of_kept(source, stem, None, json.loads(row[13])),
    )
