"""Numbers too wide for their cells: digits that a word processor went on with in a second line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from gipr_ml.sources.scan.columns import Columns
from gipr_ml.sources.scan.rules import Rules
from gipr_ml.sources.scan.words import Word

PADDING = 0.42
"""Heights of a box of text by which it is wider than its digits, both sides together."""
MARGINS = 0.75
"""Heights between a full line of digits and the rules on its two sides together."""
NEXT_LINE = (0.5, 1.6)
"""Heights between the middles of a line of digits and of the next line in its cell."""
SAME_LINE = 0.4
"""Heights between the middles of two words of one line."""

_Pair = tuple[Word, Word]
"""A line of digits that is full, and the digits right below it."""


def join_wrapped(
    words: Sequence[Word], columns: Columns, rules: Rules, height: float, floor: float
) -> list[Word]:
    """The words, with the lines of one number as one word in the place of its first line.

    The upper line must be so full that the next digit did not fit; no printed rule may stand
    between the lines; and the lower one may hold nothing but such rests, and fewer numbers than the
    upper one, since a row of the table has as many as its neighbours. Where the columns are not
    seen from rules nothing is joined.
    """
    if not columns.ruled:
        return list(words)
    values = [w for w in words if w.number and w.number.isdigit() and columns.of(w.x) is not None]
    pairs = [pair for span in columns.spans for pair in _pairs(values, span, height)]
    lower = {id(rest) for _, rest in pairs}
    pairs = [pair for pair in pairs if _holds_rests(pair, values, lower, height)]
    if not pairs:
        return list(words)
    top = min(upper.y for upper, _ in pairs) - 4 * height
    levels = rules.level((columns.left, top, columns.right, floor))
    rests = {
        id(upper): rest
        for upper, rest in pairs
        if any(a < upper.y and rest.y < b for a, b in pairwise(levels))
    }
    taken = {id(rest) for rest in rests.values()}
    return [_whole(word, rests) for word in words if id(word) not in taken]


def _pairs(values: Sequence[Word], span: tuple[float, float], height: float) -> list[_Pair]:
    own = sorted((w for w in values if span[0] <= w.x < span[1]), key=lambda word: word.y)
    found = []
    for upper, rest in pairwise(own):
        width = upper.width - PADDING * height
        digit = width / len(upper.number or " ")
        full = width + digit + MARGINS * height >= span[1] - span[0]
        if full and NEXT_LINE[0] * height < rest.y - upper.y < NEXT_LINE[1] * height:
            found.append((upper, rest))
    return found


def _holds_rests(pair: _Pair, values: Sequence[Word], lower: set[int], height: float) -> bool:
    """Whether the lower line of a pair holds rests of numbers alone."""
    first, second = ([w for w in values if abs(w.y - one.y) < SAME_LINE * height] for one in pair)
    return len(second) < len(first) and all(id(word) in lower for word in second)


def _whole(word: Word, rests: dict[int, Word]) -> Word:
    """A line of digits with all that follow it."""
    rest = rests.get(id(word))
    if rest is None:
        return word
    rest = _whole(rest, rests)
    return replace(
        word,
        text=word.text + rest.text,
        number=f"{word.number}{rest.number}",
        confidence=min(word.confidence, rest.confidence),
        number_confidence=min(word.number_confidence, rest.number_confidence),
    )
