"""The official labels as a reader of text needs them: where one begins, and what looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from rapidfuzz import fuzz, process

from gipr_ml.sources.chars import fold

Kind = Literal["heading", "article", "note", "group", "row", "column"]

_MARK = re.compile(r"^(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)|\d+[.、])")
_LONGEST_LABEL = 80
_RESEMBLES = 60.0
"""rapidfuzz ratio: finds most labels with a third of their characters damaged."""


@dataclass(frozen=True)
class Vocabulary:
    """Official labels, folded, without blanks and item marks."""

    kinds: dict[str, Kind]
    """Every label with what it is; a label that is both row and column counts as column."""
    rows: tuple[str, ...]
    """Labels of rows."""
    unmarked_rows: tuple[str, ...]
    """Labels of rows that the form prints without an item number."""
    numbered: tuple[str, ...]
    """What follows 一、 to 六、: sections, some rows, a group."""
    row_widths: frozenset[int]
    """Values that a printed row of table 3 has, and one of table 4."""
    titles: tuple[str, ...]
    """How the title of a report ends."""
    pattern: re.Pattern[str]
    """Matches any label, the longest first."""


@cache
def vocabulary() -> Vocabulary:
    """The labels of the forms that ship with the program."""
    from gipr_ml.forms import load_forms  # so that knowing the kinds of files takes no forms

    forms = load_forms()
    kinds: dict[str, Kind] = {}
    rows, unmarked, numbered = set[str](), set[str](), set[str]()
    widths = {len(row.columns) for form in forms.forms_of("t3") for row in form.rows}
    widths |= {sum(len(row.columns) for row in form.rows) for form in forms.forms_of("t4")}
    for section in forms.sections:
        labels = [plain(spelling) for spelling in section.spellings]
        numbered.update(labels)
        kinds.update(dict.fromkeys(labels, "heading"))
    for table in forms.tables.values():
        for title in (table.title, *table.title_aliases):
            kinds[plain(title)] = "heading"
        if table.note:
            kinds[plain(table.note)] = "note"
        for row in table.rows:
            spellings = [plain(spelling) for spelling in row.spellings]
            if row.article:
                kinds[plain(row.article)] = "article"
            for group in row.group:
                kinds.setdefault(plain(group), "group")
                if "、" in group:
                    numbered.add(plain(group))
            if table.table == "t4":  # its rows are printed side by side, as headers
                kinds.update(dict.fromkeys(spellings, "column"))
                continue
            rows.update(spellings)
            if not row.mark:
                unmarked.update(spellings)
            elif "、" in row.mark:
                numbered.update(spellings)
            for spelling in spellings:
                kinds.setdefault(spelling, "row")
    for table in forms.tables.values():
        kinds.update(dict.fromkeys(map(plain, table.header_words), "column"))
        for row in table.rows:
            for column in row.columns:
                labels = [plain(text) for text in (column.label, *column.aliases, *column.group)]
                kinds.update(dict.fromkeys(labels, "column"))
    return Vocabulary(
        kinds,
        tuple(sorted(rows)),
        tuple(sorted(unmarked)),
        tuple(sorted(numbered)),
        frozenset(widths),
        forms.title_words,
        re.compile(_any_of(kinds)),
    )


def plain(label: str) -> str:
    """`label` folded, without blanks and without its item mark."""
    return _MARK.sub("", "".join(fold(label).split()))


@lru_cache(maxsize=4096)
def resembles_row(text: str) -> bool:
    """Whether `text` reads like the label of a row, some characters damaged or not."""
    label = plain(text)
    if len(label) > _LONGEST_LABEL:
        return False
    rows = vocabulary().rows
    return process.extractOne(label, rows, scorer=fuzz.ratio, score_cutoff=_RESEMBLES) is not None


def begins_like_numbered(text: str) -> bool:
    """Whether `text` begins like what the form prints after 一、 to 六、."""
    return any(
        fuzz.ratio(text[: len(label)], label, score_cutoff=_RESEMBLES) > 0
        for label in vocabulary().numbered
    )


def unmarked_row_at_end(text: str) -> int | None:
    """Where in `text` a label without item number begins that `text` ends with, damaged or not."""
    score, length = max(
        (fuzz.ratio(text[-len(label) :], label), len(label)) for label in vocabulary().unmarked_rows
    )
    return max(0, len(text) - length) if score >= _RESEMBLES else None


def _any_of(words: Iterable[str]) -> str:
    """A regular expression for any of `words`, the longest that fits, as a tree of prefixes."""
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    return _branches(tree)


def _branches(node: dict[str, Any]) -> str:
    ends = "" in node
    options = [re.escape(char) + _branches(rest) for char, rest in sorted(node.items()) if char]
    if not options:
        return ""
    if len(options) == 1 and not ends:
        return options[0]
    return f"(?:{'|'.join(options)}){'?' if ends else ''}"
