"""Text that every table format can hold."""

from __future__ import annotations

import re
from typing import overload

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@overload
def printable(text: str) -> str: ...
@overload
def printable(text: None) -> None: ...
def printable(text: str | None) -> str | None:
    """`text` with control characters and halves of characters shown as �. JSON keeps them."""
    return text if text is None else _UNPRINTABLE.sub("\ufffd", text)
