"""Lines whose cells are kept apart by spaces alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gipr_ml.sources.chars import is_cjk
from gipr_ml.sources.vocabulary import resembles_row

Piece = tuple[int, str]
"""Offset in the line, and text."""

VALUE = re.compile(
    r"[-+－＋减增]?(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:\.\d+)?(?:万元|亿元|元)?|[/／\\]|[-—–－]{1,2}|[Oo〇]"
)
_LEADING_ZERO = re.compile(r"0\d+")
_GLUED_VALUE = re.compile(r"(.*[^\d\s.,:：，/-])(\d+)")
_SENTENCE = re.compile(r"[，。；！？]")
_PARENTHESES = re.compile(r"（[^（）]*(?:）|$)|\([^()]*(?:\)|$)")
_PAGE_NUMBER = re.compile(r"\s*[-—–－]+\s*\d+\s*[-—–－]+\s*")
_WIDE = 2
"""Spaces that part two cells."""
_LETTER_GAP = 3
"""Most spaces between the single characters of a word that is spaced out, as in 总　　计."""
_ROW = 3
"""Values in a run that make a line a row of a table. Only rows of table 2 have fewer."""
_SURE_ROW = 5
_FULL_ROW = 7


class _Token(NamedTuple):
    start: int
    text: str
    gap: int
    """Spaces before it."""
    value: bool


def split_spaces(line: str) -> list[Piece] | None:
    """The cells of a line that has no tabs or pipes, or None where spaces part nothing.

    Prose stays whole: a number becomes a cell only in a run of values that fills the line, between
    wide gaps, or after the label of an official row.
    """
    if " " not in line.strip() or _PAGE_NUMBER.fullmatch(line):
        return None
    tokens = _tokens(line)
    runs = [run for run in _runs(tokens) if not _lost_borders(tokens, run)]
    longest = max((end - start for start, end in runs), default=0)
    if longest < _ROW and _SENTENCE.search(_PARENTHESES.sub("", line)):
        return None
    rows = [run for run in runs if run[1] - run[0] >= _ROW]
    if len(rows) > 1 and max(token.gap for token in tokens[1:]) < _WIDE:
        return None  # several rows in one line: not parted by spaces, but glued
    alone: set[int] = set()
    for start, end in runs:
        if _stands_alone(tokens, start, end):
            alone.update(range(start, end))
    if (label := _glued_first_value(tokens, alone)) is not None:
        tokens, alone = _unglue(tokens, alone, label)
    pieces = _pieces(line, tokens, alone)
    return pieces if len(pieces) > 1 else None


def _tokens(line: str) -> list[_Token]:
    tokens: list[_Token] = []
    end = 0
    for match in re.finditer(r"\S+", line):
        text = match[0]
        value = VALUE.fullmatch(text) is not None
        tokens.append(_Token(match.start(), text, match.start() - end, value))
        end = match.end()
    return tokens


def _runs(tokens: Sequence[_Token]) -> Iterator[tuple[int, int]]:
    """Maximal runs of values, as first and last + 1."""
    start: int | None = None
    for index, token in enumerate(tokens):
        if token.value and start is None:
            start = index
        elif not token.value and start is not None:
            yield start, index
            start = None
    if start is not None:
        yield start, len(tokens)


def _lost_borders(tokens: Sequence[_Token], run: tuple[int, int]) -> bool:
    """Whether the run has too few values and one like 000023: digits of several cells."""
    start, end = run
    narrow = all(token.gap < _WIDE for token in tokens[max(1, start) : end])
    return (
        narrow
        and end - start < _FULL_ROW
        and any(_LEADING_ZERO.fullmatch(token.text) for token in tokens[start:end])
    )


def _stands_alone(tokens: Sequence[_Token], start: int, end: int) -> bool:
    """Whether the values from `start` to `end` are cells of their own."""
    count, total = end - start, len(tokens)
    if count == total:
        return True
    wide_before = start == 0 or tokens[start].gap >= _WIDE
    wide_after = end == total or tokens[end].gap >= _WIDE
    if wide_before and wide_after:
        return True
    if count >= _ROW:
        stated = start > 0 and tokens[start - 1].text[-1] in ":：,，、"
        return not stated and (count >= _SURE_ROW or 2 * count >= total)
    if end < total or start == 0:
        return False
    return resembles_row(" ".join(token.text for token in tokens[:start]))


def _glued_first_value(tokens: Sequence[_Token], alone: set[int]) -> int | None:
    """The token whose last digits are the first value of the run after it, if there is one."""
    for index in sorted(alone):
        before = index - 1
        if before >= 0 and before not in alone and index + 1 in alone and index + 2 in alone:
            return before if _GLUED_VALUE.fullmatch(tokens[before].text) else None
    return None


def _unglue(tokens: Sequence[_Token], alone: set[int], index: int) -> tuple[list[_Token], set[int]]:
    token = tokens[index]
    match = _GLUED_VALUE.fullmatch(token.text)
    assert match is not None
    label = token._replace(text=match[1])
    value = _Token(token.start + len(match[1]), match[2], 0, True)
    shifted = {i if i < index else i + 1 for i in alone} | {index + 1}
    return [*tokens[:index], label, value, *tokens[index + 1 :]], shifted


def _pieces(line: str, tokens: Sequence[_Token], alone: set[int]) -> list[Piece]:
    """Cells: values that stand alone, and what lies between them up to wide gaps."""
    spans: list[list[int]] = []
    open_text = False
    letter = False
    for index, token in enumerate(tokens):
        end = token.start + len(token.text)
        single = len(token.text) == 1 and is_cjk(token.text)
        joins = token.gap < _WIDE or (single and letter and token.gap <= _LETTER_GAP)
        if open_text and index not in alone and joins:
            spans[-1][1] = end
        else:
            spans.append([token.start, end])
        open_text = index not in alone
        letter = single
    return [(start, line[start:end]) for start, end in spans]
