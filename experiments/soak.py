"""Everything at once for twenty minutes: does it leak memory, files, handles or processes?

    python experiments/soak.py --minutes 20 --save

Senders send reports of every kind to a service with two workers, each the next as soon as the last
is read; others read results, export, correct and take it back; beside it `gipr process` reads the
same kinds from a folder, again and again. Every few seconds the memory, open files, threads and
processes of all of them, the temporary files and the database are looked at. What counts is the
second half: by how much its figures rise. Stops by itself; only this machine is asked.
"""

from __future__ import annotations

import argparse
import io
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from statistics import linear_regression, mean
from threading import Event, Lock, Thread
from typing import Any

import psutil
from service_trials import (
    SAMPLES,
    Service,
    drawn_files,
    machine,
    office_files,
    persist,
    write_tables,
)

from gipr_ml.client import CallError, Client
from gipr_ml.learning.synthesis.scans.scan import make_scan

SENDERS, READERS, REVIEWERS, EVERY = 3, 3, 2, 3.0
CELL = "t4/reconsideration/total"
EXPORTS = ("json", "csv", "xlsx", "parquet", "html")
LISTS = ("/v1/reports", "/v1/summary", "/v1/years?limit=20", "/v1/agencies", "/metrics", "/v1/jobs")
ROOM = {"MB": 0.05, "": 0.02}
"""By how much of its mean a figure may rise over the second half and be called flat."""
LEAST = {"MB": 10.0, "": 3.0}
"""What is flat in any case, whatever the mean."""
TITLES = ("begin of second half", "mean", "most", "rise over second half", "verdict")
GROWS = ("database, MB", "reports stored")
"""What has to grow, for nothing is ever thrown away."""

Make = Callable[[int], bytes]


def kinds() -> dict[str, Make]:
    """A document of each kind, another one for each number."""
    text = (SAMPLES / "wangchuan_forestry_2022_damaged.txt").read_bytes()
    page = (SAMPLES / "lanting_transport_2024.html").read_bytes()
    word, book = office_files.docx(), office_files.xlsx()
    form, drawn = drawn_files.ofd(), drawn_files.pdf()
    scan = (SAMPLES / "jintang_housing_2022_scan.pdf").read_bytes()
    photo = make_scan(5, "dpi_150").data
    return {
        "plain.txt": lambda n: text + b"\n%d\n" % n,
        "page.html": lambda n: page + b"<!-- %d -->" % n,
        "word.docx": lambda n: _remarked(word, n),
        "book.xlsx": lambda n: _remarked(book, n),
        "form.ofd": lambda n: _remarked(form, n),
        "drawn.pdf": lambda n: drawn + b"\n%%%d\n" % n,
        "scan.pdf": lambda n: scan + b"\n%%%d\n" % n,
        "photo.pdf": lambda n: photo + b"\n%%%d\n" % n,
        "cut.docx": lambda n: word[: len(word) // 2] + b"%d" % n,
        "cut.pdf": lambda n: drawn[: len(drawn) // 2] + b"%d" % n,
        "noise.html": lambda n: random.Random(n).randbytes(20_000),
        "archive.zip": lambda n: _archive({"a.txt": text + b"\n%d in it" % n, "b.html": page}),
    }


def _remarked(package: bytes, number: int) -> bytes:
    made = io.BytesIO(package)
    with zipfile.ZipFile(made, "a") as archive:
        archive.comment = b"%d" % number
    return made.getvalue()


def _archive(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return made.getvalue()


class Load:
    """Everybody who asks something of the service, and the batch beside it."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.service, self.folder, self.kinds = service, folder, kinds()
        self.enough, self.lock, self.numbers = Event(), Lock(), count()
        self.told: Counter[str] = Counter()
        self.reports: list[str] = []
        self.batch: psutil.Popen | None = None

    def start(self) -> list[Thread]:
        deeds = [self._send] * SENDERS + [self._read] * READERS + [self._review] * REVIEWERS
        deeds.append(self._process)
        threads = [Thread(target=self._go, args=(deed, n)) for n, deed in enumerate(deeds)]
        for thread in threads:
            thread.start()
        return threads

    def note(self, what: str) -> None:
        with self.lock:
            self.told[what] += 1

    def _go(self, deed: Callable[[Client, random.Random], object], seed: int) -> None:
        chance = random.Random(seed)
        with self.service.client() as client:
            while not self.enough.is_set():
                try:
                    deed(client, chance)
                except CallError as error:
                    self.note(f"{deed.__name__.strip('_')}: refused with {error.status}")

    def _send(self, client: Client, _chance: random.Random) -> None:
        number = next(self.numbers)
        name = list(self.kinds)[number % len(self.kinds)]
        (sent,) = persist(client.send, (f"{number}-{name}", self.kinds[name](number)), wait=60)
        self.note(f"sent, {name}")
        if sent.report is None:
            return
        if client.status(sent.report)["status"] not in (None, "rejected"):
            with self.lock:
                self.reports.append(sent.report)

    def _some(self, chance: random.Random) -> str | None:
        with self.lock:
            return chance.choice(self.reports) if self.reports else None

    def _read(self, client: Client, chance: random.Random) -> None:
        report = self._some(chance)
        if report is None:
            self.enough.wait(0.2)
            return
        persist(client.raw_result, report)
        persist(client.history, report)
        if chance.random() < 0.3:
            persist(client.export, report, chance.choice(EXPORTS))
        client._call("GET", chance.choice(LISTS))
        self.note("read")
        self.enough.wait(0.02)

    def _review(self, client: Client, chance: random.Random) -> None:
        report = self._some(chance)
        if report is not None:
            key = f"soak-{chance.getrandbits(64):016x}"
            change = {"kind": "value", "cell": CELL, "value": chance.randrange(99)}
            persist(client.change, report, change, key=key)
            entry = persist(client.history, report)[-1]["number"]
            with suppress(CallError):  # somebody else was faster
                client.change(report, {"kind": "undo", "entry": entry})
            self.note("corrected and undone")
        self.enough.wait(0.2)

    def _process(self, _client: Client, _chance: random.Random) -> None:
        documents, number = self.folder / "documents", next(self.numbers)
        documents.mkdir(exist_ok=True)
        for name, make in self.kinds.items():
            (documents / name).write_bytes(make(number))
        code = "from gipr_ml.cli import main; main()"
        arguments = ["process", str(documents), "--out", str(self.folder / "out"), "--workers", "1"]
        command = [sys.executable, "-c", code, *arguments, "--format", "json,xlsx,html"]
        self.batch = psutil.Popen(
            command, env=self.service.environment(), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while self.batch.poll() is None:
            if self.enough.wait(0.2):
                self.batch.terminate()
                self.batch.wait()
        self.note(f"gipr process ended with {self.batch.returncode}")


def family(process: psutil.Process) -> Iterator[tuple[str, psutil.Process]]:
    """The server, its workers, and what they start."""
    yield "server", process
    for worker in process.children():
        yield "workers", worker
        for child in worker.children(recursive=True):
            yield "readers of workers", child


def look(service: Service, load: Load) -> dict[str, float]:
    """All figures of this moment."""
    found: Counter[str] = Counter()
    assert service.process is not None
    members = list(family(psutil.Process(service.process.pid)))
    if load.batch is not None and load.batch.is_running():
        with suppress(psutil.Error):
            whole = [load.batch, *load.batch.children(recursive=True)]
            members += [("gipr process", one) for one in whole]
    for part in ("server", "workers", "readers of workers"):
        found[f"memory of {part}, MB"] = found[f"open files of {part}"] = 0
        found[f"threads of {part}"] = found[f"processes, {part}"] = 0
    for part, one in members:
        with suppress(psutil.Error):
            found[f"memory of {part}, MB"] += one.memory_info().rss / 1e6  # type: ignore[assignment]
            found[f"open files of {part}"] += one.num_fds()
            found[f"threads of {part}"] += one.num_threads()
            found[f"processes, {part}"] += 1
    data = service.folder / "data"
    found["temporary files"] = sum(
        1 for folder in (load.folder / "tmp", data) for path in folder.glob("**/*gipr-*")
    )
    found["results of gipr process"] = len(list((load.folder / "out").glob("*")))
    found["database, MB"] = sum(p.stat().st_size for p in data.glob("gipr.db*")) / 1e6  # type: ignore[assignment]
    found["reports stored"] = len(list((data / "files").glob("*/*")))
    return dict(found)


def judge(samples: list[dict[str, float]]) -> dict[str, dict[str, Any]]:
    """Of each figure: its means, its rise over the second half, and whether that is flat."""
    half = samples[len(samples) // 2 :]
    found: dict[str, dict[str, Any]] = {}
    for name in (n for n in half[-1] if "gipr process" not in n or n.startswith("results")):
        values = [sample.get(name, 0.0) for sample in half]
        slope = linear_regression([sample["at"] for sample in half], values).slope
        rise, middle, unit = slope * (half[-1]["at"] - half[0]["at"]), mean(values), name[-2:]
        unit = unit if unit in ROOM else ""
        room = max(LEAST[unit], ROOM[unit] * middle)
        flat = "grows with what is stored" if name in GROWS else "flat" if rise <= room else "RISES"
        figures = (round(figure, 1) for figure in (values[0], middle, max(values), rise))
        found[name] = dict(zip(TITLES, (*figures, flat), strict=True))
    found.pop("at", None)
    return found


def soak(folder: Path, minutes: float) -> tuple[list[dict[str, float]], dict[str, int], list[str]]:
    """Samples, what was done, and what was left behind at the end."""
    (folder / "tmp").mkdir()
    service = Service(folder / "service", workers=2, queue_length=1000, wait_seconds=60)
    plain = service.environment
    service.environment = lambda: plain() | {"TMPDIR": str(folder / "tmp")}  # type: ignore[method-assign]
    service.start()
    load, samples, began = Load(service, folder), [], time.monotonic()
    threads = load.start()
    while (at := time.monotonic() - began) < minutes * 60:
        samples.append({"at": at, **look(service, load)})
        time.sleep(EVERY)
    load.enough.set()
    for thread in threads:
        thread.join(120)
    assert service.process is not None
    known = [one for _, one in family(psutil.Process(service.process.pid))]
    code = service.stop()
    left = [f"process {one.pid}" for one in known if one.is_running()]
    left += [str(path.relative_to(folder)) for path in (folder / "tmp").iterdir()]
    left += [path.name for path in (folder / "service" / "data").glob("*gipr-*")]
    left += [path.name for path in (folder / "out").glob(".gipr-*.tmp")]
    log = (folder / "service" / "log").read_text("utf-8")
    errors = [line for line in log.splitlines() if "Traceback" in line or "error of ours" in line]
    return samples, dict(load.told), left + errors + ([f"exit code {code}"] if code else [])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--save", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        samples, told, left = soak(Path(folder), options.minutes)
    found = judge(samples)
    rising = [name for name, one in found.items() if one["verdict"] == "RISES"]
    for name, one in found.items():
        print(f"{name:40} {one}")
    print(told, f"left behind: {left or 'nothing'}", f"rising: {rising or 'nothing'}", sep="\n")
    if options.save:
        save(options.minutes, samples, found, told, left, rising)


def save(
    minutes: float,
    samples: list[dict[str, float]],
    found: dict[str, dict[str, Any]],
    told: dict[str, int],
    left: list[str],
    rising: list[str],
) -> None:
    where = machine()
    head = [
        "# Everything at once, for long",
        "",
        f"`python experiments/soak.py --minutes {minutes:g} --save`: {SENDERS} senders of every",
        f"kind of document, {READERS} readers and exporters, {REVIEWERS} who correct and undo, and",
        f"`gipr process` beside them, on one service with two workers ({where}). Flat is what",
        f"rises by less than {ROOM['MB']:.0%} of its mean over the second half (or {LEAST['MB']:g}",
        f"MB), for numbers {ROOM['']:.0%} (or {LEAST['']:g}).",
        "",
        f"Rising: {', '.join(rising) or 'nothing'}. Left behind at the end:"
        f" {', '.join(left) or 'nothing'}.",
        "",
        "Done: " + "; ".join(f"{name} {number:,}" for name, number in sorted(told.items())) + ".",
    ]
    columns = {title: {row: one[title] for row, one in found.items()} for title in TITLES}
    kept = {"machine": where, "minutes": minutes, "done": told, "left": left, "found": found}
    write_tables("soak", {**kept, "samples": samples[:: max(1, len(samples) // 60)]}, head, columns)


if __name__ == "__main__":
    main()
