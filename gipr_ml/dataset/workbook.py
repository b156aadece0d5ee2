"""One workbook of all reports: one row a report, one column a cell; written row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from gipr_ml.dataset.counts import labels_of_keys
from gipr_ml.dataset.results import Result
from gipr_ml.export.tidy import harmless
from gipr_ml.export.xlsx.book import save_book
from gipr_ml.forms import load_forms

FIRST = (
    ("结果", "document"),
    ("机关", "agency"),
    ("年度", "year"),
    ("状态", "status"),
    ("错误", "errors"),
    ("警告", "warnings"),
    ("未读到", "lost"),
    ("无法辨认", "illegible"),
    ("原因", "reason"),
)
"""Columns before those of the cells: heading in Chinese, and the column of the table `reports`."""
FULL = 1_000_000
"""Rows of a sheet; spreadsheets end at 1,048,576."""
_WIDTHS = {"A": 32, "B": 24, "D": 14, "I": 24}


class Book:
    """The workbook, while it grows."""

    def __init__(self) -> None:
        tables = sorted(load_forms().tables.items())
        self._keys = list(dict.fromkeys(key for _, table in tables for key in table.cell_keys))
        self._place = {key: place for place, key in enumerate(self._keys)}
        self._book = Workbook(write_only=True)
        self._sheet: WriteOnlyWorksheet | None = None
        self._rows = 0

    def add(self, result: Result) -> None:
        """Take a report."""
        if self._sheet is None or self._rows >= FULL:
            self._sheet = self._new_sheet()
        cells: list[Any] = [None] * len(self._keys)
        for key, value in zip(result.cells["key"], result.cells["value"], strict=True):
            if key in self._place:
                cells[self._place[key]] = value
        about = [result.report[name] for _, name in FIRST]
        self._sheet.append([_safe(value) for value in about] + cells)
        self._rows += 1

    def save(self, path: Path) -> None:
        """Write the end of the workbook."""
        if self._sheet is None:
            self._new_sheet()
        save_book(self._book, path)

    def _new_sheet(self) -> WriteOnlyWorksheet:
        sheet = self._book.create_sheet(f"报告{len(self._book.worksheets) + 1}")
        sheet.freeze_panes = "C3"
        for column, width in _WIDTHS.items():
            sheet.column_dimensions[column].width = width
        labels = labels_of_keys()
        sheet.append(_bold(sheet, [*(zh for zh, _ in FIRST), *(labels[k] for k in self._keys)]))
        sheet.append(_bold(sheet, [*(name for _, name in FIRST), *self._keys]))
        self._rows = 0
        return sheet


def _bold(sheet: WriteOnlyWorksheet, texts: list[str]) -> list[Any]:
    from openpyxl.cell import WriteOnlyCell

    cells = []
    for text in texts:
        cell = WriteOnlyCell(sheet, text)
        cell.font = Font(bold=True)
        cells.append(cell)
    return cells


def _safe(value: Any) -> Any:
    return harmless(value) if isinstance(value, str) else value
