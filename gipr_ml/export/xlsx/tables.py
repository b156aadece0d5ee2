"""The official tables, as they are printed, with the marks of what to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from gipr_ml.export.layout import Grid, GridBox, official_grid
from gipr_ml.export.marks import CellMark, cell_name
from gipr_ml.export.text import printable
from gipr_ml.export.xlsx.style import (
    CENTRE,
    FIRST_ROW,
    FRAME,
    HEAD,
    LEFT,
    LINE_HEIGHT,
    fill,
    line_count,
    put,
    put_title,
    set_page,
)
from gipr_ml.forms import TableForm
from gipr_ml.types import ReportCell, State

WIDTHS = {"t2": (30, 19, 19, 19), "t3": (17, 16, 46, *(12,) * 7), "t4": (10,) * 15}
"""Column widths in characters."""

REMARKS = 30
"""Cells whose remarks are also written under the table."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a canonical cell stands in the workbook."""

    name: str
    """The cell in words: 表三 （一）予以公开 自然人."""
    address: str
    """Such as '表三'!D6."""


def draw_table(
    sheet: Worksheet,
    table: TableForm,
    cells: Mapping[str, ReportCell],
    marks: Mapping[str, CellMark],
) -> dict[str, Spot]:
    """Draw one official table; gives the spot of each of its cells, by key."""
    grid = official_grid(table)
    widths = WIDTHS[table.table]
    put_title(sheet, table.title, grid.width)
    for index, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    spots = {}
    for box in grid.boxes:
        drawn = _box(sheet, box)
        if box.key:
            spots[box.key] = Spot(cell_name(table, box.key), f"'{sheet.title}'!{drawn.coordinate}")
            _figure(drawn, cells.get(box.key), marks.get(box.key))
    _heights(sheet, grid, widths)
    _remarks(sheet, FIRST_ROW + grid.height + 1, grid.width, spots, marks, sum(widths))
    set_page(sheet, landscape=table.table != "t2", one_page=True)
    if grid.head:
        sheet.freeze_panes = sheet.cell(FIRST_ROW + grid.head, grid.label_columns + 1)
    return spots


def _box(sheet: Worksheet, box: GridBox) -> Cell:
    top, left = FIRST_ROW + box.top, 1 + box.left
    bottom, right = top + box.height - 1, left + box.width - 1
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            sheet.cell(row, column).border = FRAME
    drawn = put(sheet, top, left, box.text or None)
    drawn.alignment = LEFT if box.label else CENTRE
    if not box.key:
        drawn.fill = HEAD
    if (top, left) != (bottom, right):
        sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    return drawn


def _figure(drawn: Cell, cell: ReportCell | None, mark: CellMark | None) -> None:
    """Fill a cell with what the report prints there."""
    if cell is not None and cell.state is State.READ:
        drawn.value = cell.value
        if cell.unit:
            drawn.number_format = f'General"{cell.unit}"' if cell.unit.isalnum() else "General"
    elif cell is not None and cell.raw and cell.state is not State.BLANK:
        drawn.value = printable(cell.raw)
        drawn.data_type = "s"
    if mark is None:
        return
    drawn.fill = fill(mark.mark)
    if mark.reasons:
        text = "\n".join(mark.reasons)
        drawn.comment = Comment(printable(text), "gipr-ml", 40 + 20 * line_count(text, 44), 320)


def _remarks(
    sheet: Worksheet,
    top: int,
    width: int,
    spots: Mapping[str, Spot],
    marks: Mapping[str, CellMark],
    characters: float,
) -> None:
    """Under the table, what the comments of its cells say: comments are not printed."""
    lines = [(spots[k], marks[k].reasons) for k in spots if k in marks and marks[k].reasons]
    for row, (spot, reasons) in enumerate(lines[:REMARKS], start=top):
        address = spot.address.rpartition("!")[2]
        text = f"{address} {spot.name}：{' '.join(reasons)}"
        put(sheet, row, 1, text)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
        sheet.row_dimensions[row].height = 6 + LINE_HEIGHT * line_count(text, characters)
    if len(lines) > REMARKS:
        put(sheet, top + REMARKS, 1, f"等 {len(lines)} 个单元格，其余见批注")


def _heights(sheet: Worksheet, grid: Grid, widths: Sequence[float]) -> None:
    """Rows as high as their longest text; merged rows are not fitted by spreadsheet programs."""
    needed = dict.fromkeys(range(grid.height), 1)
    for box in grid.boxes:
        if box.height == 1:
            width = sum(widths[box.left : box.left + box.width])
            needed[box.top] = max(needed[box.top], line_count(box.text, width))
    for row, lines in needed.items():
        sheet.row_dimensions[FIRST_ROW + row].height = 6 + LINE_HEIGHT * lines
