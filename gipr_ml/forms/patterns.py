"""Regular expressions that users write.

The engine of Python may try every way to read a text, which takes for ever with an expression like
`(a+)+b`. Those of users run in RE2, whose time grows with the text alone; it has all of the common
syntax but references back and looking around.
"""

from __future__ import annotations

from dataclasses import dataclass

from gipr_ml.errors import FormsError


@dataclass(frozen=True, slots=True)
class LinearPattern:
    """A regular expression in the syntax of RE2. Raises `FormsError` if it is none."""

    pattern: str

    def __post_init__(self) -> None:
        self.sub("", "")

    def sub(self, replacement: str, text: str) -> str:
        """The text with every match replaced; halves of characters become question marks."""
        from pyarrow import ArrowInvalid, scalar
        from pyarrow.compute import replace_substring_regex

        texts = [part.encode("utf-8", "replace") for part in (text, self.pattern, replacement)]
        whole, pattern, new = (part.decode() for part in texts)
        try:
            found = replace_substring_regex(scalar(whole), pattern=pattern, replacement=new)
        except ArrowInvalid as error:
            raise FormsError(str(error)) from None
        return str(found.as_py())
