"""The numbers that Word makes for lists and headings: 一、 or 1. that no text of the file holds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gipr_ml.sources.package import attribute, local, whole

_CHINESE = frozenset(
    (
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "ideographDigital",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "koreanDigital2",
    )
)
_DIGITS = "零一二三四五六七八九"
_CIRCLED = 0x245F
_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9
_MOST = 999
_LONGEST_MARK = 60
"""Characters of the pattern of a number, such as 第%1条."""


@dataclass(frozen=True)
class _Level:
    format: str = "decimal"
    text: str = ""
    start: int = 1


class Numbering:
    """Counts the numbered paragraphs of a document in their order."""

    def __init__(self, numbering: Any, styles: Any) -> None:
        """`numbering` and `styles`: the roots of those parts, or None."""
        abstract: dict[str | None, dict[int, _Level]] = {}
        self._levels: dict[str, dict[int, _Level]] = {}
        for part in numbering if numbering is not None else ():
            if local(part) == "abstractNum":
                abstract[attribute(part, "abstractNumId")] = _levels(part)
            elif local(part) == "num":
                link = part.find("{*}abstractNumId")
                own = abstract.get(attribute(link, "val")) if link is not None else None
                self._levels[attribute(part, "numId") or ""] = own or {}
        self._styles = {
            attribute(style, "styleId"): style.find("{*}pPr/{*}numPr")
            for style in (styles if styles is not None else ())
            if local(style) == "style"
        }
        self._counts: dict[str, list[int]] = defaultdict(lambda: [0] * _LEVELS)

    def mark(self, paragraph: Any) -> str:
        """The number that stands before the paragraph, empty where it has none."""
        properties = paragraph.find("{*}pPr/{*}numPr")
        if properties is None:
            style = paragraph.find("{*}pPr/{*}pStyle")
            properties = self._styles.get(attribute(style, "val")) if style is not None else None
        if properties is None:
            return ""
        number, level = _value(properties, "numId"), whole(_value(properties, "ilvl") or "0")
        levels = self._levels.get(number or "")
        if not levels or level is None or level >= _LEVELS:
            return ""
        return self._next(number or "", levels, level)

    def _next(self, number: str, levels: dict[int, _Level], level: int) -> str:
        counts = self._counts[number]
        own = levels.get(level, _Level())
        counts[level] = counts[level] + 1 if counts[level] else own.start
        counts[level + 1 :] = [0] * (_LEVELS - level - 1)
        return _PLACE.sub(lambda place: _written(counts, levels, int(place[1]) - 1), own.text)


def _written(counts: Sequence[int], levels: dict[int, _Level], level: int) -> str:
    own = levels.get(level, _Level())
    return written(max(counts[level], 1), own.format)


def written(number: int, how: str) -> str:
    """A number as a list of Word writes it; in digits where the way is not known.

    >>> written(23, "chineseCounting"), written(3, "decimalEnclosedCircle")
    ('二十三', '③')
    """
    if how in ("bullet", "none"):
        return ""
    if how in _CHINESE and 0 < number <= _MOST:
        return _chinese(number)
    if how.startswith("decimalEnclosedCircle") and 0 < number <= 20:
        return chr(_CIRCLED + number)
    if how in ("lowerLetter", "upperLetter") and 0 < number <= 26:
        return chr(ord("a" if how == "lowerLetter" else "A") + number - 1)
    return str(number)


def _chinese(number: int) -> str:
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")


def _levels(abstract: Any) -> dict[int, _Level]:
    found = {}
    for part in abstract.iter("{*}lvl"):
        number, start = whole(attribute(part, "ilvl")), whole(_value(part, "start"))
        if number is not None and number < _LEVELS:
            how = _value(part, "numFmt") or "decimal"
            text = "" if how == "bullet" else (_value(part, "lvlText") or "")[:_LONGEST_MARK]
            found[number] = _Level(how, text, 1 if start is None else start)
    return found


def _value(parent: Any, kind: str) -> str | None:
    found = parent.find(f"{{*}}{kind}")
    return attribute(found, "val") if found is not None else None
