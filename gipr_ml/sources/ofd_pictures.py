"""Pages of an OFD document (GB/T 33190) that are pictures, as a scanner writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from gipr_ml.errors import InputError
from gipr_ml.sources.lines import LineList
from gipr_ml.sources.package import Package, joined
from gipr_ml.types import Box, Line

_SCAN = 0.5
"""Share of the page that a picture covers for it to be the page."""


class Picture(NamedTuple):
    """A picture on a page."""

    path: str
    box: Box
    """In points of the page."""


def picture_paths(package: Package, document: Any, path: str) -> dict[str, str]:
    """Paths of the pictures of a document by their ids, from its lists of resources."""
    found = {}
    for kind in ("{*}CommonData/{*}PublicRes", "{*}CommonData/{*}DocumentRes"):
        for listed in document.iterfind(kind):
            place = joined(path, (listed.text or "").strip())
            root = package.xml(place)
            if root is None:
                continue
            folder = joined(place, f"{root.get('BaseLoc', '.')}/.")
            for media in root.iter("{*}MultiMedia"):
                file = media.findtext("{*}MediaFile") or ""
                if media.get("Type", "Image") == "Image" and file.strip():
                    found[media.get("ID", "")] = joined(f"{folder}/.", file.strip())
    return found


def scan_of(pictures: list[Picture], width: float, height: float) -> Picture | None:
    """The picture that is the page, `width` by `height` points, or None."""
    largest = max(pictures, key=_area, default=None)
    return largest if largest is not None and _area(largest) >= _SCAN * width * height else None


def _area(picture: Picture) -> float:
    left, top, right, bottom = picture.box
    return (right - left) * (bottom - top)


def add_scan(lines: LineList, package: Package, picture: Picture, number: int) -> None:
    """Add what is recognised on page `number`; the boxes are in points of the page.

    A picture that is of a kind that cannot be read is passed over.
    """
    from gipr_ml.sources.scan import read_scanned
    from gipr_ml.sources.scan.page import load_pages

    data = package.picture(picture.path)
    try:
        image = next(load_pages(data, lines.name)) if data else None
    except InputError:
        return
    if image is None:
        return
    lines.add_all(_placed(read_scanned(image, number).lines, picture.box, image.size))


def _placed(lines: tuple[Line, ...], box: Box, size: tuple[int, int]) -> Iterator[Line]:
    """The lines of a picture of `size` pixels as they lie in its box on the page."""
    left, top, right, bottom = box
    across, down = (right - left) / size[0], (bottom - top) / size[1]

    def moved(own: Box | None) -> Box | None:
        if own is None:
            return None
        return (
            round(left + own[0] * across, 1),
            round(top + own[1] * down, 1),
            round(left + own[2] * across, 1),
            round(top + own[3] * down, 1),
        )

    for line in lines:
        yield replace(line, cells=tuple(replace(cell, box=moved(cell.box)) for cell in line.cells))
