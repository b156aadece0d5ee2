"""Label texts in the shape in which they are compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SPACES = re.compile(r"\s+")
_QUOTES = str.maketrans(
    {"“": '"', "”": '"', "‘": '"', "’": '"', "'": '"', "、": ",", "。": ".", "【": "(", "】": ")"}
)
_MARK = re.compile(
    r"^\(?(?:[一二三四五六七八九]\)|[一二三四五六七八九][,.]|\(?\d\)|\d{1,2}[.,](?!\d)|[①-⑨])"
)
LONGEST = 60
"""Characters of a text that are compared; the longest official label has 42."""


@lru_cache(maxsize=20_000)
def normalise(text: str) -> str:
    """The text without spaces, in NFKC, with one kind of quotation mark, comma and bracket."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).translate(_QUOTES)


@lru_cache(maxsize=20_000)
def split_mark(text: str) -> tuple[str, str]:
    """Item mark and rest of a normalised text: "1.属于国家秘密" → ("1.", "属于国家秘密")."""
    found = _MARK.match(text)
    return (found.group(), text[found.end() :]) if found else ("", text)
