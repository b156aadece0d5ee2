"""A folder of a target's own, in memory where there is such a one."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

_MEMORY = Path("/dev/shm")


@cache
def scratch() -> Path:
    """The folder, of this process alone; the fuzzer, which ends without coming back, says where."""
    if named := os.environ.get("FUZZ_SCRATCH"):
        return Path(tempfile.mkdtemp(dir=named))
    made = new_folder()
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def new_folder() -> Path:
    """A new folder, to be removed by who asked for it."""
    there = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)
    return Path(tempfile.mkdtemp(prefix="gipr-fuzz-", dir=_MEMORY if there else None))
