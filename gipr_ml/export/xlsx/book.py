"""Workbooks as files: the same bytes for the same content, whenever they are written."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.constants import ARC_CORE

_NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP can state; office programs take no notice of it."""
_TIMES = re.compile(rb"<dcterms:(created|modified)\b.*?</dcterms:\1>", re.DOTALL)


def save_book(book: Workbook, file: Path | IO[bytes]) -> None:
    """Write a workbook that says neither when it was made nor when it was changed.

    Raises `OSError` where `file` cannot be written.
    """
    book.properties.creator = "gipr-ml"
    with _Archive(file, "w", zipfile.ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).write_data()


class _Archive(zipfile.ZipFile):
    """A ZIP archive whose members have no time of their own."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        name = str(zinfo_or_arcname)
        super().writestr(_member(name), _TIMES.sub(b"", data) if name == ARC_CORE else data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        member = _member(str(arcname))
        member.file_size = Path(filename).stat().st_size
        with Path(filename).open("rb") as source, self.open(member, "w") as target:
            shutil.copyfileobj(source, target)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _NO_TIME)
    member.compress_type = zipfile.ZIP_DEFLATED
    return member
