"""A report as a workbook in the official layout, with everything to look at marked."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from gipr_ml.export.marks import cell_marks
from gipr_ml.export.xlsx.book import save_book
from gipr_ml.export.xlsx.records import draw_findings, draw_narrative, draw_overview, draw_proposals
from gipr_ml.export.xlsx.tables import Spot, draw_table
from gipr_ml.forms import TABLE_NAMES, load_forms
from gipr_ml.types import Report

__all__ = ["xlsx_bytes"]


def xlsx_bytes(report: Report) -> bytes:
    """The workbook: overview and legend, one sheet a table, findings, proposals, prose.

    A report without cells, such as a rejected one, has the overview alone.
    """
    book = Workbook()
    overview = book.active
    assert isinstance(overview, Worksheet)
    draw_overview(overview, report)
    if report.cells:
        marks = cell_marks(report)
        cells = {cell.key: cell for cell in report.cells}
        spots: dict[str, Spot] = {}
        for name, table in load_forms().tables_of(cells, report.forms).items():
            spots |= draw_table(book.create_sheet(TABLE_NAMES[name]), table, cells, marks)
        draw_findings(book.create_sheet("核对结果"), report, spots)
        draw_proposals(book.create_sheet("建议值"), report, spots)
        draw_narrative(book.create_sheet("文字表述"), report, spots)
    out = io.BytesIO()
    save_book(book, out)
    return out.getvalue()
