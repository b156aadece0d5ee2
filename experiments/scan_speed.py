"""CPU seconds that a page of a scan costs, by what is on it and by what they are spent on.

    python experiments/scan_speed.py                    # one report of each kind in `MIX`
    python experiments/scan_speed.py --seed 100 --save  # scan_speed_results.json and .md

A table page prints more than `MANY` cells, a page of prose none; the others are prose with table 2
or the end of table 4. One detection of a fixed picture is the measure of the machine: the last
column is what a page costs in such detections, which compares between machines, and between hours
of one that others use too. The start is a whole `gipr process` of a picture of one or two lines.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from time import perf_counter, process_time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from gipr_ml.learning.synthesis import HELD_OUT
from gipr_ml.learning.synthesis.scans import make_scan
from gipr_ml.sources import pdf, read_bytes, scan
from gipr_ml.sources.scan import document, ocr, reader, sheet

HERE = Path(__file__).parent
MIX = ("dpi_200", "together", "photo", "noise", "turned_90", "seal", "fax", "dpi_300", "blanks")
MANY = 20
START = 3.0
"""Seconds in which `gipr process` must be reading."""
LIMITS = {"table": 1.3, "prose": 0.5}
"""CPU seconds a page, on a quiet machine."""
MEASURE = (960, 672)
"""Height and width of the fixed picture, in pixels."""
PARTS: dict[str, tuple[tuple[Any, str], ...]] = {
    "raster": ((pdf, "draw_page"), (reader, "to_pixels"), (sheet, "to_grey")),
    "detect": ((ocr.Engine, "detect"),),
    "orient": ((sheet, "quarter_turns"),),
    "recognise": ((ocr.Engine, "recognise"),),
    "align": (
        (sheet, "find_strokes"),
        (sheet, "fit_frame"),
        (reader, "read_table2"),
        (reader, "read_table3"),
        (reader, "read_table4"),
        (reader, "read_row"),
    ),
}
"""The functions that a page is read by, where they are called; the rest is "other"."""


class Watch:
    """Where the CPU time of a page goes; a part within another counts for itself alone."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._inner = [0.0]

    @contextmanager
    def on(self, part: str) -> Iterator[None]:
        """Count what is done here for `part`."""
        start = process_time()
        self._inner.append(0.0)
        try:
            yield
        finally:
            whole = process_time() - start
            self.spent[part] += whole - self._inner.pop()
            self._inner[-1] += whole

    def watched(self, part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, its time counted."""

        def timed(*args: Any, **named: Any) -> Any:
            with self.on(part):
                return work(*args, **named)

        return timed


@dataclass(frozen=True)
class Timed:
    """One page with its CPU seconds by part, and the fixed detection nearest to it in time."""

    kind: str
    parts: dict[str, float]
    measure: float

    @property
    def seconds(self) -> float:
        """All parts together."""
        return sum(self.parts.values())


def fixed_detection() -> float:
    """CPU seconds of one run of the detector on the same noise."""
    picture = np.random.default_rng(0).integers(0, 255, MEASURE, dtype=np.uint8)
    start = process_time()
    ocr.engine().detect(picture, max(MEASURE))
    return process_time() - start


def measured(seed: int) -> list[Timed]:
    """All pages of the reports of `MIX`, from this held-out seed on."""
    fixed_detection()
    reports = [make_scan(HELD_OUT.start + seed + i, kind) for i, kind in enumerate(MIX)]
    warm = make_scan(HELD_OUT.start + seed + len(MIX), "dpi_110")
    read_bytes(warm.data, warm.file_name)
    data = [made.data for made in reports]
    watch, found = Watch(), []
    for part, places in PARTS.items():
        for owner, name in places:
            setattr(owner, name, watch.watched(part, getattr(owner, name)))
    reads = watch.watched("other", reader.read_scanned)
    pages: list[dict[str, float]] = []

    def read(page: Any, number: int) -> Any:
        result = reads(page, number)
        pages.append(dict(watch.spent))
        watch.spent.clear()
        return result

    document.read_scanned = scan.read_scanned = read
    for made, content in zip(reports, data, strict=True):
        measure = median(fixed_detection() for _ in range(3))
        watch.spent.clear()
        pages.clear()
        read_bytes(content, made.file_name)
        for page, parts in zip(made.pages, pages, strict=True):
            cells = len(page.cells)
            kind = "table" if cells > MANY else "mixed" if cells else "prose"
            found.append(Timed(kind, parts, measure))
    return found


def start_up() -> tuple[float, float]:
    """CPU and wall seconds of a process that reads one line of print: all that comes before it."""
    code = "import sys; from gipr_ml.cli import main; sys.exit(main())"
    made = make_scan(HELD_OUT.start, "dpi_200").images[0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "line.png"
        made.crop((0, 0, made.width, made.height // 8)).save(path)
        command = [sys.executable, "-c", code, "process", str(path), "--out", folder]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
        subprocess.run(command, check=False, capture_output=True)
        wall, after = perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def row(kind: str, pages: list[Timed]) -> dict[str, Any]:
    """The figures of the pages of one kind."""
    own = [page for page in pages if page.kind == kind]
    parts = [*PARTS, "other"]
    return {
        "page": kind,
        "pages": len(own),
        "p50": round(median(page.seconds for page in own), 3),
        "mean": round(mean(page.seconds for page in own), 3),
        "limit": LIMITS.get(kind, ""),
        **{part: round(mean(p.parts.get(part, 0.0) for p in own), 3) for part in parts},
        "in detections": round(mean(page.seconds / page.measure for page in own), 2),
    }


def main() -> None:
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ask.add_argument("--seed", type=int, default=9800, help="first of the held-out seeds")
    ask.add_argument("--save", action="store_true", help="write scan_speed_results.json and .md")
    args = ask.parse_args()
    pages = measured(args.seed)
    rows = [row(kind, pages) for kind in ("table", "mixed", "prose")]
    measure = median(page.measure for page in pages)
    heads = list(rows[0])
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    lines += [f"| {' | '.join(str(one[head]) for head in heads)} |" for one in rows]
    cpu, wall = start_up()
    lines.append(f"\nOne fixed detection takes {measure:.3f} CPU seconds here.")
    lines.append(f"Start: {cpu:.2f} CPU seconds, {wall:.2f} by the clock (at most {START:.0f}).")
    print("\n".join(lines))
    if args.save:
        command = f"python experiments/scan_speed.py --seed {args.seed} --save"
        head = f"# What a page of a scan costs\n\nMade by `{command}`: CPU seconds a page.\n\n"
        (HERE / "scan_speed_results.md").write_text(head + "\n".join(lines) + "\n", "utf-8")
        body: dict[str, Any] = {
            "seed": args.seed,
            "fixed_detection": round(measure, 4),
            "start_cpu": round(cpu, 2),
        }
        body["pages"] = rows
        (HERE / "scan_speed_results.json").write_text(json.dumps(body, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
