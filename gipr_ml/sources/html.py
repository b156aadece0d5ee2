"""Web pages: rows of tables as lines of cells, everything else as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lxml import etree

from gipr_ml.errors import InputError
from gipr_ml.sources.chars import clean, join_texts
from gipr_ml.sources.layout import SourceLine, add_lines
from gipr_ml.sources.lines import LineList
from gipr_ml.sources.pictures import Pictures
from gipr_ml.sources.vocabulary import vocabulary
from gipr_ml.types import Cell

_DROPPED = frozenset(
    ("script", "style", "head", "noscript", "template", "svg", "math", "iframe", "object")
)
_INLINE = frozenset(
    re.findall(
        r"\w+",
        "a abbr b bdo big cite code del dfn em font i ins kbd label mark q s samp small span "
        "strike strong sub sup time tt u var",
    )
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_ROW_PARTS = frozenset(("thead", "tbody", "tfoot"))
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_WRAPPED = re.compile(r"(?<=[\u2e80-\uffef])[ \t\r\f]*\n[ \t\r\n\f]*(?=[\u2e80-\uffef])")
_BORDER = "\0"
"""Between the lines of a cell; the parser lets no such character through."""
_MAX_SPAN = 100
_REMEMBERED = 60
"""Characters of a text that is remembered: most are official labels."""
_LONG_CELL = 200
"""Characters from which a cell of several paragraphs is a part of the page, not of a table."""

_all_text = etree.XPath("string()", smart_strings=False)
"""The text of an element with all in it."""
Element = Any
"""An element of lxml, which is not typed."""


def add_html(
    lines: LineList, page: str, *, first_line: int = 1, pictures: Pictures | None = None
) -> None:
    """Add the lines of a web page or of a piece of one. `first_line`: where it begins in the file.

    Each row of a table is a line with a cell for each of its own `<td>` and `<th>`: a cell that
    spans rows stands in its first row only. `<title>` comes first where the page shows no title.
    `pictures` reads the pictures of the page; without, they are passed over.
    Raises `InputError` where elements are nested deeper than on any real page.
    """
    root = _parse(lines.name, page)
    if root is None:
        return
    walk = _Walk(lines, first_line - 1, pictures)
    walk.title(root)
    walk.block(root)
    walk.flush()


def _parse(name: str, page: str) -> Element | None:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(page.encode("utf-8", "replace"), parser)
    except etree.ParserError:  # nothing but blanks or comments
        return None
    except etree.XMLSyntaxError as error:
        if page.strip():
            raise InputError(f"{name}: the web page cannot be parsed ({error.msg})") from error
        return None
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise InputError(
            f"{name}: elements of the web page are nested too deeply; save it anew from a browser"
        )
    return root


class _Walk:
    """Goes through the page once, in order, and hands on tables and text."""

    def __init__(self, lines: LineList, offset: int, pictures: Pictures | None) -> None:
        self._lines = lines
        self._pictures = pictures
        self._offset = offset
        self._text: list[SourceLine] = []
        self._inline: list[str] = []
        self._heading = 0
        self._line = 1

    def title(self, root: Element) -> None:
        """Take the title of the page where it is a report's and the page itself shows none."""
        title = next(root.iterdescendants("title"), None)
        words = vocabulary().titles
        if title is None or not any(word in (title.text or "") for word in words):
            return
        shown = "".join(_all_text(root).replace(title.text, "", 1).split())
        if not any(word in shown for word in words):
            self._text.append((self._place(title), _spaced(title.text)))

    def block(self, element: Element) -> None:
        """Everything in `element`, not what follows it."""
        tag = element.tag
        if tag in _DROPPED:
            return
        if tag == "table":
            self._end_line()
            self._table(element)
            return
        if tag == "img" and self._pictures is not None:
            self.flush()
            self._pictures.add(self._lines, element.get("src") or "")
            return
        if tag == "pre":
            self._end_line()
            start = self._place(element)
            text = clean("".join(element.itertext()))
            self._text += enumerate(text.split("\n"), start)
            return
        own_line = tag not in _INLINE
        if own_line:
            self._end_line()
            self._line = self._place(element)
        self._heading = _HEADINGS.get(tag, self._heading)
        self._add_text(element.text)
        for child in element:
            self.block(child)
            self._add_text(child.tail)
        if own_line:
            self._end_line()
        if tag in _HEADINGS:
            self._heading = 0

    def flush(self) -> None:
        """Hand on the text so far."""
        self._end_line()
        if self._text:
            add_lines(self._lines, self._text)
            self._text = []

    def _place(self, element: Element) -> int:
        return int(element.sourceline or 1) + self._offset

    def _add_text(self, text: str | None) -> None:
        if text:
            self._inline.append(text)

    def _end_line(self) -> None:
        if not self._inline:
            return
        text = "".join(self._inline)
        self._inline = []
        if text.isspace():
            return
        text = _spaced(text)
        if text.strip():
            level = "#" * self._heading  # as Markdown has it
            self._text.append((self._line, f"{level} {text.strip()}" if level else text))

    def _table(self, table: Element) -> None:
        number: int | None = None
        nested = _has_parts(table)
        for row in self._rows(table):
            cells = list(row.iterchildren("td", "th"))
            if nested and any(_has_parts(cell) for cell in cells):
                self.block(row)
                continue
            texts = [_pieces(cell) for cell in cells]
            if _is_layout(cells, texts):
                self.block(row)
                continue
            self._add_strays(row, broken=len(row) > len(cells))
            if len(cells) > 1 or any(texts):
                self.flush()
                self._lines.take("".join(map("".join, texts)))
                number = self._lines.new_table() if number is None else number
                made = [_cell(text, _span(cell)) for cell, text in zip(cells, texts, strict=True)]
                self._lines.add(made, "explicit", self._place(row), table=number)
        self._end_line()

    def _rows(self, table: Element) -> Iterator[Element]:
        """The rows of the table itself; what else stands in it goes to the text."""
        self._add_text(table.text)
        for child in table:
            if child.tag == "tr":
                yield child
            elif child.tag in _ROW_PARTS:
                yield from self._rows(child)
            else:
                self.block(child)
            self._add_text(child.tail)

    def _add_strays(self, row: Element, broken: bool) -> None:
        """What broken pages have between the cells of a row."""
        self._add_text(row.text)
        for child in row:
            if broken and child.tag not in ("td", "th"):
                self.block(child)
            self._add_text(child.tail)


def _pieces(cell: Element) -> list[str]:
    """The paragraphs and lines of a cell, without blank ones."""
    if not len(cell):
        text = cell.text or ""
        if len(text) <= _REMEMBERED:
            return [line] if (line := _known_line(text)) else []
    else:
        found: list[str] = []
        _collect(cell, found)
        text = "".join(found)
    texts = [
        _one_line(part) if len(part) > _REMEMBERED else _known_line(part)
        for part in text.split(_BORDER)
        if part
    ]
    return [text for text in texts if text]


def _one_line(text: str) -> str:
    """The text of one line of a cell, its blanks single spaces."""
    if text.isdigit():
        return text
    return " ".join(clean(_WRAPPED.sub("", text) if "\n" in text else text).split())


@lru_cache(maxsize=8192)
def _known_line(text: str) -> str:
    return _one_line(text)


def _collect(element: Element, parts: list[str]) -> None:
    """Add the text of `element` to `parts`, with borders around what is a line of its own."""
    own_line = element.tag not in _INLINE
    if own_line:
        parts.append(_BORDER)
    parts.append(element.text or "")
    for child in element:
        if child.tag not in _DROPPED:
            _collect(child, parts)
        parts.append(child.tail or "")
    if own_line:
        parts.append(_BORDER)


def _has_parts(element: Element) -> bool:
    """Whether tables, headings or listings stand in it: it arranges parts of the page."""
    return next(element.iterdescendants("table", "pre", *_HEADINGS), None) is not None


def _is_layout(cells: list[Element], texts: list[list[str]]) -> bool:
    """Whether the row only arranges parts of the page."""
    if len(cells) == 1 and any("。" in text for text in texts[0]):
        return True
    for cell, text in zip(cells, texts, strict=True):
        if len(text) > 1 and sum(map(len, text)) > _LONG_CELL:
            return True
        if not text and len(cell) and next(cell.iter("img"), None) is not None:
            return True
    return False


def _cell(texts: list[str], columns: int) -> Cell:
    """The cell of these lines; most are figures, blanks and labels that every report has."""
    text = texts[0] if len(texts) == 1 else join_texts(texts)
    return _known_cell(text, columns) if len(text) <= _REMEMBERED else Cell(text, columns=columns)


@lru_cache(maxsize=8192)
def _known_cell(text: str, columns: int) -> Cell:
    return Cell(text, columns=columns)


def _span(cell: Element) -> int:
    """Columns that the cell spans; 1 where the page says nonsense."""
    span = cell.get("colspan")
    if not span:
        return 1
    span = span.strip()
    return min(max(int(span), 1), _MAX_SPAN) if span.isdecimal() and len(span) < 9 else 1


def _spaced(text: str) -> str:
    """Running text as a browser shows it: a wrapped line goes on, blanks are one space."""
    return clean(_BLANKS.sub(" ", _WRAPPED.sub("", text)))
