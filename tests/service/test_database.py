"""The tables that migrations make are the tables that the program uses, on either database."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest
from absent import absent
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from conftest import SAMPLES
from postgresql import find_binaries, new_database, running_server
from running import Service
from sqlalchemy import literal, select, text
from starlette.testclient import TestClient

from gipr_ml.errors import ServiceError
from gipr_ml.service.api import make_app
from gipr_ml.service.context import open_context
from gipr_ml.service.settings import Settings
from gipr_ml.service.store import Database
from gipr_ml.service.store.schema import metadata


def test_migrations_lead_to_the_schema(context):
    with context.database.read() as connection:
        migration = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(migration, metadata) == []


def test_several_processes_may_migrate_at_once(tmp_path, database_url):
    url = Settings(data=tmp_path, database=database_url).database_url

    def migrate(_number: int) -> list[tuple[str]]:
        database = Database(url)
        database.migrate()
        with database.read() as connection:
            rows = connection.execute(text("SELECT version_num FROM alembic_version"))
            found = [tuple(row) for row in rows]
        database.close()
        return found

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(migrate, range(4))) == [[("0001",)]] * 4


def test_a_database_of_a_later_version_is_refused_in_words(context):
    with context.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ServiceError, match="is it of a later one"):
        context.database.migrate()


def test_a_look_outlives_a_database_that_was_started_again(tmp_path, postgresql):
    database = Database(Settings(data=tmp_path, database=postgresql()).database_url)
    one = select(literal(1))
    assert database.first(one) == (1,)
    with database.write() as connection:
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        query = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
        assert connection.execute(text(query)).all() == [(True,)]
    assert database.first(one) == (1,)
    database.close()


def test_sqlite_waits_for_others_and_outlives_a_power_cut(quiet_context):
    with quiet_context.database.read() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    assert found == ["wal", 2, 1, 30_000]


def test_no_database_and_an_unknown_one_are_told_apart(tmp_path):
    with pytest.raises(ServiceError, match="cannot be reached"):
        Database("postgresql+psycopg://nobody@127.0.0.1:1/none").migrate()
    with pytest.raises(ServiceError, match="names no known database"):
        Database("nonsense")
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_goes_and_comes_back_costs_no_report(tmp_path):
    """The service goes on by itself: what was sent is read, what could not be sent is told."""
    binaries = find_binaries()
    if binaries is None:
        absent("PostgreSQL is not installed here (Debian: apt install postgresql)")
    text = (SAMPLES / "chengxi_culture_2023.txt").read_bytes()
    with running_server(binaries) as server:
        url = new_database(server.url, "gone")
        made = Service(tmp_path / "made", url, workers=1, wait_seconds=60, lease_seconds=2)
        made.start()
        with made.client() as client, httpx.Client(base_url=made.url, timeout=60) as http:
            (one,) = client.send(("1.txt", text + b"1"), wait=60)
            (two,) = client.send(("2.txt", text + b"2"))
            server.stop()
            for path in ("/v1/reports", f"/v1/reports/{one.report}/result", "/v1/summary"):
                answer = http.get(path)
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), path
                assert answer.json()["detail"].startswith("the database does not answer")
            sent = http.post("/v1/reports", files=[("files", ("3.txt", text + b"3"))])
            assert (sent.status_code, sent.json()["code"]) == (503, "database")
            assert http.get("/ready").json()["database"] == "does not answer"
            assert http.get("/health").status_code == 200
            server.start()
            assert client.status(two.report, wait=60)["status"] == "consistent"
            (three,) = client.send(("3.txt", text + b"3"), wait=60)
            assert not three.known
            assert {report["status"] for report in client.reports()} == {"consistent"}
            assert [len(client.history(r.report)) for r in (one, two, three)] == [1, 1, 1]
        assert made.stop() == 0


def test_a_locked_file_is_waited_for_and_then_told(tmp_path, monkeypatch):
    text = (SAMPLES / "chengxi_culture_2023.txt").read_bytes()
    monkeypatch.setattr("gipr_ml.service.store.database.BUSY_SECONDS", 0.2)
    context = open_context(Settings(data=tmp_path))
    with TestClient(make_app(context), base_url="http://127.0.0.1") as http:
        files = [("files", ("a.txt", text))]
        with closing(sqlite3.connect(tmp_path / "gipr.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            answer = http.post("/v1/reports", files=files)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert http.get("/v1/reports").json()["reports"] == []
            other.execute("COMMIT")
        assert http.post("/v1/reports", files=files).status_code == 202
    context.database.close()
