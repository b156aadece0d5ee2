"""A page to lines of cells, in reading order: rows of tables, and the text around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from gipr_ml.sources.lines import LineList
from gipr_ml.sources.pages import Glyph, Sheet, hull, main_turn, turned_box, turned_sheet
from gipr_ml.sources.pages_grid import Grid, Region, find_grids
from gipr_ml.sources.pages_text import Row, add_row, cell_text, is_wrapped_number, rows_of
from gipr_ml.sources.spaces import VALUE
from gipr_ml.types import Box, Cell, Line

_LONG_CELL = 200
"""Characters from which a cell that is a row by itself is a framed part of the text."""
_MERGED_ROWS = 3
"""Cells that show the same number of values one below the other where a rule between is missing."""
_OWN_ROW = 0.5
"""Sizes of type by which rows of values in neighbouring cells may differ in height."""


def add_sheet(lines: LineList, sheet: Sheet) -> None:
    """Add the lines of a page; every cell has its box on the page as it is shown.

    A row of a table drawn with rules is one line of explicit borders, a cell that spans rows
    standing in its first one only. Where there are no rules, words of one height are a row, and
    wide gaps part its cells. A page whose text runs sideways is read as if it were turned.
    """
    lines.page = sheet.number
    first = len(lines.lines)
    turns = (-main_turn(sheet)) % 4
    upright = turned_sheet(sheet, turns)
    grids = find_grids(upright.rules)
    outside = _fill(grids, upright.glyphs)
    blocks: list[tuple[float, float, Grid | Row]] = []
    for grid in grids:
        blocks.append((grid.box[1], grid.box[0], grid))
    for row in rows_of(outside):
        blocks.append((row.middle, row.glyphs[0].left, row))
    for _, _, block in sorted(blocks, key=lambda block: block[:2]):
        if isinstance(block, Row):
            lines.take("".join(glyph.text for glyph in block.glyphs))
            _add_text(lines, block)
        else:
            _add_grid(lines, block)
    if turns:
        _turn_back(lines.lines, first, turns, upright)


def _fill(grids: Sequence[Grid], glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Put every glyph into its cell; gives those outside of all tables."""
    outside = []
    for glyph in glyphs:
        for grid in grids:
            if (region := grid.at(glyph.centre, glyph.middle)) is not None:
                region.glyphs.append(glyph)
                break
        else:
            outside.append(glyph)
    return outside


def _add_text(lines: LineList, row: Row) -> None:
    lines.rows += 1
    add_row(lines, row, lines.rows)


def _add_grid(lines: LineList, grid: Grid) -> None:
    number: int | None = None
    for regions in grid.rows:
        if len(regions) == 1 and _is_text(regions[0]):
            for row in rows_of(regions[0].glyphs):
                _add_text(lines, row)
            continue
        if not any(region.glyphs for region in regions) and len(regions) < 2:
            continue
        number = lines.new_table() if number is None else number
        for cells in _rows_of_cells(regions):
            lines.take("".join(cell.text for cell in cells))
            lines.add(cells, "explicit", None, table=number)


def _is_text(region: Region) -> bool:
    """Whether a cell that is a row by itself holds running text."""
    text = "".join(glyph.text for glyph in region.glyphs)
    return "。" in text or len(text) > _LONG_CELL


def _rows_of_cells(regions: Sequence[Region]) -> list[list[Cell]]:
    """The cells of a row; of several rows where the rules between them are missing."""
    values = _values(regions)
    wraps = _are_wrapped(values)
    middles = [] if wraps else _merged(values, regions)
    if not middles:
        return [[cell for region in regions for cell in _cells(region, region.glyphs, wraps)]]
    borders = [(a + b) / 2 for a, b in pairwise(middles)]
    rows: list[list[Cell]] = []
    for index in range(len(middles)):
        top = borders[index - 1] if index else float("-inf")
        bottom = borders[index] if index < len(borders) else float("inf")
        cells = []
        for region in regions:
            glyphs = [glyph for glyph in region.glyphs if top <= glyph.middle < bottom]
            cells += _cells(region, glyphs, wraps=False)
        rows.append(cells)
    return rows


_Values = list[tuple[Region, list[Row]]]
"""Cells that hold values and nothing else, each with its rows of them from top to bottom."""


def _values(regions: Sequence[Region]) -> _Values:
    found = []
    for region in regions:
        if not region.glyphs or any(glyph.turn for glyph in region.glyphs):
            continue
        rows = rows_of(region.glyphs)
        if all(VALUE.fullmatch(row.text(widest=1)[0]) for row in rows):
            found.append((region, rows))
    return found


def _are_wrapped(values: _Values) -> bool:
    """Whether digits below digits are the rest of numbers too wide for their cells.

    In several cells they may also be the values of two rows without a rule between them; but then
    those fill no cell from side to side, and every cell has two.
    """
    stacked = [(region, rows) for region, rows in values if len(rows) > 1]
    if len(stacked) < 2:
        return True
    return len(stacked) < len(values) and all(
        is_wrapped_number(rows, region.box[2] - region.box[0]) for region, rows in stacked
    )


def _merged(values: _Values, regions: Sequence[Region]) -> list[float]:
    """Heights of the rows of values that stand in one ruled row; nothing where it is but one."""
    found = [[row.middle for row in rows] for _, rows in values if len(rows) > 1]
    if len(found) < _MERGED_ROWS or len({len(rows) for rows in found}) > 1:
        return []
    size = max(glyph.size for region in regions for glyph in region.glyphs)
    level = all(max(at) - min(at) <= _OWN_ROW * size for at in zip(*found, strict=True))
    return found[0] if level else []


def _cells(region: Region, glyphs: Sequence[Glyph], wraps: bool) -> list[Cell]:
    """The region as a cell, or as several where a rule between values is missing.

    `wraps`: whether digits below digits may be the rest of a number.
    """
    width = region.box[2] - region.box[0] if wraps else 0.0
    rows = rows_of(glyphs) if not any(glyph.turn for glyph in glyphs) else []
    if len(rows) == 1:
        words = rows[0].words()
        texts = [cell_text(word) for word in words]
        if len(words) > 1 and all(VALUE.fullmatch(text) for text in texts):
            return [Cell(text, box=hull(word)) for text, word in zip(texts, words, strict=True)]
    text = cell_text(glyphs, width)
    return [Cell(text, columns=region.columns, box=_rounded(region.box))]


def _rounded(box: Box) -> Box:
    left, top, right, bottom = (round(side, 1) for side in box)
    return left, top, right, bottom


def _turn_back(lines: list[Line], first: int, turns: int, upright: Sheet) -> None:
    """Boxes of the lines from `first` on as they are on the page that was turned."""
    for index in range(first, len(lines)):
        cells = tuple(
            replace(cell, box=_rounded(turned_box(cell.box, -turns, upright.width, upright.height)))
            if cell.box
            else cell
            for cell in lines[index].cells
        )
        lines[index] = replace(lines[index], cells=cells)
