"""A page as what stands on it: characters with their boxes, and drawn rules.

Both PDF and OFD pages become a `Sheet`. `add_sheet` turns it into lines: tables from their rules,
everything else from the alignment of its words. Coordinates are points (1/72 inch) from the top
left of the page as it is shown, x to the right and y downwards.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import NamedTuple

from gipr_ml.types import Box

_RADICALS = ("\u2e80", "\u2fdf")
_COMPATIBILITY = ("\uf900", "\ufaff")
_MOSTLY = 0.6
"""Share of a page's characters that run sideways or upside down for the page to be turned."""


class Glyph(NamedTuple):
    """One character as it is placed on the page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    turn: int = 0
    """Quarter turns clockwise that the text is written at."""
    spaced: bool = False
    """Whether the file has a blank before it."""

    @property
    def middle(self) -> float:
        """Height of the centre."""
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        """Centre, from the left."""
        return (self.left + self.right) / 2

    def lies_in(self, box: Box) -> bool:
        """Whether its centre is inside of the box."""
        left, top, right, bottom = box
        return left <= self.centre <= right and top <= self.middle <= bottom

    @property
    def size(self) -> float:
        """Height of the box, which is about the size of the type."""
        return self.bottom - self.top


class Rule(NamedTuple):
    """A drawn straight line. `at` is its y where it is horizontal, else its x."""

    horizontal: bool
    at: float
    start: float
    end: float


@dataclass(frozen=True)
class Sheet:
    """What stands on one page."""

    number: int
    """From 1."""
    width: float
    height: float
    glyphs: Sequence[Glyph] = field(default_factory=tuple)
    """In the order of the file, without blanks."""
    rules: Sequence[Rule] = field(default_factory=tuple)


def rule_boxes(rules: Iterable[Rule]) -> tuple[Box, ...]:
    """The rules as boxes from their left or upper end to the other, to a tenth of a point."""
    ends = (
        (rule.start, rule.at, rule.end, rule.at)
        if rule.horizontal
        else (rule.at, rule.start, rule.at, rule.end)
        for rule in rules
    )
    return tuple((round(a, 1), round(b, 1), round(c, 1), round(d, 1)) for a, b, c, d in ends)


def mend(text: str) -> str:
    """`text` with radicals and compatibility ideographs as the characters that they stand for.

    Programs that print web pages to PDF write ⼀ (U+2F00) for 一. NFKC knows those of the block
    from U+2F00, a small file those of the block from U+2E80.
    """
    if not any(_is_odd(char) for char in text):
        return text
    table = _radicals()
    mended = (
        table.get(char) or unicodedata.normalize("NFKC", char) if _is_odd(char) else char
        for char in text
    )
    return "".join(mended)


def _is_odd(char: str) -> bool:
    return _RADICALS[0] <= char <= _RADICALS[1] or _COMPATIBILITY[0] <= char <= _COMPATIBILITY[1]


@cache
def _radicals() -> dict[str, str]:
    """What NFKC leaves of the radicals, by character."""
    text = resources.files("gipr_ml.sources").joinpath("radicals.txt").read_text("utf-8")
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {row[0]: row[1] for row in rows}


def hull(boxes: Iterable[Glyph]) -> Box | None:
    """The smallest box around all of them, rounded to a tenth of a point."""
    found = list(boxes)
    if not found:
        return None
    return (
        round(min(glyph.left for glyph in found), 1),
        round(min(glyph.top for glyph in found), 1),
        round(max(glyph.right for glyph in found), 1),
        round(max(glyph.bottom for glyph in found), 1),
    )


def common_box(first: Box, second: Box) -> Box:
    """Where two boxes overlap."""
    (a, b, c, d), (e, f, g, h) = first, second
    return max(a, e), max(b, f), min(c, g), min(d, h)


def turned(glyph: Glyph, turns: int, width: float, height: float) -> Glyph:
    """The glyph after its page of `width` and `height` is turned `turns` quarters clockwise."""
    left, top, right, bottom = turned_box(glyph[1:5], turns, width, height)
    return Glyph(glyph.text, left, top, right, bottom, (glyph.turn + turns) % 4, glyph.spaced)


def turned_box(box: Box, turns: int, width: float, height: float) -> Box:
    """The box after its page of `width` and `height` is turned `turns` quarters clockwise."""
    left, top, right, bottom = box
    if turns % 4 == 1:
        return height - bottom, left, height - top, right
    if turns % 4 == 2:
        return width - right, height - bottom, width - left, height - top
    if turns % 4 == 3:
        return top, width - right, bottom, width - left
    return box


def main_turn(sheet: Sheet) -> int:
    """Quarter turns clockwise that most of the page's text is written at; 0 where it is mixed."""
    for turn in (1, 2, 3):
        if sum(glyph.turn == turn for glyph in sheet.glyphs) > _MOSTLY * len(sheet.glyphs):
            return turn
    return 0


def turned_sheet(sheet: Sheet, turns: int) -> Sheet:
    """The page turned `turns` quarters clockwise."""
    if turns % 4 == 0:
        return sheet
    width, height = sheet.width, sheet.height
    rules = [_turned_rule(rule, turns, width, height) for rule in sheet.rules]
    glyphs = [turned(glyph, turns, width, height) for glyph in sheet.glyphs]
    if turns % 2:
        width, height = height, width
    return replace(sheet, width=width, height=height, glyphs=glyphs, rules=rules)


def _turned_rule(rule: Rule, turns: int, width: float, height: float) -> Rule:
    ends = (rule.start, rule.at, rule.end, rule.at)
    if not rule.horizontal:
        ends = (rule.at, rule.start, rule.at, rule.end)
    left, top, right, bottom = turned_box(ends, turns, width, height)
    if rule.horizontal == (turns % 2 == 0):
        return Rule(True, top, left, right)
    return Rule(False, left, top, bottom)
