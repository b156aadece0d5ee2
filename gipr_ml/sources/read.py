"""A file or its bytes to a `Document`: which reader takes it, and what is refused."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gipr_ml.errors import EmptyInput, InputError, TooLarge, UnknownFormat
from gipr_ml.sources.encoding import decode
from gipr_ml.sources.html import add_html
from gipr_ml.sources.limits import MAX_BYTES
from gipr_ml.sources.lines import LineList
from gipr_ml.sources.signatures import looks_like
from gipr_ml.sources.text import add_markdown, add_text
from gipr_ml.types import Document, Page


@dataclass(frozen=True)
class Reader:
    """A kind of input: how it is called, and what adds its lines."""

    media_type: str
    add: Callable[[LineList, str], None]


TEXT = Reader("text/plain", add_text)
MARKDOWN = Reader("text/markdown", add_markdown)
HTML = Reader("text/html", add_html)

READERS: dict[str, Reader] = {
    ".txt": TEXT,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".htm": HTML,
    ".html": HTML,
    ".xhtml": HTML,
}
"""By suffix. A file of another suffix is read as text where it is text."""

_OPENING = 4096
"""Characters at the beginning that tell a web page."""
_NOT_SHOWN = re.compile(r"<!--.*?(?:-->|$)|<\?xml[^>]*>", re.DOTALL)
_PAGE = re.compile(r"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_FRAGMENT = re.compile(r"\s*<(?:p|div|table|h[1-6]|center|span|meta|title|style)\b", re.IGNORECASE)
_TAG = re.compile(r"<[a-z!/]", re.IGNORECASE)


def read_document(path: Path) -> Document:
    """Read the file at `path`. Its name in the result is its stem.

    Raises an `InputError`: `EmptyInput`, `UnknownFormat`, `BadEncoding`, `TooLarge`, or the plain
    one where the file cannot be opened.
    """
    try:
        if path.is_dir():
            raise InputError(f"{path.name}: is a folder, not a file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path.name}: cannot be opened ({error.strerror})") from error
    return read_bytes(data, path.name)


def read_bytes(data: bytes, name: str) -> Document:
    """Read the bytes of a file called `name`; its suffix is a hint, its content decides.

    Raises the same errors as `read_document`.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(f"{name}: larger than {MAX_BYTES // 1_000_000} MB; give one report a file")
    if not data.strip():
        raise EmptyInput(f"{name}: the file is empty")
    if kind := looks_like(data):
        raise UnknownFormat(
            f"{name}: looks like {kind}; this version reads text, Markdown and HTML"
        )
    text = decode(data, name)
    reader = _reader(Path(name).suffix.lower(), text)
    lines = LineList(name)
    reader.add(lines, text)
    if not lines.lines:
        raise EmptyInput(f"{name}: the file holds no text")
    return Document(
        name=Path(name).stem,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=reader.media_type,
        pages=(Page(None, tuple(lines.lines)),),
    )


def _reader(suffix: str, text: str) -> Reader:
    opening = _NOT_SHOWN.sub("", text[:_OPENING])
    if _PAGE.match(opening):
        return HTML
    reader = READERS.get(suffix)
    if reader is HTML and not _TAG.search(text):
        return TEXT
    if reader in (None, TEXT) and _FRAGMENT.match(opening):
        return HTML
    return reader or TEXT
