"""The whole way in a browser: a scan with faults is sent, worked off, learnt from."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT, SAMPLES
from playwright.sync_api import Page, expect
from reviewing import BLOTTED, open_page, spoken, work_off
from running import Service

WHY = "试用"
FIRST = {"zh": "title", "en": "note"}
"""Label of the first line; another one makes another model of the same scan."""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_scan_with_faults_becomes_consistent_and_is_learnt_from(
    page: Page, school: Service, scan, language, picture
):
    data, printed = scan
    words = spoken(language)
    open_page(page, school.url, "#/queue", language)
    pdf = {"name": f"{language}.pdf", "mimeType": "application/pdf"}
    page.locator("#files").set_input_files({**pdf, "buffer": data + f"%{language}\n".encode()})
    expect(page.locator(".uploads li.needs_review")).to_be_visible(timeout=120_000)
    with school.client() as client:
        (sent,) = client.reports(text=f"{language}.pdf")
        client.change(sent["id"], {"kind": "label", "line": 0, "label": FIRST[language]})
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    status = page.locator(".report-bar .chip").first
    expect(status).to_have_text(words["status.needs_review"])
    expect(page.locator(".sheet img")).to_have_js_property("complete", True)
    picture("1_open")
    report = page.url.rpartition("/")[2]
    used = work_off(page, printed)
    assert {"a", "Enter", "d"} <= {*used}
    expect(status).to_have_text(words["status.consistent"])
    expect(page.locator(".save")).to_contain_text(words["saved"].partition(" ")[0])
    picture("2_consistent")
    page.keyboard.press("Shift+Enter")
    page.wait_for_url(lambda url: report not in url)
    with school.client() as client:
        result = client.result(report)
        assert client.status(report)["review"] == "done"
    values = {cell.key: cell.value for cell in result.cells}
    assert [values[key] for key in BLOTTED] == [printed[key] for key in BLOTTED]
    assert result.status == "consistent"
    with school.client() as client:
        learn(page, words, len(client.models()), picture)
        # A copy of a report does not train, and in the other language this scan comes once more.
        client.delete(report)


def learn(page: Page, words: dict[str, str], before: int, picture) -> None:
    """Train, compare, promote: refused, with reasons; promote all the same; go back.

    There are so many models `before`.
    """
    page.get_by_role("link", name=words["nav.models"]).click()
    models = page.locator("table.list").first.locator("tbody tr")
    expect(models).to_have_count(before)
    page.get_by_role("button", name=words["models.train"]).click()
    expect(models).to_have_count(before + 1, timeout=60_000)
    expect(page.locator(".trainings li").first.locator("em")).to_have_count(0)
    # The comparison is asked for by the page as soon as the training has ended.
    figures = page.locator(".comparison tbody tr")
    expect(figures).to_have_count(7, timeout=60_000)
    expect(figures.first).to_contain_text(words["figure.macro_f1"])
    expect(figures.first.locator("svg.interval")).to_be_visible()
    picture("3_compared")
    page.locator(".comparison header button").click()
    page.locator("dialog button.strong").click()
    refusal = page.locator(".refusal")
    expect(refusal).to_contain_text(words["refusal.title"], timeout=60_000)
    expect(refusal.locator("li", has_text=words["figure.macro_f1"])).to_be_visible()
    assert [one["id"] for one in Axe().run(page).response["violations"]] == []
    picture("4_refused")
    refusal.locator("input").fill(WHY)
    page.keyboard.press("Enter")
    in_use = models.filter(has=page.locator(".chip"))
    expect(in_use).not_to_contain_text(words["models.shipped"], timeout=60_000)
    expect(page.locator(".trainings").last.locator("em").first).to_contain_text(WHY)
    back = words["models.rollback"].partition("{")[0]
    page.get_by_role("button", name=back).click()
    expect(in_use).to_contain_text(words["models.shipped"], timeout=60_000)
    picture("5_back")


@pytest.fixture
def picture(page: Page, request: pytest.FixtureRequest):
    """Saves what is seen, where somebody wants to look at it (GIPR_SCREENSHOTS)."""

    def save(name: str) -> None:
        if folder := os.environ.get("GIPR_SCREENSHOTS"):
            page.screenshot(path=str(Path(folder) / f"{request.node.name}_{name}.png"))

    return save


def test_the_first_report_of_the_readme(page: Page, school: Service):
    """What the README says, step by step, with the keys that stand there."""
    text = (ROOT / "README.md").read_text("utf-8")
    steps = text.partition("**The first corrected report")[2].partition("`?` shows all keys")[0]
    decide, accept = re.findall(r"press `(\w)`", steps)
    open_page(page, school.url)
    page.locator("#files").set_input_files(sorted(SAMPLES.iterdir()))
    expect(page.locator(".uploads li.consistent")).to_have_count(3, timeout=60_000)
    expect(page.locator(".queue tbody tr").first).to_contain_text("望川县林业局")
    page.keyboard.press("Enter")
    expect(page.locator(".sum dd")).to_have_text(["6", "5", "+1"])
    page.keyboard.press(decide)
    expect(page.locator(".option b")).to_have_text(["12"])
    page.keyboard.press(accept)
    expect(page.locator(".report-bar .chip").first).to_have_text(spoken("zh")["status.consistent"])
    nothing = spoken("zh")["nothing.decided"].replace("{broken}", "1")
    expect(page.locator(".nothing")).to_contain_text(nothing)
    page.keyboard.press("y")
    expect(page.locator("dialog tbody tr")).to_have_count(3)
    page.keyboard.press("Escape")
    report = page.url
    page.keyboard.press("Shift+Enter")
    page.wait_for_url(lambda url: url != report)
    assert page.url.endswith("#/queue")
    with school.client() as client:
        assert [one["agency"] for one in client.reports(review="done")] == ["望川县林业局"]
