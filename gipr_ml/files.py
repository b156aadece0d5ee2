"""Files: written so that a reader never sees half of one and a power cut loses nothing of what was
said to be written; and TOML that people write."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import secrets
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from gipr_ml.errors import UsageError

DRAFT, DRAFT_END = ".gipr-", ".tmp"
"""Beginning and end of the names of what is not finished."""
LOCK = ".gipr-lock"
TOGETHER = 32
"""Files that are open at a time to be written."""
SCRATCH = "gipr-"
"""Beginning of the names of folders that are there for a while."""
_INCOMING, _GONE = ".incoming", ".gone"
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
"""What the system says where nothing can be written for now."""
_HERE, _EXCHANGE = -100, 2
"""AT_FDCWD and RENAME_EXCHANGE of Linux."""


@contextmanager
def writing_into(out: str | Path) -> Iterator[None]:
    """What is done within writes into the folder that `--out` names.

    Raises `UsageError` where it cannot be written into.
    """
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"--out: cannot write into {out} ({error.strerror}); choose another folder"
        ) from None


def write_file(path: Path, data: bytes) -> None:
    """Put `data` at `path`: under a temporary name in the same folder first, synced, then renamed.

    Raises `OSError` and leaves what stood at `path` as it was.
    """
    write_files([(path, data)])


def write_files(files: Sequence[tuple[str | Path, bytes]]) -> None:
    """Put the data of each at its path, in their order, as `write_file` does with one.

    They wait for the disk together, which takes a fraction of the time of one after the other.
    Raises `OSError`; each path then holds what stood there, or its data.
    """
    for start in range(0, len(files), TOGETHER):
        _write_together([(os.fspath(path), data) for path, data in files[start:][:TOGETHER]])


def _write_together(files: Sequence[tuple[str, bytes]]) -> None:
    """Paths are strings here: a `Path` takes longer than what is done with it."""
    drafts: list[str] = []
    folders = dict.fromkeys(os.path.dirname(path) or os.curdir for path, _ in files)  # noqa: PTH120
    try:
        with ExitStack() as opened:
            numbers = []
            for path, data in files:
                # The temporary name does not build on the target's, which may be as long as can be.
                draft = f"{path[: path.rfind(os.sep) + 1]}{_draft_name()}"
                file = opened.enter_context(open(draft, "xb"))  # noqa: PTH123
                drafts.append(draft)
                file.write(data)
                file.flush()
                numbers.append(file.fileno())
            for number in numbers:
                os.fsync(number)
        for draft, (path, _) in zip(drafts, files, strict=True):
            os.replace(draft, path)  # noqa: PTH105
        for folder in folders:
            sync_folder(folder)
    except BaseException:
        for draft in drafts:
            Path(draft).unlink(missing_ok=True)
        raise


def draft_beside(path: Path) -> Path:
    """A temporary name in the folder of `path`."""
    return path.with_name(_draft_name())


def _draft_name() -> str:
    return f"{DRAFT}{secrets.token_hex(8)}{DRAFT_END}"


def is_draft(name: str) -> bool:
    """Whether it is a temporary name."""
    return name.startswith(DRAFT) and name.endswith(DRAFT_END)


def remove_drafts(folder: Path) -> None:
    """Remove what was left half written. Nobody else may write there."""
    with os.scandir(folder) as found:
        for entry in found:
            if not is_draft(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                Path(entry.path).unlink(missing_ok=True)


def sync_folder(folder: str | Path) -> None:
    """Have the names of a folder outlive a power cut, where the system can do that."""
    if os.name == "nt":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems have no such thing
            os.fsync(opened)
    finally:
        os.close(opened)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, to stay."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


# ---------------------------------------------------------------- many files at one stroke


@contextmanager
def replacing(folder: Path, gone: Sequence[str] = ()) -> Iterator[Path]:
    """A folder for new files of `folder`, which come into force together when the context ends.

    With them goes what fits one of the patterns `gone` and is not among them. Whoever reads calls
    `settle` first, and finds all of the old files or all of the new ones, wherever this was broken
    off. Nobody else may write there.
    """
    settle(folder)
    make_folder(folder)
    remove_drafts(folder)
    draft = draft_beside(folder / _INCOMING)
    draft.mkdir()
    try:
        yield draft
        old = {path.name for pattern in gone for path in folder.glob(pattern)}
        names = sorted(old - {path.name for path in draft.iterdir()})
        for below in (path for path in draft.rglob("*") if path.is_dir()):
            make_folder(folder / below.relative_to(draft))
            remove_drafts(folder / below.relative_to(draft))
        write_file(draft / _GONE, json.dumps(names).encode())
        draft.rename(folder / _INCOMING)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    sync_folder(folder)
    settle(folder)


def settle(folder: Path) -> None:
    """Put files in place that are in force (`replacing`), if that was broken off."""
    incoming = folder / _INCOMING
    if not incoming.is_dir():
        return
    names: list[str] = json.loads((incoming / _GONE).read_bytes())
    for path in sorted(incoming.rglob("*")):
        if path.is_file() and path.name != _GONE:
            place = folder / path.relative_to(incoming)
            make_folder(place.parent)
            write_file(place, path.read_bytes())
    for name in names:
        (folder / Path(name).name).unlink(missing_ok=True)
    sync_folder(folder)
    done = draft_beside(incoming)
    with suppress(FileNotFoundError):  # somebody else has settled the same
        incoming.rename(done)
        sync_folder(folder)
        shutil.rmtree(done, ignore_errors=True)


def put_folder(draft: Path, target: Path) -> None:
    """Put a folder in the place of another, or of none; what stood there is removed.

    On Linux there is always one of the two; elsewhere there is none for a moment.
    """
    for path in sorted(draft.rglob("*")):
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    sync_folder(draft)
    old = draft
    if not target.exists():
        draft.rename(target)
    elif not exchange(draft, target):
        old = draft_beside(target)
        target.rename(old)
        draft.rename(target)
    sync_folder(target.parent)
    if old.exists():
        shutil.rmtree(old, ignore_errors=True)


def exchange(one: Path, other: Path) -> bool:
    """Give each of two the name of the other at once; False where the system cannot."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    done: int = rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)
    return done == 0


# ---------------------------------------------------------------- one writer a folder


@contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Hold the lock file at `path` of `what`; a second process is told, and waits for nothing.

    The system lets go of it when the process ends, however it ends. Raises `UsageError` where
    another process holds it.
    """
    file = _taken(path, what)
    try:
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        yield
    finally:
        with suppress(OSError):  # Windows removes no file that is open
            path.unlink()
        os.close(file)


def _taken(path: Path, what: str) -> int:
    """The lock file, open and locked."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(file)
        except OSError:
            holder = os.pread(file, 64, 0).decode("ascii", "replace").strip()
            os.close(file)
            raise UsageError(
                f"another gipr (process {holder or 'unknown'}) is writing into {what}; "
                "wait for it, or choose another folder"
            ) from None
        if path.exists() and os.path.samestat(os.fstat(file), path.stat()):
            return file
        os.close(file)  # it was removed between opening and locking


def _lock(file: int) -> None:
    """Raise `OSError` where another process has locked the open file."""
    try:
        import fcntl
    except ImportError:  # Windows; the byte that is locked there cannot be read by others
        import msvcrt

        os.lseek(file, 1 << 20, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        os.lseek(file, 0, os.SEEK_SET)
        return
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


# ---------------------------------------------------------------- folders for a while


@contextmanager
def scratch_folder(place: Path | None = None) -> Iterator[Path]:
    """A new folder in `place` (else where the system has such), removed when the context ends.

    Where the process is killed, the next one that makes or sweeps such folders there removes it.
    """
    sweep(place)
    folder = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=place))
    held = None
    try:
        held = _held(folder)
        yield folder
    finally:
        if held is not None:
            os.close(held)
        shutil.rmtree(folder, ignore_errors=True)


def sweep(place: Path | None = None) -> None:
    """Remove the scratch folders whose processes are gone; a living one holds the lock in its own.

    On Windows they stay.
    """
    if os.name == "nt":
        return
    for folder in Path(place or tempfile.gettempdir()).glob(f"{SCRATCH}*"):
        try:
            file = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:  # something else, or somebody else's
            continue
        try:
            _lock(file)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            pass
        finally:
            os.close(file)


def _held(folder: Path) -> int | None:
    """The lock file in a folder, open and locked by the time that others can see it."""
    if os.name == "nt":  # no file is renamed there while it is open
        return None
    draft = draft_beside(folder / LOCK)
    file = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    _lock(file)
    draft.rename(folder / LOCK)
    return file


# ---------------------------------------------------------------- what people write


def read_toml(path: Path) -> dict[str, Any]:
    """The TOML file at `path`. Raises `OSError`, and `ValueError` where it is none."""
    return parse_toml(path.read_bytes())


def parse_toml(data: bytes) -> dict[str, Any]:
    """The TOML in `data`, whoever wrote it. Raises `ValueError` where it is none, in words."""
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8 text") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None
