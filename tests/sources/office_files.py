"""Reports as Word files, workbooks, packages and what other readers made of them, for each test."""

from __future__ import annotations

import io
import json
import zipfile
from functools import cache

from report_blocks import Table, blocks


def packed(parts: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for path, content in parts.items():
            package.writestr(path, content)
    return file.getvalue()


def docx(content: list[str | Table] | None = None) -> bytes:
    return _docx(tuple(content if content is not None else blocks()))


@cache
def _docx(content: tuple[str | Table, ...]) -> bytes:
    from docx import Document

    document = Document()
    for block in content:
        if not isinstance(block, Table):
            document.add_paragraph(block)
            continue
        table = document.add_table(block.rows, block.columns)
        grid = [row.cells for row in table.rows]
        for cell in block.cells:
            corner = grid[cell.row][cell.column]
            end = grid[cell.row + cell.rows - 1][cell.column + cell.columns - 1]
            corner.merge(end).text = cell.text
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def xlsx(content: list[str | Table] | None = None) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    top = 1
    for block in content if content is not None else blocks():
        if not isinstance(block, Table):
            sheet.cell(top, 1, block)
            top += 1
            continue
        for cell in block.cells:
            row, column = top + cell.row, cell.column + 1
            value = float(cell.text) if cell.text.replace(".", "").isdigit() else cell.text
            sheet.cell(row, column, value or None if value == "" else value)
            if cell.rows > 1 or cell.columns > 1:
                sheet.merge_cells(
                    start_row=row,
                    start_column=column,
                    end_row=row + cell.rows - 1,
                    end_column=column + cell.columns - 1,
                )
        top += block.rows
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def mineru(content: list[str | Table] | None = None) -> bytes:
    """The content list of MinerU: every table on a page of its own."""
    listed: list[dict] = []
    page = 0
    for block in content if content is not None else blocks():
        if isinstance(block, Table):
            page += 1
            rows = "".join(
                "<tr>"
                + "".join(
                    f"<td rowspan={cell.rows} colspan={cell.columns}>{cell.text}</td>"
                    for cell in row
                )
                + "</tr>"
                for row in block.by_row()
            )
            body = f"<table>{rows}</table>"
            listed.append({"type": "table", "table_body": body, "bbox": [80, 100, 920, 900]})
        else:
            listed.append({"type": "text", "text": block, "bbox": [80, 50, 920, 90]})
        listed[-1]["page_idx"] = page
    return json.dumps(listed, ensure_ascii=False).encode()


def docling(content: list[str | Table] | None = None) -> bytes:
    texts: list[dict] = []
    tables: list[dict] = []
    children = []
    for block in content if content is not None else blocks():
        place = {"page_no": 1 + len(tables), "charspan": [0, 0]}
        place["bbox"] = {"l": 10, "t": 800, "r": 500, "b": 700, "coord_origin": "BOTTOMLEFT"}
        if isinstance(block, Table):
            cells = [
                {
                    "text": cell.text,
                    "row_span": cell.rows,
                    "col_span": cell.columns,
                    "start_row_offset_idx": cell.row,
                    "start_col_offset_idx": cell.column,
                    "bbox": {"l": 1, "t": 2, "r": 3, "b": 4, "coord_origin": "TOPLEFT"},
                }
                for cell in block.cells
            ]
            children.append({"$ref": f"#/tables/{len(tables)}"})
            tables.append({"label": "table", "prov": [place], "data": {"table_cells": cells}})
        else:
            children.append({"$ref": f"#/texts/{len(texts)}"})
            texts.append({"label": "text", "text": block, "prov": [place]})
    pages = {str(n + 1): {"size": {"width": 595, "height": 842}} for n in range(len(tables) + 1)}
    whole = {"schema_name": "DoclingDocument", "body": {"children": children}, "texts": texts}
    return json.dumps({**whole, "tables": tables, "pages": pages}, ensure_ascii=False).encode()
