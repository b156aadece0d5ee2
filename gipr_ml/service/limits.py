"""What one client may take from all others: no settings, for nobody who means well meets them."""

from __future__ import annotations

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
