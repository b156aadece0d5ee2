"""Where documents come from and results go: paths, files in archives, and URLs of fsspec.

Bytes are read and written whole; a result appears under its name whole or not at all. Names are
put together as strings: for every document there are a dozen of them.
"""
# ruff: noqa: PTH116, PTH118, PTH119, PTH120, PTH123

from __future__ import annotations

import errno
import os
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from gipr_ml import files as local
from gipr_ml.errors import MissingPart, UsageError
from gipr_ml.files import DRAFT, DRAFT_END, write_files

SETTLED = 2.0
"""Seconds since its last change from which on the times of a file tell the next change for sure;
file systems count in steps of up to two."""

OBJECTS = frozenset({"memory", "s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss"})
"""Schemes of stores where writing an object is all or nothing."""
_FILE = "file://"
_NOWHERE = (errno.ENOTDIR, errno.ENAMETOOLONG)


def plain(place: str) -> str:
    """A path instead of a URL of this machine (`file://`)."""
    return unquote(place.removeprefix(_FILE)) if place.startswith(_FILE) else place


def is_url(place: str) -> bool:
    """Whether it is a URL, not a path."""
    return "://" in place


def absolute(place: str) -> str:
    """A place by which it is known from wherever the program is called."""
    return place if is_url(place) else str(Path(place).absolute())


def name_of(place: str) -> str:
    """The name of a file, without the folders that it is in. Raises `UsageError` as `_split`."""
    return PurePosixPath(_split(place).path).name if is_url(place) else os.path.basename(place)


def join(folder: str, name: str) -> str:
    """A file in a folder."""
    return f"{_prefix(folder)}{name}"


@lru_cache(maxsize=16)
def _prefix(folder: str) -> str:
    """What stands before the name of a file in a folder."""
    return f"{folder.rstrip('/')}/" if is_url(folder) else str(Path(folder) / "x")[:-1]


def beside(place: str, name: str) -> str:
    """A file in the same folder as another."""
    if not is_url(place):
        return os.path.join(os.path.dirname(place), name)
    return f"{place.rpartition('/')[0]}/{name}"


def read(place: str) -> bytes:
    """The bytes of a file, no more than the limit of sources and one.

    Raises `OSError` where it cannot be had, `InputError` where it cannot be unpacked, `MissingPart`
    where fsspec, or what it needs for such a URL, is not installed.
    """
    from gipr_ml.sources.archive import read_path
    from gipr_ml.sources.limits import MAX_BYTES

    if not is_url(place):
        return read_path(Path(place))
    files, path = _remote(place)
    with files.open(path, "rb") as file:
        return bytes(file.read(MAX_BYTES + 1))


def read_if_there(place: str) -> bytes | None:
    """The bytes of a small file, or None where there is none. Raises `OSError`."""
    try:
        if not is_url(place):
            with open(place, "rb") as file:
                return file.read()
        files, path = _remote(place)
        return bytes(files.cat_file(path))
    except OSError as error:
        if isinstance(error, FileNotFoundError) or error.errno in _NOWHERE:
            return None
        raise


def signature(place: str) -> str:
    """What tells a file from a changed one without opening it, or "" where nothing does.

    For a path its size, times and number: nobody can set the time of the last change of its inode.
    A file that was changed a moment ago may change again within the same tick of the clock, and has
    none. For a URL what its file system offers (`ukey`: an entity tag, or size and time).
    """
    try:
        if not is_url(place):
            found = _status(place)
            if found is None or time.time() - max(found.st_mtime, found.st_ctime) < SETTLED:
                return ""
            return f"{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}-{found.st_ino}"
        files, path = _remote(place)
        return str(files.ukey(path))
    except (OSError, NotImplementedError):
        return ""


def _status(place: str) -> os.stat_result | None:
    """Of a file, or of the archive that it lies in."""
    with suppress(NotADirectoryError):
        return os.stat(place)
    for part in Path(place).parents:
        try:
            return part.stat()
        except NotADirectoryError:
            continue
    return None


def listed(url: str) -> list[str] | None:
    """The files that fit a pattern, or that are in a folder, in the order of names.

    None for the URL of a file, or of nothing. Raises `UsageError` for a pattern that is none.
    """
    files, path = _remote(url)
    if any(mark in path for mark in "*?["):
        try:
            found = files.glob(path)
        except ValueError as error:
            raise UsageError(f"{url}: {error}") from None
    elif files.isdir(path):
        found = files.find(path)
    else:
        return None
    return sorted(str(files.unstrip_protocol(one)) for one in found if not files.isdir(one))


def what_is_there(folder: str) -> Callable[[str], bool]:
    """Tells of the name of a file whether it is in the folder; one of a URL is listed once."""
    if not is_url(folder):
        return lambda name: (Path(folder) / name).exists()
    files, remote = _remote(folder)
    try:
        listed = {found.rpartition("/")[2] for found in files.ls(remote, detail=False)}
    except FileNotFoundError:
        listed = set()
    return listed.__contains__


def write(place: str, data: bytes) -> None:
    """Put `data` at `place`: under a temporary name first, then renamed.

    In an object store an object appears whole by itself. Raises `OSError`.
    """
    write_all([(place, data)])


def write_all(files: Sequence[tuple[str, bytes]]) -> None:
    """Put the data of each at its place, in their order, as `write` does; what is said of it holds
    for each. Quicker than one by one where they are on this machine."""
    here = [(place, data) for place, data in files if not is_url(place)]
    try:
        write_files(here)
    except FileNotFoundError:
        for place, _ in here:
            Path(place).parent.mkdir(parents=True, exist_ok=True)
        write_files(here)
    for place, data in files:
        if is_url(place):
            _write_remote(place, data)


def _write_remote(place: str, data: bytes) -> None:
    files, path = _remote(place)
    if urlsplit(place).scheme in OBJECTS:
        files.pipe_file(path, data)
        return
    folder = path.rpartition("/")[0]
    files.makedirs(folder, exist_ok=True)
    draft = f"{folder}/{DRAFT}{secrets.token_hex(8)}{DRAFT_END}"
    files.pipe_file(draft, data)
    files.mv(draft, path)


def remove(place: str) -> None:
    """Remove a file, if it is there."""
    if not is_url(place):
        Path(place).unlink(missing_ok=True)
        return
    files, path = _remote(place)
    if files.exists(path):
        files.rm_file(path)


def remove_drafts(folder: str) -> None:
    """Remove what a run that was killed has left half written. Nobody else may write there."""
    if is_url(folder):
        return
    local.remove_drafts(Path(folder))


def _remote(place: str) -> tuple[Any, str]:
    """The file system of a URL, and the path in it."""
    parts = _split(place)
    files = _file_system(parts.scheme, parts.netloc)
    return files, files._strip_protocol(place)


def _split(url: str) -> SplitResult:
    """The parts of a URL. Raises `UsageError` where it is none."""
    try:
        return urlsplit(url)
    except ValueError as error:
        raise UsageError(f"{url}: no such URL can be ({error})") from None


@cache
def _file_system(scheme: str, host: str) -> Any:
    try:
        import fsspec
    except ImportError:
        raise MissingPart("URLs need fsspec: pip install 'gipr-ml[dask]'") from None
    try:
        return fsspec.core.url_to_fs(f"{scheme}://{host}/")[0]
    except (ImportError, ValueError) as error:
        raise MissingPart(f"{scheme}://: {error}") from None
