"""Text in the spelling in which it is compared."""

from __future__ import annotations

import unicodedata


def compact(text: str) -> str:
    """The text in NFKC (full-width digits and signs as ASCII), without any spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())
