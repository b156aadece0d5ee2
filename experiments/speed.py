"""Measure what reading one report costs: warm, from a cold start, and in memory.

    python experiments/speed.py [--save]

Warm figures are CPU milliseconds of this process, the best of several runs, over the reports in
training_data/ and over generated ones that were not read before, once some hundred others were;
the garbage collector is set as in the processes that `gipr process` reads in. The cold start is the
CPU time and the wall time of a new process that reads one report; beside it that of `gipr process`,
its children included, and what importing the package adds to starting Python.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

os.environ.setdefault("OMP_NUM_THREADS", "1")

from gipr_ml.batch.task import SELDOM
from gipr_ml.learning.synthesis.corpus import HELD_OUT, generate
from gipr_ml.pipeline import process_bytes, warm_up

HERE = Path(__file__).parent
REPORTS = HERE.parent / "training_data" / "reports"
RUNS = 7
WARM = 252
"""Reports that are read before those that are measured: what recurs in reports is remembered."""
LIMITS = {
    "intact rows, median": 10.0,
    "damaged, 99 %": 150.0,
    "most damaged": 250.0,
    "gipr process of one text, CPU": 1000.0,
    "import gipr_ml": 100.0,
    "memory": 500.0,
}
INTACT = ("none", "page_numbers", "repeated_headers", "group_cut")
BY_LINES = ("tabs", "pipes", "markdown", "html_spans", "html_plain", "single_spaces", "ocr_tabs")


def best(data: bytes, name: str, runs: int = RUNS) -> float:
    """CPU milliseconds of the quickest of `runs` readings."""
    spent = []
    for _ in range(runs):
        start = time.process_time()
        process_bytes(data, name)
        spent.append(1000 * (time.process_time() - start))
    return min(spent)


def first(data: bytes, name: str) -> float:
    """CPU milliseconds of one reading of a report that was not read before."""
    return best(data, name, 1)


def cold(code: str, *arguments: str) -> tuple[float, float]:
    """CPU and wall milliseconds of a process that runs `code`, its own children included.

    What Python has compiled once is kept, as where the package is installed.
    """
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=False,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert done.returncode in (0, 4), f"it ended with code {done.returncode}"
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 1000 * cpu, 1000 * wall


def command() -> tuple[float, float]:
    """CPU and wall milliseconds of `gipr process` with one text."""
    code = "from gipr_ml.cli import main; main()"
    with tempfile.TemporaryDirectory() as out:
        return cold(code, "process", str(REPORTS / "panyu_office_2025.txt"), "--out", out)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def measure() -> dict[str, float]:
    """All figures, in milliseconds but for the memory in megabytes."""
    reading = "import sys; from gipr_ml import process; process(sys.argv[1])"
    cpu, wall = min(cold(reading, str(REPORTS / "panyu_office_2025.txt")) for _ in range(3))
    started, waited = min(command() for _ in range(3))
    imported = (
        min(cold("import gipr_ml") for _ in range(3))[0] - min(cold("pass") for _ in range(3))[0]
    )
    warm_up()
    gc.set_threshold(SELDOM)
    real = {p.name: p.read_bytes() for p in sorted(REPORTS.iterdir())}
    for name, data in real.items():
        process_bytes(data, name)
    again = [best(data, name) for name, data in real.items()]
    intact = generate(HELD_OUT.start + 500_000, WARM + 84, layouts=BY_LINES, damages=INTACT)
    fresh = [first(report.data, report.file_name) for report in intact][WARM:]
    damaged = generate(HELD_OUT.start + 600_000, 575)
    worst = [first(report.data, report.file_name) for report in damaged]
    return {
        "intact rows, median": median(fresh),
        "intact rows, 99 %": quantile(fresh, 0.99),
        "reports of training_data, median": median(again),
        "reports of training_data, slowest": max(again),
        "damaged, median": median(worst),
        "damaged, 99 %": quantile(worst, 0.99),
        "most damaged": max(worst),
        "cold start, CPU": cpu,
        "cold start, wall": wall,
        "gipr process of one text, CPU": started,
        "gipr process of one text, wall": waited,
        "import gipr_ml": imported,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def table(figures: dict[str, float]) -> str:
    """The figures beside their limits as Markdown."""
    rows = ["| | measured | at most |", "| --- | --- | --- |"]
    for name, value in figures.items():
        unit = "MB" if name == "memory" else "ms"
        limit = f"{LIMITS[name]:.0f} {unit}" if name in LIMITS else ""
        rows.append(f"| {name} | {value:.0f} {unit} | {limit} |")
    return "\n".join(rows)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ask.add_argument("--save", action="store_true", help="write speed_results.json and .md")
    args = ask.parse_args()
    figures = measure()
    print(table(figures))
    if args.save:
        (HERE / "speed_results.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
        about = (
            "# What reading one report costs\n\nMade by `python experiments/speed.py --save`.\n\n"
        )
        (HERE / "speed_results.md").write_text(about + table(figures) + "\n", "utf-8")


if __name__ == "__main__":
    main()
