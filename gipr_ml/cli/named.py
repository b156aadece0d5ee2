"""What the arguments of a call name: paths, patterns, lists of them, and URLs."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path, PurePosixPath

from gipr_ml.batch import places
from gipr_ml.errors import UsageError

STANDARD_INPUT = "-"
_PATTERN = "*?["


def expanded(named: Sequence[str]) -> list[str]:
    """The arguments with patterns, which a shell has not replaced, as what they fit.

    Raises `UsageError` where a path is not there, or nothing fits a pattern.
    """
    found: list[str] = []
    for name in map(places.plain, named):
        if places.is_url(name) or os.path.lexists(name) or not set(name) & set(_PATTERN):
            found.append(name)
            continue
        fitting = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 (absolute ones too)
        if not fitting:
            raise UsageError(f"{name}: no file fits the pattern")
        found += fitting
    for name in found:
        if not places.is_url(name) and not os.path.exists(name):  # noqa: PTH110 (or too long)
            raise UsageError(f"{name}: no such file or folder")
    return found


def listed(file: str) -> list[str]:
    """The lines of a list of paths, or what `find -print0` gives; `-` is the standard input.

    A path that is not there is kept: reading it tells. Raises `UsageError` for a list that cannot
    be read.
    """
    try:
        data = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"--list: {file} cannot be read ({error.strerror})") from None
    lines = data.split(b"\0") if b"\0" in data else data.removeprefix(b"\xef\xbb\xbf").splitlines()
    return [places.plain(os.fsdecode(line.strip())) for line in lines if line.strip()]


def remote(url: str, suffixes: Collection[str]) -> Iterator[str]:
    """The files at a URL: that one, those that fit its pattern, or those of a folder.

    Of a folder only files with one of `suffixes`. Raises `UsageError` where nothing is there.
    """
    found = places.listed(url)
    if found is None:
        yield url
        return
    wanted = [one for one in found if PurePosixPath(one).suffix.lower() in suffixes]
    if not wanted:
        raise UsageError(f"nothing to read in {url}; files read are {', '.join(suffixes)}")
    yield from wanted
