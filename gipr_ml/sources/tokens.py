"""The parts of a glued line: item marks, official labels, runs of digits, sentences, other text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from gipr_ml.sources.chars import fold, is_cjk
from gipr_ml.sources.spaces import Piece
from gipr_ml.sources.vocabulary import Kind, begins_like_numbered, resembles_row, vocabulary

CJK = "\u4e00-\u9fff"
COUNTED = re.compile(r"[件宗条项份个人次期号年月日名位家篇天%多余笔届度类种时至以万亿]")
"""After digits: the number is part of a sentence."""
STOP = re.compile(r"[。!?]")
LONG_TEXT = 12
_MARK = re.compile(
    rf"[一二三四五六七八九]、(?=[{CJK}])|(?<!第)\([一二三四五六七八九]\)|\d[.、](?=[{CJK}])"
)
_RUN = re.compile(r"(?:[+-]?\d|/{2,})(?:[\dOo/]|\.(?=\d)|[+-](?=\d))*(?:万元|亿元|元)?")
_NEVER_BEFORE = tuple("第:-./@%《〔[")
"""Before digits: a number in a sentence, a date, a telephone."""
_LONGEST_LABEL = 40
_SHORT_LABEL = 4
"""Labels below this length are also parts of other words; they need a border on either side."""
_SURE_DIGITS = 5

TokenKind = Kind | Literal["mark", "run", "text", "prose"]


class Token(NamedTuple):
    """A part of a squeezed line."""

    start: int
    end: int
    kind: TokenKind


@dataclass
class Squeezed:
    """A line without blanks, and the way back."""

    line: str
    text: str
    at: list[int]
    """Offset in the line of each character of `text`."""
    spaced: set[int]
    """Positions in `text` that a blank stands before."""

    def piece(self, start: int, end: int) -> Piece:
        """The text from `start` to `end` as the line has it, blanks inside it kept."""
        first = self.at[start]
        return first, self.line[first : self.at[end - 1] + 1]


def squeeze(line: str) -> Squeezed:
    """`line` folded and without blanks."""
    folded = fold(line)
    at = [index for index, char in enumerate(folded) if char != " "]
    text = folded.replace(" ", "")
    spaced = {n for n, (a, b) in enumerate(pairwise(at), 1) if b - a > 1}
    return Squeezed(line, text, at, spaced)


def find_tokens(squeezed: Squeezed) -> list[Token]:
    """All parts of the line in their order; none is left out."""
    text = squeezed.text
    fixed = [_mark(text, m) for m in _MARK.finditer(text) if _is_mark(squeezed, m)]
    mark_starts = {mark.start for mark in fixed}
    sentences = list(_prose(text, fixed))
    prose = bytearray(len(text))
    for token in sentences:
        prose[token.start : token.end] = b"\1" * (token.end - token.start)
    fixed = [t for t in fixed if not prose[t.start]] + sentences
    runs = [t for t in _value_runs(text, mark_starts) if not prose[t.start]]
    labels = _labels(squeezed, fixed, runs, prose)
    borders = {t.start for t in fixed} | {len(text)} | {t.start for t in labels}
    ends = {t.end for t in labels}
    runs = [run for run in runs if _is_cell(text, run, borders, ends)]
    return _fill(text, [*fixed, *labels, *runs])


def _is_mark(squeezed: Squeezed, match: re.Match[str]) -> bool:
    start = match.start()
    if match[0][0] not in "一二三四五六七八九" or start == 0:
        return True
    return (
        start in squeezed.spaced
        or not is_cjk(squeezed.text[start - 1])
        or begins_like_numbered(squeezed.text[match.end() : match.end() + _LONGEST_LABEL])
    )


def _mark(text: str, match: re.Match[str]) -> Token:
    """The item mark; a digit in place of a lost 二 belongs to the digits before it."""
    start, end = match.span()
    lost = match[0][0].isdigit() and start > 0 and text[start - 1].isdigit()
    if lost and begins_like_numbered(text[end : end + _LONGEST_LABEL]):
        start += 1
    return Token(start, end, "mark")


def _prose(text: str, marks: Sequence[Token]) -> Iterable[Token]:
    """Sentences: between two marks, from the end of the last heading or row to the last stop."""
    starts = [0, *(mark.start for mark in marks)]
    ends = [*(mark.start for mark in marks), len(text)]
    after = [0, *(mark.end for mark in marks)]
    for start, end, body in zip(starts, ends, after, strict=True):
        stops = [m.end() for m in STOP.finditer(text, body, end)]
        if not stops:
            continue
        heading = vocabulary().pattern.match(text, body)
        if heading and vocabulary().kinds[heading[0]] == "heading":
            start = heading.end()
        for run in _value_runs(text, set(), start, stops[0]):
            if count_digits(text[run.start : run.end]) >= _SURE_DIGITS and run.end < stops[0]:
                start = run.end
        if start < stops[-1]:
            yield Token(start, stops[-1], "prose")


def _value_runs(
    text: str, mark_starts: set[int], first: int = 0, last: int | None = None
) -> Iterable[Token]:
    """Runs of digits that no unit follows, without the digit of an item mark that follows."""
    for match in _RUN.finditer(text, first, len(text) if last is None else last):
        start, end = match.span()
        if end - 1 in mark_starts:
            end -= 1
        before = text[start - 1] if start else ""
        plain = before not in _NEVER_BEFORE and not (before.isascii() and before.isalnum())
        money = text[end - 1 : end] == "元"
        if start < end and plain and (money or not COUNTED.match(text, end)):
            yield Token(start, end, "run")


def _labels(
    squeezed: Squeezed, fixed: Sequence[Token], runs: Sequence[Token], prose: bytearray
) -> list[Token]:
    """Official labels that stand on their own, not as part of another word."""
    words = vocabulary()
    found = [m for m in words.pattern.finditer(squeezed.text) if not prose[m.start()]]
    starts = {0, *squeezed.spaced, *(t.end for t in fixed), *(t.end for t in runs)}
    run_starts = {t.start for t in runs}
    ends = {len(squeezed.text), *squeezed.spaced, *(t.start for t in fixed), *run_starts}
    ends |= {m.start() for m in found}
    after_mark = {t.end for t in fixed if t.kind == "mark"}
    labels: list[Token] = []
    for match in found:
        start, end = match.span()
        kind = words.kinds[match[0]]
        if start in after_mark and kind == "column":
            kind = "row"
        opens, closes = start in starts, end in ends
        if kind == "article":
            stands = True
        elif end - start < _SHORT_LABEL or kind == "row":
            bare = match[0] in words.unmarked_rows and end in run_starts
            if bare and not opens:
                start = _damaged_start(squeezed.text, start, end, starts)
            stands = (opens and (closes or end - start >= _SHORT_LABEL)) or bare
        elif kind == "column":
            stands = opens or closes
        else:
            stands = opens
        if stands:
            labels.append(Token(start, end, kind))
            starts.add(end)
    return labels


def _damaged_start(text: str, start: int, end: int, starts: set[int]) -> int:
    """Where the label begins whose end is the label at `start`: 行攻|规范性文件."""
    for first in range(start, max(-1, start - LONG_TEXT), -1):
        if first in starts:
            return first if resembles_row(text[first:end]) else start
    return start


def _is_cell(text: str, run: Token, borders: set[int], ends: set[int]) -> bool:
    """Whether a run of digits is a value, not a number in a sentence."""
    digits = text[run.start : run.end]
    known = run.start in ends or run.end in borders
    return known or count_digits(digits) >= _SURE_DIGITS or digits.startswith("00")


def _fill(text: str, tokens: list[Token]) -> list[Token]:
    """`tokens` in order, with what lies between them as text."""
    filled: list[Token] = []
    end = 0
    for token in sorted(tokens):
        if token.start < end:
            continue
        if token.start > end:
            filled.append(Token(end, token.start, "text"))
        filled.append(token)
        end = token.end
    if end < len(text):
        filled.append(Token(end, len(text), "text"))
    return filled


def count_digits(run: str) -> int:
    """Digits in a run, without points, signs and units."""
    return sum(char.isdigit() for char in run)
