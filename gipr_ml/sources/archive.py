"""ZIP archives: a folder of inputs that is one file.

A file in an archive has a path like any other, `reports.zip/2023/report.pdf`; nothing is unpacked
onto the disk.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from gipr_ml.errors import InputError, TooLarge
from gipr_ml.sources.limits import MAX_ARCHIVE_BYTES, MAX_BYTES, MAX_MEMBERS, MAX_NESTING
from gipr_ml.sources.package import BROKEN, read_member

_UTF8 = 0x800
_END = 22 + 65_536
"""Bytes in which an archive ends: a record and its comment."""
_END_SIGN, _END64 = re.compile(rb"PK\x05\x06"), b"PK\x06\x07"
_LONGEST_LIST = 1_000_000
_OFFICE = ("[Content_Types].xml", "OFD.xml", "mimetype")
_PASSED_OVER = ("__MACOSX", "Thumbs.db", "desktop.ini")


def is_archive(file: Path | bytes) -> bool:
    """Whether it is a ZIP archive, and not a document that is packed as one.

    Bytes whose list of files is longer than any document's count as an archive unseen: it takes a
    hundred times its room in memory, and whoever opens it refuses it.
    """
    if isinstance(file, bytes) and _listed(file) > _LONGEST_LIST:
        return True
    try:
        with zipfile.ZipFile(_opened(file)) as archive:
            return not {info.filename for info in archive.infolist()} & set(_OFFICE)
    except BROKEN:
        return False


def read_archive(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """The files of an archive as their paths in it, and their bytes; one at a time.

    Archives inside are opened too, one level deep. Paths are relative and without `..`. A file
    that cannot be unpacked is raised as `InputError` when its turn comes, as is an archive that is
    damaged (`InputError`) or beyond the limits (`TooLarge`) at the beginning.
    """
    for path, info, archive in _walk(data, name):
        yield path, read_member(archive, info, f"{name}/{path}", MAX_BYTES)


def check_archive(data: bytes, name: str) -> None:
    """Raise what `read_archive` raises of the archive as a whole; nothing is unpacked for that."""
    for _ in _walk(data, name):
        pass


def archive_paths(path: Path) -> list[Path]:
    """The files of the archive at `path`, as paths below it, in the archive's order.

    Raises the same errors as `read_archive`.
    """
    return [path / member for member, _, _ in _walk(path, path.name)]


def read_path(path: Path) -> bytes:
    """The bytes of a file, one inside of an archive too; no more than the limit and one.

    Raises `OSError` where there is no such file, `InputError` where it cannot be unpacked.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size  # asked for, so that no room is made for more
            data = file.read(min(size, MAX_BYTES) + 1)
            return data + file.read(MAX_BYTES - size) if size < len(data) <= MAX_BYTES else data
    except (FileNotFoundError, NotADirectoryError):
        archive = next((parent for parent in path.parents if parent.is_file()), None)
        if archive is None:
            raise
    wanted = path.relative_to(archive).as_posix()
    for member, info, package in _walk(archive, archive.name):
        if member == wanted:
            return read_member(package, info, path.name, MAX_BYTES)
    raise FileNotFoundError(2, "no such file in the archive", str(path))


def _listed(data: bytes) -> int:
    """Bytes of the list of files, as the end of the archive claims; all of them for ZIP64."""
    tail = data[-_END:]
    if _END64 in tail:
        return len(data)
    # Whatever could be taken for the end counts.
    sizes = (tail[found.end() + 8 : found.end() + 12] for found in _END_SIGN.finditer(tail))
    return max((int.from_bytes(size, "little") for size in sizes), default=0)


def _opened(file: Path | bytes) -> IO[bytes] | Path:
    return io.BytesIO(file) if isinstance(file, bytes) else file


@dataclass
class _Total:
    """What an archive holds, with the archives inside of it."""

    files: int = 0
    size: int = 0


def _walk(
    file: Path | bytes, name: str, depth: int = 1, total: _Total | None = None
) -> Iterator[tuple[str, zipfile.ZipInfo, zipfile.ZipFile]]:
    """Every file of the archive with its path, those of archives inside of it too."""
    total = total or _Total()
    try:
        archive = zipfile.ZipFile(_opened(file))
    except BROKEN as error:
        raise InputError(
            f"{name}: the archive is damaged or cut short; download it anew"
        ) from error
    with archive:
        members = [info for info in archive.infolist() if not info.filename.endswith("/")]
        total.files += len(members)
        total.size += sum(info.file_size for info in members)
        if total.files > MAX_MEMBERS:
            raise TooLarge(f"{name}: the archive holds more than {MAX_MEMBERS:,} files")
        if total.size > MAX_ARCHIVE_BYTES:
            raise TooLarge(
                f"{name}: the archive unpacks to more than {MAX_ARCHIVE_BYTES // 1_000_000:,} MB"
            )
        taken: set[str] = set()
        for info in members:
            path = _distinct(_safe_path(info), taken)
            if any(part in _PASSED_OVER or part.startswith(".") for part in path.split("/")):
                continue
            if path.lower().endswith(".zip") and depth < MAX_NESTING:
                inner = read_member(archive, info, f"{name}/{path}", MAX_BYTES)
                for member, inside, package in _walk(inner, f"{name}/{path}", depth + 1, total):
                    yield f"{path}/{member}", inside, package
            else:
                yield path, info, archive


def _safe_path(info: zipfile.ZipInfo) -> str:
    """The path of a member, relative, whatever the archive says it is."""
    name = info.filename
    if not info.flag_bits & _UTF8:
        name = _chinese_name(name)
    parts = PurePosixPath(name.replace("\\", "/")).parts
    kept = [part for part in parts if part.strip("/.") and not part.endswith(":")]
    return "/".join(kept) or "unnamed"


def _chinese_name(name: str) -> str:
    """A name that Windows has written in its own encoding, which `zipfile` takes for CP437."""
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _distinct(path: str, taken: set[str]) -> str:
    """The path, or where an archive has it twice, one with a number before its ending."""
    stem, dot, ending = path.rpartition(".")
    found, number = path, 2
    while found in taken:
        found = f"{stem or ending}-{number}{dot if stem else ''}{ending if stem else ''}"
        number += 1
    taken.add(found)
    return found
