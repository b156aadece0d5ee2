"""Where cells stand: on page images, or among the lines as they were read."""

from __future__ import annotations

import base64
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gipr_ml.export.html.cells import CellView, ident
from gipr_ml.types import PageImage, Report

AIR = 400
"""The frame of a cell is drawn this part of the page's width outside of it."""
_SHORT = 8
"""Pages of a report that are all shown, cells or not."""


class Spot(NamedTuple):
    """The place of a cell on a page image, in pixels of the image."""

    id: str
    x: float
    y: float
    width: float
    height: float
    cell: CellView


@dataclass(frozen=True)
class PageView:
    """A page image with the places of its cells."""

    number: int
    uri: str
    width: int
    height: int
    spots: list[Spot]
    mark_size: float


class PieceView(NamedTuple):
    """One cell of a line as it was read."""

    id: str
    text: str
    cells: list[CellView]


class LineView(NamedTuple):
    """A line as it was read."""

    number: int
    page: int | None
    label: str
    pieces: list[PieceView]


def worth_showing(images: Sequence[PageImage], report: Report) -> list[PageImage]:
    """All pages of a short report; of a long one those that cells stand on."""
    held = {cell.source.page for cell in report.cells if cell.source and cell.source.box}
    short = len(images) <= _SHORT
    return [image for image in images if short or image.number in held]


def page_view(image: PageImage, report: Report, cells: Mapping[str, CellView]) -> PageView:
    """A page with the places of its cells."""
    kind, width, height = _kind_and_size(image)
    across, down = width / image.width, height / image.height
    air = width / AIR
    spots = []
    for cell in report.cells:
        place = cell.source
        if place and place.box and place.page == image.number:
            left, right = sorted((place.box[0] * across, place.box[2] * across))
            top, bottom = sorted((place.box[1] * down, place.box[3] * down))
            spots.append(
                Spot(
                    ident("at", cell.key),
                    round(left - air, 1),
                    round(top - air, 1),
                    round(right - left + 2 * air, 1),
                    round(bottom - top + 2 * air, 1),
                    cells[cell.key],
                )
            )
    uri = f"data:image/{kind};base64,{base64.b64encode(image.data).decode('ascii')}"
    return PageView(image.number, uri, width, height, spots, width / 70)


def _kind_and_size(image: PageImage) -> tuple[str, int, int]:
    """png or jpeg, and the pixels across and down."""
    from PIL import Image

    with Image.open(io.BytesIO(image.data), formats=("PNG", "JPEG")) as picture:
        return (picture.format or "").lower(), *picture.size


def line_views(report: Report, cells: Mapping[str, CellView]) -> list[LineView]:
    """The lines as they were read, each cell with the canonical cells that it became."""
    by_place: dict[tuple[int, int], list[CellView]] = defaultdict(list)
    for cell in report.cells:
        place = cell.source
        if place and place.line is not None and place.cell is not None:
            by_place[place.line, place.cell].append(cells[cell.key])
    return [
        LineView(
            line.number,
            line.page,
            line.label,
            [
                PieceView(f"l{line.number}c{n}", text, by_place[line.number, n])
                for n, text in enumerate(line.cells)
            ],
        )
        for line in report.lines
    ]
