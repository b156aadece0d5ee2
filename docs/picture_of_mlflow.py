"""Take the picture of MLflow that the READMEs show: two models side by side.

    python docs/picture_of_mlflow.py

Trains a model as it is shipped and one with fewer trees and no generated reports, compares them,
and opens MLflow's charts of both in Chromium. Takes two minutes; writes docs/images/mlflow.png.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mlflow
from pictures import GIPR, chromium, keep
from playwright.sync_api import Error

from gipr_ml.learning.tracking import NAME

ROOT = Path(__file__).parent.parent
COMMAND = (sys.executable, "-c", GIPR)
OTHER = "[lines]\nsynthetic = 0\ntrees = 20\n"
CHARTS = "frozen/(accuracy|macro_f1|reports_exact)$"


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """MLflow's server over the runs in a folder; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    store = f"sqlite:///{folder / 'mlflow.db'}"
    command = ["mlflow", "server", "--backend-store-uri", store, "--port", str(port)]
    program = Path(sys.executable).with_name(command[0])
    running = subprocess.Popen(
        [str(program), *command[1:], "--workers", "1"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(60)


def train_two(folder: Path) -> None:
    """Two runs and their comparison."""
    (folder / "other.toml").write_text(OTHER, "utf-8")
    data = ("--data", str(ROOT / "training_data"))
    for arguments in (
        ("train", *data, "--out", "first"),
        ("train", *data, "--out", "second", "--config", "other.toml"),
        ("compare", "first", "second", *data),
    ):
        environment = {k: v for k, v in os.environ.items() if k != "MLFLOW_TRACKING_URI"}
        subprocess.run([*COMMAND, *arguments], cwd=folder, env=environment, check=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as place, chromium() as browser:
        folder = Path(place)
        train_two(folder)
        page = browser.new_page(viewport={"width": 1366, "height": 690})
        with server(folder) as url:
            mlflow.set_tracking_uri(f"sqlite:///{folder / 'mlflow.db'}")
            number = mlflow.get_experiment_by_name(NAME).experiment_id
            for _ in range(120):
                try:
                    page.goto(f"{url}/#/experiments/{number}/runs?compareRunsMode=CHART")
                    break
                except Error:  # the server is not up yet
                    page.wait_for_timeout(1000)
            page.locator("button[aria-label=Close]").first.click()
            page.get_by_placeholder("Search metric charts").fill(CHARTS)
            page.get_by_text("frozen/reports_exact").wait_for()
            page.wait_for_timeout(3000)  # charts grow as they appear
            keep(page, "mlflow")


if __name__ == "__main__":
    main()
