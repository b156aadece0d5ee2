"""What a cluster does to its machines, a document must not feel; and results at URLs."""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread

import fsspec
import pytest
from distributed import LocalCluster

import gipr_ml
from gipr_ml.batch import Input, Local, Run, opened
from gipr_ml.batch.engines.cluster import Cluster
from gipr_ml.errors import EngineError

SAMPLES = Path(gipr_ml.__file__).parent / "samples"


@pytest.fixture
def pipe(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def threads(number):
    """A cluster in this process."""
    return LocalCluster(
        n_workers=1, threads_per_worker=number, processes=False, dashboard_address=":0"
    )


def reader_of(pipe):
    """The process that has opened the pipe for reading, and its parent."""
    for process in Path("/proc").iterdir():
        try:
            pid, files = int(process.name), map(os.readlink, (process / "fd").iterdir())
            if pid != os.getpid() and str(pipe) in files:
                parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
                return pid, int(parent)
        except (OSError, ValueError):
            continue
    raise AssertionError("nobody reads")


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


@pytest.mark.skipif(sys.platform != "linux", reason="/proc of Linux")
def test_a_worker_that_is_killed_costs_nothing(dask, pipe):
    dask.put(a="ok", b=f"meet {pipe}", **{f"c{n}": "ok" for n in range(20)})

    def kill_the_worker():
        with pipe.open("wb"):
            child, worker = reader_of(pipe)
            os.kill(worker, signal.SIGKILL)
            while not is_gone(child):
                pass
        with pipe.open("wb"):
            pass

    helper = Thread(target=kill_the_worker)
    helper.start()
    records = dask.run()
    helper.join()
    assert {(record.status, record.failure, record.tries) for record in records.values()} == {
        ("consistent", None, 1)
    }
    assert len(dask.results()) == 22


@pytest.mark.skipif(sys.platform != "linux", reason="pipes of Linux")
def test_a_scheduler_that_is_lost_stops_the_run_and_the_next_goes_on(local, pipe):
    local.put(a="ok", b=f"meet {pipe}")
    cluster = threads(1)

    def lose_it():
        with pipe.open("wb"):
            cluster.sync(cluster.scheduler.close)

    helper = Thread(target=lose_it)
    helper.start()
    make = local._make
    local._make = lambda settings: Cluster(settings, cluster.scheduler_address)
    with pytest.raises(EngineError, match=r"the Dask scheduler at .* is gone"):
        local.run()
    helper.join()
    with suppress(TimeoutError):  # it waits for its scheduler
        cluster.close(timeout=1)
    local.put(b="hm")
    local._make = make
    assert {name: record.status for name, record in local.run().items()} == {
        "a": "consistent",
        "b": "consistent",
    }
    assert local.results() == {"a.json": b"ok read", "b.json": b"hm read"}


def test_without_a_scheduler_nothing_starts(local, monkeypatch):
    monkeypatch.setattr("gipr_ml.batch.engines.cluster.CONNECT", 1)
    with pytest.raises(EngineError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        Cluster(local.settings, "tcp://127.0.0.1:9")


@pytest.fixture
def memory(monkeypatch, tmp_path):
    """A store in the memory of this process."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    store = fsspec.filesystem("memory")
    store.store.clear()
    yield store
    store.store.clear()


@pytest.mark.parametrize("kind", ["local", "dask"])
def test_documents_and_results_may_be_at_urls(local, memory, kind):
    for name, content in (("a", b"ok"), ("b", b"die"), ("c", b"ok")):
        memory.pipe_file(f"/in/{name}.txt", content)
    settings = replace(local.settings, out="memory://out")
    inputs = [Input(f"memory://in/{name}.txt", name) for name in "abc"]

    def run(engine):
        with opened(settings.out) as ledger:
            made = Run(inputs, settings, ledger)
            made.go(engine, lambda *_: None)
            return made.tally, [entry.as_dict() for entry in made.entries()]

    if kind == "local":
        tally, entries = run(Local(settings, 2))
        again, _ = run(Local(settings, 2))
    else:
        with threads(2) as cluster, Cluster(settings, cluster.scheduler_address) as engine:
            tally, entries = run(engine)
            again, _ = run(engine)
    assert dict(tally.statuses) == {"consistent": 2, "rejected": 1}
    assert sorted(memory.ls("/out", detail=False)) == [f"/out/{name}.json" for name in "abc"]
    assert entries[0]["result"] == "memory://out/a.json"
    assert again.unchanged == 3


def test_the_command_reads_urls_of_this_machine_on_a_cluster(cluster, tmp_path, capfd, monkeypatch):
    from gipr_ml.cli import main

    (tmp_path / "in").mkdir()
    for sample in ("chengxi_culture_2023.txt", "lanting_transport_2024.html"):
        (tmp_path / "in" / sample).write_bytes((SAMPLES / sample).read_bytes())
    out = f"file://{tmp_path}/out"
    address = cluster.scheduler_address
    arguments = ["process", f"file://{tmp_path}/in", "--out", out, "--engine", "dask"]
    monkeypatch.setattr(sys, "argv", ["gipr", *arguments, "--scheduler", address, "--json"])
    with pytest.raises(SystemExit) as stopped:
        main()
    summary = json.loads(capfd.readouterr().out)
    assert stopped.value.code == 0, summary
    assert summary["totals"]["consistent"] == 2
    assert (tmp_path / "out" / "lanting_transport_2024.json").exists()
