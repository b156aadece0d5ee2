"""Take the pictures that the READMEs show.

    python docs/pictures.py

Two things are opened in Chromium: the page of a marked report (marked.png), and the service with
the first report that is corrected, from the queue to its end (queue.png, report.png, proposal.png,
consistent.png). Writes docs/images/*.png.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import gipr_ml
from gipr_ml.client import Client
from gipr_ml.export import write

IMAGES = Path(__file__).parent / "images"
SAMPLES = sorted((Path(gipr_ml.__file__).parent / "samples").iterdir())
DAMAGED = "wangchuan_forestry_2022_damaged.txt"
GIPR = "from gipr_ml.cli import main; main()"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)


def keep(page: Page, name: str) -> None:
    """Save what is shown, in few colours."""
    shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    IMAGES.mkdir(exist_ok=True)
    shown.quantize(160).save(IMAGES / f"{name}.png", optimize=True)


def marked(browser: Browser, folder: Path) -> None:
    """The page of the damaged sample."""
    (sample,) = (path for path in SAMPLES if path.name == DAMAGED)
    (written,) = write(gipr_ml.process(sample), folder, ["html"])
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(written.as_uri())
    keep(page, "marked")


def corrected(browser: Browser, url: str) -> None:
    """The damaged sample in the service at `url`, until nothing is left to decide."""
    with Client(url) as client:
        sent = {one.name: one.report for one in client.send(*SAMPLES, wait=60)}
        for job in [client.status(report)["job"] for report in sent.values() if report]:
            client.job(job, wait=60)
    page = browser.new_page(viewport={"width": 1366, "height": 650})
    page.goto(url)
    page.locator(".queue tbody tr").nth(len(sent) - 1).wait_for()
    keep(page, "queue")
    page.locator(".queue tbody tr", has_text=DAMAGED).locator("a").first.click()
    page.locator(".sum").wait_for()
    keep(page, "report")
    page.keyboard.press("s")
    page.locator(".option").wait_for()
    keep(page, "proposal")
    page.keyboard.press("a")
    page.locator(".report-bar .chip.consistent").wait_for()
    keep(page, "consistent")


@contextmanager
def service(folder: Path) -> Iterator[str]:
    """A service that keeps its data in `folder`; its address."""
    command = [sys.executable, "-c", GIPR, "serve", "--data", str(folder), "--port", "0"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    try:
        yield running.stdout.readline().split()[3]
    finally:
        running.terminate()
        running.wait(30)


def main() -> None:
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        marked(browser, folder)
        with service(folder / "service") as url:
            corrected(browser, url)


if __name__ == "__main__":
    main()
