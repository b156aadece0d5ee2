"""Which files a call is about, and under which name each result is kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePath

from gipr_ml.errors import InputError, UsageError

LONGEST = 240
"""Bytes of a result's name without its ending; file systems allow 255 with it."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files to read, in the order of the call, and what was passed over."""

    files: tuple[Path, ...]
    stems: tuple[str, ...]
    """The name of the result of each file, without ending; no two are the same."""
    skipped: tuple[Path, ...]
    """Files in the given folders that are of a kind that is not read."""


def find_inputs(
    paths: Sequence[Path],
    suffixes: Collection[str],
    out: Path | None,
    archives: Collection[str] = (),
    worth: Callable[[Path], bool] = bool,
) -> Inputs:
    """Files named in `paths`, and those with one of `suffixes` in the folders named there.

    Folders are walked in the order of names, without hidden files and without `out`. A file that is
    named itself is taken whatever it is called, and none is taken twice. A file with one of the
    suffixes of `archives` counts as a folder; one that cannot be opened is taken as it is, so that
    reading it tells why. Of what is found, only what is `worth` reading is taken.

    Raises `UsageError` where nothing is left to read.
    """
    files: dict[Path, Path] = {}
    skipped: list[Path] = []
    for path in paths:
        inside = _members(path, archives)
        if inside is None and not path.is_dir():
            files.setdefault(path.resolve(), path)
            continue
        for found in inside or _all(path, out and out.resolve(), archives):
            if found.suffix.lower() in {*suffixes, *archives} and worth(found):
                files.setdefault(found.resolve(), found)
            else:
                skipped.append(found)
    if not files:
        named = ", ".join(str(path) for path in paths)
        raise UsageError(f"nothing to read in {named}; files read are {', '.join(suffixes)}")
    names = (path.name for path in files.values())
    return Inputs(tuple(files.values()), distinct_stems(names), tuple(skipped))


def _members(path: Path, archives: Collection[str]) -> list[Path] | None:
    """Paths of the files in an archive, or None where it is none that can be opened."""
    if path.suffix.lower() not in archives or not path.is_file():
        return None
    from gipr_ml.sources.archive import archive_paths, is_archive

    try:
        return archive_paths(path) if is_archive(path) else None
    except InputError:
        return None


def _all(folder: Path, out: Path | None, archives: Collection[str]) -> Iterator[Path]:
    """The files of a folder, and those of the archives in it."""
    for found in _walk(folder, out):
        inside = _members(found, archives)
        yield from [found] if inside is None else inside


def _walk(folder: Path, out: Path | None) -> Iterator[Path]:
    for top, folders, names in os.walk(folder):
        here = Path(top)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and (here / name).resolve() != out
        )
        for name in sorted(names):
            if not name.startswith(".") and (here / name).is_file():
                yield here / name


def distinct_stems(names: Iterable[str]) -> tuple[str, ...]:
    """The stem of each file; a later one of the same stem takes its whole name, then a number.

    Names that differ in upper and lower case alone count as the same, as some file systems do.
    """
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    stems = []
    for name in names:
        choices = _names(name, numbers)
        stem = next(choice for choice in choices if choice.casefold() not in taken)
        taken.add(stem.casefold())
        stems.append(stem)
    return tuple(stems)


def _names(name: str, numbers: dict[str, int]) -> Iterator[str]:
    """Names for the result of a file; `numbers` keeps the last number that each name had."""
    yield _cut(PurePath(name).stem, "")
    yield _cut(name, "")
    folded = name.casefold()
    for number in count(numbers.get(folded, 1) + 1):
        numbers[folded] = number
        yield _cut(name, f"-{number}")


def _cut(name: str, tail: str) -> str:
    """`name` and `tail` in as many bytes as a file name may have, whole characters only."""
    encoded = os.fsencode(name)
    if len(encoded) + len(tail) <= LONGEST:
        return name + tail
    return encoded[: LONGEST - len(tail)].decode("utf-8", "ignore") + tail
