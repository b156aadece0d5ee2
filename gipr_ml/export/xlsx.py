"""A report as a workbook in the official layout, with everything to look at marked."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from math import ceil
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from gipr_ml.export.layout import Box, Grid, official_grid
from gipr_ml.export.marks import (
    OUTCOME_NAMES,
    SEVERITY_NAMES,
    STATUS_NAMES,
    TABLE_NAMES,
    VERDICT_NAMES,
    CellMark,
    Mark,
    cell_marks,
    cell_name,
    figure,
)
from gipr_ml.export.text import printable
from gipr_ml.forms import TableForm, load_forms
from gipr_ml.types import Report, ReportCell, Severity, State

COLOURS = {
    Mark.FAILS: "F8B4AE",
    Mark.LOST: "FAD79A",
    Mark.ILLEGIBLE: "DCC6EC",
    Mark.DOUBTFUL: "FFF3A8",
    Mark.NOT_APPLICABLE: "DDE8F3",
    Mark.BLANK: "ECECEC",
}
WIDTHS = {"t2": (30, 19, 19, 19), "t3": (17, 16, 46, *(12,) * 7), "t4": (10,) * 15}
"""Column widths in characters."""
NAMED_AT_MOST = 8
"""More cells than this are counted instead of named."""
LINE_HEIGHT = 16.0
"""Points."""
FIRST_ROW = 3
"""Row of a sheet in which a table begins, under its title and a gap."""

_THIN = Side(style="thin", color="7F7F7F")
_FRAME = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEAD = PatternFill("solid", fgColor="F2F2F2")
_TITLE = Font(name="SimSun", size=14, bold=True)
_TEXT = Font(name="SimSun", size=11)
_BOLD = Font(name="SimSun", size=11, bold=True)
_LINK = Font(name="SimSun", size=11, color="1F5FA8", underline="single")
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)

Address = Mapping[str, str]
"""Where in the workbook each canonical cell stands, such as '表三'!D6."""


def xlsx_bytes(report: Report) -> bytes:
    """The workbook: overview and legend, one sheet a table, findings, proposals, prose."""
    book = Workbook()
    overview = book.active
    assert isinstance(overview, Worksheet)
    _overview(overview, report)
    marks = cell_marks(report)
    address: dict[str, str] = {}
    for table in sorted(report.forms):
        sheet = book.create_sheet(TABLE_NAMES[table])
        address |= _table(sheet, load_forms().table(table, report.forms[table]), report, marks)
    if report.forms:
        _findings(book.create_sheet("核对结果"), report, address)
        _proposals(book.create_sheet("建议值"), report, address)
        _narrative(book.create_sheet("文字表述"), report, address)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# ---------------------------------------------------------------- cells


def _put(sheet: Worksheet, row: int, column: int, value: str | int | Decimal | None) -> Cell:
    """Set a cell; a text stays a text, whatever it begins with."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    cell.value = printable(value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"
    cell.font = _TEXT
    cell.alignment = _LEFT
    return cell


def _lines(text: str, width: float) -> int:
    """How many lines `text` takes in `width` characters; a Chinese character counts two."""
    return sum(
        max(1, ceil(sum(1 + (east_asian_width(c) in "WF") for c in part) / max(1, width - 1)))
        for part in text.split("\n")
    )


def _page(sheet: Worksheet, landscape: bool, one_page: bool = False) -> None:
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, int(one_page)
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    sheet.sheet_view.showGridLines = False


def _title(sheet: Worksheet, text: str, width: int) -> None:
    _put(sheet, 1, 1, text).font = _TITLE
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet.row_dimensions[1].height = 26


# ---------------------------------------------------------------- the official tables


def _table(
    sheet: Worksheet, table: TableForm, report: Report, marks: Mapping[str, CellMark]
) -> dict[str, str]:
    """Draw one official table; gives the address of each of its cells."""
    grid = official_grid(table)
    widths = WIDTHS[table.table]
    cells = {cell.key: cell for cell in report.cells}
    _title(sheet, table.title, grid.width)
    for index, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    address = {}
    for box in grid.boxes:
        drawn = _box(sheet, box)
        if box.key:
            address[box.key] = f"'{sheet.title}'!{drawn.coordinate}"
            _figure(drawn, cells.get(box.key), marks.get(box.key))
    _heights(sheet, grid, widths)
    _page(sheet, landscape=table.table != "t2", one_page=True)
    if grid.head:
        sheet.freeze_panes = sheet.cell(FIRST_ROW + grid.head, grid.label_columns + 1)
    return address


def _box(sheet: Worksheet, box: Box) -> Cell:
    top, left = FIRST_ROW + box.top, 1 + box.left
    bottom, right = top + box.height - 1, left + box.width - 1
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            sheet.cell(row, column).border = _FRAME
    drawn = _put(sheet, top, left, box.text or None)
    drawn.alignment = _LEFT if box.label else _CENTRE
    if not box.key:
        drawn.fill = _HEAD
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
    drawn.fill = PatternFill("solid", fgColor=COLOURS[mark.mark])
    if mark.reasons:
        text = "\n".join(mark.reasons)
        drawn.comment = Comment(printable(text), "gipr-ml", 40 + 20 * _lines(text, 44), 320)


def _heights(sheet: Worksheet, grid: Grid, widths: Sequence[float]) -> None:
    """Rows as high as their longest text; merged rows are not fitted by spreadsheet programs."""
    needed = dict.fromkeys(range(grid.height), 1)
    for box in grid.boxes:
        if box.height == 1:
            width = sum(widths[box.left : box.left + box.width])
            needed[box.top] = max(needed[box.top], _lines(box.text, width))
    for row, lines in needed.items():
        sheet.row_dimensions[FIRST_ROW + row].height = 6 + LINE_HEIGHT * lines


# ---------------------------------------------------------------- the other sheets


def _overview(sheet: Worksheet, report: Report) -> None:
    sheet.title = "概况"
    _title(sheet, f"{report.agency or report.name} {report.year or ''}".strip(), 2)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 22, 72
    row = FIRST_ROW
    for name, value in _facts(report):
        _put(sheet, row, 1, name).font = _BOLD
        _put(sheet, row, 2, value)
        for column in (1, 2):
            sheet.cell(row, column).border = _FRAME
        sheet.row_dimensions[row].height = 6 + LINE_HEIGHT * _lines(str(value), 72)
        row += 1
    _put(sheet, row + 1, 1, "图例").font = _BOLD
    for offset, mark in enumerate(Mark, start=2):
        sample = _put(sheet, row + offset, 1, None)
        sample.fill, sample.border = PatternFill("solid", fgColor=COLOURS[mark]), _FRAME
        _put(sheet, row + offset, 2, mark.value)
    _put(
        sheet,
        row + 3 + len(Mark),
        2,
        "需要查看的单元格附有批注，说明原因。数字均为原文所印，未作改动。",
    )
    _page(sheet, landscape=False)


def _facts(report: Report) -> Iterable[tuple[str, str | int]]:
    read = sum(cell.state not in (State.LOST, State.ILLEGIBLE) for cell in report.cells)
    counts = "，".join(
        f"{name} {sum(f.severity is severity for f in report.findings)}"
        for severity, name in SEVERITY_NAMES.items()
    )
    forms = "，".join(f"{TABLE_NAMES[t]}：{year} 年" for t, year in sorted(report.forms.items()))
    yield "填报单位", report.agency or "文件未说明"
    yield "年份", report.year or "文件未说明"
    yield "结论", STATUS_NAMES[report.status]
    if report.reason:
        yield "原因", report.reason
    yield "读出的单元格", f"{read} / {len(report.cells)}"
    yield "成立的勾稽关系", report.passed
    yield "核对结果", counts
    yield "建议值", len(report.proposals)
    yield "表格格式", forms or "未找到官方表格"
    yield "文件", report.name
    yield "文件类型", report.media_type
    yield "页数", report.pages or "不分页"
    yield "SHA-256", report.sha256


def _list(
    sheet: Worksheet,
    title: str,
    heads: Mapping[str, int],
    rows: Sequence[Sequence[str | Decimal | None]],
) -> None:
    """A sheet of records under a header; `heads` gives the width of each column."""
    _title(sheet, title, len(heads))
    for column, (name, width) in enumerate(heads.items(), start=1):
        head = _put(sheet, FIRST_ROW, column, name)
        head.font, head.fill, head.alignment, head.border = _BOLD, _HEAD, _CENTRE, _FRAME
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, record in enumerate(rows, start=FIRST_ROW + 1):
        lines = 1
        for column, (value, width) in enumerate(zip(record, heads.values(), strict=True), start=1):
            _put(sheet, row, column, value).border = _FRAME
            lines = max(lines, _lines(str(value), width))
        sheet.row_dimensions[row].height = 6 + LINE_HEIGHT * lines
    if not rows:
        _put(sheet, FIRST_ROW + 1, 1, "无")
    sheet.freeze_panes = sheet.cell(FIRST_ROW + 1, 1)
    sheet.print_title_rows = f"{FIRST_ROW}:{FIRST_ROW}"
    _page(sheet, landscape=True)


def _link(sheet: Worksheet, column: int, keys: Sequence[str], address: Address) -> None:
    """Make the records lead to their first cell in the tables."""
    for row, key in enumerate(keys, start=FIRST_ROW + 1):
        if key in address:
            cell = _put(sheet, row, column, address[key].replace("'", ""))
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=address[key])
            cell.font, cell.alignment = _LINK, _CENTRE


def _names(report: Report, keys: Sequence[str], address: Address) -> str:
    """Cells by name, one a line; more than a few are counted."""
    names = [cell_name(report, key) if key in address else key for key in keys[:NAMED_AT_MOST]]
    more = [f"等 {len(keys)} 个单元格"] if len(keys) > NAMED_AT_MOST else []
    return "\n".join(names + more)


def _first(keys: Sequence[str]) -> str:
    return keys[0] if keys else ""


def _findings(sheet: Worksheet, report: Report, address: Address) -> None:
    gravity = list(Severity)
    findings = sorted(report.findings, key=lambda f: gravity.index(f.severity))
    heads = {
        "级别": 8,
        "结果": 11,
        "说明": 60,
        "报告值": 11,
        "计算值": 11,
        "差": 9,
        "单元格": 46,
        "位置": 10,
        "规则": 20,
    }
    rows = [
        (
            SEVERITY_NAMES[f.severity],
            OUTCOME_NAMES[f.outcome],
            f.message,
            f.reported,
            f.computed,
            f.difference,
            _names(report, f.cells, address),
            None,
            f.rule,
        )
        for f in findings
    ]
    _list(sheet, "核对结果", heads, rows)
    _link(sheet, 8, [_first(f.cells) for f in findings], address)
    for row, finding in enumerate(findings, start=FIRST_ROW + 1):
        if finding.severity is Severity.ERROR:
            sheet.cell(row, 1).fill = PatternFill("solid", fgColor=COLOURS[Mark.FAILS])


def _proposals(sheet: Worksheet, report: Report, address: Address) -> None:
    heads = {"单元格": 46, "位置": 10, "建议值": 12, "是否唯一": 12, "依据": 50, "其他可能": 24}
    rows = [
        (
            _names(report, [p.cell], address),
            None,
            p.value,
            VERDICT_NAMES[p.verdict],
            "\n".join(p.basis),
            "、".join(figure(value) for value in p.alternatives),
        )
        for p in report.proposals
    ]
    _list(sheet, "建议值（未写入表格，供复核）", heads, rows)
    _link(sheet, 2, [p.cell for p in report.proposals], address)


def _narrative(sheet: Worksheet, report: Report, address: Address) -> None:
    heads = {"原文": 60, "数值": 12, "对应的单元格（之和）": 46, "位置": 10, "与表格": 12}
    agreement = {True: "相符", False: "不相符", None: "无法核对"}
    rows = [
        (
            f.statement.quote,
            f.statement.value,
            _names(report, f.statement.restates, address),
            None,
            agreement[f.agrees],
        )
        for f in report.narrative
    ]
    _list(sheet, "文字中重述表格的数字", heads, rows)
    _link(sheet, 4, [_first(f.statement.restates) for f in report.narrative], address)
