"""The parent's side: calls with limits, and a new child whenever the old one is of no use."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from gipr_ml.errors import SandboxCrash, SandboxMemory, SandboxRefused, SandboxTime
from gipr_ml.sandbox.messages import Answer, Incoming, write_message

LOOK = 0.1
"""Seconds between two looks at a child that works."""
ROOM = 6_000_000_000
"""Bytes of address space beyond the limit on memory: libraries reserve far more than they use."""
WORN = 0.6
"""Share of its memory at which an idle child is replaced."""
_PIECE = 1 << 20

Progress = Callable[[float, str], None]
Tick = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may cost."""

    seconds: float = 300
    memory: int = 3_000_000_000
    """Bytes in main memory."""


class Sandbox:
    """One child process that runs tasks, each a function of `Call` named by its path."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._child: subprocess.Popen[bytes] | None = None

    def call(
        self,
        task: str,
        values: Mapping[str, Any] | None = None,
        blocks: Sequence[bytes] = (),
        *,
        progress: Progress = lambda _share, _step: None,
        tick: Tick = lambda: None,
        seconds: float | None = None,
    ) -> Answer:
        """Run `task`, such as `gipr_ml.sandbox.tasks:read`, in the child.

        `tick` is called some ten times a second; what it raises ends the call and the child.
        Raises `SandboxRefused` where the task refuses its input in words, `SandboxTime`,
        `SandboxMemory` and `SandboxCrash` where the child did not survive it.
        """
        limit = self.limits.seconds if seconds is None else seconds
        header = {"task": task, "values": dict(values or {}), "seconds": limit}
        try:
            child = self._running()
            try:
                _send(child, header, blocks)
            except OSError:  # died while it was idle
                self.close()
                child = self._running()
                _send(child, header, blocks)
            answer = self._wait(child, limit, progress, tick)
        except SandboxRefused:
            raise
        except OSError as error:
            self.close()
            raise SandboxCrash(f"the reading process could not be used ({error})") from error
        except BaseException:
            self.close()
            raise
        if _memory_of(child.pid) > WORN * self.limits.memory:
            self.close()
        return answer

    @property
    def pid(self) -> int | None:
        """Process id of the child, or None where there is none."""
        return None if self._child is None else self._child.pid

    def close(self) -> None:
        """End the child and what it has started."""
        child, self._child = self._child, None
        if child is None:
            return
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(child.pid, signal.SIGKILL)
            child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.close()
            space = str(self.limits.memory + ROOM)
            self._child = subprocess.Popen(
                [sys.executable, "-m", "gipr_ml.sandbox.child", space],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
        return self._child

    def _wait(
        self, child: subprocess.Popen[bytes], limit: float, progress: Progress, tick: Tick
    ) -> Answer:
        assert child.stdout is not None
        incoming, end = Incoming(), time.monotonic() + limit
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            while True:
                arrived = selector.select(LOOK)
                tick()
                if arrived:
                    piece = os.read(child.stdout.fileno(), _PIECE)
                    if not piece:
                        raise SandboxCrash(_how(child))
                    incoming.add(piece)
                    while (message := _next(incoming)) is not None:
                        header, blocks = message
                        if "progress" not in header:
                            return _answer(header, blocks, self.limits)
                        progress(float(header["progress"]), str(header["step"]))
                if time.monotonic() > end:
                    raise SandboxTime(f"it took longer than {limit:g} seconds")
                if _memory_of(child.pid) > self.limits.memory:
                    raise SandboxMemory(_too_much(self.limits))


def _send(
    child: subprocess.Popen[bytes], header: Mapping[str, Any], blocks: Sequence[bytes]
) -> None:
    assert child.stdin is not None
    write_message(child.stdin, header, blocks)


def _next(incoming: Incoming) -> tuple[dict[str, Any], tuple[bytes, ...]] | None:
    try:
        return incoming.next()
    except (ValueError, KeyError, TypeError) as error:
        raise SandboxCrash(f"the reading process answered what is no answer ({error})") from None


def _answer(header: Mapping[str, Any], blocks: tuple[bytes, ...], limits: Limits) -> Answer:
    failure = header.get("failure")
    if failure is None:
        return Answer(header["values"], blocks)
    if failure == "refused":
        raise SandboxRefused(str(header["words"]))
    if failure == "memory":
        raise SandboxMemory(_too_much(limits))
    raise SandboxCrash(f"internal error ({header['words']})")


def _too_much(limits: Limits) -> str:
    return f"it needed more than {limits.memory / 1e6:,.0f} MB of memory"


def _how(child: subprocess.Popen[bytes]) -> str:
    code = child.wait()
    if code < 0:
        with suppress(ValueError):
            return f"the reading process was ended by {signal.Signals(-code).name}"
    return f"the reading process ended with code {code}"


def _memory_of(pid: int) -> int:
    """Bytes of main memory that a process holds; 0 where the system does not say."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
