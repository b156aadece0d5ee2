"""Numbers of a sentence: Arabic or Chinese, exact ones apart from approximations and ranges."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Literal

from gipr_ml.forms.narrative import CountWords, Rounding
from gipr_ml.types import StatementKind
from gipr_ml.types.quick import quick_dataclass

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SCALES = {"十": 10, "百": 100, "千": 1000}
_MYRIAD = 10_000
_MULTIPLES = {"万": Decimal(_MYRIAD), "亿": Decimal(_MYRIAD) * _MYRIAD}
_MONEY = {"元": Decimal(1) / _MYRIAD, "万元": Decimal(1), "亿元": Decimal(_MYRIAD)}
"""How many 万元, the unit of the form, one of each is."""

_LONGEST = 18
"""Characters of a number; what is longer counts nothing that a report tells."""
NUMERALS = "零〇一二两三四五六七八九十百千"
"""Characters that a number in Chinese may begin with; 万 may follow."""
_NOT_AFTER = r"第\-－—–~～\[〔"
_NOT_TO = r"(?<!(?<![升增降减加少长落])至)"
"""Not after the 至 of a range; that of 增至 or 减少至 is none."""
_TO = r"[\-－—–~～至到]"

Kind = Literal["NUM", "MONEY", "PERCENT", "approximate"]


@quick_dataclass(frozen=True, slots=True)
class Number:
    """A number with its unit at `text[start:end]`."""

    start: int
    end: int
    kind: Kind
    """"approximate": nothing that could be compared, such as 数十件."""
    value: Decimal
    """In 万元 for money, in percent for a percentage."""
    how: StatementKind = "exact"
    upper: Decimal | None = None
    """The end of a range."""


def numbers(text: str, words: CountWords) -> Iterator[Number]:
    """The numbers with a counting or money unit and the percentages, from left to right.

    Of several numbers that share one unit (分别为 3、5 和 2 件) each is one.
    """
    for match in _pattern(words).finditer(text):
        kind = match.lastgroup
        if kind in ("unit", "after"):
            number: Number | None = _counted(match, words)
        elif kind == "percent":
            written = match["arabic_percent"] or match["chinese_percent"]
            value = _value(written.replace("点", "."))
            number = Number(match.start(), match.end(), "PERCENT", value) if value else None
        elif kind in ("listed", "bare"):
            start, end = match.span(kind)
            plain = _value(match[kind])
            number = None if plain is None else Number(start, end, "NUM", plain)
        else:
            number = _range(match)
        if number:
            yield number


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


def _counted(match: re.Match[str], words: CountWords) -> Number | None:
    value = _value(match["digits"] or match["chinese"])
    if value is None:
        return None
    how: StatementKind = "about" if match["scale"] else "exact"
    for part, rounding in (
        ("before", words.before), ("inner", words.inner), ("after", words.after)
    ):  # fmt: skip
        how = _rounded(rounding, match[part]) or how
    if match["scale"]:
        value *= _MULTIPLES[match["scale"]]
        value = value.quantize(Decimal(1)) if value == int(value) else value
    money = _MONEY.get(match["unit"])
    kind: Kind = "NUM" if money is None else "MONEY"
    if match["vague"]:
        kind = "approximate"
    return Number(match.start(), match.end(), kind, value * (money or 1), how)


def _range(match: re.Match[str]) -> Number | None:
    first, last = _value(match["first"]), _value(match["last"])
    if first is None or last is None or first >= last:
        return None
    return Number(match.start(), match.end(), "NUM", first, "range", last)


def _rounded(rounding: Rounding, word: str | None) -> StatementKind | None:
    if word is None:
        return None
    kinds: Mapping[StatementKind, Sequence[str]] = {
        "about": rounding.about, "at_least": rounding.at_least, "at_most": rounding.at_most
    }  # fmt: skip
    return next((kind for kind, listed in kinds.items() if word in listed), None)


def _value(text: str) -> Decimal | None:
    if len(text) > _LONGEST:
        return None
    if text[0].isdigit():
        return Decimal(text.replace(",", "").replace("，", ""))
    whole, _, decimals = text.partition(".")
    number = chinese_number(whole)
    fraction = chinese_number(decimals) if decimals else None
    if number is None or (decimals and fraction is None):
        return None
    return Decimal(number) if fraction is None else Decimal(f"{number}.{fraction}")


@cache
def _pattern(words: CountWords) -> re.Pattern[str]:
    """Ordinals, the tails of ranges and of longer numbers are no numbers of their own."""
    unit = _any(("万元", "亿元", "元", *words.units)) + "(?![数套事门目])"
    counting = _any(words.units) + "(?![数套事门目])"
    before = _any((*words.before.about, *words.before.at_least, *words.before.at_most))
    inner = _any((*words.inner.about, *words.inner.at_least, *words.inner.at_most))
    after = _any((*words.after.about, *words.after.at_least, *words.after.at_most))
    arabic = r"(?:\d{1,3}(?:[,，]\d{3})+(?!\d)|\d+)(?:\.\d+)?"
    whole = r"(?:\d{1,3}(?:[,，]\d{3})+(?!\d)|\d+)"
    chinese = f"[{NUMERALS}][{NUMERALS}万]*"
    no_digit = rf"(?<![\d.,{_NOT_AFTER}]){_NOT_TO}"
    no_numeral = rf"(?<![{NUMERALS}万{_NOT_AFTER}]){_NOT_TO}"
    return re.compile(
        rf"(?P<range>(?:{no_digit}(?=\d)|{no_numeral}(?=[{NUMERALS}]))"
        rf"(?P<first>{whole}|{chinese})(?:{counting})?{_TO}(?P<last>{whole}|{chinese}){counting})"
        rf"|(?P<percent>{no_digit}(?P<arabic_percent>\d+(?:\.\d+)?)[%％]"
        rf"|百分之(?P<chinese_percent>[{NUMERALS}]+(?:点[{NUMERALS}]+)?))"
        rf"|{no_digit}(?P<listed>{whole})(?=(?:[、和及与]{whole})+{counting})"
        rf"|(?<=[为是：:数量])(?P<bare>[1-9]\d*)(?=[。；;、（(]|[，,](?!\d)|$)"
        rf"|(?P<before>{before})?"
        rf"(?:{no_digit}(?P<digits>{arabic})"
        rf"|(?P<vague>{_any(words.before_chinese)})?{no_numeral}(?P<chinese>{chinese}))"
        rf"(?P<scale>[万亿](?!元))?(?P<inner>{inner})?"
        rf"(?P<unit>{unit})(?P<after>{after})?"
    )


def _any(words: Sequence[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")" if words else "(?:(?!))"
