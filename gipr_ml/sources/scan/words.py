"""The boxes of text of a page with what they say, in straight coordinates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gipr_ml.sources.chars import clean, fold
from gipr_ml.sources.scan.ocr import ZEROS, Engine, Reading
from gipr_ml.sources.scan.sheet import Rect, Sheet

_SIMPLIFIED = str.maketrans("減", "减")
"""The recogniser knows both scripts and takes the sign of a number for one of the other."""
_COUNT = re.compile(r"\d+")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[,，]\d{3})+")
_AMOUNT = re.compile(r"[+\-减]?\d+(?:\.\d+)?(?:万元|元)?")
_POINT = re.compile(r"(\d+)[:;·,'`](\d{1,2})")
"""An amount whose decimal point was read as another speck."""
_MARKS = {"/": "/", "／": "/", "-": "-", "－": "-", "—": "-", "–": "-", "一": "-"}
_SPECKS = ".,:;'`·、。*|"
_DECIMAL = re.compile(r"\d+\.\d{1,2}")
_NUMBERS = re.compile(r"(?=.*\d.*\d)[\dOo|.,:;'`·\s]+")
"""What may be the numbers of columns side by side."""
BETWEEN, AROUND_POINT = 0.5, 0.8
"""Heights of white between two numbers; the digits of one stand closer, but for those beside its
decimal point, which may be too small to count as ink."""
STROKE = 0.08
"""Share of the height of a box from which a column of pixels is of a digit, not of a speck."""
_BRACKETS = " ()[]（）|"
"""What is left of a rule may be read as one."""
SPECKLED = 0.85
"""Confidence, at most, of a number beside which a speck was read as a full stop or the like."""
ONE_BY_ONE = 0.5
"""Confidence of a reading whose digits differ when nothing but digits is allowed."""


@dataclass(frozen=True, slots=True)
class Word:
    """A box of text."""

    rect: Rect
    text: str
    confidence: float
    number: str | None = None
    """The text as a number or a dash, or None where it is neither."""
    number_confidence: float = 0.0
    """How sure the digits are, 0 to 1."""

    @property
    def is_count(self) -> bool:
        """Whether it may be a value of table 3: whole and not negative, or a dash."""
        return self.number is not None and (self.number.isdigit() or self.number in "/-")

    @property
    def x(self) -> float:
        """Middle, from the left."""
        return (self.rect[0] + self.rect[2]) / 2

    @property
    def y(self) -> float:
        """Middle, from the top."""
        return (self.rect[1] + self.rect[3]) / 2

    @property
    def width(self) -> float:
        """From left to right."""
        return self.rect[2] - self.rect[0]


def read_words(sheet: Sheet, models: Engine) -> list[Word]:
    """All boxes of a page that say something."""
    readings = sheet.read(list(sheet.quads), models)
    found, parts = [], []
    for quad, rect, reading in zip(sheet.quads, sheet.rects, readings, strict=True):
        is_decimal = _DECIMAL.fullmatch(reading.text.replace(" ", ""))
        gap = AROUND_POINT if is_decimal else BETWEEN
        pieces = _apart(sheet, quad, rect, gap) if _NUMBERS.fullmatch(reading.text) else []
        if len(pieces) > 1:
            parts += pieces
        elif reading.text:
            found.append(word(rect, reading))
    for rect, reading in zip(
        parts, sheet.read([sheet.quad(r) for r in parts], models), strict=True
    ):
        if reading.text:
            found.append(word(rect, reading))
    return found


def _apart(sheet: Sheet, quad: NDArray[np.float32], rect: Rect, gap: float) -> list[Rect]:
    """The parts of a box with more than a `gap` of white between them: numbers of two columns."""
    crop = sheet.crop(quad)
    grey = crop if crop.ndim == 2 else crop.mean(axis=2)
    height, width = grey.shape
    high, low = float(np.percentile(grey, 80)), float(grey.min())
    inked = np.flatnonzero((grey < (high + low) / 2).sum(axis=0) > STROKE * height)
    if not len(inked):
        return []
    cuts = np.flatnonzero(np.diff(inked) > gap * height)
    middles = [float(inked[i] + inked[i + 1]) / 2 / width for i in cuts]
    left, top, right, bottom = rect
    edges = [left, *(left + m * (right - left) for m in middles), right]
    return [(a, top, b, bottom) for a, b in pairwise(edges)]


def word(rect: Rect, reading: Reading) -> Word:
    """A box with its reading."""
    number, confidence = as_number(reading)
    return Word(rect, _text(reading), reading.confidence, number, confidence)


def _text(reading: Reading) -> str:
    return clean(reading.text).translate(_SIMPLIFIED)


def as_number(reading: Reading) -> tuple[str | None, float]:
    """The reading as a number, a `/` or a `-`, and how sure that is; None where it is text."""
    text = fold(_text(reading)).replace(" ", "")
    if text in _MARKS:
        return _MARKS[text], reading.confidence
    digits = text.translate(ZEROS)
    if _COUNT.fullmatch(digits):
        if digits == reading.digits:
            return digits, reading.digits_confidence
        return digits, min(ONE_BY_ONE, reading.confidence)
    if _GROUPED.fullmatch(digits):
        return re.sub("[,，]", "", digits), reading.confidence
    if _AMOUNT.fullmatch(text):
        return text, reading.confidence
    pointed = _POINT.fullmatch(digits)
    if pointed:
        return f"{pointed[1]}.{pointed[2]}", min(ONE_BY_ONE, reading.confidence)
    whole = "(" in digits and ")" in digits
    bare = digits.strip(_SPECKS if whole else _SPECKS + "()")
    if _COUNT.fullmatch(bare) and bare == reading.digits:
        return bare, min(SPECKLED, reading.digits_confidence)
    amount = text.strip(_SPECKS)
    if _AMOUNT.fullmatch(amount):
        return amount, min(SPECKLED, reading.confidence)
    return None, 0.0


def digits_only(reading: Reading) -> tuple[str | None, float]:
    """What a cell must be that holds a count, though its free reading is no number."""
    if reading.digits and len(reading.digits) == len(reading.text.strip(_BRACKETS)):
        return reading.digits, min(ONE_BY_ONE, reading.digits_confidence)
    return None, 0.0


def clusters(words: Iterable[Word], gap: float, key: Callable[[Word], float]) -> list[list[Word]]:
    """The words in groups whose neighbours in `key` lie at most `gap` apart."""
    groups: list[list[Word]] = []
    for one in sorted(words, key=key):
        if groups and key(one) - key(groups[-1][-1]) <= gap:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def stacked(words: Sequence[Word], gap: float) -> list[Word]:
    """Pairs of words of which one stands right below the other, as one word each."""
    found = []
    for one in words:
        for below in words:
            near = below.y > one.y and below.rect[1] - one.rect[3] < gap
            if near and abs(below.x - one.x) < gap and below.rect[3] - one.rect[1] < 4 * gap:
                rect = around([one, below])
                sure = min(one.confidence, below.confidence)
                found.append(Word(rect, one.text.strip() + below.text.strip(), sure))
    return found


def text_rows(words: Iterable[Word]) -> list[list[Word]]:
    """Words in lines of text, top to bottom, each left to right."""
    rows: list[list[Word]] = []
    for one in sorted(words, key=lambda w: w.y):
        for row in reversed(rows[-3:]):
            last = row[-1]
            shared = min(one.rect[3], last.rect[3]) - max(one.rect[1], last.rect[1])
            least = min(one.rect[3] - one.rect[1], last.rect[3] - last.rect[1])
            if shared > 0.55 * least and not any(_over(one, other) for other in row):
                row.append(one)
                break
        else:
            rows.append([one])
    return [sorted(row, key=lambda w: w.rect[0]) for row in rows]


def _over(one: Word, other: Word) -> bool:
    """Whether two words stand above each other, so that they cannot be in one line."""
    shared = min(one.rect[2], other.rect[2]) - max(one.rect[0], other.rect[0])
    return shared > 0.3 * min(one.width, other.width)


def joined(words: Sequence[Word]) -> str:
    """The text of a cell: its lines one after the other."""
    return "".join(one.text for row in text_rows(words) for one in row)


def around(words: Sequence[Word]) -> Rect:
    """The straight rectangle around words."""
    return (
        min(w.rect[0] for w in words),
        min(w.rect[1] for w in words),
        max(w.rect[2] for w in words),
        max(w.rect[3] for w in words),
    )
