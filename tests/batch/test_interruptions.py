"""Whatever ends a run, the next one goes on, and every document has its result once."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

import gipr_ml
from gipr_ml.batch import opened
from gipr_ml.batch.ledger import NAME
from gipr_ml.errors import LedgerError, OutputError, UsageError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals, pipes and /proc of Linux")
SAMPLES = Path(gipr_ml.__file__).parent / "samples"
SAMPLE = SAMPLES / "chengxi_culture_2023.txt"
DRIVER = """
import sys
from pathlib import Path
from gipr_ml.batch import Input, Local, Run, Settings, opened
from gipr_ml.versions import versions
settings = Settings(sys.argv[2], str(versions()), task="batch_tasks:process")
inputs = [Input(str(path), path.stem) for path in sorted(Path(sys.argv[1]).glob("*.txt"))]
with opened(settings.out) as ledger:
    Run(inputs, settings, ledger).go(Local(settings, 1), lambda *_: None)
"""


@pytest.fixture
def pipe(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def gipr(*arguments: object) -> list[str]:
    code = "from gipr_ml.cli import main; main()"
    return [sys.executable, "-c", code, *map(str, arguments)]


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in found for child in path.read_text().split()]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


@pytest.mark.parametrize("signalled", [signal.SIGINT, signal.SIGTERM])
def test_a_run_is_stopped_and_goes_on(tmp_path, pipe, signalled):
    out, sample = tmp_path / "out", tmp_path / "a.txt"
    sample.write_bytes(SAMPLE.read_bytes())
    command = gipr("process", sample, pipe, SAMPLE, "--out", out, "--workers", 1)
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with pipe.open("wb"):  # waits until the second document is opened
        run.send_signal(signalled)
        told, errors = run.communicate()
    assert run.returncode == 130
    assert "3 inputs: 1 consistent." in told
    assert "2 not reached" in told
    assert "stopped; run the same command again for the rest" in errors
    assert names(out) == [NAME, "a.json"]
    if signalled is signal.SIGTERM:
        return
    pipe.unlink()
    pipe.write_bytes(b"")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "1 unchanged since last time" in done.stdout
    assert {p.name for p in out.glob("*.json")} == {"a.json", "pipe.json", f"{SAMPLE.stem}.json"}


def test_a_driver_that_is_killed_leaves_nothing_behind(local, pipe):
    local.put(a="ok", b=f"meet {pipe}", c="ok")
    arguments = [sys.executable, "-c", DRIVER, local.documents, local.out]
    driver = subprocess.Popen(arguments)
    with pipe.open("wb"):  # waits until the child reads the second document
        (child,) = children(driver.pid)
        driver.kill()
        driver.wait()
        while not is_gone(child):
            pass
    (local.out / ".gipr-0123456789abcdef.tmp").write_bytes(b"half")
    local.put(b="hm")
    assert {name: record.status for name, record in local.run().items()} == dict.fromkeys(
        "abc", "consistent"
    )
    assert local.results() == {"a.json": b"ok read", "b.json": b"hm read", "c.json": b"ok read"}
    assert names(local.out) == [NAME, "a.json", "b.json", "c.json"]


def test_a_child_that_is_killed_is_replaced(local, pipe):
    local.put(a="ok", b=f"meet {pipe}", c="ok")
    own = set(children(os.getpid()))
    killed: list[int] = []

    def kill_the_reader() -> None:
        with pipe.open("wb"):
            for child in set(children(os.getpid())) - own:
                if str(pipe) in map(os.readlink, Path(f"/proc/{child}/fd").iterdir()):
                    os.kill(child, signal.SIGKILL)
                    killed.append(child)
                    while not is_gone(child):
                        pass
        with pipe.open("wb"):
            pass

    helper = Thread(target=kill_the_reader)
    helper.start()
    records = local.run()
    helper.join()
    assert len(killed) == 1
    assert {name: (r.status, r.tries) for name, r in records.items()} == {
        "a": ("consistent", 1),
        "b": ("consistent", 2),
        "c": ("consistent", 1),
    }


def test_a_full_disk_stops_the_run_and_loses_nothing(local):
    local.put(a="ok", b="x" * 300_000, c="ok")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        with pytest.raises(OutputError, match=r"cannot write into .*\(File too large\)"):
            local.run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "b.json" not in names(local.out)
    assert not [name for name in names(local.out) if name.endswith(".tmp")]
    assert {name: record.status for name, record in local.run().items()} == dict.fromkeys(
        "abc", "consistent"
    )


def test_a_second_writer_is_refused(local):
    words = rf"another gipr \(process {os.getpid()}\) is writing into {local.out}"
    with opened(str(local.out)):
        with pytest.raises(UsageError, match=words), opened(str(local.out)):
            pass
        with pytest.raises(UsageError, match=words), opened(str(local.out)):
            pass
    with opened(str(local.out)):
        pass


def test_a_ledger_that_is_no_ledger_is_told(local):
    local.out.mkdir()
    (local.out / NAME).write_bytes(b"something else, and long enough to be looked at" * 100)
    with pytest.raises(LedgerError, match=r"is damaged .* remove it and run the same"):
        local.run()
    (local.out / NAME).unlink()
    with sqlite3.connect(local.out / NAME) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(UsageError, match="was written by another version of this program"):
        local.run()


@pytest.mark.parametrize(
    ("column", "content"),
    [
        ("entry", "{"),
        ("entry", "[]"),
        ("entry", '{"state": "consistent"}'),
        ("stem", 1.5),
        ("status", b"\xff"),
    ],
)
def test_a_damaged_row_of_the_ledger_is_told(local, column, content):
    local.put(a="ok")
    local.run()
    with sqlite3.connect(local.out / NAME) as database:
        value = "CAST(? AS TEXT)" if isinstance(content, bytes) else "?"  # bytes that are no text
        database.execute(f"UPDATE documents SET {column} = {value}", (content,))
    database.close()
    with pytest.raises(LedgerError, match=r"is damaged .* remove it and run the same"):
        local.run()
