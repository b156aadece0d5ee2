"""What a long command is doing and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Mapping

from gipr_ml.learning.fitting import Progress


class Pace:
    """Tells each step with the time left, guessed from the share of the work that is done."""

    def __init__(self, shares: Mapping[str, float], tell: Progress) -> None:
        """`shares`: every step in order, with how long it takes in any unit."""
        self._shares = dict(shares)
        self._tell = tell
        self._start = time.monotonic()

    def __call__(self, step: str) -> None:
        """A step begins; one that was not announced is told without a guess."""
        steps = list(self._shares)
        if step not in self._shares or not steps.index(step):
            self._tell(step)
            return
        total = sum(self._shares.values())
        done = sum(self._shares[name] for name in steps[: steps.index(step)])
        left = (time.monotonic() - self._start) * (total - done) / done
        self._tell(f"{step} ({done / total:.0%} done, about {left:.0f} s left)")
