"""One writer a folder of results: the second is told, and waits for nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gipr_ml.errors import UsageError


@contextmanager
def locked(path: Path, out: str) -> Iterator[None]:
    """Hold the lock file at `path` of the results in `out`.

    The system lets go of it when the process ends, however it ends. Raises `UsageError` where
    another process holds it.
    """
    file = _taken(path, out)
    try:
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        yield
    finally:
        with suppress(OSError):  # Windows removes no file that is open
            path.unlink()
        os.close(file)


def _taken(path: Path, out: str) -> int:
    """The lock file, open and locked."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(file)
        except OSError:
            holder = os.pread(file, 64, 0).decode("ascii", "replace").strip()
            os.close(file)
            raise UsageError(
                f"--out: another gipr (process {holder or 'unknown'}) is writing into {out}; "
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
