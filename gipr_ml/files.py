"""Write a file so that a reader never sees half of it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_file(path: Path, data: bytes) -> None:
    """Put `data` at `path`: under a temporary name in the same folder first, synced, then renamed.

    Raises `OSError` and leaves what stood at `path` as it was.
    """
    # The temporary name does not build on the target's, which may be as long as names can be.
    draft = path.with_name(f".gipr-{secrets.token_hex(8)}.tmp")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
