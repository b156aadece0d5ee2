"""The learning loop as an administrator sees it, and who may enter, in a browser."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import SAMPLES
from playwright.sync_api import Page, expect
from reviewing import open_page, words_of
from running import Service
from sqlalchemy import update
from test_learning_loop import TINY, few

from gipr_ml.service.context import open_context
from gipr_ml.service.settings import Settings
from gipr_ml.service.store.schema import jobs
from gipr_ml.service.work import Worker

__all__ = ["few"]
WORDS = json.loads(words_of("en").read_text("utf-8"))


@pytest.fixture
def small_school(tmp_path: Path, few: Path) -> Iterator[Service]:
    """A service on few labelled lines, whose jobs the test does itself."""
    made = Service(tmp_path / "school", workers=0, training_data=few)
    made.start()
    yield made
    made.stop()


def test_training_comparing_and_promoting(page: Page, small_school: Service, few: Path, tmp_path):
    settings = Settings(data=small_school.folder / "data", training_data=str(few))
    context = open_context(settings)
    worker = Worker(context, threading.Event())
    (tmp_path / "tiny.toml").write_text(TINY)
    with small_school.client() as client:
        sent = client.send(SAMPLES / "chengxi_culture_2023.txt")[0]
        assert worker.step()
        client.change(sent.report or "", {"kind": "review", "review": "done"})
    open_page(page, small_school.url, "#/models", "en")
    models = page.locator("table.list").first.locator("tbody tr")
    expect(models).to_have_count(1)

    page.get_by_role("button", name=WORDS["models.train"]).click()
    expect(page.locator(".trainings .chip")).to_have_text(WORDS["progress.queued"])
    tiny = json.dumps({"seed": 1, "config": str(tmp_path / "tiny.toml")})
    with context.database.write() as connection:
        # A real training, of a model small enough for a test.
        connection.execute(update(jobs).where(jobs.c.kind == "train").values(arguments=tiny))
    assert worker.step()
    expect(models).to_have_count(2)
    expect(page.locator(".trainings li")).to_contain_text("1 reviewed report")

    # The comparison was asked for by the page as soon as the training had ended.
    while not worker.step():
        page.wait_for_timeout(50)
    expect(page.locator(".comparison .gain")).to_have_count(5)
    page.locator(".comparison header button").click()
    page.locator("dialog button.strong").click()
    while not worker.step():
        page.wait_for_timeout(50)
    expect(models.filter(has_text=WORDS["models.in_use"])).not_to_contain_text(
        WORDS["models.shipped"]
    )
    worker.sandbox.close()
    context.database.close()


def test_a_token_opens_the_page_and_its_role_decides(page: Page, tmp_path: Path):
    service = Service(tmp_path / "team", workers=1, host="0.0.0.0", allowed_hosts='["127.0.0.1"]')
    made = service.run("token", "add", "reader", "--role", "read")
    token = re.search(r"gipr_\S+", made.stdout)
    assert token, made.stderr
    service.start()
    url = service.url.replace("0.0.0.0", "127.0.0.1")
    try:
        open_page(page, url, language="en")
        page.locator("#token").fill("gipr_wrong")
        page.keyboard.press("Enter")
        expect(page.locator("[role=alert]")).to_have_text(WORDS["signin.wrong"])
        page.locator("#token").fill(token[0])
        page.keyboard.press("Enter")
        expect(page.locator(".empty")).to_contain_text(WORDS["queue.empty"])
        assert page.locator("#files").count() == 0
        page.get_by_role("button", name="reader").click()
        page.get_by_role("button", name=WORDS["signout"]).click()
        expect(page.locator("#token")).to_be_visible()
    finally:
        service.stop()


def test_the_dashboard_draws_what_is_stored(page: Page, shown: Service):
    with shown.client() as client:
        client.send(SAMPLES / "wangchuan_forestry_2022_damaged.txt", wait=60)
        client.send(SAMPLES / "chengxi_culture_2023.txt", wait=60)
    open_page(page, shown.url, "#/dashboard", "en")
    status = page.locator(".shares").first
    expect(status.get_by_role("img")).to_have_attribute(
        "aria-label", re.compile("Consistent [1-9]")
    )
    expect(page.locator(".bars li", has_text=WORDS["rule.t4.row_total"])).to_be_visible()
    square = page.locator("a.square[aria-label^='澄溪市文化局 2023']")
    expect(square).to_have_class(re.compile("consistent"))
    square.click()
    expect(page.locator(".report-bar h1")).to_contain_text("澄溪市文化局 2023")
