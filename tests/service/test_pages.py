"""Who may enter, and the dashboard, in a browser."""

from __future__ import annotations

import re
from pathlib import Path

from conftest import SAMPLES
from playwright.sync_api import Page, expect
from reviewing import open_page, spoken
from running import Service

WORDS = spoken("en")


def test_a_token_opens_the_page_and_its_role_decides(page: Page, tmp_path: Path):
    team = Service(tmp_path / "team", workers=1, host="0.0.0.0", allowed_hosts='["127.0.0.1"]')
    made = team.run("token", "add", "reader", "--role", "read")
    token = re.search(r"gipr_\S+", made.stdout)
    assert token, made.stderr
    team.start()
    url = team.url.replace("0.0.0.0", "127.0.0.1")
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
        team.stop()


def test_the_dashboard_draws_what_is_stored(page: Page, service: Service):
    text = (SAMPLES / "chengxi_culture_2023.txt").read_text("utf-8")
    with service.client() as client:
        client.send(SAMPLES / "wangchuan_forestry_2022_damaged.txt", wait=60)
        (sent,) = client.send(("map.txt", f"{text}\n用于总览。\n".encode()), wait=60)
        heading = {"kind": "heading", "agency": "澄溪市地图局", "year": 2023}
        client.change(sent.report or "", heading)
    open_page(page, service.url, "#/dashboard", "en")
    status = page.locator(".shares").first
    expect(status.get_by_role("img")).to_have_attribute(
        "aria-label", re.compile("Consistent [1-9]")
    )
    expect(page.locator(".bars li", has_text=WORDS["rule.t4.row_total"])).to_be_visible()
    page.locator(".map input").fill("地图")
    square = page.locator("a.square[aria-label^='澄溪市地图局 2023']")
    expect(square).to_have_class(re.compile("consistent"))
    square.click()
    expect(page.locator(".report-bar h1")).to_contain_text("澄溪市地图局 2023")


def test_the_dashboard_shows_the_years_of_an_agency(page: Page, service: Service):
    text = (SAMPLES / "wangchuan_forestry_2022_damaged.txt").read_text("utf-8")
    with service.client() as client:
        for year in (2019, 2021, 2022):
            (sent,) = client.send((f"{year}.txt", f"{text}\n第 {year} 份。\n".encode()), wait=60)
            heading = {"kind": "heading", "agency": "己县庚局", "year": year}
            client.change(sent.report or "", heading)
    open_page(page, service.url, "#/dashboard", "en")
    rows = page.locator("tbody tr", has_text="己县庚局").filter(has=page.locator("td b"))
    expect(rows.first).to_contain_text(WORDS["dashboard.years.missing"])
    expect(rows.first).to_contain_text("2020")
    carried = rows.filter(has_text=WORDS["rule.years.carry_over"])
    expect(carried.first).to_contain_text("2022")


EVIL = (
    """<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'"><svg/onload=a()>"""
)


def test_what_is_sent_and_said_never_runs(page: Page, service: Service):
    """Names of files, words of reports and corrections, wherever a page shows them."""
    text = (SAMPLES / "wangchuan_forestry_2022_damaged.txt").read_text("utf-8")
    data = text.replace("行政复议", f"行政复议 {EVIL}").replace("一、", f"{EVIL}\n一、") + "\n坏\n"
    with service.client() as client:
        (sent,) = client.send((f"{EVIL}.txt".replace("/", "⁄"), data.encode()), wait=60)
        report = sent.report or ""
        finding = client.raw_result(report)["findings"][0]["fingerprint"]
        for change in (
            {"kind": "heading", "agency": f"坏{EVIL}"[:200], "year": 2021},
            {"kind": "decision", "finding": finding, "verdict": "noted", "note": EVIL},
            {"kind": "review", "review": "done", "leave_open": True, "note": EVIL},
        ):
            client.change(report, change)
    shown = {"#/queue": ".name", f"#/report/{report}": ".lines", "#/dashboard": "a.square"}
    page.add_init_script("addEventListener('securitypolicyviolation', () => { window.hacked = 2 })")
    for path, there in shown.items():
        open_page(page, service.url, path, "en")
        page.reload()
        expect(page.locator(there).first).to_be_visible()
        expect(page.locator("body")).to_contain_text("onerror")
        assert page.evaluate("window.hacked") is None, path
    page.goto(f"{service.url}/#/report/{report}")
    expect(page.locator(".lines")).to_be_visible()
    page.keyboard.press("y")
    expect(page.get_by_role("dialog")).to_contain_text("onerror")
    assert page.evaluate("window.hacked") is None
