"""Word documents (DOCX): paragraphs and tables in the order of the document.

Read from the XML itself: libraries repeat merged cells and pass over text boxes, nested tables and
the numbers that Word makes for headings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gipr_ml.errors import InputError
from gipr_ml.sources.chars import clean, join_texts
from gipr_ml.sources.docx_numbers import Numbering
from gipr_ml.sources.layout import add_lines
from gipr_ml.sources.lines import LineList
from gipr_ml.sources.package import Package, attribute, local, whole
from gipr_ml.sources.pictures import Pictures
from gipr_ml.types import Cell

_CONTAINERS = frozenset(("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"))
_GONE = frozenset(
    ("del", "moveFrom", "Fallback", "instrText", "delText", "rPr", "pPr", "txbxContent")
)
"""Text that was deleted, that is not shown, or that is shown elsewhere."""
_NOT_SHOWN = frozenset(("Fallback", "del", "moveFrom"))
_HEADING = ("heading", "标题")
_LONG_CELL = 200
"""Characters from which a cell that is a row by itself holds running text."""
_MAX_SPAN = 100
_TEXT = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}


def add_docx(lines: LineList, data: bytes, pictured: bool = False) -> None:
    """Add the lines of a Word document, with those of its pictures where it is `pictured`.

    It has no pages of its own.

    Each row of a table is a line with a cell for each of its own cells: one that spans rows stands
    in its first row only. Text boxes follow the paragraph that they are anchored in. Numbers that
    Word makes for lists and headings stand before their text. What is deleted or hidden is left
    out, as are headers and footers.

    Raises `InputError` where the document is damaged or declares entities, `TooLarge` beyond the
    limits.
    """
    package = Package(data, lines.name, "Word document")
    body = package.xml("word/document.xml")
    if body is None:
        raise InputError(f"{lines.name}: the Word document is damaged; save it anew")
    styles = _heading_levels(package.xml("word/styles.xml"))
    numbering = Numbering(package.xml("word/numbering.xml"), package.xml("word/styles.xml"))
    walk = _Walk(lines, styles, numbering)
    if pictured:
        walk.pictures = Pictures(package.picture)
        walk.relations = package.relations("word/document.xml")
    for part in body:
        walk.blocks(part)


@dataclass
class _Walk:
    lines: LineList
    levels: dict[str, int]
    numbering: Numbering
    count: int = 0
    """Paragraphs so far."""
    pictures: Pictures | None = None
    relations: dict[str, str] = field(default_factory=dict)
    """Paths of the pictures by their ids."""

    def blocks(self, parent: Any) -> None:
        """Everything in `parent`, in order."""
        for child in _shown(parent):
            kind = local(child)
            if kind == "p":
                self.paragraph(child)
            elif kind == "tbl":
                self.table(child)

    def paragraph(self, element: Any) -> None:
        self.count += 1
        text = self.numbering.mark(element) + _text(element)
        level = self.levels.get(_style(element), 0)
        rows = [row for row in clean(text).split("\n") if row.strip()]
        prefix = "#" * level + " " if level and rows else ""
        rows = [prefix + row for row in rows[:1]] + rows[1:]
        add_lines(self.lines, [(self.count, row) for row in rows])
        if self.pictures is not None:
            for picture in _pictures(element):
                self.pictures.add(self.lines, self.relations.get(picture, ""))
        for box in _boxes(element):
            self.blocks(box)

    def table(self, element: Any) -> None:
        number: int | None = None
        for row in _rows(element):
            cells = [cell for cell in _children(row, "tc") if not _is_continued(cell)]
            nested = any(next(cell.iter("{*}tbl"), None) is not None for cell in cells)
            if nested or (len(cells) == 1 and _is_running_text(cells[0])):
                for cell in cells:
                    self.blocks(cell)
                continue
            texts = [self.cell_text(cell) for cell in cells]
            self.count += 1
            if len(cells) > 1 or any(texts):
                number = self.lines.new_table() if number is None else number
                self.lines.take("".join(texts))
                found = [
                    Cell(text, columns=_span(cell)) for cell, text in zip(cells, texts, strict=True)
                ]
                self.lines.add(found, "explicit", self.count, table=number)

    def cell_text(self, cell: Any) -> str:
        """The paragraphs of a cell as one text, its text boxes too."""
        parts: list[str] = []
        for element in cell.iter("{*}p"):
            if {local(parent) for parent in element.iterancestors()} & _NOT_SHOWN:
                continue
            text = self.numbering.mark(element) + _text(element)
            parts += (" ".join(part.split()) for part in clean(text).split("\n"))
        return join_texts([part for part in parts if part])


def _pictures(paragraph: Any) -> Iterator[str]:
    """Ids of the pictures that are anchored in a paragraph, as Word draws them now or once did."""
    for picture in paragraph.iter("{*}blip", "{*}imagedata"):
        if not {local(parent) for parent in picture.iterancestors()} & _NOT_SHOWN:
            yield attribute(picture, "embed") or attribute(picture, "id") or ""


def _shown(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables of `parent`, those in content controls too."""
    for child in parent:
        kind = local(child)
        if kind in ("p", "tbl"):
            yield child
        elif kind in _CONTAINERS:
            yield from _shown(child)


def _children(parent: Any, kind: str) -> Iterator[Any]:
    for child in parent:
        if local(child) == kind:
            yield child
        elif local(child) in _CONTAINERS:
            yield from _children(child, kind)


def _rows(table: Any) -> Iterator[Any]:
    for row in _children(table, "tr"):
        deleted = row.find("{*}trPr/{*}del")
        if deleted is None:
            yield row


def _text(element: Any) -> str:
    """The text of a paragraph as it is shown, tabs and line breaks in it."""
    parts: list[str] = []
    _collect(element, parts)
    return "".join(parts)


def _collect(element: Any, parts: list[str]) -> None:
    for child in element:
        kind = local(child)
        if kind == "t":
            parts.append(child.text or "")
        elif kind == "sym":
            code = attribute(child, "char") or ""
            parts.append(_character(code))
        elif kind in _TEXT:
            page = kind == "br" and attribute(child, "type") in ("page", "column")
            parts.append("\n" if page else _TEXT[kind])
        elif kind in _GONE or (kind == "r" and _is_hidden(child)):
            continue
        else:
            _collect(child, parts)


def _character(code: str) -> str:
    """The character of a code in hexadecimal; none for what is no code or half a character."""
    if not 0 < len(code) <= 4 or not all(char in "0123456789abcdefABCDEF" for char in code):
        return ""
    character = chr(int(code, 16))
    return "" if "\ud800" <= character <= "\udfff" else character


def _is_hidden(run: Any) -> bool:
    mark = run.find("{*}rPr/{*}vanish")
    return mark is not None and attribute(mark, "val") not in ("0", "false", "off")


def _boxes(paragraph: Any) -> Iterator[Any]:
    """Text boxes anchored in a paragraph; what Word writes twice for old readers is taken once."""
    for box in paragraph.iter("{*}txbxContent"):
        between = []
        for parent in box.iterancestors():
            if parent is paragraph:
                break
            between.append(local(parent))
        if not {"txbxContent", *_NOT_SHOWN} & set(between):
            yield box


def _is_continued(cell: Any) -> bool:
    """Whether the cell only goes on with the one above or before it."""
    for kind in ("vMerge", "hMerge"):
        merge = cell.find(f"{{*}}tcPr/{{*}}{kind}")
        if merge is not None and attribute(merge, "val") in (None, "continue"):
            return True
    return False


def _span(cell: Any) -> int:
    span = cell.find("{*}tcPr/{*}gridSpan")
    value = attribute(span, "val") if span is not None else None
    return min(max(whole(value) or 1, 1), _MAX_SPAN)


def _is_running_text(cell: Any) -> bool:
    text = "".join(_text(paragraph) for paragraph in cell.iter("{*}p"))
    return "。" in text or len(text) > _LONG_CELL


def _style(paragraph: Any) -> str:
    style = paragraph.find("{*}pPr/{*}pStyle")
    return attribute(style, "val") or "" if style is not None else ""


def _heading_levels(styles: Any) -> dict[str, int]:
    """Level of the heading (1 to 6) that a style is for, by its id."""
    levels: dict[str, int] = {}
    for style in styles if styles is not None else ():
        name = style.find("{*}name")
        words = (attribute(name, "val") or "").lower().split() if name is not None else []
        level = whole(words[1]) if len(words) == 2 and words[0] in _HEADING else None
        if level is not None:
            levels[attribute(style, "styleId") or ""] = min(level, 6)
    return levels
