"""The cells of a report as a tidy table, one row a cell: CSV and Parquet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from gipr_ml.export.text import printable
from gipr_ml.forms import load_forms
from gipr_ml.types import Place, Report

_NUMBER = re.compile(r"[-+]?[0-9.,]*")
"""What may begin with a sign and is no formula: a number, or the lone - that stands for nothing."""


class TidyRow(NamedTuple):
    """One cell with everything that tells it apart; the fields are the columns of the table."""

    document: str
    agency: str | None
    year: int | None
    form: str | None
    """None for a table that is alike in both forms."""
    key: str
    table: str
    row: str
    column: str
    table_label: str
    row_label: str
    column_label: str
    value: float | int | None
    """Whole numbers are int; amounts are the nearest float, `raw` has the printed digits."""
    raw: str | None
    state: str
    confidence: float
    page: int | None
    line: int | None
    cell: int | None
    unit: str | None
    """The printed unit, else the form's own; None for plain counts."""


def tidy_rows(report: Report) -> Iterator[TidyRow]:
    """One row for every cell of the report, in the form's order."""
    tables = load_forms().tables_of([cell.key for cell in report.cells], report.forms)
    for cell in report.cells:
        table, row, column = cell.key.split("/")
        form_row, form_column = tables[table].by_key[cell.key]
        place = cell.source or Place()
        value = cell.value
        yield TidyRow(
            document=printable(report.name),
            agency=printable(report.agency),
            year=report.year,
            form=report.forms.get(table),
            key=cell.key,
            table=table,
            row=row,
            column=column,
            table_label=tables[table].title,
            row_label="/".join((*form_row.group, form_row.full_label)),
            column_label="/".join((*form_column.group, form_column.label)),
            value=value if value is None else int(value) if value % 1 == 0 else float(value),
            raw=printable(cell.raw),
            state=str(cell.state),
            confidence=cell.confidence,
            page=place.page,
            line=place.line,
            cell=place.cell,
            unit=cell.unit or form_column.unit,
        )


def csv_bytes(report: Report) -> bytes:
    """CSV in UTF-8 with a byte order mark, so that Excel reads the Chinese; None is empty.

    A text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(TidyRow._fields)
    for row in tidy_rows(report):
        writer.writerow([harmless(field) if isinstance(field, str) else field for field in row])
    return out.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it as a formula."""
    starts_formula = text.lstrip()[:1] in {"=", "+", "-", "@"} and not _NUMBER.fullmatch(text)
    return "'" + text if starts_formula else text


def parquet_bytes(report: Report) -> bytes:
    """The same table as Parquet; `value` is a float64, exact for every whole number below 2**53."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = {"value": pa.float64(), "confidence": pa.float64()}
    counts = dict.fromkeys(("year", "page", "line", "cell"), pa.int32())
    types = {**numbers, **counts}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in TidyRow._fields])
    rows = [row._asdict() for row in tidy_rows(report)]
    for row in rows:
        row["value"] = row["value"] if row["value"] is None else float(row["value"])
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), sink)
    return sink.getvalue()
