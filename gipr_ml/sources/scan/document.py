"""A picture file to pages of lines."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from gipr_ml.errors import EmptyInput, TooLarge
from gipr_ml.sources.limits import MAX_LINES
from gipr_ml.sources.scan.page import load_pages
from gipr_ml.sources.scan.reader import read_scanned
from gipr_ml.sources.signatures import image_type
from gipr_ml.types import Document, Page


def read_pictures(data: bytes, name: str) -> tuple[Page, ...]:
    """The pages of a PNG, JPEG, TIFF (of several pages), WebP or BMP file; see `read_scanned`.

    Boxes and sizes are in pixels. Raises `TooLarge` beyond the limits, `InputError` where the file
    is damaged, and `MissingPart` where the OCR is not installed.
    """
    pages: list[Page] = []
    count = 0
    for number, page in enumerate(load_pages(data, name), 1):
        read = read_scanned(page, number)
        lines = tuple(replace(line, number=count + line.number) for line in read.lines)
        count += len(lines)
        if count > MAX_LINES:
            raise TooLarge(f"{name}: more than {MAX_LINES:,} lines; give one report a file")
        pages.append(replace(read, lines=lines))
    return tuple(pages)


def read_image(data: bytes, name: str) -> Document:
    """A picture file as a document; see `read_pictures`.

    Raises `EmptyInput` where no page holds text.
    """
    pages = read_pictures(data, name)
    if not any(page.lines for page in pages):
        raise EmptyInput(f"{name}: no text was found in the picture")
    return Document(
        name=Path(name).stem,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=image_type(data) or "application/octet-stream",
        pages=pages,
        paged=True,
        unit="px",
    )
