"""Measure a run over many text reports that is interrupted again and again.

    python experiments/batch.py --count 2000            # a few minutes
    python experiments/batch.py --save                  # 100,000; batch_results.json and .md

Reports are generated (intact rows, every layout that has lines), read by `gipr process` on two
workers, and interrupted at random: Ctrl-C, kill -9 of a child and of the driver, and a disk that is
full. The same command goes on each time. At the end every report must stand in the results, in the
ledger and in the data set exactly once, and equal what reading it alone gives.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq
from measured import tell

import gipr_ml
from gipr_ml.batch.ledger import NAME, Ledger
from gipr_ml.export import dumps
from gipr_ml.learning.synthesis.corpus import HELD_OUT, generate

WORKERS = 2
INTACT = ("none", "page_numbers", "repeated_headers", "group_cut")
BY_LINES = ("tabs", "pipes", "markdown", "html_spans", "html_plain", "single_spaces", "ocr_tabs")
A_FOLDER = 1000
DEEDS = ("SIGINT", "kill -9 child", "kill -9 driver", "full disk")
SMALL = 30_000
"""Bytes that a file may have while the disk is "full"; a result has 60,000."""
ALONE = 40
"""Results that are compared with reading alone."""
TARGETS = {
    "last tenth against the first": "within 5 %",
    "reports a second": "150",
    "ledger opened": "2 s",
}


@dataclass
class Watched:
    """What was seen while a run lasted."""

    samples: list[tuple[int, float, float]] = field(default_factory=list)
    """Documents done, MB of the driver, MB of the largest child."""
    interruptions: list[str] = field(default_factory=list)


def make(folder: Path, count: int) -> None:
    """Generate the reports, a thousand to a folder."""
    parts = [(start, min(A_FOLDER, count - start)) for start in range(0, count, A_FOLDER)]
    with ProcessPoolExecutor(WORKERS) as pool:
        list(pool.map(partial(_make, folder), parts))


def _make(folder: Path, part: tuple[int, int]) -> None:
    start, number = part
    here = folder / f"{start:07}"
    here.mkdir(parents=True)
    seeds = HELD_OUT.start + 200_000 + start
    for place, report in enumerate(generate(seeds, number, layouts=BY_LINES, damages=INTACT)):
        name = f"{start + place:07}{Path(report.file_name).suffix}"
        (here / name).write_bytes(report.data)


def done(out: Path) -> int:
    """Rows of the ledger."""
    try:
        with sqlite3.connect(f"file:{out / NAME}?mode=ro", uri=True, timeout=5) as ledger:
            found = ledger.execute("SELECT count(*) FROM documents").fetchone()[0]
        ledger.close()
        return int(found)
    except sqlite3.Error:
        return 0


def megabytes(pid: int) -> float:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except OSError:
        return 0.0
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in found for child in path.read_text().split()]


def start(folder: Path, out: Path, largest: int | None = None) -> subprocess.Popen[str]:
    """`gipr process`, with a limit on the size of files."""

    def limit() -> None:
        if largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    code = "from gipr_ml.cli import main; main()"
    arguments = ["process", str(folder), "--out", str(out), "--workers", str(WORKERS), "--json"]
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limit,
    )


def watch(run: subprocess.Popen[str], out: Path, seen: Watched, until: int) -> None:
    """Look at the run until so many documents are done, or it has ended."""
    while run.poll() is None:
        now = done(out)
        held = [megabytes(child) for child in children(run.pid)]
        seen.samples.append((now, megabytes(run.pid), max(held, default=0.0)))
        if now >= until:
            return
        time.sleep(0.25)


def interrupt(run: subprocess.Popen[str], folder: Path, out: Path, deed: str) -> None:
    """Do what ends a run, and see that it ended as it should."""
    if deed == "kill -9 child":
        for child in children(run.pid)[:1]:
            os.kill(child, signal.SIGKILL)
        return
    if run.poll() is None:
        run.send_signal(signal.SIGKILL if deed == "kill -9 driver" else signal.SIGINT)
    errors = run.communicate()[1]
    assert run.returncode in ((-9,) if deed == "kill -9 driver" else (130,)), errors
    if deed == "full disk":
        full = start(folder, out, SMALL)
        errors = full.communicate()[1]
        assert full.returncode == 1, errors
        assert "cannot" in errors, errors
        assert "Traceback" not in errors, errors


def run_all(folder: Path, out: Path, count: int, times: int, rng: random.Random) -> Watched:
    """Run, interrupted so many times, to the end."""
    seen = Watched()
    moments = sorted(rng.sample(range(count // 50, count - count // 50), times))
    deeds = [DEEDS[number % len(DEEDS)] for number in range(times)]
    rng.shuffle(deeds)
    run = start(folder, out)
    for moment, deed in zip(moments, deeds, strict=True):
        watch(run, out, seen, moment)
        if run.poll() is not None:
            break
        interrupt(run, folder, out, deed)
        seen.interruptions.append(f"{deed} at {done(out):,}")
        print(f"  {seen.interruptions[-1]}", flush=True)
        if run.poll() is not None:
            run = start(folder, out)
    watch(run, out, seen, count + 1)
    errors = run.communicate()[1]
    assert run.returncode in (0, 3, 4), errors
    return seen


def tenths(out: Path) -> tuple[float, float, float]:
    """Reports a second of the first tenth, the last, and all; time between runs is left out."""
    with sqlite3.connect(out / NAME) as ledger:
        stamps = [at for (at,) in ledger.execute("SELECT at FROM documents ORDER BY at")]
    tenth = max(2, len(stamps) // 10)
    return _rate(stamps[:tenth]), _rate(stamps[-tenth:]), _rate(stamps)


def _rate(stamps: list[float]) -> float:
    gaps = [after - before for before, after in pairwise(stamps)]
    busy = [gap for gap in gaps if gap < 1.0]
    return len(busy) / (sum(busy) or 1.0)


def verify(folder: Path, out: Path, rng: random.Random) -> None:
    """Every report once: in the results, in the ledger, and as reading alone gives it."""
    sources = {path.stem: path for path in folder.rglob("*.*")}
    written = {path.stem for path in out.glob("*.json")}
    assert written == set(sources), (len(written), len(sources))
    with Ledger(out) as ledger:
        rows = {record.stem: record for record in ledger.records()}
    assert set(rows) == set(sources)
    assert not [row for row in rows.values() if row.failure], "healthy reports have failed"
    assert not list(out.glob(".gipr-*.tmp"))
    for stem in rng.sample(sorted(sources), min(ALONE, len(sources))):
        alone = dumps(gipr_ml.process(sources[stem]))
        assert (out / f"{stem}.json").read_text("utf-8") == alone, stem


def timed(*arguments: str) -> tuple[float, float]:
    """Seconds of wall time and MB at most of a call of `gipr`."""
    code = (
        "import resource, sys\nfrom gipr_ml.cli import main\n"
        "try: main()\nfinally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    begun = time.perf_counter()
    called = [sys.executable, "-c", code, *arguments]
    told = subprocess.run(called, capture_output=True, text=True, check=False)
    return time.perf_counter() - begun, int(told.stdout.split()[-1]) / 1024


def opening(out: Path) -> float:
    """Seconds to open the ledger and look something up."""
    begun = time.perf_counter()
    with Ledger(out) as ledger:
        ledger.find("0000000")
        len(ledger)
    return time.perf_counter() - begun


def figures(out: Path, folder: Path, seen: Watched, count: int) -> Iterator[tuple[str, str]]:
    """All figures, with their names."""
    first, last, mean = tenths(out)
    yield "reports", f"{count:,}"
    yield "reports a second", f"{mean:.0f}"
    yield "first tenth, a second", f"{first:.0f}"
    yield "last tenth, a second", f"{last:.0f}"
    yield "last tenth against the first", f"{last / first - 1:+.1%}"
    for name, share in (("a tenth", 0.1), ("half", 0.5), ("all", 1.0)):
        near = [s for s in seen.samples if s[1] and s[2] and s[0] <= share * count][-8:]
        driver, child = (max((s[i] for s in near), default=0) for i in (1, 2))
        yield f"memory after {name}: driver, child", f"{driver:.0f} MB, {child:.0f} MB"
    yield "ledger opened", f"{opening(out):.3f} s"
    again, _ = timed("process", str(folder), "--out", str(out))
    yield "called again, nothing to do", f"{again:.1f} s"
    spent, memory = timed("summary", str(out), "--to", str(out.parent / "summary"))
    yield "gipr summary", f"{spent:.0f} s, {memory:.0f} MB"
    begun = time.perf_counter()
    rows = ds.dataset(out.parent / "summary" / "cells", partitioning="hive").to_table().num_rows
    yield "data set opened", f"{rows:,} rows in {time.perf_counter() - begun:.2f} s"
    reports = pq.read_table(out.parent / "summary" / "reports.parquet", columns=["document"])
    assert len(set(reports["document"].to_pylist())) == reports.num_rows == count
    yield "reports in the data set, each once", f"{reports.num_rows:,}"
    yield "interruptions", "; ".join(seen.interruptions)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ask.add_argument("--count", type=int, default=100_000)
    ask.add_argument("--interruptions", type=int, default=10)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--folder", type=Path, help="where to work; a temporary folder by itself")
    ask.add_argument("--reports", type=Path, help="where the generated reports are, or are made")
    ask.add_argument("--save", action="store_true", help="write batch_results.json and .md")
    args = ask.parse_args()
    rng = random.Random(args.seed)
    with tempfile.TemporaryDirectory(dir=args.folder) as place:
        folder, out = args.reports or Path(place) / "in", Path(place) / "out"
        if not folder.exists():
            print(f"making {args.count:,} reports", flush=True)
            make(folder, args.count)
        print("reading them", flush=True)
        seen = run_all(folder, out, args.count, args.interruptions, rng)
        verify(folder, out, rng)
        found = dict(figures(out, folder, seen, args.count))
    tell(found, TARGETS, "batch", "Many reports, interrupted", args.save)


if __name__ == "__main__":
    main()
