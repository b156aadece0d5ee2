"""The tables that migrations make are the tables that the program uses, on either database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import literal, select, text

from gipr_ml.errors import ServiceError
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
