"""A real browser, and the service that it looks at."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from running import Service

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
LAPTOP = {"width": 1366, "height": 650}
"""What a browser leaves of a laptop screen of 1366 by 768."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        words = "Chromium is not installed here (Debian: apt install chromium)"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with a worker, whose reports the tests of the page share."""
    made = Service(tmp_path_factory.mktemp("shown"), workers=1, wait_seconds=120)
    made.start()
    yield made
    made.stop()


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
        lambda asked: "//127.0.0.1:" in asked.url
        or asked.url.startswith(("about:", "blob:", "data:"))
        or foreign.append(asked.url),
    )
    yield shown
    if folder := os.environ.get("GIPR_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        shown.screenshot(path=str(Path(folder) / f"{request.node.name}.png"))
    context.close()
    assert faults == []
    assert foreign == []
