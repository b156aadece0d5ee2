"""The pictures of the README: the first report that is corrected, from the queue to its end.

python experiments/pictures.py

Writes docs/images/*.png. Needs Chromium.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from gipr_ml.client import Client

ROOT = Path(__file__).parent.parent
SAMPLES = sorted((ROOT / "gipr_ml" / "samples").iterdir())
DAMAGED = "wangchuan_forestry_2022_damaged.txt"
IMAGES = ROOT / "docs" / "images"
SERVE = "from gipr_ml.cli import main; main()"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def keep(page: Page, name: str) -> None:
    """Save what is shown, in few colours."""
    shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    IMAGES.mkdir(parents=True, exist_ok=True)
    shown.quantize(160).save(IMAGES / f"{name}.png", optimize=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", SERVE, "serve", "--data", folder, "--port", "0"]
        service = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert service.stdout is not None
        url = service.stdout.readline().split()[3]
        try:
            with Client(url) as client, sync_playwright() as playwright:
                sent = {one.name: one.report for one in client.send(*SAMPLES, wait=60)}
                for job in [client.status(report)["job"] for report in sent.values() if report]:
                    client.job(job, wait=60)
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=FLAGS
                )
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
        finally:
            service.terminate()
            service.wait(30)


if __name__ == "__main__":
    main()
