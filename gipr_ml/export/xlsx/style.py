"""How the sheets of a workbook look, and the few calls that all of them share."""

from __future__ import annotations

from decimal import Decimal
from math import ceil
from unicodedata import east_asian_width

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from gipr_ml.export.marks import Mark
from gipr_ml.export.text import printable

COLOURS = {
    Mark.FAILS: "F8B4AE",
    Mark.LOST: "FAD79A",
    Mark.ILLEGIBLE: "DCC6EC",
    Mark.DOUBTFUL: "FFF3A8",
    Mark.NOT_APPLICABLE: "DDE8F3",
    Mark.BLANK: "ECECEC",
}
LINE_HEIGHT = 16.0
"""Points."""
FIRST_ROW = 3
"""Row of a sheet in which a table begins, under its title and a gap."""

THIN = Side(style="thin", color="7F7F7F")
FRAME = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
HEAD = PatternFill("solid", fgColor="F2F2F2")
TITLE = Font(name="SimSun", size=14, bold=True)
TEXT = Font(name="SimSun", size=11)
BOLD = Font(name="SimSun", size=11, bold=True)
LINK = Font(name="SimSun", size=11, color="1F5FA8", underline="single")
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)


def fill(mark: Mark) -> PatternFill:
    """The background of a marked cell."""
    return PatternFill("solid", fgColor=COLOURS[mark])


def put(sheet: Worksheet, row: int, column: int, value: str | int | Decimal | None) -> Cell:
    """Set a cell; a text stays a text, whatever it begins with."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    cell.value = printable(value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"
    cell.font = TEXT
    cell.alignment = LEFT
    return cell


def line_count(text: str, width: float) -> int:
    """How many lines `text` takes in `width` characters; a Chinese character counts two."""
    return sum(
        max(1, ceil(sum(1 + (east_asian_width(c) in "WF") for c in part) / max(1, width - 1)))
        for part in text.split("\n")
    )


def set_page(sheet: Worksheet, landscape: bool, one_page: bool = False) -> None:
    """Print on A4, as wide as the paper, all on one page if asked."""
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, int(one_page)
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    sheet.sheet_view.showGridLines = False


def put_title(sheet: Worksheet, text: str, width: int) -> None:
    """The heading of a sheet, over `width` columns."""
    put(sheet, 1, 1, text).font = TITLE
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet.row_dimensions[1].height = 26
