r"""Texts of a report in a spreadsheet, so that they come back byte for byte.

Spreadsheets turn 007 into 7, =1+1 into 2 and 3-4 into a day, and cut spaces. Between 「 and 」 a
text is left alone; what cannot be seen (control characters, odd spaces) is written as \u and its
code point, so that nobody deletes it by accident.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from gipr_ml.errors import LabelError

OPEN, CLOSE, ESCAPE = "「", "」", "\\"
_PART = re.compile(r"「((?:[^\\「」]|\\.)*)」", re.DOTALL)
_ESCAPED = re.compile(r"\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|([\\「」]))")


def protected(texts: Sequence[str]) -> str:
    """The texts, each between brackets, as one text for one field of a spreadsheet."""
    return "".join(OPEN + "".join(map(_shown, text)) + CLOSE for text in texts)


def _shown(character: str) -> str:
    if character in (OPEN, CLOSE, ESCAPE):
        return ESCAPE + character
    visible = character in " \u3000" or unicodedata.category(character)[0] not in "CZ"
    if visible:
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 1 << 16 else f"\\U{code:08x}"


def unprotected(field: str) -> tuple[str, ...]:
    """The texts back. Raises LabelError if the field is not what `protected` writes."""
    parts = _PART.findall(field)
    if sum(len(part) + 2 for part in parts) != len(field):
        raise LabelError("every text must stand between 「 and 」, as it was written")
    return tuple(map(_text, parts))


def _text(shown: str) -> str:
    if ESCAPE in _ESCAPED.sub("", shown):
        raise LabelError("a backslash stands there that was not written by this program")
    return _ESCAPED.sub(_character, shown)


def _character(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(min(int(code, 16), 0x10FFFF)) if code else found[3]
