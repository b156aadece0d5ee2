"""Connections and transactions, on SQLite and on PostgreSQL."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, create_engine, event, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from gipr_ml.errors import ServiceError

BUSY_SECONDS = 30
"""How long a write waits for another one on SQLite."""
POOL = 20
"""Connections that are kept open; as many more for a moment."""


class Database:
    """The database of a service. Raises `ServiceError` where the URL names none that is known."""

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            self.sqlite = make_url(url).get_backend_name() == "sqlite"
            self.engine = _sqlite(url) if self.sqlite else _postgresql(url)
        except (ArgumentError, ImportError) as error:
            raise ServiceError(f"the setting database names no known database ({error})") from None
        self._writing = self.engine.execution_options(write=True)
        # For single queries: no transaction, and nobody asks first whether the connection lives.
        self._looking = self.engine if self.sqlite else _postgresql(url, autocommit=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self.engine.begin() as connection:
            yield connection

    def first(self, query: Select[Any]) -> Row[Any] | None:
        """The first row that a query finds, at the least cost: PostgreSQL is asked once."""
        try:
            return self._first(query)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return self._first(query)  # the server was started again since; all are new now

    def _first(self, query: Select[Any]) -> Row[Any] | None:
        with self._looking.connect() as connection:
            return connection.execute(query).first()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: all of it is kept, or nothing of it."""
        with self._writing.begin() as connection:
            yield connection

    def lock(self, connection: Connection, name: str) -> None:
        """Keep others who ask for the same name waiting until this transaction ends.

        On SQLite one transaction writes at a time anyway.
        """
        if not self.sqlite:
            number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
            connection.execute(select(func.pg_advisory_xact_lock(number)))

    def now(self, connection: Connection) -> float:
        """Seconds since 1970, by the clock that all workers share."""
        if self.sqlite:
            return time.time()
        return float(connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())")) or 0)

    def migrate(self) -> None:
        """Bring the tables to what this version needs; safe to call from several processes.

        Raises `ServiceError` where the database cannot be reached or is of a later version.
        """
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        try:
            with self.write() as connection:
                self.lock(connection, "migrate")
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except OperationalError as error:
            raise ServiceError(f"the database cannot be reached ({error.orig})") from None
        except (CommandError, DBAPIError) as error:
            raise ServiceError(
                f"the database cannot be brought to this version ({error}); is it of a later one?"
            ) from None

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        self._looking.dispose()


def _sqlite(url: str) -> Engine:
    path = make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    arguments = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = create_engine(url, connect_args=arguments, pool_size=POOL, max_overflow=POOL)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # The driver would begin transactions by itself, and too late for a lock on writing.
        connection.isolation_level = None
        cursor = connection.cursor()
        # A commit that was answered survives a power cut: WAL alone keeps it only from a crash.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # What reads first and writes later would fail where another has written in between.
        write = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _postgresql(url: str, *, autocommit: bool = False) -> Engine:
    if autocommit:
        return create_engine(url, pool_size=POOL, max_overflow=POOL, isolation_level="AUTOCOMMIT")
    return create_engine(url, pool_size=POOL, max_overflow=POOL, pool_pre_ping=True)
