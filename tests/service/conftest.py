"""A store on each database, and the real service on loopback."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from postgresql import find_binaries, new_database, run_server
from running import Service

from gipr_ml.service.context import Context, open_context
from gipr_ml.service.settings import Settings

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "gipr_ml" / "samples"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[], str]]:
    """Makes empty databases on a real PostgreSQL server; gives their URLs."""
    binaries = find_binaries()
    if binaries is None:
        words = "PostgreSQL is not installed here (Debian: apt install postgresql)"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    with run_server(binaries) as server:
        yield lambda: new_database(server, uuid.uuid4().hex)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The setting `database` for an empty store, once for each kind of database."""
    if request.param == "sqlite":
        return ""
    return str(request.getfixturevalue("postgresql")())


@pytest.fixture
def context(tmp_path: Path, database_url: str) -> Iterator[Context]:
    """An open store."""
    made = open_context(Settings(data=tmp_path / "data", database=database_url))
    yield made
    made.database.close()


@pytest.fixture
def quiet_context(tmp_path: Path) -> Iterator[Context]:
    """An open store on SQLite, where the database does not matter."""
    made = open_context(Settings(data=tmp_path / "data"))
    yield made
    made.database.close()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that many tests share, with a worker."""
    made = Service(tmp_path_factory.mktemp("service"), workers=1, wait_seconds=120)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def never() -> threading.Event:
    """What would tell a worker to stop."""
    return threading.Event()
