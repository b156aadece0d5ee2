"""Plan on paper what a million scanned reports take, from unit costs measured here.

    python experiments/plan.py            # some minutes
    python experiments/plan.py --save     # plan_results.json and .md

The seconds of reading come from `scan_speed_results.json`. Measured anew: what a report leaves on
disk, and how many documents a driver and a scheduler can hand out, and in what memory, where
reading costs nothing: each is a line of text that is no report. What was measured on this machine
is multiplied, nothing is assumed of a larger one but that a core of it does what a core does here.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from batch import children, done, megabytes
from cluster import Nodes, nodes

from gipr_ml.batch.ledger import NAME
from gipr_ml.learning.synthesis.corpus import HELD_OUT
from gipr_ml.learning.synthesis.scans import generate_scans

HERE = Path(__file__).parent
MILLION = 1_000_000
SCANS = 12
"""Generated scans whose results are weighed."""
SEED = HELD_OUT.start + 450_000
PAGES = 6
"""Of a report, two of them with tables: official forms with their prose."""
TABLE_PAGES = 2
DAY = 86_400.0
FIRST = 1_000
"""Documents after which memory is first looked at."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What it took to hand out documents that cost nothing to read."""

    rate: float
    """Documents a second."""
    growth: dict[str, float]
    """kB of memory a document, by process."""
    memory: dict[str, float]
    """MB at the end, by process."""
    ledger: float
    """Bytes of the ledger a document."""


def nothings(folder: Path, count: int) -> None:
    """Documents that are no reports."""
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:07}.txt").write_text("这不是报告。\n", "utf-8")


def handed(folder: Path, out: Path, made: Nodes | None) -> Handed:
    """Hand out the documents in a folder, to this machine's workers or to those of Dask."""
    code = "from gipr_ml.cli import main; main()"
    engine = ("--engine", "dask", "--scheduler", made.address) if made else ("--workers", "2")
    command = [sys.executable, "-c", code, "process", str(folder), "--out", str(out), *engine]
    silent = subprocess.DEVNULL
    run = subprocess.Popen([*command, "--json"], stdout=silent, stderr=silent)
    watched = {"driver": run.pid, **({"scheduler": _python(made.scheduler.pid)} if made else {})}
    samples: list[tuple[float, int, dict[str, float]]] = []
    while run.poll() is None:
        held = {name: megabytes(pid) for name, pid in watched.items()}
        samples.append((time.monotonic(), done(out), held))
        time.sleep(0.1)
    usual = [sample for sample in samples if sample[1] >= FIRST and all(sample[2].values())]
    (begun, first, before), (ended, last, after) = usual[0], usual[-1]
    return Handed(
        rate=(last - first) / (ended - begun),
        growth={name: 1000 * (after[name] - before[name]) / (last - first) for name in watched},
        memory=after,
        ledger=(out / NAME).stat().st_size / last,
    )


def _python(pid: int) -> int:
    """The process itself, or the one that it started in its place."""
    return next(iter(children(pid)), pid)


def weights(folder: Path) -> dict[str, float]:
    """Mean bytes of a scan and of each result of it."""
    source, out = folder / "scans", folder / "results"
    source.mkdir()
    pages = []
    for scan in generate_scans(SEED, SCANS, None):
        (source / scan.file_name).write_bytes(scan.data)
        pages.append(len(scan.images))
    code = "from gipr_ml.cli import main; main()"
    command = [sys.executable, "-c", code, "process", str(source), "--out", str(out), "--json"]
    formats = ("--format", "xlsx,html")
    told = subprocess.run([*command, *formats], capture_output=True, check=False)
    assert told.returncode in (0, 3, 4), told.stderr
    found = {"page": sum(path.stat().st_size for path in source.iterdir()) / sum(pages)}
    for ending in ("json", "xlsx", "html"):
        found[ending] = statistics.mean(path.stat().st_size for path in out.glob(f"*.{ending}"))
    return found


def plan(
    pages: dict[str, float], weight: dict[str, float], here: Handed, dask: Handed
) -> Iterator[tuple[str, str]]:
    """The rows: unit costs, then what a million reports need."""
    report = TABLE_PAGES * pages["table"] + (PAGES - TABLE_PAGES) * pages["prose"]
    total = MILLION * report
    cores = total / DAY
    yield "a page with tables", f"{pages['table']:.2f} CPU s"
    yield "a page of prose", f"{pages['prose']:.2f} CPU s"
    yield f"a report of {PAGES} pages, {TABLE_PAGES} with tables", f"{report:.1f} CPU s"
    yield "a million reports", f"{total / 3600:,.0f} core hours"
    yield "cores that do it in a day", f"{cores:,.0f}"
    yield "cores that do it in a week", f"{cores / 7:,.0f}"
    yield "reports a second, done in a day", f"{MILLION / DAY:.1f}"
    yield "scans", f"{PAGES * weight['page'] * MILLION / 1e12:.2f} TB"
    yield "results (.json)", f"{weight['json'] * MILLION / 1e9:,.0f} GB"
    yield "workbooks (.xlsx)", f"{weight['xlsx'] * MILLION / 1e9:,.0f} GB"
    yield "pages with pictures (.html)", f"{weight['html'] * MILLION / 1e12:.2f} TB"
    yield "ledger", f"{here.ledger * MILLION / 1e9:.2f} GB"
    for name, found in (("this machine", here), ("Dask", dask)):
        yield f"handed out at most, {name}", f"{found.rate:,.0f} a second"
        yield f"cores kept busy at most, {name}", f"{found.rate * report:,.0f}"
        for process, kilobytes in found.growth.items():
            memory = found.memory[process] + max(0.0, kilobytes) * MILLION / 1e3
            yield f"memory of the {process} at a million, {name}", f"{memory:,.0f} MB"


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ask.add_argument("--count", type=int, default=10_000, help="documents that cost nothing")
    ask.add_argument("--folder", type=Path, help="where to work; a temporary folder by itself")
    ask.add_argument("--save", action="store_true", help="write plan_results.json and .md")
    args = ask.parse_args()
    speeds = json.loads((HERE / "scan_speed_results.json").read_text("utf-8"))["pages"]
    pages = {kind["page"]: kind["mean"] for kind in speeds}
    with tempfile.TemporaryDirectory(dir=args.folder) as place:
        folder = Path(place)
        weight = weights(folder)
        nothings(folder / "in", args.count)
        found = []
        for name, engine in (("this machine", nullcontext(None)), ("dask", nodes(2))):
            with engine as made:
                found.append(handed(folder / "in", folder / name, made))
    rows = dict(plan(pages, weight, *found))
    table = ["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows.items())]
    print("\n".join(table))
    if args.save:
        (HERE / "plan_results.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
        about = "# A million scanned reports\n\nMade by `python experiments/plan.py --save`.\n\n"
        (HERE / "plan_results.md").write_text(about + "\n".join(table) + "\n", "utf-8")


if __name__ == "__main__":
    main()
