"""What a single cell looks like: blank, a number, a sign that stands for none, or words."""

from __future__ import annotations

import re
import unicodedata

BLANK, NUMBER, NOTED, SIGN, MARK, TEXT = range(6)
"""Kinds of cells: empty; a number; a number with a unit or note; `/`, `-`, `(X)`; 一、; words."""

KINDS = 6
LONGEST_NUMBER = 40
"""Characters; anything longer is text without a closer look."""

_DIGITS = r"\d{1,3}(?:[,' ]\d{3})+|\d+"
_NUMBER = re.compile(
    rf"[^\w(+\-.]{{0,2}}(?P<open>\()?(?P<sign>[+\-−–‐减])?[$€£¥]?(?P<whole>{_DIGITS})?"
    r"(?P<part>[.,]\d+)?(?P<close>\))?(?P<unit>[%‰]|[a-zA-Z*]{1,2}|\\\d)?"
)
_NOTED = re.compile(rf"(?P<whole>[+\-减]?(?:{_DIGITS})(?:\.\d+)?)(?:[^\d\s.、)]{{1,3}}|\(.*\))")
_SIGN = re.compile(r"[/\-—–‐.…*·:xX]+|\([a-zA-Z/-]{1,3}\)|[nN]\.?/?[aA]\.?|无|空")
_MARK = re.compile(r"\(?[一二三四五六七八九十]{1,3}\)?[、.]?|\(?\d{1,2}[).、]+")
_BEFORE_NUMBERS = frozenset("减无空一二三四五六七八九十")
"""The characters of Chinese that a number, sign or mark may begin with."""


def cell_kind(text: str) -> tuple[int, float]:
    """The kind of a cell and the number in it (NaN where there is none).

    Reads "1,234", "1 234", "(12)" and "-12" as negative numbers, "12.3%" and "减3".
    """
    if len(text) <= LONGEST_NUMBER and text.isascii() and text.isdigit():
        return NUMBER, float(text)
    if "\u4e00" <= text[:1] <= "\u9fff" and text[0] not in _BEFORE_NUMBERS:
        return TEXT, float("nan")
    text = unicodedata.normalize("NFKC", text).strip()
    if not text:
        return BLANK, float("nan")
    if len(text) > LONGEST_NUMBER:
        return TEXT, float("nan")
    if _SIGN.fullmatch(text) and not text.isdigit():
        return SIGN, float("nan")
    found = _NUMBER.fullmatch(text)
    if found and (found["whole"] or found["part"]):
        return NUMBER, _value(found)
    if _MARK.fullmatch(text):
        return MARK, float("nan")
    noted = _NOTED.fullmatch(text)
    if noted:
        return NOTED, _plain(noted["whole"])
    return TEXT, float("nan")


def _value(found: re.Match[str]) -> float:
    value = _plain((found["whole"] or "0") + (found["part"] or "").replace(",", "."))
    negative = found["sign"] not in (None, "+") or bool(found["open"] and found["close"])
    return -value if negative else value


def _plain(digits: str) -> float:
    digits = digits.replace("减", "-")
    return float(re.sub(r"[,' ](?=\d{3})", "", digits).rstrip("."))
