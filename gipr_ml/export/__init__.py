"""What becomes of a report: result files (JSON), tidy tables (CSV, Parquet), a workbook
(XLSX) and a web page that shows the tables beside their source (HTML).

The heavy libraries behind a format are loaded when that format is first written, and what reads and
writes results when it is first used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gipr_ml.errors import ResultError, UsageError
from gipr_ml.files import write_file
from gipr_ml.types import PageImage, Report, ReportCell, State, Status

if TYPE_CHECKING:
    from gipr_ml.export.encode import dumps as dumps
    from gipr_ml.export.result import from_dict as from_dict
    from gipr_ml.export.result import loads as loads
    from gipr_ml.export.result import to_dict as to_dict

__all__ = [
    "FORMATS",
    "dumps",
    "from_dict",
    "glance",
    "glance_at",
    "loads",
    "read_result",
    "render",
    "to_bytes",
    "to_dict",
    "write",
]


_LATER = {"dumps": "encode", "from_dict": "result", "loads": "result", "to_dict": "result"}
"""Names with the module that has them."""


def __getattr__(name: str) -> object:
    """What reads and writes results is loaded when it is first used."""
    if name in _LATER:
        return getattr(import_module(f"gipr_ml.export.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _json(report: Report) -> bytes:
    from gipr_ml.export.encode import to_json

    return to_json(report)


def _csv(report: Report) -> bytes:
    from gipr_ml.export.tidy import csv_bytes

    return csv_bytes(report)


def _xlsx(report: Report) -> bytes:
    from gipr_ml.export.xlsx import xlsx_bytes

    return xlsx_bytes(report)


def _parquet(report: Report) -> bytes:
    from gipr_ml.export.tidy import parquet_bytes

    return parquet_bytes(report)


_WRITERS: dict[str, Callable[[Report], bytes]] = {
    "json": _json,
    "csv": _csv,
    "xlsx": _xlsx,
    "parquet": _parquet,
}
FORMATS = (*_WRITERS, "html")
"""Names of the formats; each is also the ending of its files."""


def write(
    report: Report,
    folder: str | Path,
    formats: Sequence[str] = ("json",),
    stem: str | None = None,
    images: Sequence[PageImage] = (),
) -> list[Path]:
    """Write the report into `folder` as `stem`.json and so on; gives the paths in that order.

    `stem` is the name of the document unless it is given. `images` are the pages of the source, for
    the web page; without them it shows the lines as they were read. Every file appears whole or not
    at all.

    Raises `UsageError` for a format that is not known, `OSError` where the folder refuses a file.
    """
    name = report.name if stem is None else stem
    folder = Path(folder)
    made = [
        (folder / f"{name}.{kind}", data) for kind, data in render(report, formats, images).items()
    ]
    folder.mkdir(parents=True, exist_ok=True)
    for path, data in made:
        write_file(path, data)
    return [path for path, _ in made]


def render(
    report: Report, formats: Sequence[str], images: Sequence[PageImage] = ()
) -> dict[str, bytes]:
    """The bytes of the files of a report, by format; see `write`."""
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise UsageError(
            f"the format {unknown[0]!r} is not known; choose from {', '.join(FORMATS)}"
        )
    return {kind: to_bytes(report, kind, images) for kind in formats}


def to_bytes(report: Report, kind: str, images: Sequence[PageImage] = ()) -> bytes:
    """The report as the content of a file of the format `kind`, one of `FORMATS`; see `write`."""
    if kind == "html":
        from gipr_ml.export.html import html_bytes

        return html_bytes(report, images)
    return _WRITERS[kind](report)


def glance(
    path: Path, keys: Collection[str] | None = None
) -> tuple[str, int, dict[str, ReportCell]] | None:
    """What `glance_at` gives of the result file at `path`; None also where it cannot be read."""
    try:
        return glance_at(path.read_bytes(), keys)
    except OSError:
        return None


def glance_at(
    text: bytes, keys: Collection[str] | None = None
) -> tuple[str, int, dict[str, ReportCell]] | None:
    """Agency, year and cells of the content of a result file, quickly and without judging it.

    `keys`: the cells that are wanted, if not all. None where it is no result, was rejected, or does
    not say whose report it is.
    """
    try:
        data = _head(text)
        if data["status"] == Status.REJECTED:
            return None
        agency, year = data["agency"], data["year"]
        cells = {
            cell["key"]: ReportCell(
                cell["key"],
                None if cell["value"] is None else Decimal(cell["value"]),
                None,
                State.READ if cell["value"] is not None else State(cell.get("state", State.LOST)),
                1.0,
                unit=cell.get("unit"),
            )
            for cell in data["cells"]
            if keys is None or cell["key"] in keys
        }
    except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError):
        return None
    usable = isinstance(agency, str) and isinstance(year, int)
    return (agency, year, cells) if usable else None


def _head(text: bytes) -> Any:
    """The fields of a result file, without those behind the cells where it is written as we do."""
    head, cut, _ = text.partition(b',\n "findings": ')
    try:
        # No text in JSON holds a line break, so what parses was cut between two fields.
        fields = json.loads(head + b"}", parse_float=Decimal) if cut else {}
    except ValueError:
        fields = {}
    return fields if "cells" in fields else json.loads(text, parse_float=Decimal)


def read_result(path: Path) -> Report:
    """The report in the result file at `path`.

    Raises `ResultError` where it is no result in the documented form or cannot be read.
    """
    from gipr_ml.export.result import loads

    try:
        return loads(path.read_bytes())
    except OSError as error:
        raise ResultError(f"{path.name} cannot be read ({error.strerror})") from None
    except ResultError as error:
        raise ResultError(f"{path.name} cannot be checked: {error}") from None
