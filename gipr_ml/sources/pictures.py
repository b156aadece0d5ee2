"""Tables that a web page or a Word document shows as pictures: inside of it or beside it.

Nothing is ever fetched: a picture that is elsewhere is not seen.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, unquote_to_bytes, urljoin, urlsplit

from gipr_ml.errors import InputError
from gipr_ml.sources.limits import MAX_PICTURES
from gipr_ml.sources.lines import LineList
from gipr_ml.sources.signatures import image_type

Find = Callable[[str], bytes | None]
"""The bytes of the picture that an address means, or None where it is not at hand."""

LEAST_WIDTH, LEAST_HEIGHT = 300, 80
"""Pixels; a smaller picture is an ornament."""


def inside(address: str) -> bytes | None:
    """The picture that the address itself holds (RFC 2397)."""
    head, comma, content = address.partition(",")
    if not comma or not head.lower().startswith("data:image/"):
        return None
    if not head.lower().endswith(";base64"):
        return unquote_to_bytes(content)
    try:
        return base64.b64decode("".join(unquote(content).split()), validate=False)
    except (binascii.Error, ValueError):
        return None


def beside(page: Path) -> Find:
    """Pictures in the folder of the page and below, in the same archive too."""
    from gipr_ml.sources.archive import read_path

    def find(address: str) -> bytes | None:
        parts = urlsplit(address)
        path = PurePosixPath(unquote(parts.path).replace("\\", "/"))
        if parts.scheme or parts.netloc or path.is_absolute() or ".." in path.parts:
            return None
        wanted, folder = page.parent / path, page.parent
        try:
            if folder.is_dir() and not wanted.resolve().is_relative_to(folder.resolve()):
                return None
            return read_path(wanted)
        except (OSError, InputError, ValueError):
            return None

    return find


def saved_with(parts: Mapping[str, bytes], base: str) -> Find:
    """Pictures that were saved in one file with the page, which itself stood at `base`."""
    return lambda address: parts.get(address) or parts.get(urljoin(base, address))


class Pictures:
    """Reads the pictures of a page, as many as the limits allow."""

    def __init__(self, find: Find | None) -> None:
        self._find = find
        self._left = MAX_PICTURES

    def add(self, lines: LineList, address: str) -> None:
        """Add the lines of the picture at `address`, where there is one that is large enough.

        They have no boxes: the page that they would lie on has none.
        """
        data = inside(address) or (self._find(address) if self._find else None)
        if data is None or image_type(data) is None or self._left == 0:
            return
        from gipr_ml.sources.scan import read_scanned
        from gipr_ml.sources.scan.page import load_pages

        try:
            image = next(load_pages(data, lines.name))
        except InputError:
            return
        if image.width < LEAST_WIDTH or image.height < LEAST_HEIGHT:
            return
        self._left -= 1
        lines.add_all(
            replace(line, cells=tuple(replace(cell, box=None) for cell in line.cells))
            for line in read_scanned(image, 1).lines
        )
