"""Plain text and Markdown, with tables in it as HTML or not."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from gipr_ml.sources.chars import clean
from gipr_ml.sources.html import add_html
from gipr_ml.sources.layout import add_lines
from gipr_ml.sources.lines import LineList

_TABLE_TAG = re.compile(r"<(/?)table\b[^<>]*>", re.IGNORECASE)
_OTHER_TAG = re.compile(
    r"</?(?:b|big|body|br|center|div|em|font|h[1-6]|hr|html|i|p|s|small|span|strong|sub|sup|u)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"\\([-.*_#|()\[\]+!<>~`])")
_QUOTE = re.compile(r"^(?:> ?)+", re.MULTILINE)
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)\S*[ \t]*$", re.MULTILINE)


def add_text(lines: LineList, text: str) -> None:
    """Add the lines of plain text; heads and tables of Markdown in it count as such."""
    for first_line, piece, is_table in _tables_apart(text):
        if is_table:
            add_html(lines, piece, first_line=first_line)
        else:
            add_lines(lines, enumerate(clean(piece).split("\n"), first_line))


def add_markdown(lines: LineList, text: str) -> None:
    """Add the lines of a Markdown file."""
    for first_line, piece, is_table in _tables_apart(text):
        if is_table:
            add_html(lines, piece, first_line=first_line)
        else:
            add_lines(lines, enumerate(clean(_unmarked(piece)).split("\n"), first_line))


def _unmarked(text: str) -> str:
    """Markdown without tags, entities, escapes, quotes and fences; its lines stay in place."""
    text = _FENCE.sub("", _QUOTE.sub("", text))
    if "<" in text:
        text = _OTHER_TAG.sub(" ", text)
    if "&" in text:
        text = html.unescape(text)
    return _ESCAPED.sub(r"\1", text)


def _tables_apart(text: str) -> Iterator[tuple[int, str, bool]]:
    """Pieces of `text` with their first line: what is an HTML table, with all in it, and the rest.

    A table that is not closed reaches to the end.
    """
    line, start, depth = 1, 0, 0
    for tag in _TABLE_TAG.finditer(text):
        if tag[1] and depth == 0:
            continue
        depth += -1 if tag[1] else 1
        border = tag.end() if tag[1] else tag.start()
        if depth == (0 if tag[1] else 1):
            yield line, text[start:border], bool(tag[1])
            line += text.count("\n", start, border)
            start = border
    yield line, text[start:], depth > 0
