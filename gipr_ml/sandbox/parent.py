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
from io import BufferedReader, RawIOBase
from typing import Any, Self, cast

from gipr_ml.errors import SandboxCrash, SandboxMemory, SandboxRefused, SandboxTime
from gipr_ml.sandbox.messages import AT_ONCE, Answer, Incoming, write_message

LOOK = 0.1
"""Seconds between two looks at a child that works."""
ROOM = 6_000_000_000
"""Bytes of address space beyond the limit on memory: libraries reserve far more than they use."""
WORN = 0.6
"""Share of its memory at which an idle child is replaced."""

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
        self._child: _Child | None = None

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
                child.send(header, blocks)
            except OSError:  # died while it was idle
                self.close()
                child = self._running()
                child.send(header, blocks)
            answer = self._wait(child, limit, progress, tick)
        except SandboxRefused:
            raise
        except OSError as error:
            self.close()
            raise SandboxCrash(f"the reading process could not be used ({error})") from error
        except BaseException:
            self.close()
            raise
        if child.memory() > WORN * self.limits.memory:
            self.close()
        return answer

    @property
    def pid(self) -> int | None:
        """Process id of the child, or None where there is none."""
        return None if self._child is None else self._child.pid

    def close(self) -> None:
        """End the child and what it has started."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _running(self) -> _Child:
        if self._child is None or self._child.process.poll() is not None:
            self.close()
            self._child = _Child(self.limits.memory + ROOM)
        return self._child

    def _wait(self, child: _Child, limit: float, progress: Progress, tick: Tick) -> Answer:
        start = looked = time.monotonic()
        while True:
            arrived = child.arrived(LOOK)
            tick()
            if arrived:
                if not child.read():
                    raise SandboxCrash(_how(child.process))
                while (message := _next(child.incoming)) is not None:
                    header, blocks = message
                    if "progress" not in header:
                        return _answer(header, blocks, self.limits)
                    progress(float(header["progress"]), str(header["step"]))
            now = time.monotonic()
            if now - start > limit:
                raise SandboxTime(f"it took longer than {limit:g} seconds")
            if now - looked > LOOK:
                looked = now
                if child.memory() > self.limits.memory:
                    raise SandboxMemory(_too_much(self.limits))


class _Child:
    """A child process and what is held to speak with it and to watch it, as long as it lives."""

    def __init__(self, space: int) -> None:
        """`space`: bytes of address space that it may have."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gipr_ml.sandbox.child", str(space)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self.process.stdin is not None
        self._to, self._from = self.process.stdin, cast(BufferedReader, self.process.stdout)
        for pipe in (self._to, self._from):
            _enlarge(pipe.fileno())
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._from, selectors.EVENT_READ)
        self._statm = _opened(f"/proc/{self.pid}/statm")
        self.incoming = Incoming()

    @property
    def pid(self) -> int:
        return self.process.pid

    def send(self, header: Mapping[str, Any], blocks: Sequence[bytes]) -> None:
        """Give it a call. Raises `OSError` where it is dead."""
        write_message(self._to, header, blocks)

    def arrived(self, seconds: float) -> bool:
        """Whether there is something to read, waiting so long for it at most."""
        return bool(self._selector.select(seconds))

    def read(self) -> bool:
        """Take what has arrived; False where it has closed its end."""
        return self.incoming.read(cast(RawIOBase, self._from.raw))

    def memory(self) -> int:
        """Bytes of main memory that it holds; 0 where the system does not say."""
        if self._statm is None:
            return 0
        try:
            pages = os.pread(self._statm, 128, 0).split()[1]
        except (OSError, IndexError):
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def end(self) -> None:
        """Kill it and what it has started."""
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self.pid, signal.SIGKILL)
            self.process.kill()
        self.process.wait()
        self._selector.close()
        for pipe in (self._to, self._from):
            with suppress(OSError):
                pipe.close()
        if self._statm is not None:
            os.close(self._statm)


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


def _enlarge(pipe: int) -> None:
    """Where the system can do it, have a pipe hold a whole answer, so that neither side waits."""
    try:
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, AT_ONCE)
    except (ImportError, AttributeError, OSError):
        return


def _opened(path: str) -> int | None:
    try:
        return os.open(path, os.O_RDONLY)
    except OSError:
        return None
