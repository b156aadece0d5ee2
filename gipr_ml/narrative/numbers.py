"""Numbers with a unit in a sentence: Arabic or Chinese, exact ones apart from approximations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal

from gipr_ml.forms.narrative import CountWords

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SCALES = {"十": 10, "百": 100, "千": 1000}
_MYRIAD = 10_000
_MONEY = {"元": Decimal(1) / _MYRIAD, "万元": Decimal(1), "亿元": Decimal(_MYRIAD)}
"""How many 万元, the unit of the form, one of each is."""

NUMERALS = "零〇一二两三四五六七八九十百千"
"""Characters that a number in Chinese may begin with; 万 may follow."""
_NOT_AFTER = r"第\-－—–~～至\[〔"

Kind = Literal["NUM", "MONEY", "approximate"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its unit at `text[start:end]`."""

    start: int
    end: int
    kind: Kind
    value: Decimal
    """In 万元 for money."""


def numbers(text: str, words: CountWords) -> Iterator[Number]:
    """The numbers with a counting or money unit, from left to right."""
    for match in _pattern(words).finditer(text):
        value = _value(match["digits"] or match["chinese"])
        if value is None:
            continue
        money = _MONEY.get(match["unit"])
        if money is not None:
            yield Number(match.start(), match.end(), "MONEY", value * money)
            continue
        rounded = any(match[part] for part in ("before", "vague", "scale", "inner", "after"))
        kind: Kind = "approximate" if rounded else "NUM"
        yield Number(match.start(), match.end(), kind, value)


def chinese_number(text: str) -> int | None:
    """The whole number that Chinese numerals write, or None: 七十五 is 75, 二〇二三 is 2023."""
    if not any(c in _SCALES or c == "万" for c in text):
        digits = [_DIGITS.get(c) for c in text]
        return None if None in digits else int("".join(map(str, digits)))
    total, section, digit = 0, 0, None
    for c in text:
        if c in _DIGITS:
            digit = _DIGITS[c]
        elif c in _SCALES:
            section += (1 if digit is None else digit) * _SCALES[c]
            digit = None
        elif c == "万":
            total += (section + (digit or 0)) * _MYRIAD
            section, digit = 0, None
        else:
            return None
    return total + section + (digit or 0)


def _value(text: str) -> Decimal | None:
    if text[0].isdigit():
        return Decimal(text.replace(",", ""))
    number = chinese_number(text)
    return None if number is None else Decimal(number)


@cache
def _pattern(words: CountWords) -> re.Pattern[str]:
    """Ordinals, the tails of ranges and of longer numbers are no numbers of their own."""
    units = _any(("万元", "亿元", "元", *words.units))
    return re.compile(
        rf"(?P<before>{_any(words.before)})?"
        rf"(?:(?<![\d.,{_NOT_AFTER}])(?P<digits>(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?)"
        rf"|(?P<vague>{_any(words.before_chinese)})?"
        rf"(?<![{NUMERALS}万{_NOT_AFTER}])(?P<chinese>[{NUMERALS}][{NUMERALS}万]*))"
        rf"(?P<scale>[万亿](?!元))?(?P<inner>{_any(words.inner)})?"
        rf"(?P<unit>{units})(?![数套事门目])(?P<after>{_any(words.after)})?"
    )


def _any(words: Sequence[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"
