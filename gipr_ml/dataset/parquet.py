"""Tables that are written while they grow, a group of rows at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gipr_ml.dataset.results import Row

GROUP = 100_000
"""Rows that are written together."""
UNKNOWN = "__HIVE_DEFAULT_PARTITION__"
"""What data sets call the part of what has no year."""

_WORDS = pa.dictionary(pa.int32(), pa.string())
_ABOUT = [("document", pa.string()), ("agency", _WORDS), ("year", pa.int32())]
_COUNTS = (
    *("pages", "cells", "read", "blank", "not_applicable", "lost", "illegible"),
    *("errors", "warnings", "infos", "proposals", "rules_passed"),
)
SCHEMAS = {
    "cells": pa.schema(
        [
            ("document", _WORDS),
            ("agency", _WORDS),
            *((name, _WORDS) for name in ("form", "key", "table", "row", "column")),
            ("value", pa.float64()),
            ("raw", pa.string()),
            ("state", _WORDS),
            ("confidence", pa.float64()),
            *((name, pa.int32()) for name in ("page", "line", "cell")),
            ("unit", _WORDS),
        ]
    ),
    "reports": pa.schema(
        [
            *_ABOUT,
            ("status", _WORDS),
            ("reason", pa.string()),
            ("media_type", _WORDS),
            ("sha256", pa.string()),
            ("recognised", pa.bool_()),
            *((name, pa.int32()) for name in _COUNTS),
            ("model", _WORDS),
        ]
    ),
    "findings": pa.schema(
        [
            *_ABOUT,
            *((name, _WORDS) for name in ("within", "rule", "severity", "outcome", "cells")),
            *((name, pa.float64()) for name in ("reported", "computed", "difference")),
            ("message", pa.string()),
            ("cause", _WORDS),
            ("decision", _WORDS),
        ]
    ),
}
"""Columns of each table. Those of `cells` stand beside `year`, which its folders are named by."""


class TableFile:
    """One Parquet file that grows."""

    def __init__(self, path: Path, name: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._schema = SCHEMAS[name]
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._held: dict[str, list[Any]] = {name: [] for name in self._schema.names}
        self._rows = 0

    def add(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Take rows that are given by column."""
        for name, values in self._held.items():
            values.extend(columns[name])
        self._rows += len(columns["document"])
        if self._rows >= GROUP:
            self._flush()

    def add_rows(self, rows: Sequence[Row]) -> None:
        """Take rows."""
        if rows:
            self.add({name: [row[name] for row in rows] for name in self._held})

    def close(self) -> None:
        """Write the rest and the end of the file."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.table(self._held, schema=self._schema))
            self._held = {name: [] for name in self._held}
            self._rows = 0


class CellFiles:
    """The cells of all reports: a folder for each year, as data sets are laid out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._years: dict[int | None, TableFile] = {}

    def add(self, year: int | None, columns: Mapping[str, Sequence[Any]]) -> None:
        """Take the cells of a report on `year`."""
        if not columns["document"]:
            return
        if year not in self._years:
            part = self._folder / f"year={UNKNOWN if year is None else year}" / "cells.parquet"
            self._years[year] = TableFile(part, "cells")
        self._years[year].add(columns)

    def close(self) -> None:
        """Write the rest."""
        for table in self._years.values():
            table.close()
