"""What a fuzzer's bytes choose: numbers, members of a list, texts. Out of bytes, all are 0."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_HALVES = re.compile("[\ud800-\udfff]")
"""Halves of characters: no text of a document holds them, see the targets that read."""

ODD = (
    "", " ", "\t", "\u3000", "\xa0", "\u200b", "\u202e", "\u200f", "\ufeff", "\0", "\x1b", "\x85",
    "\u2028", "\U0010ffff", "\ufffe", "\u0301", "é", "ß", "İ", "ı", "ﬁ", "①",
    "²", "½", "Ⅷ", "٣", "९", "𝟘", "１", "，", "．", "－", "﹣", "−", "〇", "○", "O", "l", "万",
    "亿",
    "=", "+", "-", "@", "|", "/", "\\", "<", ">", "&", "'", '"', "{", "}", "%", "#", "「", "」",
)  # fmt: skip
"""Characters that programs stumble over: blank, invisible, turned, halved, digits of all kinds."""


class Choices:
    """Takes decisions from bytes, from the first to the last."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """Bytes that have not chosen anything yet."""
        return len(self._data) - self._at

    def byte(self) -> int:
        """0 to 255."""
        if not self.left:
            return 0
        self._at += 1
        return self._data[self._at - 1]

    def number(self, low: int, high: int) -> int:
        """A whole number between the two, both included."""
        size = max(1, ((high - low).bit_length() + 7) // 8)
        value = int.from_bytes(bytes(self.byte() for _ in range(size)), "big")
        return low + value % (high - low + 1)

    def yes(self, of: int = 2) -> bool:
        """True once in `of` times."""
        return self.byte() % of == of - 1

    def pick(self, among: Sequence[T]) -> T:
        """One of these."""
        return among[self.number(0, len(among) - 1)]

    def text(self, words: Sequence[str], longest: int = 8) -> str:
        """Words of the list, odd characters and digits, one after the other."""
        parts = []
        for _ in range(self.number(0, longest)):
            kind = self.byte()
            if kind < 160:
                parts.append(self.pick(words))
            elif kind < 200:
                parts.append(str(self.number(0, 70_000)))
            elif kind < 240:
                parts.append(self.pick(ODD))
            else:
                parts.append(chr(self.number(0, 0x10FFFF)))
        return _HALVES.sub("", "".join(parts))

    def figure(self) -> str:
        """What may stand in a cell of figures."""
        kind = self.byte()
        if kind < 150:
            return str(kind % 10)
        if kind < 200:
            return str(self.number(0, 999))
        if kind < 245:
            return self.pick(_FIGURES)
        return self.text(_FIGURES, 4)

    def rest(self) -> bytes:
        """All bytes that are left."""
        found = self._data[self._at :]
        self._at = len(self._data)
        return found


_FIGURES = (
    "", " ", "/", "-", "—", "0", "00", "007", "1 2", "0 0 0 0", "000", "12,345", "1,23", "1.5",
    "24.",
    ".5", "-3", "减3", "+4", "3件", "2万元", "1.2亿元", "5（其中2件）", "O", "l0", "一", "N/A",
    "①", "²",
    "１２", "٣", "9999999999999", "1e9", "NaN", "Infinity", "1\n2", "1\t2", "无", "合计", "",
)  # fmt: skip
