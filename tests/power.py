"""A power cut at every step of an operation: what is on the disk then, and whether that holds.

The operation runs in a child process in which each change of the file system and each statement of
a database is a step; the child ends at the step that it is told, in the middle of a write where it
is one. What the system had not been asked to keep (`fsync`) may be lost then, in one of three ways:

killed  nothing is lost: the process was killed, the machine went on
torn    names are kept, files whose bytes were not synced are empty (as on ext4)
lost    names are undone as well, unless their folder was synced since

SQLite is trusted with its own files.
"""

from __future__ import annotations

import builtins
import io
import math
import os
import shutil
import signal
import sqlite3
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from gipr_ml import files

Loss = Literal["killed", "torn", "lost"]
LOSSES: tuple[Loss, ...] = ("killed", "torn", "lost")
CUT, FAILED = 77, 78
"""How the child ends: at the step that it was told, or by an error of its own."""
SECONDS = 120
MOST = 4
"""Steps that are cut, for each kind of loss."""
_WRITES = frozenset("wax+")
_OWN = (".sqlite", ".db", "-wal", "-shm", "-journal")
"""Endings of what SQLite looks after."""

Deed = Callable[[Path], object]
Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Cut:
    """One trial: the folder as it was found after the cut at a step."""

    folder: Path
    step: int
    loss: Loss
    done: bool
    """Whether the operation had come to its end, and said so."""

    def __str__(self) -> str:
        return f"step {self.step}, {self.loss}"


class _Disk:
    """What was done in `root` since the beginning, and what of it is safe."""

    def __init__(self, root: Path, at: int, loss: Loss) -> None:
        self.root, self.at, self.loss, self.steps = root, at, loss, 0
        self.kept = root.with_name(f"{root.name}-kept")
        self.synced = {path.stat().st_ino for path in root.rglob("*") if path.is_file()}
        self.undo: list[tuple[set[str], Callable[[], object]]] = []
        """Changes of names that may be lost: in which folders, and how to take them back."""
        self.real = {name: getattr(os, name) for name in _NAMES}

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.at:
            self.cut()

    def cut(self, code: int = CUT) -> None:
        """Lose what may be lost, and end."""
        if self.loss != "killed":
            for path in self.root.rglob("*"):
                own = path.name.endswith(_OWN)
                if path.is_file() and not own and path.stat().st_ino not in self.synced:
                    self.real["truncate"](path, 0)
        if self.loss == "lost":
            for _, undo in reversed(self.undo):
                with suppress(FileNotFoundError):  # its folder is gone for good
                    undo()
        os._exit(code)

    def inside(self, path: Path) -> bool:
        return path == self.root or self.root in path.parents

    def keep(self, path: Path) -> Path | None:
        """Hold on to a file that is about to lose its name; None where there is none."""
        if not path.is_file():
            return None
        self.real["mkdir"](self.kept) if not self.kept.exists() else None
        held = self.kept / str(len(list(self.kept.iterdir())))
        os.link(path, held)
        return held

    # ------------------------------------------------------------ the calls that are watched

    def open(self, file: Any, mode: str = "r", *more: Any, **named: Any) -> Any:
        if isinstance(file, int) or not _WRITES & {*mode} or not self.inside(_path(file)):
            return _OPEN(file, mode, *more, **named)
        self.step()
        path = _path(file)
        new = not path.exists()
        opened = _OPEN(file, mode, *more, **named)
        self.synced.discard(path.stat().st_ino)
        if new:
            self.undo.append(({str(path.parent)}, lambda: self.real["unlink"](path)))
        write = opened.write

        def written(data: Any) -> Any:
            self.steps += 1
            if self.steps == self.at:
                write(data[: len(data) // 2])
                opened.flush()
                self.cut()
            self.synced.discard(path.stat().st_ino) if path.exists() else None
            return write(data)

        opened.write = written
        return opened

    def fsync(self, file: int) -> None:
        self.step()  # only noted: the machine itself stays on
        path = Path(f"/proc/self/fd/{file}").readlink()
        if path.is_dir():
            for folders, _ in self.undo:
                folders.discard(str(path))
            self.undo = [one for one in self.undo if one[0]]
        else:
            self.synced.add(os.fstat(file).st_ino)

    def rename(self, source: Any, target: Any, **named: Any) -> None:
        self.step()
        one, other = _path(source), _path(target)
        held = self.keep(other)
        self.real["replace"](source, target, **named)

        def undo() -> None:
            self.real["replace"](other, one)
            if held is not None:
                self.real["replace"](held, other)

        self.undo.append(({str(one.parent), str(other.parent)}, undo))

    def unlink(self, path: Any, *, dir_fd: int | None = None) -> None:
        place = _path(path, dir_fd)
        if not self.inside(place):
            self.real["unlink"](path, dir_fd=dir_fd)
            return
        self.step()
        held = self.keep(place)
        self.real["unlink"](path, dir_fd=dir_fd)
        if held is not None:
            kept = held
            self.undo.append(({str(place.parent)}, lambda: self.real["replace"](kept, place)))

    def mkdir(self, path: Any, *more: Any, **named: Any) -> None:
        place = _path(path)
        if not self.inside(place):
            self.real["mkdir"](path, *more, **named)
            return
        self.step()
        self.real["mkdir"](path, *more, **named)
        self.undo.append(({str(place.parent)}, lambda: shutil.rmtree(place, ignore_errors=True)))

    def rmdir(self, path: Any, *, dir_fd: int | None = None) -> None:
        place = _path(path, dir_fd)
        if self.inside(place):
            self.step()
        self.real["rmdir"](path, dir_fd=dir_fd)
        self.undo.append(({str(place.parent)}, lambda: place.mkdir(exist_ok=True)))

    def exchange(self, one: Path, other: Path) -> bool:
        self.step()
        if not _EXCHANGE(one, other):
            return False
        folders = {str(one.parent), str(other.parent)}
        self.undo.append((folders, lambda: _EXCHANGE(one, other)))
        return True

    def connect(self, *arguments: Any, **named: Any) -> sqlite3.Connection:
        connection = _CONNECT(*arguments, **named)
        connection.set_trace_callback(lambda _: self.step())
        return connection


_NAMES = ("fsync", "rename", "replace", "unlink", "mkdir", "rmdir", "truncate")
_OPEN, _CONNECT, _EXCHANGE = io.open, sqlite3.connect, files.exchange


def _path(path: Any, folder: int | None = None) -> Path:
    given = Path(os.fsdecode(path))
    if folder is not None:
        given = Path(f"/proc/self/fd/{folder}").readlink() / given
    return given.absolute()


def _watch(disk: _Disk) -> None:
    """Make every change in this process a step."""
    io.open = builtins.open = disk.open  # type: ignore[assignment]
    os.fsync = disk.fsync  # type: ignore[assignment]
    os.rename = os.replace = disk.rename  # type: ignore[assignment]
    os.unlink = os.remove = disk.unlink  # type: ignore[assignment]
    os.mkdir, os.rmdir = disk.mkdir, disk.rmdir  # type: ignore[assignment]
    files.exchange = disk.exchange
    sqlite3.connect = sqlite3.dbapi2.connect = disk.connect  # type: ignore[assignment]


def _run(folder: Path, deed: Deed, at: int, loss: Loss) -> int:
    """Do the deed in a child and cut it at a step; gives how it ended."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of libraries, which rest
        child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        signal.alarm(SECONDS)
        disk = _Disk(folder, at, loss)
        _watch(disk)
        deed(folder)
        _steps(folder).write_text(str(disk.steps))
        disk.cut(0)
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
        os._exit(FAILED)
    raise AssertionError


def cuts(before: Path, deed: Deed, steps: int, most: int) -> Iterator[Cut]:
    """Cut `deed` at its steps, at `most` of them evenly spread, and just after its end; each time
    in a copy of the folder `before`, and other ones for each kind of loss."""
    pace = max(1, math.ceil(steps / most))
    for first, loss in enumerate(LOSSES):
        for step in [*range(1 + first % pace, steps + 1, pace), steps + 100]:
            folder = before.with_name(f"{before.name}-{loss}-{step}")
            shutil.copytree(before, folder, symlinks=True)
            code = _run(folder, deed, step, loss)
            assert code in (0, CUT), f"step {step}, {loss}: the child ended with {code}"
            yield Cut(folder, step, loss, code == 0)
            for path in before.parent.glob(f"{folder.name}*"):
                path.unlink() if path.is_file() else shutil.rmtree(path)


def check(before: Path, deed: Deed, look: Callable[[Path], Seen]) -> tuple[int, Seen, Seen]:
    """Assert that after each cut all is as before or as after the deed, that nothing is lost of
    what was said to be done, and that the deed done again leads to the state after it.

    Gives the number of steps that the deed has, and the two states. Every step is cut where
    `GIPR_EVERY_CUT` is set, else `MOST` of them for each kind of loss.
    """
    whole = before.with_name(f"{before.name}-whole")
    shutil.copytree(before, whole, symlinks=True)
    old = look(whole)
    assert _run(whole, deed, -1, "killed") == 0
    steps, new = int(_steps(whole).read_text()), look(whole)
    assert new != old, "the deed changes nothing that is looked at"
    most = sys.maxsize if os.environ.get("GIPR_EVERY_CUT") else MOST
    for number, cut in enumerate(cuts(before, deed, steps, most)):
        found = look(cut.folder)
        assert found in ((new,) if cut.done else (old, new)), str(cut)
        if number % 3 == 0 or found != new:
            assert _run(cut.folder, deed, -1, "killed") in (0, FAILED), str(cut)
            assert look(cut.folder) == new, f"{cut}, done again"
    return steps, old, new


def _steps(folder: Path) -> Path:
    """Where a child that was not cut says how many steps there were."""
    return folder.with_name(f"{folder.name}-steps")
