"""A store on each database, the real service on loopback, and a browser that looks at it."""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from absent import absent
from learning import QUICK, copy_few
from playwright.sync_api import Browser, Page, sync_playwright
from postgresql import find_binaries, new_database, run_server
from reviewing import blotted_scan
from running import Service

from gipr_ml.errors import MissingPart
from gipr_ml.service.context import Context, open_context
from gipr_ml.service.settings import Settings

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "gipr_ml" / "samples"
FLAGS = [
    f"--{flag}"
    for flag in (
        "no-sandbox", "disable-gpu", "disable-quic", "no-first-run",
        "disable-background-networking", "disable-component-update", "disable-sync",
    )
]  # fmt: skip
LAPTOP = {"width": 1366, "height": 650}
"""What a browser leaves of a laptop screen of 1366 by 768."""


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[], str]]:
    """Makes empty databases on a real PostgreSQL server; gives their URLs."""
    binaries = find_binaries()
    if binaries is None:
        absent("PostgreSQL is not installed here (Debian: apt install postgresql)")
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        absent("Chromium is not installed here (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that learns quickly: from few labelled reports, and not well."""
    folder = tmp_path_factory.mktemp("school")
    (folder / "quick.toml").write_text(QUICK)
    few = copy_few(folder / "few")
    learns = {"training_data": few, "training_config": folder / "quick.toml"}
    made = Service(folder / "service", workers=1, wait_seconds=120, **learns)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def scan() -> tuple[bytes, dict[str, Any]]:
    """A scan with faults, and what was printed there."""
    try:
        return blotted_scan()
    except MissingPart as missing:
        absent(str(missing))


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty page; a test fails where the page has an error of its own or asks elsewhere."""
    context = browser.new_context(viewport=LAPTOP, locale="zh-CN", timezone_id="Asia/Shanghai")
    faults: list[str] = []
    foreign: list[str] = []
    shown = context.new_page()
    shown.set_default_timeout(20_000)
    shown.on("pageerror", lambda error: faults.append(str(error)))
    shown.on("console", lambda told: "Content Security" in told.text and faults.append(told.text))
    shown.on(
        "request",
        lambda asked: (
            "//127.0.0.1:" in asked.url
            or asked.url.startswith(("about:", "blob:", "data:"))
            or foreign.append(asked.url)
        ),
    )
    yield shown
    if folder := os.environ.get("GIPR_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        shown.screenshot(path=str(Path(folder) / f"{request.node.name}.png"))
    context.close()
    assert faults == []
    assert foreign == []
