"""A job under way, as its kind sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gipr_ml.sandbox import Sandbox
from gipr_ml.service.context import Context
from gipr_ml.service.store.jobs import Job


class Doing:
    """The job, what it may use, and how it tells how far it is."""

    def __init__(self, context: Context, job: Job, sandbox: Sandbox) -> None:
        self.context = context
        self.job = job
        self.sandbox = sandbox

    def progress(self, share: float, step: str) -> None:
        """Note how far the job is (0 to 1) and what it is at."""

    def tick(self) -> None:
        """To be called several times a second; raises where the job must not go on."""

    def call(
        self, task: str, values: Mapping[str, Any], block: bytes = b"", seconds: float | None = None
    ) -> tuple[Mapping[str, Any], tuple[bytes, ...]]:
        """Run a task in the sandbox under this job's lease."""
        answer = self.sandbox.call(
            task, values, (block,), progress=self.progress, tick=self.tick, seconds=seconds
        )
        return answer.values, tuple(answer.blocks)
