"""Lines whose cell borders are lost: labels and digits run together, up to a whole report.

Such a line is cut into the lines that it was. Where a label ends and its digits begin is certain,
and so is an item mark; which digits belong together is left to the reader of the tables, so a run
of digits stays one cell, spaces inside it kept as the borders that they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Literal

from gipr_ml.sources.spaces import Piece
from gipr_ml.sources.tokens import (
    CJK,
    COUNTED,
    LONG_TEXT,
    STOP,
    Squeezed,
    Token,
    count_digits,
    find_tokens,
    squeeze,
)
from gipr_ml.sources.vocabulary import unmarked_row_at_end, vocabulary

_ROW_DIGITS = 7
_FEWEST_VALUES = 3
"""Values that blanks on all sides part for sure."""
_THROUGHOUT = 4
_COVERED = 0.8
_WORTH_A_LOOK = re.compile(rf"[{CJK})）”\"]\s?\d(?:\s?[\dOo]){{6}}")
_BETWEEN = re.compile(rf"[{CJK})）”] ?\d+(?:\.\d+)?[.、．]?[{CJK}(（]")
_SENTENCE = re.compile(r"[，。；]")
_DIGIT = re.compile(r"\d")

_Open = Literal["no", "mark", "label", "header"]
"""What the last row still takes: nothing, its label, more of it or its values, more headers."""


def cut_glued(line: str) -> list[list[Piece]] | None:
    """The rows that `line` was glued from, each as its cells, or None where it is not glued.

    Nothing but blanks between the cells is left out, and the order stays. A line counts as glued
    where labels meet digits: seven digits and more after a label, two official labels with their
    digits, or nothing but labels and digits.
    """
    if _SENTENCE.search(line) and not (_WORTH_A_LOOK.search(line) or looks_glued(line)):
        return None
    squeezed = squeeze(line)
    if squeezed.text in vocabulary().kinds or squeezed.text.isdigit():
        return None
    tokens = find_tokens(squeezed)
    if not _is_glued(squeezed, tokens):
        return None
    return _rows(squeezed, tokens)


def looks_glued(line: str) -> bool:
    """Whether digits touch text on either side, as they do where borders are lost."""
    return _touching(line) > 0


def is_glued_throughout(line: str) -> bool:
    """Whether that is so at several places: tabs or pipes in the line are no borders of cells."""
    return _touching(line) == _THROUGHOUT


@lru_cache(maxsize=1)
def _touching(line: str) -> int:
    """At how many places that is so, counted up to `_THROUGHOUT`; asked several times of a line."""
    if not _DIGIT.search(line):
        return 0
    found = (m for m in _BETWEEN.finditer(line) if not COUNTED.match(m[0][-1]))
    return sum(1 for _ in islice(found, _THROUGHOUT))


def _is_glued(squeezed: Squeezed, tokens: Sequence[Token]) -> bool:
    text = squeezed.text
    pairs = long_runs = covered = 0
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.kind != "text" and token.kind != "prose":
            covered += token.end - token.start
        if token.kind != "run" or before is None or before.kind in ("run", "prose"):
            continue
        long_runs += count_digits(text[token.start : token.end]) >= _ROW_DIGITS
        pairs += before.kind not in ("text", "mark")
    known = [token for token in tokens if token.kind not in ("text", "prose")]
    if _SENTENCE.search(text):
        return long_runs + pairs > 1
    if long_runs or pairs > 1:
        return True
    if len(known) > 1 and known[0].kind != "run" and covered >= _COVERED * len(text):
        return not (len(known) == 2 and known[0].kind == "mark")
    return _is_damaged_row(text, tokens)


def _is_damaged_row(text: str, tokens: Sequence[Token]) -> bool:
    """Whether the line is one label of table 2, damaged, with its digits."""
    if [token.kind for token in tokens] != ["text", "run"]:
        return False
    return unmarked_row_at_end(text[: tokens[0].end]) is not None


@dataclass
class _Rows:
    """Rows in the making; the last one may still take more."""

    rows: list[list[Token]] = field(default_factory=list)
    open: _Open = "no"

    def start(self, token: Token, now: _Open) -> None:
        self.rows.append([token])
        self.open = now

    def extend(self, token: Token, now: _Open) -> None:
        self.rows[-1][-1] = self.rows[-1][-1]._replace(end=token.end)
        self.open = now

    def add(self, token: Token, now: _Open) -> None:
        self.rows[-1].append(token)
        self.open = now


def _rows(squeezed: Squeezed, tokens: Sequence[Token]) -> list[list[Piece]]:
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


def _add_text(text: str, rows: _Rows, token: Token, *, before_values: bool) -> None:
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


def _cells(squeezed: Squeezed, row: Sequence[Token]) -> list[list[Piece]]:
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


def _parted(squeezed: Squeezed, token: Token, run: str) -> bool:
    """Whether the blanks in a run of digits are all the borders that it had."""
    values = run.split()
    if any(len(value) > 1 and value.startswith("0") and "." not in value for value in values):
        return False
    after = token.end in squeezed.spaced or token.end == len(squeezed.text)
    parted = token.start in squeezed.spaced and after
    return len(values) in vocabulary().row_widths or (parted and len(values) >= _FEWEST_VALUES)


def _parts(piece: Piece) -> list[Piece]:
    """Text outside of tables: titles and whole sentences that blanks part from what is before."""
    parts: list[Piece] = []
    alone = True
    for start, word in _words(piece):
        title = any(word.endswith(title) for title in vocabulary().titles)
        sentence = len(word) >= LONG_TEXT and "，" in word and STOP.search(word[-1])
        if alone or title or sentence:
            parts.append((start, word))
        else:
            first = parts[-1][0]
            parts[-1] = first, piece[1][first - piece[0] : start - piece[0] + len(word)]
        alone = title
    return parts


def _words(piece: Piece) -> list[Piece]:
    return [(piece[0] + match.start(), match[0]) for match in re.finditer(r"\S+", piece[1])]
