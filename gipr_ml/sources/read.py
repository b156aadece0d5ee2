"""A file or its bytes to a `Document`: which reader takes it, and what is refused."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from gipr_ml.errors import EmptyInput, InputError, TooLarge, UnknownFormat
from gipr_ml.sources import signatures
from gipr_ml.sources.encoding import decode
from gipr_ml.sources.limits import MAX_BYTES, MAX_TEXT_BYTES
from gipr_ml.sources.lines import LineList
from gipr_ml.sources.pictures import Find, Pictures, beside
from gipr_ml.types import Document, Page, Unit


class Placed(NamedTuple):
    """Pages of a kind of input whose boxes may be in one unit or another."""

    pages: tuple[Page, ...]
    unit: Unit | None


@dataclass(frozen=True)
class Reader:
    """A kind of input: how it is called, and what makes pages of its bytes."""

    title: str
    media_type: str
    read: Callable[[bytes, str], tuple[Page, ...] | Placed]
    unit: Unit | None = None
    """Unit of the boxes, where the kind has some."""
    text: bool = False
    """Whether files of this kind are text, which content may show to be of another kind."""


def of_text(add: Callable[[LineList, str], None], data: bytes, name: str) -> tuple[Page, ...]:
    """The one page of a text, whose lines `add` finds in it. Raises `InputError`."""
    lines = LineList(name)
    add(lines, decode(data, name))
    return (Page(None, tuple(lines.lines)),)


def of_bytes(add: Callable[[LineList, bytes], None], data: bytes, name: str) -> tuple[Page, ...]:
    """The one page of a file whose lines `add` finds in its bytes. Raises `InputError`."""
    lines = LineList(name)
    add(lines, data)
    return (Page(None, tuple(lines.lines)),)


def _read_text(data: bytes, name: str) -> tuple[Page, ...]:
    from gipr_ml.sources.text import add_text

    return of_text(add_text, data, name)


def _read_markdown(data: bytes, name: str) -> tuple[Page, ...]:
    from gipr_ml.sources.text import add_markdown

    return of_text(add_markdown, data, name)


def _read_pdf(data: bytes, name: str) -> tuple[Page, ...]:
    from gipr_ml.sources.pdf import read_pdf
    from gipr_ml.sources.scan import read_scanned

    return read_pdf(data, name, lambda index, image: read_scanned(image, index + 1))


def _read_picture(data: bytes, name: str) -> tuple[Page, ...]:
    from gipr_ml.sources.scan import read_pictures

    return read_pictures(data, name)


def _read_ofd(data: bytes, name: str) -> tuple[Page, ...]:
    from gipr_ml.sources.ofd import read_ofd

    return read_ofd(data, name)


def _read_docx(data: bytes, name: str) -> tuple[Page, ...]:
    from gipr_ml.sources.docx import add_docx

    pages = of_bytes(add_docx, data, name)
    if b"word/media/" not in data:
        return pages
    return _better(pages, lambda: of_bytes(partial(add_docx, pictured=True), data, name))


def _read_xlsx(data: bytes, name: str) -> tuple[Page, ...]:
    from gipr_ml.sources.xlsx import add_xlsx

    return of_bytes(add_xlsx, data, name)


def _read_office(data: bytes, name: str) -> tuple[Page, ...]:
    from gipr_ml.sources.office import add_office

    return of_bytes(add_office, data, name)


def _read_mhtml(data: bytes, name: str) -> tuple[Page, ...]:
    from gipr_ml.sources.mhtml import add_mhtml

    pages = of_bytes(add_mhtml, data, name)
    return _better(pages, lambda: of_bytes(partial(add_mhtml, pictured=True), data, name))


def _read_html(data: bytes, name: str, find: Find | None = None) -> tuple[Page, ...]:
    from gipr_ml.sources.html import add_html

    def pictured(lines: LineList, text: str) -> None:
        add_html(lines, text, pictures=Pictures(find))

    pages = of_text(add_html, data, name)
    if b"<img" not in data.lower().replace(b"\0", b""):
        return pages
    return _better(pages, lambda: of_text(pictured, data, name))


def _better(pages: tuple[Page, ...], pictured: Callable[[], tuple[Page, ...]]) -> tuple[Page, ...]:
    """The page with what its pictures say, where its text lacks tables and they have some."""
    from gipr_ml.sources.readings import worth

    lines = [line for page in pages for line in page.lines]
    if worth(lines) >= _WITH_TABLES:
        return pages
    found = pictured()
    more = worth([line for page in found for line in page.lines]) - worth(lines)
    return found if more >= _A_TABLE else pages


def _read_json(data: bytes, name: str) -> Placed:
    """What another parser wrote; JSON of any other kind is refused."""
    from gipr_ml.sources.parsed import is_parsed, parse_json, read_parsed

    content = parse_json(decode(data, name), name)
    if content is None or not is_parsed(content):
        raise UnknownFormat(
            f"{name}: is not what MinerU, docling, dots.ocr or PaddleOCR write; "
            "give the report itself"
        )
    return Placed(*read_parsed(content, name))


TEXT = Reader("text", "text/plain", _read_text, text=True)
MARKDOWN = Reader("Markdown", "text/markdown", _read_markdown, text=True)
HTML = Reader("web page", "text/html", _read_html, text=True)
MHTML = Reader("saved web page", "multipart/related", _read_mhtml, text=True)
JSON = Reader("output of parsers", "application/json", _read_json, text=True)
PDF = Reader("PDF", "application/pdf", _read_pdf, unit="pt")
OFD = Reader("OFD", "application/ofd", _read_ofd, unit="pt")
_OPENXML = "application/vnd.openxmlformats-officedocument"
DOCX = Reader("Word document", f"{_OPENXML}.wordprocessingml.document", _read_docx)
XLSX = Reader("workbook", f"{_OPENXML}.spreadsheetml.sheet", _read_xlsx)
OFFICE = Reader("old office document", "application/x-ole-storage", _read_office)
RTF = Reader("RTF", "application/rtf", _read_office)

PICTURES = {
    kind: Reader("picture", kind, _read_picture, unit="px")
    for kind in ("image/png", "image/jpeg", "image/tiff", "image/webp", "image/bmp")
}

READERS: dict[str, Reader] = {
    ".txt": TEXT,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".htm": HTML,
    ".html": HTML,
    ".xhtml": HTML,
    ".mht": MHTML,
    ".mhtml": MHTML,
    ".json": JSON,
    ".pdf": PDF,
    ".ofd": OFD,
    ".docx": DOCX,
    ".xlsx": XLSX,
    ".doc": OFFICE,
    ".wps": OFFICE,
    ".xls": OFFICE,
    ".et": OFFICE,
    ".rtf": RTF,
    ".png": PICTURES["image/png"],
    ".jpg": PICTURES["image/jpeg"],
    ".jpeg": PICTURES["image/jpeg"],
    ".tif": PICTURES["image/tiff"],
    ".tiff": PICTURES["image/tiff"],
    ".webp": PICTURES["image/webp"],
    ".bmp": PICTURES["image/bmp"],
}
"""By suffix. What a file begins with counts for more; one of another suffix is read as text where
it is text."""

ARCHIVES = (".zip",)
"""Suffixes of what is a folder of inputs; see `archive`."""

_PARTS = (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX), ("OFD.xml", OFD))
"""Parts by which a ZIP package is told."""
_BEGINNINGS = ((signatures.PDF, PDF), (signatures.OLD_OFFICE, OFFICE), (signatures.RTF, RTF))
_WITH_TABLES, _A_TABLE = 120, 12
"""Official labels and values (see `readings.worth`) of a page whose text has table 3, and by how
much its pictures must say more for them to hold a table."""
_OPENING = 4096
"""Characters at the beginning that tell a web page."""
_NOT_SHOWN = re.compile(r"<!--.*?(?:-->|$)|<\?xml[^>]*>", re.DOTALL)
_PAGE = re.compile(r"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_FRAGMENT = re.compile(r"\s*<(?:p|div|table|h[1-6]|center|span|meta|title|style)\b", re.IGNORECASE)
_TAG = re.compile(r"<[a-z!/]", re.IGNORECASE)


def read_document(path: Path) -> Document:
    """Read the file at `path`, which may lie inside of an archive. Its name is its stem.

    Raises an `InputError`: `EmptyInput`, `UnknownFormat`, `BadEncoding`, `TooLarge`, or the plain
    one where the file cannot be opened.
    """
    from gipr_ml.sources.archive import read_path

    try:
        if path.is_dir():
            raise InputError(f"{path.name}: is a folder, not a file")
        data = read_path(path)
    except OSError as error:
        raise InputError(f"{path.name}: cannot be opened ({error.strerror})") from error
    return read_bytes(data, path.name, beside(path))


def read_bytes(data: bytes, name: str, find: Find | None = None) -> Document:
    """Read the bytes of a file called `name`; its suffix is a hint, its content decides.

    `find` gives the pictures that a web page shows from beside it; see `pictures.beside`. Raises
    the same errors as `read_document`.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(f"{name}: larger than {MAX_BYTES // 1_000_000} MB; give one report a file")
    if not data.strip():
        raise EmptyInput(f"{name}: the file is empty")
    reader = find_reader(data, name)
    found = _read_html(data, name, find) if reader is HTML else reader.read(data, name)
    pages, unit = found if isinstance(found, Placed) else (found, reader.unit)
    if not any(page.lines for page in pages):
        raise EmptyInput(f"{name}: the file holds no text")
    return Document(
        name=Path(name).stem,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=reader.media_type,
        pages=pages,
        paged=pages[0].number is not None,
        unit=unit,
    )


def find_reader(data: bytes, name: str) -> Reader:
    """The reader for the bytes of a file called `name`.

    Raises `UnknownFormat` for a kind that is not read, `TooLarge` and `BadEncoding` for a text
    that cannot be.
    """
    for beginning, reader in _BEGINNINGS:
        if data.startswith(beginning):
            return reader
    if picture := signatures.image_type(data):
        return PICTURES[picture]
    if data.startswith(b"PK"):
        return _packed(data, name)
    suffix = Path(name).suffix.lower()
    if suffix == ".pdf" and signatures.PDF in data[: signatures.PDF_WITHIN]:
        return PDF
    if kind := signatures.looks_like(data):
        raise UnknownFormat(f"{name}: looks like {kind}; this version does not read such files")
    if len(data) > MAX_TEXT_BYTES:
        raise TooLarge(
            f"{name}: a text larger than {MAX_TEXT_BYTES // 1_000_000} MB; give one report a file"
        )
    return _textual(data, name, suffix)


def may_be_report(path: Path) -> bool:
    """Whether a file found in a folder is worth reading: JSON only where a parser wrote it."""
    if READERS.get(path.suffix.lower()) is not JSON:
        return True
    from gipr_ml.sources.archive import read_path

    try:
        _read_json(read_path(path), path.name)
    except (InputError, OSError):
        return False
    return True


def _packed(data: bytes, name: str) -> Reader:
    """The reader for a ZIP package."""
    from gipr_ml.sources.archive import check_archive

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = {part.lstrip("/") for part in package.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise InputError(
            f"{name}: the document or archive is damaged or cut short; download it anew"
        ) from error
    for part, reader in _PARTS:
        if part in parts:
            return reader
    check_archive(data, name)
    raise UnknownFormat(
        f"{name}: is an archive or a document of a kind that is not read; "
        "give archives to gipr process, or unpack them"
    )


def _textual(data: bytes, name: str, suffix: str) -> Reader:
    from gipr_ml.sources.mhtml import is_mhtml

    reader = READERS.get(suffix)
    if is_mhtml(data):
        return MHTML
    text = decode(data, name)
    opening = _NOT_SHOWN.sub("", text[:_OPENING])
    if _PAGE.match(opening):
        return HTML
    if reader is HTML and not _TAG.search(text):
        return TEXT
    if reader in (None, TEXT) and _FRAGMENT.match(opening):
        return HTML
    return reader if reader is not None and reader.text and reader is not MHTML else TEXT
