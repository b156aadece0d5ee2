"""Waiting for jobs without holding a thread."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection

from sqlalchemy import func, select
from starlette.concurrency import run_in_threadpool

from gipr_ml.service.context import Context
from gipr_ml.service.store.jobs import ENDED
from gipr_ml.service.store.schema import jobs

_FIRST, _LAST = 0.03, 0.5
"""Seconds between two looks: short at first, for text is read in no time."""


async def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    """Whether `done` came true within that time."""
    end, pause = time.monotonic() + seconds, _FIRST
    while not await run_in_threadpool(done):
        left = end - time.monotonic()
        if left <= 0:
            return False
        await asyncio.sleep(min(pause, left))
        pause = min(_LAST, pause * 1.4)
    return True


async def wait_for_jobs(context: Context, names: Collection[str], seconds: float) -> bool:
    """Whether all these jobs ended within that time."""

    def ended() -> bool:
        with context.database.read() as connection:
            query = select(func.count()).where(jobs.c.id.in_(names), jobs.c.state.not_in(ENDED))
            return not connection.scalar(query)

    return await wait_until(ended, min(seconds, context.settings.wait_seconds))
