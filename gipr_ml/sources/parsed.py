"""What other document parsers wrote: blocks of a page, tables as HTML or as cells.

MinerU (`content_list.json`), dots.ocr and PaddleOCR-VL (lists of blocks), docling
(`DoclingDocument`). Their faults, such as two rows merged into one, stay what they are; a line gets
the page and the box that the parser gives, of its block where it gives no better one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, TypeGuard

from gipr_ml.errors import InputError
from gipr_ml.sources.chars import clean
from gipr_ml.sources.html import add_html
from gipr_ml.sources.lines import LineList
from gipr_ml.sources.text import add_markdown
from gipr_ml.types import Box, Cell, Line, Page, Unit

_TEXT_KEYS = ("text", "block_content", "content")
_TABLE_KEYS = ("table_body", "html", *_TEXT_KEYS)
_KIND_KEYS = ("type", "category", "block_label", "label")
_UNITS: dict[str, Unit] = {"type": "permille", "category": "px", "block_label": "px"}
"""Unit of the boxes of MinerU, dots.ocr and PaddleOCR-VL, by what they call the kind of a block."""
_BOX_KEYS = ("bbox", "block_bbox", "box")
_LIST_KEYS = ("blocks", "parsing_res_list", "layout_dets", "full_layout_info", "content_list")
_PAGE_KEYS = ("page_idx", "page_index", "page_no")
_BLOCK_KEYS = frozenset((*_TABLE_KEYS, *_BOX_KEYS, "list_items"))
_CAPTIONS = ("table_caption", "img_caption", "image_caption")
_NOTES = ("table_footnote", "img_footnote", "image_footnote")
_HEADINGS = {"title": 1, "doc_title": 1, "section-header": 2, "paragraph_title": 2}
_DEEPEST = 20
_LARGEST = 1e6
"""Of a side of a page, in whatever unit."""
_LONGEST_INDEX = 9
"""Digits of a place in a list, or of a page's number."""
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class Block:
    """A piece of a page."""

    text: str
    page: int | None
    box: Box | None
    table: bool = False
    heading: int = 0
    unit: Unit | None = None
    """Of the box, by whose block it is."""


def is_parsed(content: Any) -> bool:
    """Whether JSON is what a parser that is known here wrote."""
    return _is_docling(content) or any(True for _ in _blocks(content, None, 0))


def parse_json(text: str, name: str) -> Any:
    """The JSON in `text`, None where it is none. Raises `InputError` where it nests too deep.

    Halves of characters, which JSON can name and no text holds, are U+FFFD.
    """
    try:
        content = json.loads(text)
        if _HALF.search(text):
            plain = json.dumps(content, ensure_ascii=False).encode("utf-16", "surrogatepass")
            content = json.loads(plain.decode("utf-16", "replace"))
        return content
    except RecursionError:
        raise InputError(f"{name}: the JSON is nested too deeply to be a document") from None
    except ValueError:
        return None


def read_parsed(content: Any, name: str) -> tuple[tuple[Page, ...], Unit | None]:
    """The pages that a parser found, numbered from 1, or one without number where it gives none;
    and the unit of their boxes, None where it is not known.

    Boxes are as the parser wrote them: MinerU's are thousandths of the page's width and height,
    docling's points from the top left, the others' pixels.
    """
    lines = LineList(name)
    if _is_docling(content):
        sizes = _docling_sizes(content)
        _add_docling(lines, content, sizes)
        return _pages(lines.lines, sizes), "pt"
    blocks = list(_blocks(content, None, 0))
    for block in blocks:
        _add_block(lines, block)
    unit = _unit(blocks)
    sizes = _pixel_sizes(content) if unit == "px" else {}
    if unit == "permille":
        sizes = {block.page: (1000.0, 1000.0) for block in blocks if block.page}
    return _pages(lines.lines, sizes), unit


def _unit(blocks: Sequence[Block]) -> Unit | None:
    """The one unit of all boxes; None where there are none, or of several parsers."""
    boxed = [block for block in blocks if block.box]
    units = {block.unit for block in boxed}
    if len(units) != 1:
        return None
    (unit,) = units
    if unit == "permille" and any(side > 1000 for block in boxed for side in block.box or ()):
        return None  # as early versions of MinerU wrote them: points or pixels
    return unit


def _pixel_sizes(content: Any) -> dict[int, tuple[float, float]]:
    """Width and height of the pages that say them, by number."""
    sizes = {}
    for page in content if isinstance(content, list) else [content]:
        number = _page_of(page, 1) if isinstance(page, dict) else None
        if number is not None:
            width, height = page.get("width"), page.get("height")
            if _is_length(width) and _is_length(height):
                sizes[number] = float(width), float(height)
    return sizes


def _pages(lines: Sequence[Line], sizes: dict[int, tuple[float, float]]) -> tuple[Page, ...]:
    """The lines by page, in the order of the pages; lines of no page go with those before."""
    numbers = [line.page for line in lines if line.page is not None]
    if not numbers:
        return (Page(None, tuple(lines)),)
    page = numbers[0]
    placed = []
    for line in lines:
        page = line.page or page
        placed.append(replace(line, page=page))
    placed.sort(key=lambda line: line.page or 0)
    placed = [replace(line, number=number) for number, line in enumerate(placed)]
    return tuple(
        Page(number, tuple(own), sizes.get(number or 0))
        for number, own in groupby(placed, lambda line: line.page)
    )


# ---------------------------------------------------------------- lists of blocks


def _blocks(content: Any, page: int | None, depth: int) -> Iterator[Block]:
    """Every block of a list, in lists of pages too."""
    if depth > _DEEPEST:
        return
    if isinstance(content, list):
        paged = depth == 0 and len(content) > 0 and all(isinstance(part, list) for part in content)
        for number, part in enumerate(content, 1):
            yield from _blocks(part, number if paged else page, depth + 1)
    elif isinstance(content, dict):
        page = _page_of(content, page)
        for key in _LIST_KEYS:
            if isinstance(content.get(key), list):
                yield from _blocks(content[key], page, depth + 1)
                return
        yield from _block(content, page)


def _page_of(content: dict[str, Any], page: int | None) -> int | None:
    for key in _PAGE_KEYS:
        value = content.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 100_000:
            return value if key == "page_no" else value + 1
    return page


def _block(content: dict[str, Any], page: int | None) -> Iterator[Block]:
    key = next((key for key in _KIND_KEYS if isinstance(content.get(key), str)), None)
    if key is None or not content.keys() & _BLOCK_KEYS:
        return
    kind, unit = content[key].lower(), _UNITS.get(key)
    box = next((box for key in _BOX_KEYS if (box := _box(content.get(key)))), None)
    for text in _strings(content, _CAPTIONS):
        yield Block(text, page, None)
    if "table" in kind and "caption" not in kind and "footnote" not in kind:
        yield from (
            Block(text, page, box, table=True, unit=unit)
            for text in _strings(content, _TABLE_KEYS)[:1]
        )
    else:
        level = content.get("text_level")
        heading = level if isinstance(level, int) and 0 < level < 7 else _HEADINGS.get(kind, 0)
        texts = _strings(content, ("list_items",)) or _strings(content, _TEXT_KEYS)[:1]
        yield from (Block(text, page, box, heading=heading, unit=unit) for text in texts)
    for text in _strings(content, _NOTES):
        yield Block(text, page, None)


def _strings(content: dict[str, Any], keys: Sequence[str]) -> list[str]:
    found: list[str] = []
    for key in keys:
        value = content.get(key)
        values = value if isinstance(value, list) else [value]
        found += [text for text in values if isinstance(text, str) and text.strip()]
    return found


def _box(value: Any) -> Box | None:
    if not isinstance(value, list) or len(value) != 4:
        return None
    if not all(isinstance(side, int | float) and abs(side) < _LARGEST for side in value):
        return None
    left, top, right, bottom = map(float, value)
    return left, top, right, bottom


def _add_block(lines: LineList, block: Block) -> None:
    lines.page = block.page
    first = len(lines.lines)
    if block.table and "<t" in block.text.lower():
        lines.take(block.text)
        add_html(lines, block.text)
    else:
        mark = "#" * block.heading + " " if block.heading else ""
        add_markdown(lines, mark + block.text.lstrip("# "))
    for index in range(first, len(lines.lines)):
        line = lines.lines[index]
        cells = tuple(replace(cell, box=cell.box or block.box) for cell in line.cells)
        lines.lines[index] = replace(line, cells=cells, source_line=None)


# ---------------------------------------------------------------- docling


def _is_docling(content: Any) -> bool:
    return isinstance(content, dict) and content.get("schema_name") == "DoclingDocument"


def _docling_sizes(content: dict[str, Any]) -> dict[int, tuple[float, float]]:
    sizes = {}
    pages = content.get("pages")
    for number, page in pages.items() if isinstance(pages, dict) else ():
        size = page.get("size") if isinstance(page, dict) else None
        if isinstance(size, dict) and number.isdecimal() and len(number) <= _LONGEST_INDEX:
            width, height = size.get("width"), size.get("height")
            if _is_length(width) and _is_length(height):
                sizes[int(number)] = float(width), float(height)
    return sizes


def _is_length(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and 0 <= value < _LARGEST


def _add_docling(
    lines: LineList, content: dict[str, Any], sizes: dict[int, tuple[float, float]]
) -> None:
    for item, depth in _reading_order(content, content.get("body"), 0, set()):
        place = next(iter(_listed(item.get("prov"))), None)
        place = place if isinstance(place, dict) else {}
        lines.page = _page_of({"page_no": place.get("page_no")}, None)
        height = sizes.get(lines.page or 0, (0.0, 0.0))[1]
        box = _docling_box(place.get("bbox"), height)
        if isinstance(item.get("data"), dict):
            _add_docling_table(lines, item["data"], box, height)
        elif isinstance(item.get("text"), str):
            heading = {"title": 1, "section_header": 2}.get(str(item.get("label")), 0)
            marker = item.get("marker") if item.get("enumerated") else None
            text = f"{marker} {item['text']}" if isinstance(marker, str) else item["text"]
            _add_block(lines, Block(text, lines.page, box, heading=heading and min(depth + 1, 6)))


def _reading_order(
    content: dict[str, Any], node: Any, depth: int, seen: set[int]
) -> Iterator[tuple[Any, int]]:
    """The items of the body in order, each once, with how deep they lie."""
    if not isinstance(node, dict) or depth > _DEEPEST:
        return
    for child in _listed(node.get("children")):
        item = _referred(content, child)
        if item is None or id(item) in seen:
            continue
        seen.add(id(item))
        yield item, depth
        if not isinstance(item.get("data"), dict):
            yield from _reading_order(content, item, depth + 1, seen)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _referred(content: dict[str, Any], child: Any) -> dict[str, Any] | None:
    reference = child.get("$ref") or child.get("cref") if isinstance(child, dict) else None
    parts = reference.lstrip("#/").split("/") if isinstance(reference, str) else []
    if len(parts) != 2 or not parts[1].isdecimal() or len(parts[1]) > _LONGEST_INDEX:
        return None
    items = content.get(parts[0])
    index = int(parts[1])
    item = items[index] if isinstance(items, list) and index < len(items) else None
    return item if isinstance(item, dict) else None


def _add_docling_table(
    lines: LineList, data: dict[str, Any], box: Box | None, height: float
) -> None:
    """The rows of a table; a cell that spans rows or columns stands once, where it begins."""
    rows: dict[int, dict[int, Cell]] = {}
    grid = [cell for row in _listed(data.get("grid")) for cell in _listed(row)]
    cells = _listed(data.get("table_cells")) or grid
    for cell in cells:
        if not isinstance(cell, dict):
            continue
        row, column = cell.get("start_row_offset_idx"), cell.get("start_col_offset_idx")
        if isinstance(row, int) and isinstance(column, int):
            text = " ".join(clean(str(cell.get("text") or "")).split())
            span = cell.get("col_span")
            own = _docling_box(cell.get("bbox"), height) or box
            columns = span if isinstance(span, int) and 0 < span <= 100 else 1
            rows.setdefault(row, {}).setdefault(column, Cell(text, columns=columns, box=own))
    table = lines.new_table() if rows else None
    for _, found in sorted(rows.items()):
        line = [cell for _, cell in sorted(found.items())]
        if len(line) > 1 or any(cell.text for cell in line):
            lines.take("".join(cell.text for cell in line))
            lines.add(line, "explicit", None, table=table)


def _docling_box(value: Any, height: float) -> Box | None:
    """Left, top, right and bottom from the top left of the page."""
    if not isinstance(value, dict):
        return None
    box = _box([value.get(side) for side in ("l", "t", "r", "b")])
    if box is None or value.get("coord_origin", "BOTTOMLEFT") != "BOTTOMLEFT":
        return box
    left, top, right, bottom = box
    return left, round(height - top, 2), right, round(height - bottom, 2)
