"""What one client may take from all others: no settings, for nobody who means well meets them."""

from __future__ import annotations

import ctypes

HEAD_BYTES = 65_536
"""Of the address and the headers of a request."""
HEAD_SECONDS = 20.0
"""Within which the head of a request has to be there."""
BODY_SECONDS = 30.0
"""That a body may take, and more for what has come of it."""
SLOWEST = 10_000
"""Bytes a second that a body has to come at, after that time."""
OPEN_FILES = 65_536
"""Connections and files that the server asks the system for; many systems give 1024 unasked."""


HEAPS = 2
"""From which the threads of the server take their memory; the system library would give each core
eight, and what is free in one is of no use to a thread of another."""
LARGE = 262_144
"""Bytes of a block that is the system's again as soon as nobody needs it. The system library would
raise this to the largest block that it has seen, and keep blocks of that size in its heaps."""
_ARENA_MAX, _MMAP_THRESHOLD = -8, -3
"""As the header malloc.h of the GNU C library has them."""


def bound_heaps() -> None:
    """Let what requests have needed be given back, where the system library is one that asks."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # not the GNU C library
        return
    mallopt(_ARENA_MAX, HEAPS)
    mallopt(_MMAP_THRESHOLD, LARGE)


def raise_open_files() -> None:
    """Let this process hold as many connections as the system allows, up to `OPEN_FILES`."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
