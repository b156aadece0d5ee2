"""A disk that is full or may not be written: one sentence, nothing lost, and on it goes."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from starlette.testclient import TestClient

import gipr_ml
from gipr_ml.cli import main
from gipr_ml.errors import UsageError
from gipr_ml.files import LOCK, locked
from gipr_ml.learning.promotion import Gate, _install, promote
from gipr_ml.service.api import make_app
from gipr_ml.service.context import open_context
from gipr_ml.service.settings import Settings
from gipr_ml.service.work import Worker
from gipr_ml.service.work.worker import NoRoom
from gipr_ml.store import default_folder
from gipr_ml.versions import model_digest

SAMPLES = Path(gipr_ml.__file__).parent / "samples"
TEXT = SAMPLES / "chengxi_culture_2023.txt"
SIZE = 12_000_000
Block = Callable[[Path], object]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can make a small disk here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@contextmanager
def full(disk: Path) -> Iterator[str]:
    """Nothing more can be written there; gives what the system says."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    yield os.strerror(errno.ENOSPC)
    filler.unlink()


@contextmanager
def read_only(disk: Path) -> Iterator[str]:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    yield os.strerror(errno.EROFS)
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)


either = pytest.mark.parametrize("unwritable", [full, read_only])


def gipr(capfd: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """The exit code of a command, and what it says on standard error."""
    capfd.readouterr()
    old, sys.argv = sys.argv, ["gipr", *map(str, arguments)]
    try:
        main()
    except SystemExit as stopped:
        return int(stopped.code or 0), capfd.readouterr().err
    finally:
        sys.argv = old
    return 0, capfd.readouterr().err


def files(folder: Path) -> dict[str, bytes]:
    found = sorted(folder.rglob("*"))
    return {str(p.relative_to(folder)): p.read_bytes() for p in found if p.is_file()}


@either
def test_commands(disk: Path, unwritable, capfd: pytest.CaptureFixture[str]) -> None:
    out, labels = disk / "out", disk / "labels"
    assert gipr(capfd, "process", TEXT, "--out", out)[0] == 0
    assert gipr(capfd, "summary", out)[0] == 0
    assert gipr(capfd, "label", TEXT, "--out", disk / "sheets")[0] == 0
    sheet = next((disk / "sheets").glob("*.csv"))
    other = SAMPLES / "lanting_transport_2024.html"
    commands = (
        ("process", TEXT, other, "--out", out),
        ("summary", out),
        ("check", TEXT, "--out", disk / "checked"),
        ("label", other, "--out", disk / "sheets"),
        ("label", "--import", sheet, "--reviewed-by", "a", "--data", labels),
        ("synthesize", "--out", disk / "made", "--count", 1),
    )
    before = files(disk)
    with unwritable(disk) as says:
        for command in commands:
            code, told = gipr(capfd, *command)
            assert code in (1, 2, 3), command
            assert says in told, command
            assert "Traceback" not in told
            assert "internal error" not in told, command
            assert len(told.strip().splitlines()) <= 2, command
    after = {name: data for name, data in files(disk).items() if "ledger" not in name}
    assert after == {name: data for name, data in before.items() if "ledger" not in name}
    for command in commands:
        assert gipr(capfd, *command)[0] in (0, 4), command
    assert not [name for name in files(disk) if ".gipr-" in name and "ledger" not in name]


@either
def test_a_promotion(disk: Path, unwritable, tmp_path: Path) -> None:
    models, other = disk / "models", tmp_path / "other"
    promote(default_folder(), models, Gate((), None), None, None)
    shutil.copytree(default_folder(), other, ignore=shutil.ignore_patterns("history"))
    (other / "CARD.md").write_text("another")
    text = (other / "lines.json").read_text("utf-8")
    (other / "lines.json").write_text(text.replace('"seed": 0', '"seed": 1'), "utf-8")
    (models / "CARD.md").write_text("before")
    digest = model_digest(models)
    entry = {"action": "promote", "model": "x", "replaces": None}
    with unwritable(disk) as says, pytest.raises(OSError, match=says):
        _install(other, models, entry)
    assert (model_digest(models), (models / "CARD.md").read_text()) == (digest, "before")


def test_the_service(disk: Path) -> None:
    context = open_context(Settings(data=disk / "data"))
    worker = Worker(context, Event())
    with TestClient(make_app(context), base_url="http://127.0.0.1") as http, worker.sandbox:

        def send(text: bytes):
            file = ("a.txt", TEXT.read_bytes() + text)
            return http.post("/v1/reports", files=[("files", file)])

        assert send(b"1").status_code == 202
        with full(disk) as says:
            answer = send(b"2")
            assert (answer.status_code, answer.headers["retry-after"]) == (507, "60")
            assert says in answer.json()["detail"]
            (one,) = http.get("/v1/reports").json()["reports"]
            assert one["progress"] == "queued"
        assert send(b"2").status_code == 202
        assert worker.step()
        assert worker.step()
        told = http.get("/v1/reports").json()["reports"]
        assert [one["status"] for one in told] == ["consistent", "consistent"]
    context.database.close()


def test_a_job_outlives_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = open_context(Settings(data=tmp_path))
    context.reports.send("a.txt", TEXT.read_bytes(), "a", str(context.versions()), None)
    worker = Worker(context, Event())

    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with worker.sandbox:
        with monkeypatch.context() as patched:
            patched.setattr("gipr_ml.service.store.history.History.add_reading", no_room)
            for _ in range(3):
                with pytest.raises(NoRoom, match="No space left"):
                    worker.step()
        assert worker.step()
    with context.database.read() as connection:
        (job,) = context.jobs.listed(connection, [], 10)
    assert (job.state, job.attempts) == ("done", 1)
    context.database.close()


def test_two_writers_of_one_folder(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out, labels = tmp_path / "out", tmp_path / "labels"
    assert gipr(capfd, "process", TEXT, "--out", out)[0] == 0
    assert gipr(capfd, "label", TEXT, "--out", tmp_path / "sheets")[0] == 0
    sheet = next((tmp_path / "sheets").glob("*.csv"))
    labels.mkdir()
    models = tmp_path / "models"
    models.mkdir()
    for lock, command in (
        (out / LOCK, ("process", TEXT, "--out", out)),
        (out / f"{LOCK}-summary", ("summary", out)),
        (labels / LOCK, ("label", "--import", sheet, "--reviewed-by", "a", "--data", labels)),
    ):
        with locked(lock, "x"):
            code, told = gipr(capfd, *command)
        assert code == 2
        assert f"another gipr (process {os.getpid()}) is writing into" in told
        assert gipr(capfd, *command)[0] == 0
    with locked(models / LOCK, "x"), pytest.raises(UsageError, match="another gipr"):
        promote(default_folder(), models, Gate((), None), None, None)
