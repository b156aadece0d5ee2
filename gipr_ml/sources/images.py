"""Pictures of the pages of a file, for showing where its cells stand."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gipr_ml.errors import InputError
from gipr_ml.sources import signatures
from gipr_ml.sources.limits import MAX_SHOWN_PAGES, MAX_SHOWN_PIXELS
from gipr_ml.types import PageImage

if TYPE_CHECKING:
    from PIL.Image import Image

LONG_SIDE = 1600
"""Pixels of a picture; enough to read small print on a screen."""
QUALITY = 72
"""Of the JPEG."""

Size = tuple[float, float]


def page_images(data: bytes, name: str) -> tuple[PageImage, ...]:
    """The pages of the file called `name` as a viewer shows them, in order.

    Sizes are in points (1/72 inch) for a PDF and in pixels for pictures, as boxes are. Empty for a
    source without pages to show, such as a text or a web page. Raises `InputError` where pages
    cannot be drawn.
    """
    if signatures.PDF in data[: signatures.PDF_WITHIN]:
        pages = _pdf_pages(data, name)
    elif signatures.image_type(data):
        pages = _frames(data, name)
    else:
        return ()
    numbered = zip(range(1, MAX_SHOWN_PAGES + 1), pages, strict=False)
    return tuple(PageImage(number, _jpeg(page), *size) for number, (page, size) in numbered)


def _pdf_pages(data: bytes, name: str) -> Iterator[tuple[Image, Size]]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        for number in range(len(document)):
            page = document[number]
            size = page.get_size()
            yield page.render(scale=LONG_SIDE / max(1.0, *size)).to_pil(), size
    except pypdfium2.PdfiumError as error:
        raise InputError(f"{name}: its pages cannot be drawn ({error})") from error


def _frames(data: bytes, name: str) -> Iterator[tuple[Image, Size]]:
    from PIL import Image, ImageOps, ImageSequence

    try:
        opened = Image.open(io.BytesIO(data))
        for frame in ImageSequence.Iterator(opened):
            if frame.width * frame.height > MAX_SHOWN_PIXELS:
                raise InputError(f"{name}: a page is too large to be drawn")
            shown = ImageOps.exif_transpose(frame)
            yield shown, shown.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"{name}: its pages cannot be drawn ({error})") from error


def _jpeg(page: Image) -> bytes:
    shown = page.convert("RGB" if page.mode not in ("1", "L") else "L")
    shown.thumbnail((LONG_SIDE, LONG_SIDE))
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
