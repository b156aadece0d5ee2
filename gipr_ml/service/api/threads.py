"""Threads for work that would hold up the server."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import ParamSpec, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

QUICK = 4
"""Threads for what takes a millisecond: few, for they only wait for one another."""
HEAVY = 2
"""Threads for what needs much memory and all of a core, such as exports with their pictures."""
SLOW = 16
"""Threads for everything else, such as what is sent."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


async def quickly(function: Callable[_P, _T], *arguments: _P.args, **_: _P.kwargs) -> _T:
    """Run a short look into the database, not behind the slow ones."""
    return await anyio.to_thread.run_sync(function, *arguments, limiter=_quick())


async def heavily(function: Callable[_P, _T], *arguments: _P.args, **_: _P.kwargs) -> _T:
    """Run what needs much memory, after the others of its kind."""
    return await anyio.to_thread.run_sync(function, *arguments, limiter=_heavy())


def limit_slow() -> None:
    """Keep the number of threads for all other work small; called within the server's loop."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = SLOW


@cache
def _quick() -> CapacityLimiter:
    return CapacityLimiter(QUICK)


@cache
def _heavy() -> CapacityLimiter:
    return CapacityLimiter(HEAVY)
