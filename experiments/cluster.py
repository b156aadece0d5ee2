"""Measure Dask on this machine: two workers against one on scans, and what its machines may suffer.

    python experiments/cluster.py --count 6             # a few minutes
    python experiments/cluster.py --save                # cluster_results.json and .md

A scheduler and its workers are processes of this machine; each worker is a node of its own, with
a nanny that starts it again. Scans are read by `gipr process --engine dask`. Then they are read
again while a worker is killed, a node is killed, the scheduler is killed, and one document that is
more than its time limit allows stands among them. Every other document must come out as without.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from measured import tell

from gipr_ml.batch.ledger import NAME, Ledger
from gipr_ml.learning.synthesis.corpus import HELD_OUT
from gipr_ml.learning.synthesis.scans import generate_scans, make_scan

LIMIT = 60
"""Seconds that a document may take."""
POISON = "poison"
POISON_PAGES = 180
"""Pages of a scan that takes longer than `LIMIT`."""
TARGETS = {"two workers against one": "1.9"}


def make(folder: Path, count: int) -> None:
    """Generate the scans."""
    folder.mkdir(parents=True)
    for report in generate_scans(HELD_OUT.start + 400_000, count, None):
        (folder / report.file_name).write_bytes(report.data)


def poison(folder: Path) -> None:
    """A document that takes longer than it may: a scan whose page is there many times over."""
    page = make_scan(HELD_OUT.start + 400_000, "dpi_200").images[0].convert("1")
    data = io.BytesIO()
    pages = [page] * (POISON_PAGES - 1)
    page.save(data, "TIFF", save_all=True, append_images=pages, compression="group4")
    (folder / f"{POISON}.tif").write_bytes(data.getvalue())


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def dask(*arguments: str) -> subprocess.Popen[bytes]:
    """A process of Dask, with those that it starts in a group of its own."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all that it has started, at once."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Nodes:
    """A scheduler and its nodes."""

    def __init__(self, number: int) -> None:
        self.port = free_port()
        self.scheduler = self.start_scheduler()
        self.nodes = [self.start_node() for _ in range(number)]

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        here = ("--host", "127.0.0.1", "--port", str(self.port), "--dashboard-address", ":0")
        return dask("scheduler", *here)

    def start_node(self) -> subprocess.Popen[bytes]:
        return dask("worker", self.address, "--nthreads", "1", "--dashboard-address", ":0")

    def wait(self) -> None:
        """Until all nodes are there."""
        from distributed import Client

        with Client(self.address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(len(self.nodes), timeout=120)

    def close(self) -> None:
        for process in (*self.nodes, self.scheduler):
            kill(process)


@contextmanager
def nodes(number: int) -> Iterator[Nodes]:
    made = Nodes(number)
    try:
        made.wait()
        yield made
    finally:
        made.close()


def start(folder: Path, out: Path, address: str) -> subprocess.Popen[str]:
    arguments = ["process", str(folder), "--out", str(out), "--json", "--engine", "dask"]
    limits = ["--scheduler", address, "--time-limit", str(LIMIT)]
    code = "from gipr_ml.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments, *limits],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def statuses(out: Path) -> dict[str, tuple[str, str | None]]:
    """What the ledger says of each document."""
    if not (out / NAME).exists():
        return {}
    with Ledger(out) as ledger:
        return {record.stem: (record.status, record.failure) for record in ledger.records()}


def finish(run: subprocess.Popen[str], codes: tuple[int, ...] = (0, 3, 4)) -> str:
    told, errors = run.communicate()
    assert run.returncode in codes, (run.returncode, told[-500:], errors[-2000:])
    assert "Traceback" not in told, told
    return errors


def until_some(out: Path, number: int, run: subprocess.Popen[str]) -> None:
    """Wait until so many results are written."""
    while len(list(out.glob("*.json"))) < number and run.poll() is None:
        time.sleep(0.2)


def speed(folder: Path, out: Path, number: int) -> float:
    """Seconds to read all documents with so many workers, which are warm."""
    with nodes(number) as made:
        few = folder.with_name("few")
        shutil.rmtree(few, ignore_errors=True)
        few.mkdir()
        for place, path in enumerate(sorted(folder.iterdir())[: 2 * number]):
            shutil.copy(path, few / f"warm{place}{path.suffix}")
        finish(start(few, out.with_name(f"warm{number}"), made.address))
        begun = time.perf_counter()
        finish(start(folder, out, made.address))
        return time.perf_counter() - begun


def worker_of(node: subprocess.Popen[bytes]) -> int:
    """The process that a nanny has started."""
    found = Path(f"/proc/{node.pid}/task").glob("*/children")
    children = [int(child) for path in found for child in path.read_text().split()]
    workers = [c for c in children if b"spawn_main" in Path(f"/proc/{c}/cmdline").read_bytes()]
    return workers[0]


def troubles(folder: Path, out: Path) -> Iterator[str]:
    """Read all documents, the poisoned one too, while machines die."""
    with nodes(2) as made:
        run = start(folder, out, made.address)
        until_some(out, 1, run)
        os.kill(worker_of(made.nodes[0]), signal.SIGKILL)
        yield f"worker killed after {len(list(out.glob('*.json')))}"
        until_some(out, 2, run)
        kill(made.nodes.pop())
        made.nodes.append(made.start_node())
        yield f"node killed after {len(list(out.glob('*.json')))}"
        until_some(out, 3, run)
        kill(made.scheduler)
        yield f"scheduler killed after {len(list(out.glob('*.json')))}"
        errors = finish(run, (1,))
        assert "is gone" in errors, errors
    with nodes(2) as made:
        finish(start(folder, out, made.address))


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ask.add_argument("--count", type=int, default=60)
    ask.add_argument("--folder", type=Path, help="where to work; a temporary folder by itself")
    ask.add_argument("--save", action="store_true", help="write cluster_results.json and .md")
    args = ask.parse_args()
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=args.folder)))
        folder = place / "in"
        print(f"making {args.count} scans", flush=True)
        make(folder, args.count)
        one, two = speed(folder, place / "one", 1), speed(folder, place / "two", 2)
        print(f"one worker {one:.0f} s, two {two:.0f} s", flush=True)
        healthy = statuses(place / "one")
        for path in (place / "one").glob("*.json"):
            assert path.read_bytes() == (place / "two" / path.name).read_bytes(), path.name
        poison(folder)
        told = []
        for deed in troubles(folder, place / "three"):
            told.append(deed)
            print(f"  {deed}", flush=True)
        after = statuses(place / "three")
        assert after.pop(POISON) == ("rejected", "time")
        assert after == healthy, "a healthy document came out otherwise"
        for path in (place / "one").glob("*.json"):
            assert path.read_bytes() == (place / "three" / path.name).read_bytes(), path.name
    found = {
        "scans": f"{args.count}",
        "one worker": f"{one:.1f} s",
        "two workers": f"{two:.1f} s",
        "two workers against one": f"{one / two:.2f}",
        "documents that came out otherwise": "0",
        "poisoned document": "rejected (time), tried twice",
        "what happened": "; ".join(told),
    }
    tell(found, TARGETS, "cluster", "Scans on Dask", args.save)


if __name__ == "__main__":
    main()
