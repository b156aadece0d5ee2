"""What parent and child say to each other: JSON with blocks of bytes behind it.

Never pickles: the child has touched files from anywhere, and what it answers is not trusted.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import RawIOBase
from typing import IO, Any

_SIZE = struct.Struct(">I")
LARGEST = 4_000_000_000
"""Bytes of the blocks of one message."""
LARGEST_HEADER = 64_000_000
AT_ONCE = 1 << 20
"""Bytes that are sent or taken in one go."""


@dataclass(frozen=True)
class Call:
    """What a task is given."""

    values: Mapping[str, Any]
    blocks: tuple[bytes, ...]
    progress: Callable[[float, str], None]
    """Tells the parent the share that is done (0 to 1) and a word for what is going on."""


@dataclass(frozen=True)
class Answer:
    """What a task gives back: values that JSON can hold, and blocks of bytes."""

    values: Mapping[str, Any] = field(default_factory=dict)
    blocks: Sequence[bytes] = ()


def write_message(stream: IO[bytes], header: Mapping[str, Any], blocks: Sequence[bytes]) -> None:
    """Send one message. Raises `OSError` where nobody reads any more."""
    data = json.dumps({**header, "sizes": [len(block) for block in blocks]}).encode()
    parts = [_SIZE.pack(len(data)), data, *blocks]
    if sum(map(len, parts)) <= AT_ONCE:
        parts = [b"".join(parts)]  # so that the other side wakes up once
    for part in parts:
        stream.write(part)
    stream.flush()


class Incoming:
    """Bytes that arrive piece by piece, as messages."""

    def __init__(self) -> None:
        self._data = bytearray()

        self._room = memoryview(bytearray(AT_ONCE))

    def read(self, pipe: RawIOBase) -> bool:
        """Take what has arrived at a pipe, waiting for it; False at its end. Raises `OSError`."""
        size = pipe.readinto(self._room) or 0
        self.add(self._room[:size])
        return size > 0

    def add(self, piece: bytes | memoryview) -> None:
        """Take what has arrived."""
        self._data += piece

    def next(self) -> tuple[dict[str, Any], tuple[bytes, ...]] | None:
        """The next whole message, or None. Raises `ValueError` where it is none."""
        head = _SIZE.size
        if len(self._data) < head:
            return None
        (length,) = _SIZE.unpack_from(self._data)
        if length > LARGEST_HEADER:
            raise ValueError("a message with a header beyond the limit")
        if len(self._data) < head + length:
            return None
        try:
            header = json.loads(self._data[head : head + length].decode())
        except RecursionError:
            raise ValueError("a message that is nested too deeply") from None
        if not isinstance(header, dict):
            raise ValueError("a message without a header")
        sizes = [int(size) for size in header.pop("sizes")]
        if sum(sizes) > LARGEST or any(size < 0 for size in sizes):
            raise ValueError("a message beyond the limit")
        end = head + length + sum(sizes)
        if len(self._data) < end:
            return None
        blocks, at = [], head + length
        with memoryview(self._data) as data:
            for size in sizes:
                blocks.append(bytes(data[at : at + size]))
                at += size
        del self._data[:end]
        return header, tuple(blocks)
