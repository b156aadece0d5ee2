"""What a cell of figures says: a number, `/`, nothing, or several numbers run together."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

MISREAD = str.maketrans({"O": "0", "o": "0", "〇": "0", "○": "0", "l": "1", "I": "1"})
"""Letters that stand for digits where a cell holds nothing else (OCR)."""
MISREAD_LETTERS = frozenset("Oo〇○lI")
LONGEST_NUMBER, LONGEST_DECIMALS = 12, 10
"""Digits of the longest number that a report may print, before and after its point."""

_UNITS = "万元|亿元|元|件|条|宗|项|份|个|人次"
_NUMBER = re.compile(
    rf"^(?P<sign>[+\-−﹣－＋]|[减增])?(?P<digits>\d{{1,3}}(?:,\d{{3}})+|\d+)(?P<decimals>\.\d{{1,{LONGEST_DECIMALS}}})?"
    rf"(?P<unit>{_UNITS})?(?P<note>[(（].*)?$"
)
_WORD_FOR_SIGN = re.compile(r"^([减增])\s+(?=\d)")
"""A character before a number, which a PDF sets apart from its digits."""
_NOT_APPLICABLE = re.compile(r"^[/\\—–\-_―]{1,4}$|^[一]{2}$|^N/?A$", re.IGNORECASE)
_LETTERS = re.compile(r"^[\dOo〇○lI]+$")
_RUN = re.compile(r"^[\d ]+$")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as printed."""

    value: Decimal
    unit: str | None = None
    certain: bool = True
    """False where letters had to be taken for digits."""


class Content(NamedTuple):
    """What a cell holds."""

    text: str
    """Without spaces at the ends."""
    number: Number | None
    """Where it holds one and nothing else, as `parse_number` reads it."""
    not_applicable: bool
    """Whether it holds `/`, a dash or the like in place of a number."""
    is_value: bool
    """Whether it holds a number or a sign that stands for none."""
    is_run: bool
    """Whether it holds digits and spaces only."""
    digits: int
    """How many digits there are in it."""


@lru_cache(maxsize=20_000)
def content_of(text: str) -> Content:
    """What a cell of this text holds."""
    bare, number, sign = text.strip(), parse_number(text), is_not_applicable(text)
    digits = sum(map(str.isdigit, bare))
    return Content(bare, number, sign, number is not None or sign, is_run(bare), digits)


@lru_cache(maxsize=20_000)
def clean(text: str) -> str:
    """NFKC, without spaces at the ends."""
    return unicodedata.normalize("NFKC", text).strip()


@lru_cache(maxsize=20_000)
def parse_number(text: str) -> Number | None:
    """The number that a cell holds and nothing else; notes in brackets and units may follow.

    >>> parse_number("22（其中修订 16 件）")
    Number(value=Decimal('22'), unit=None, certain=True)
    """
    bare = _WORD_FOR_SIGN.sub(r"\1", clean(text))
    squeezed = bare.replace(" ", "")
    certain = True
    if squeezed and not squeezed.isdigit() and _LETTERS.match(squeezed):
        squeezed, certain = squeezed.translate(MISREAD), False
    found = _NUMBER.match(squeezed)
    if not found or len(found["digits"]) > LONGEST_NUMBER:
        return None
    if " " in bare and not found["note"] and not found["unit"]:
        return None  # "230 00" is two numbers, not one
    digits = found["digits"].replace(",", "") + (found["decimals"] or "")
    value = Decimal(digits)
    if found["sign"] in ("-", "−", "﹣", "减"):
        value = -value
    return Number(value, found["unit"], certain)


def may_be_printed(value: Decimal) -> bool:
    """Whether a report may print a number of so many digits."""
    in_range = abs(value) < 10**LONGEST_NUMBER
    return in_range and value == round(value, LONGEST_DECIMALS)


def is_not_applicable(text: str) -> bool:
    """Whether the cell holds `/`, a dash or the like in place of a number."""
    return bool(_NOT_APPLICABLE.match(clean(text)))


def is_run(text: str) -> bool:
    """Whether the text is digits and spaces only."""
    return bool(_RUN.match(clean(text))) and any(c.isdigit() for c in text)
