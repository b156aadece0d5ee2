"""The child: takes one call after the other from its standard input until that ends."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import math
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from io import FileIO
from typing import IO, Any

from gipr_ml.errors import GiprError
from gipr_ml.sandbox.messages import Answer, Call, Incoming, write_message

GRACE = 5
"""Seconds after the limit at which a child ends by itself, should its parent not have done it."""
_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux."""

Task = Callable[[Call], Answer]


def main() -> None:
    """Serve calls. The first argument is the limit on address space in bytes."""
    out = os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not end up among the answers.
    os.dup2(2, 1)
    _bind_to_parent()
    _limit_memory(int(sys.argv[1]))
    incoming, pipe = Incoming(), FileIO(0)
    while incoming.read(pipe):
        while (message := incoming.next()) is not None:
            _serve(out, *message)


def _bind_to_parent() -> None:
    """Where the system can do it, a child dies with its parent, in the middle of its work too."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def _limit_memory(size: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: only the parent watches
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _serve(out: IO[bytes], header: Mapping[str, Any], blocks: tuple[bytes, ...]) -> None:
    def progress(share: float, step: str) -> None:
        write_message(out, {"progress": share, "step": step}, ())

    if hasattr(signal, "alarm"):
        signal.alarm(math.ceil(header["seconds"]) + GRACE)
    try:
        answer = _task(header["task"])(Call(header["values"], blocks, progress))
        write_message(out, {"values": dict(answer.values)}, answer.blocks)
    except MemoryError:
        write_message(out, {"failure": "memory"}, ())
    except GiprError as error:
        write_message(out, {"failure": "refused", "code": error.code, "words": error.message}, ())
    except Exception as error:
        traceback.print_exc()
        words = f"{type(error).__name__}: {error}"[:500]
        write_message(out, {"failure": "fault", "words": words}, ())
    finally:
        if hasattr(signal, "alarm"):
            signal.alarm(0)


def _task(path: str) -> Task:
    """The function of a path such as `gipr_ml.sandbox.tasks:read`."""
    module, _, name = path.partition(":")
    task: Task = getattr(importlib.import_module(module), name)
    return task


if __name__ == "__main__":
    main()
