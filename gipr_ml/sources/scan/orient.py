"""Which way up a page lies, from its text boxes and a look at its longest lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gipr_ml.sources.scan.crops import cut
from gipr_ml.sources.scan.frame import sizes
from gipr_ml.sources.scan.ocr import Engine, Quads

ASKED = 7
"""Lines that are asked which way up they stand."""
PART = 4.0
"""Heights of the middle of a line that the classifier sees."""
SURE = 0.35
"""A mean vote nearer to one half than this is settled by reading the lines both ways."""
READ = 3

Pixels = NDArray[np.uint8]


def quarter_turns(pixels: Pixels, quads: Quads, models: Engine) -> int:
    """Quarter turns, counter-clockwise, that put the page upright: 0 to 3."""
    turns = 1 if _sideways(quads) else 0
    turned, boxes = turn(pixels, quads, turns)
    lines = _longest(boxes)
    crops = [cut(turned, _middle(line)) for line in lines]
    if not crops:
        return turns
    vote = models.upside_down(crops)
    if abs(vote - 0.5) < SURE:
        vote = _by_reading(turned, lines[:READ], models)
    return turns + 2 if vote > 0.5 else turns


def turn(pixels: Pixels, quads: Quads, turns: int) -> tuple[Pixels, Quads]:
    """The page and its boxes turned by so many quarters, counter-clockwise."""
    for _ in range(turns % 4):
        width = pixels.shape[1]
        pixels = np.rot90(pixels)
        x, y = quads[..., 0], quads[..., 1]
        quads = np.stack([y, width - x], axis=-1)
        quads = np.roll(quads, -1, axis=1)
    return np.ascontiguousarray(pixels), quads.astype(np.float32)


def turn_box(box: tuple[float, ...], turns: int) -> tuple[float, float, float, float]:
    """A box in fractions of the turned page as fractions of the page before it was turned."""
    left, top, right, bottom = box
    for _ in range(turns % 4):
        left, top, right, bottom = 1 - bottom, left, 1 - top, right
    return left, top, right, bottom


def _sideways(quads: Quads) -> bool:
    """Whether the boxes that are longer one way than the other mostly stand upright."""
    widths, heights = sizes(quads)
    across = widths[widths > 1.5 * heights].sum()
    upright = heights[heights > 1.5 * widths].sum()
    return bool(upright > across)


def _longest(quads: Quads) -> Quads:
    widths, heights = sizes(quads)
    wide = np.flatnonzero(widths > 2 * heights)
    return quads[wide[np.argsort(-widths[wide])][:ASKED]]


def _middle(quad: NDArray[np.float32]) -> NDArray[np.float32]:
    """The middle of a line, `PART` heights wide."""
    left = (quad[0] + quad[3]) / 2
    right = (quad[1] + quad[2]) / 2
    height = float(np.linalg.norm(quad[3] - quad[0]))
    width = float(np.linalg.norm(right - left))
    share = min(1.0, PART * height / max(width, 1e-6))
    low, high = 0.5 - share / 2, 0.5 + share / 2
    top, bottom = quad[1] - quad[0], quad[2] - quad[3]
    corners = [quad[0] + low * top, quad[0] + high * top, quad[3] + high * bottom]
    return np.array([*corners, quad[3] + low * bottom], dtype=np.float32)


def _by_reading(pixels: Pixels, lines: Quads, models: Engine) -> float:
    """1 where the lines read better upside down, else 0."""
    crops = [cut(pixels, line) for line in lines]
    turned = [np.ascontiguousarray(np.rot90(crop, 2)) for crop in crops]
    upright = models.recognise(crops)
    reverse = models.recognise(turned)
    return float(
        sum(r.confidence * len(r.text) for r in reverse)
        > sum(r.confidence * len(r.text) for r in upright)
    )
