"""How long the review page takes to open with 10,000 reports stored, in a real browser.

python experiments/page_speed.py [--reports 10000] [--save]

The reports are copies of one sample in a store of its own; each page is opened five times, from an
empty browser, until its table or picture stands. Needs Chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import insert, select

from gipr_ml.client import Client
from gipr_ml.service.context import open_context
from gipr_ml.service.settings import Settings
from gipr_ml.service.store.schema import findings, jobs, reports

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "gipr_ml" / "samples" / "wangchuan_forestry_2022_damaged.txt"
SERVE = "from gipr_ml.cli import main; main()"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PAGES = {
    "queue": ("#/queue", ".queue tbody tr"),
    "queue, one rule": ("#/queue?finding=t4.row_total", ".queue tbody tr"),
    "queue, searched": ("#/queue?text=77", ".queue tbody tr"),
    "report": ("#/report/{report}", ".official.t4"),
    "dashboard": ("#/dashboard", ".map .square"),
}
TIMES = 5


def copy(data: Path, number: int) -> None:
    """Store `number` copies of the one report that is there, of other agencies and years."""
    context = open_context(Settings(data=data))
    rng = random.Random(1)
    with context.database.write() as connection:
        first = dict(connection.execute(select(reports)).one()._mapping)
        job = dict(connection.execute(select(jobs)).one()._mapping)
        found = [dict(row._mapping) for row in connection.execute(select(findings))]
        for n in range(number):
            name = f"{n:032x}"
            own = {"id": name, "sha256": f"{n:064x}", "job": name, "year": 2018 + n % 8}
            own |= {"agency": f"示例市第{n // 8}局", "name": f"report_{n}.txt"}
            own |= {"worst": 300 * rng.random(), "created_at": first["created_at"] - n}
            connection.execute(insert(jobs).values(job | {"id": name, "key": f"copy:{n}"}))
            connection.execute(insert(reports).values(first | own))
            connection.execute(insert(findings), [row | {"report": name} for row in found])
    context.database.close()


def opened(browser: Browser, url: str, wanted: str) -> list[float]:
    """Seconds until `wanted` stands on the page, from the fastest to the slowest time."""
    times = []
    for _ in range(TIMES):
        context = browser.new_context(viewport={"width": 1366, "height": 650})
        page = context.new_page()
        began = time.perf_counter()
        page.goto(url)
        page.locator(wanted).first.wait_for()
        times.append(time.perf_counter() - began)
        context.close()
    return sorted(round(one, 2) for one in times)


def measure(number: int) -> dict[str, list[float]]:
    """Seconds by page."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        command = [sys.executable, "-c", SERVE, "serve", "--data", str(data), "--port", "0"]
        service = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)
        assert service.stdout is not None
        url = service.stdout.readline().split()[3]
        try:
            with Client(url) as client:
                report = client.send(SAMPLE, wait=60)[0].report
            copy(data, number)
            with sync_playwright() as playwright:
                path = shutil.which("chromium")
                browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
                return {
                    name: opened(browser, f"{url}/{place.format(report=report)}", sign)
                    for name, (place, sign) in PAGES.items()
                }
        finally:
            service.terminate()
            service.wait(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=10_000)
    parser.add_argument("--save", action="store_true", help="write page_speed_results.{md,json}")
    given = parser.parse_args()
    seconds = measure(given.reports)
    rows = "\n".join(
        f"| {name} | {t[0]:.2f} | {t[TIMES // 2]:.2f} | {t[-1]:.2f} |"
        for name, t in seconds.items()
    )
    busy = os.getloadavg()[0]
    text = (
        f"`python experiments/page_speed.py --reports {given.reports} --save`,"
        f" {os.cpu_count()} cores at a load of {busy:.1f}, Python {platform.python_version()}:"
        f" seconds until a page of the review page stands, of {TIMES} times, with"
        f" {given.reports:,} reports stored.\n\n| page | fastest | median | slowest |\n"
        f"| --- | ---: | ---: | ---: |\n{rows}\n"
    )
    print(text)
    if given.save:
        (HERE / "page_speed_results.md").write_text(text, "utf-8")
        kept = {"reports": given.reports, "load": round(busy, 1), "seconds": seconds}
        (HERE / "page_speed_results.json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
