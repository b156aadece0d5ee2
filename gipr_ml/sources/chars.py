"""Characters that carry nothing, or that stand for others."""

from __future__ import annotations

import re

_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_BLANKS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
)
_FOLDS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    map(ord, "“”„〝〞＂"), '"'
)


def clean(text: str) -> str:
    """`text` with `\\n` as the only line end, plain spaces as blanks, nothing invisible in it."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _LINE_ENDS.sub("\n", text)
    return _BLANKS.sub(" ", _INVISIBLE.sub("", text))


def fold(text: str) -> str:
    """Full-width forms as ASCII, one character for one, so that offsets stay what they were."""
    return text.translate(_FOLDS)


def is_cjk(char: str) -> bool:
    """Whether `char` is a Chinese character of the basic block."""
    return "\u4e00" <= char <= "\u9fff"


def join_texts(parts: list[str]) -> str:
    """Pieces of one cell as one text: a space between them only where Latin or digits meet."""
    joined = ""
    for part in parts:
        if joined and part and not (_wide(joined[-1]) and _wide(part[0])):
            joined += " "
        joined += part
    return joined


def _wide(char: str) -> bool:
    return char >= "\u2e80" or char in "“”‘’、。"
