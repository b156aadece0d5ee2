"""Lines whose cell borders are lost: labels and digits run together, up to a whole report.

Such a line is cut into the lines that it was. Where a label ends and its digits begin is certain,
and so is an item mark; which digits belong together is left to the reader of the tables, so a run
of digits stays one cell, spaces inside it kept as the borders that they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Literal, NamedTuple

from gipr_ml.sources.chars import fold, is_cjk
from gipr_ml.sources.spaces import Piece
from gipr_ml.sources.vocabulary import (
    Kind,
    begins_like_numbered,
    resembles_row,
    unmarked_row_at_end,
    vocabulary,
)

_CJK = "\u4e00-\u9fff"
_MARK = re.compile(
    rf"[一二三四五六七八九]、(?=[{_CJK}])|(?<!第)\([一二三四五六七八九]\)|\d[.、](?=[{_CJK}])"
)
_RUN = re.compile(r"(?:[+-]?\d|/{2,})(?:[\dOo/]|\.(?=\d)|[+-](?=\d))*(?:万元|亿元|元)?")
_COUNTED = re.compile(r"[件宗条项份个人次期号年月日名位家篇天%多余笔届度类种时至以万亿]")
"""After digits: the number is part of a sentence."""
_STOP = re.compile(r"[。!?]")
_LONG_TEXT = 12
_LONGEST_LABEL = 40
_SHORT_LABEL = 4
"""Labels below this length are also parts of other words; they need a border on either side."""
_SURE_DIGITS = 5
_ROW_DIGITS = 7
_ROW_WIDTHS = (7, 15)
"""Values of a row of table 3, and of table 4."""
_FEWEST_VALUES = 3
"""Values that blanks on all sides part for sure."""
_THROUGHOUT = 4
_COVERED = 0.8
_WORTH_A_LOOK = re.compile(rf"[{_CJK})）”\"]\s?\d(?:\s?[\dOo]){{6}}")
_BETWEEN = re.compile(rf"[{_CJK})）”] ?\d+(?:\.\d+)?[.、．]?[{_CJK}(（]")
_SENTENCE = re.compile(r"[，。；]")

_Open = Literal["no", "mark", "label", "header"]
"""What the last row still takes: nothing, its label, more of it or its values, more headers."""
_TokenKind = Kind | Literal["mark", "run", "text", "prose"]


class _Token(NamedTuple):
    start: int
    end: int
    kind: _TokenKind


@dataclass
class _Squeezed:
    """A line without blanks, and the way back."""

    line: str
    text: str
    at: list[int]
    """Offset in the line of each character of `text`."""
    spaced: set[int]
    """Positions in `text` that a blank stands before."""

    def piece(self, start: int, end: int) -> Piece:
        first = self.at[start]
        return first, self.line[first : self.at[end - 1] + 1]


def cut_glued(line: str) -> list[list[Piece]] | None:
    """The rows that `line` was glued from, each as its cells, or None where it is not glued.

    Nothing but blanks between the cells is left out, and the order stays. A line counts as glued
    where labels meet digits: seven digits and more after a label, two official labels with their
    digits, or nothing but labels and digits.
    """
    if _SENTENCE.search(line) and not (_WORTH_A_LOOK.search(line) or looks_glued(line)):
        return None
    squeezed = _squeeze(line)
    if squeezed.text in vocabulary().kinds or squeezed.text.isdigit():
        return None
    tokens = _tokens(squeezed)
    if not _is_glued(squeezed, tokens):
        return None
    return _rows(squeezed, tokens)


def looks_glued(line: str) -> bool:
    """Whether digits touch text on either side, as they do where borders are lost."""
    return _touching(line, 1)


def is_glued_throughout(line: str) -> bool:
    """Whether that is so at several places: tabs or pipes in the line are no borders of cells."""
    return _touching(line, _THROUGHOUT)


def _touching(line: str, places: int) -> bool:
    found = (m for m in _BETWEEN.finditer(line) if not _COUNTED.match(m[0][-1]))
    return sum(1 for _ in islice(found, places)) == places


def _squeeze(line: str) -> _Squeezed:
    folded = fold(line)
    at = [index for index, char in enumerate(folded) if char != " "]
    text = folded.replace(" ", "")
    spaced = {n for n, (a, b) in enumerate(pairwise(at), 1) if b - a > 1}
    return _Squeezed(line, text, at, spaced)


# ---------------------------------------------------------------- tokens


def _tokens(squeezed: _Squeezed) -> list[_Token]:
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


def _is_mark(squeezed: _Squeezed, match: re.Match[str]) -> bool:
    start = match.start()
    if match[0][0] not in "一二三四五六七八九" or start == 0:
        return True
    return (
        start in squeezed.spaced
        or not is_cjk(squeezed.text[start - 1])
        or begins_like_numbered(squeezed.text[match.end() : match.end() + _LONGEST_LABEL])
    )


def _mark(text: str, match: re.Match[str]) -> _Token:
    """The item mark; a digit in place of a lost 二 belongs to the digits before it."""
    start, end = match.span()
    lost = match[0][0].isdigit() and start > 0 and text[start - 1].isdigit()
    if lost and begins_like_numbered(text[end : end + _LONGEST_LABEL]):
        start += 1
    return _Token(start, end, "mark")


def _prose(text: str, marks: Sequence[_Token]) -> Iterable[_Token]:
    """Sentences: between two marks, from the end of the last heading or row to the last stop."""
    starts = [0, *(mark.start for mark in marks)]
    ends = [*(mark.start for mark in marks), len(text)]
    after = [0, *(mark.end for mark in marks)]
    for start, end, body in zip(starts, ends, after, strict=True):
        stops = [m.end() for m in _STOP.finditer(text, body, end)]
        if not stops:
            continue
        heading = vocabulary().pattern.match(text, body)
        if heading and vocabulary().kinds[heading[0]] == "heading":
            start = heading.end()
        for run in _value_runs(text, set(), start, stops[0]):
            if _digits(text[run.start : run.end]) >= _SURE_DIGITS and run.end < stops[0]:
                start = run.end
        if start < stops[-1]:
            yield _Token(start, stops[-1], "prose")


def _value_runs(
    text: str, mark_starts: set[int], first: int = 0, last: int | None = None
) -> Iterable[_Token]:
    """Runs of digits that no unit follows, without the digit of an item mark that follows."""
    for match in _RUN.finditer(text, first, len(text) if last is None else last):
        start, end = match.span()
        if end - 1 in mark_starts:
            end -= 1
        before = text[start - 1] if start else ""
        plain = before == "" or is_cjk(before) or before in ')"'
        money = text[end - 1 : end] == "元"
        if start < end and plain and before != "第" and (money or not _COUNTED.match(text, end)):
            yield _Token(start, end, "run")


def _labels(
    squeezed: _Squeezed, fixed: Sequence[_Token], runs: Sequence[_Token], prose: bytearray
) -> list[_Token]:
    """Official labels that stand on their own, not as part of another word."""
    words = vocabulary()
    found = [m for m in words.pattern.finditer(squeezed.text) if not prose[m.start()]]
    starts = {0, *squeezed.spaced, *(t.end for t in fixed), *(t.end for t in runs)}
    run_starts = {t.start for t in runs}
    ends = {len(squeezed.text), *squeezed.spaced, *(t.start for t in fixed), *run_starts}
    ends |= {m.start() for m in found}
    after_mark = {t.end for t in fixed if t.kind == "mark"}
    labels: list[_Token] = []
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
            labels.append(_Token(start, end, kind))
            starts.add(end)
    return labels


def _damaged_start(text: str, start: int, end: int, starts: set[int]) -> int:
    """Where the label begins whose end is the label at `start`: 行攻|规范性文件."""
    for first in range(start, max(-1, start - _LONG_TEXT), -1):
        if first in starts:
            return first if resembles_row(text[first:end]) else start
    return start


def _is_cell(text: str, run: _Token, borders: set[int], ends: set[int]) -> bool:
    """Whether a run of digits is a value, not a number in a sentence."""
    digits = text[run.start : run.end]
    known = run.start in ends or run.end in borders
    return known or _digits(digits) >= _SURE_DIGITS or digits.startswith("00")


def _fill(text: str, tokens: list[_Token]) -> list[_Token]:
    """`tokens` in order, with what lies between them as text."""
    filled: list[_Token] = []
    end = 0
    for token in sorted(tokens):
        if token.start < end:
            continue
        if token.start > end:
            filled.append(_Token(end, token.start, "text"))
        filled.append(token)
        end = token.end
    if end < len(text):
        filled.append(_Token(end, len(text), "text"))
    return filled


def _is_glued(squeezed: _Squeezed, tokens: Sequence[_Token]) -> bool:
    text = squeezed.text
    pairs = long_runs = covered = 0
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.kind != "text" and token.kind != "prose":
            covered += token.end - token.start
        if token.kind != "run" or before is None or before.kind in ("run", "prose"):
            continue
        long_runs += _digits(text[token.start : token.end]) >= _ROW_DIGITS
        pairs += before.kind not in ("text", "mark")
    known = [token for token in tokens if token.kind not in ("text", "prose")]
    if _SENTENCE.search(text):
        return long_runs + pairs > 1
    if long_runs or pairs > 1:
        return True
    if len(known) > 1 and known[0].kind != "run" and covered >= _COVERED * len(text):
        return not (len(known) == 2 and known[0].kind == "mark")
    return _is_damaged_row(text, tokens)


def _is_damaged_row(text: str, tokens: Sequence[_Token]) -> bool:
    """Whether the line is one label of table 2, damaged, with its digits."""
    if [token.kind for token in tokens] != ["text", "run"]:
        return False
    return unmarked_row_at_end(text[: tokens[0].end]) is not None


def _digits(run: str) -> int:
    return sum(char.isdigit() for char in run)


# ---------------------------------------------------------------- rows


@dataclass
class _Rows:
    """Rows in the making; the last one may still take more."""

    rows: list[list[_Token]] = field(default_factory=list)
    open: _Open = "no"

    def start(self, token: _Token, now: _Open) -> None:
        self.rows.append([token])
        self.open = now

    def extend(self, token: _Token, now: _Open) -> None:
        self.rows[-1][-1] = self.rows[-1][-1]._replace(end=token.end)
        self.open = now

    def add(self, token: _Token, now: _Open) -> None:
        self.rows[-1].append(token)
        self.open = now


def _rows(squeezed: _Squeezed, tokens: Sequence[_Token]) -> list[list[Piece]]:
    """Rows of cells: a label with its digits, a line of headers, a heading, a sentence."""
    rows = _Rows()
    followers = [*(token.kind for token in tokens[1:]), None]
    for token, follower in zip(tokens, followers, strict=True):
        if token.kind == "mark":
            rows.start(token, "mark")
        elif token.kind in ("row", "group"):
            if rows.open == "mark":
                rows.extend(token, "label")
            else:
                rows.start(token, "label")
        elif token.kind == "heading" and rows.open == "mark":
            rows.extend(token, "no")
        elif token.kind == "column":
            if rows.open == "header":
                rows.add(token, "header")
            else:
                rows.start(token, "header")
        elif token.kind == "text":
            _add_text(squeezed.text, rows, token, before_values=follower == "run")
        elif token.kind == "run" and rows.open in ("mark", "label"):
            rows.add(token, "no")
        else:
            rows.start(token, "no")
    return [cells for row in rows.rows for cells in _cells(squeezed, row)]


def _add_text(text: str, rows: _Rows, token: _Token, *, before_values: bool) -> None:
    """Text that is no official label: the rest of one, a damaged one, or prose."""
    if rows.open in ("mark", "label"):
        rows.extend(token, "label")
        return
    label = unmarked_row_at_end(text[token.start : token.end]) if before_values else None
    if label:
        middle = token.start + label
        _add_text(text, rows, token._replace(end=middle), before_values=False)
        rows.start(token._replace(start=middle), "label")
    elif before_values:
        rows.start(token, "label")
    elif rows.open == "header":
        rows.add(token, "header")
    else:
        rows.start(token, "no")


def _cells(squeezed: _Squeezed, row: Sequence[_Token]) -> list[list[Piece]]:
    """The row as cells; text outside of the tables as a row for each of its parts."""
    if len(row) == 1 and row[0].kind in ("text", "prose"):
        return [[part] for part in _parts(squeezed.piece(row[0].start, row[0].end))]
    cells: list[Piece] = []
    for token in row:
        piece = squeezed.piece(token.start, token.end)
        if token.kind == "run" and _parted(squeezed, token, piece[1]):
            cells += _words(piece)
        else:
            cells.append(piece)
    return [cells]


def _parted(squeezed: _Squeezed, token: _Token, run: str) -> bool:
    """Whether the blanks in a run of digits are all the borders that it had."""
    values = run.split()
    if any(len(value) > 1 and value.startswith("0") and "." not in value for value in values):
        return False
    after = token.end in squeezed.spaced or token.end == len(squeezed.text)
    parted = token.start in squeezed.spaced and after
    return len(values) in _ROW_WIDTHS or (parted and len(values) >= _FEWEST_VALUES)


def _parts(piece: Piece) -> list[Piece]:
    """Text outside of tables: titles and whole sentences that blanks part from what is before."""
    parts: list[Piece] = []
    alone = True
    for start, word in _words(piece):
        title = any(word.endswith(title) for title in vocabulary().titles)
        sentence = len(word) >= _LONG_TEXT and "，" in word and _STOP.search(word[-1])
        if alone or title or sentence:
            parts.append((start, word))
        else:
            first = parts[-1][0]
            parts[-1] = first, piece[1][first - piece[0] : start - piece[0] + len(word)]
        alone = title
    return parts


def _words(piece: Piece) -> list[Piece]:
    return [(piece[0] + match.start(), match[0]) for match in re.finditer(r"\S+", piece[1])]
