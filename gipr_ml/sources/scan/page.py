"""Pictures of pages: from the bytes of an image file to arrays of pixels, within limits."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gipr_ml.errors import InputError, TooLarge
from gipr_ml.sources.limits import MAX_IMAGE_PAGES, MAX_SCAN_PIXELS

Pixels = NDArray[np.uint8]
"""A page as RGB, of shape (height, width, 3)."""

LONGEST_SIDE = 3600
"""Pixels; a page of A4 at 300 dpi has 3,508. Finer scans are reduced: they read no better."""
SMALLEST_SIDE = 16
"""Pixels; anything smaller holds no text."""
COLOURED = 40
"""Difference between the channels of a pixel from which it counts as coloured."""
STEP = 4
"""Pixels between those that are looked at for colour."""
FEWEST = 40
"""Coloured ones among them that may be a seal."""
SEAL, BREAK = 0.07, 0.012
"""Least side of a seal and widest break in its strokes, over the shorter side of the page."""
FILLED = 0.6
"""Share of its rectangle that a seal fills at most; what fills more is shading."""
PAPER = 80
"""Percentile of the light on a page that is its paper."""
DEEP, DARK = 0.5, 0.3
"""Saturation of a pixel that is all coloured ink, and its least brightness over that of paper."""


def load_pages(data: bytes, name: str) -> Iterator[Any]:
    """The pages of an image file, one after the other, as PIL images; turned as EXIF says.

    A TIFF may hold several. Raises `TooLarge` beyond `MAX_SCAN_PIXELS` or `MAX_IMAGE_PAGES` and
    `InputError` where the file is damaged or cut off.
    """
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data)) as image:
                for number, frame in enumerate(ImageSequence.Iterator(image), 1):
                    _check(frame.size, number, name)
                    yield ImageOps.exif_transpose(frame)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_large(name) from error
        except UnidentifiedImageError as error:
            raise InputError(f"{name}: no picture that can be read; save it as PNG") from error
        except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
            raise InputError(f"{name}: the picture is damaged or cut off; save it anew") from error


def to_pixels(page: Any) -> Pixels:
    """A PIL image, or an array of shape (h, w), (h, w, 3) or (h, w, 4), as RGB.

    What is transparent becomes white; what is finer than 300 dpi is reduced.
    """
    from PIL import Image

    whole = isinstance(page, np.ndarray) and page.dtype == np.uint8 and page.shape[2:] == (3,)
    if whole and max(page.shape) <= LONGEST_SIDE:
        plain: Pixels = page
        return plain
    image = Image.fromarray(page) if isinstance(page, np.ndarray) else page
    if image.mode.startswith(("I", "F")):
        image = _eight_bits(image)
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    if (longest := max(image.size)) > LONGEST_SIDE:
        scale = LONGEST_SIDE / longest
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.convert("RGB").resize(size, Image.Resampling.BOX)
    return np.asarray(image.convert("RGB"), dtype=np.uint8)


def size_of(page: Any) -> tuple[int, int]:
    """Width and height of a PIL image or an array."""
    if isinstance(page, np.ndarray):
        return int(page.shape[1]), int(page.shape[0])
    width, height = page.size
    return int(width), int(height)


def to_grey(pixels: Pixels) -> NDArray[np.uint8]:
    """Grey of shape (height, width) in which red seals and blue stamps are as white as the paper.

    Ink filters light: black ink takes all of it, coloured ink leaves one channel nearly whole. So
    the lightest channel is divided by what the coloured ink lets through there, as far as a pixel
    is coloured; black print stays black, below a seal too. Coloured lines of text stay dark.
    """
    import cv2

    plain: NDArray[np.uint8] = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    for left, top, right, bottom in _seals(pixels):
        plain[top:bottom, left:right] = _without_ink(pixels[top:bottom, left:right])
    return plain


def _seals(pixels: Pixels) -> list[tuple[int, int, int, int]]:
    """Rectangles around what is coloured, too high for a line of text, and no filled area."""
    import cv2

    small = np.ascontiguousarray(pixels[::STEP, ::STEP])
    spread = small.max(axis=2).astype(np.int16) - small.min(axis=2)
    mask = (spread > COLOURED).astype(np.uint8)
    if mask.sum() < FEWEST:
        return []
    side = min(mask.shape)
    gap = max(3, round(BREAK * side))
    whole = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
    _, labels, found, _ = cv2.connectedComponentsWithStats(whole, connectivity=8)
    height, width = pixels.shape[:2]
    seals = []
    for number, (x, y, wide, high, _) in enumerate(found[1:], 1):
        inside = labels[y : y + high, x : x + wide] == number
        filled = mask[y : y + high, x : x + wide][inside].sum() / (wide * high)
        if min(wide, high) < SEAL * side or filled > FILLED:
            continue
        box = (x - 2, y - 2, x + wide + 2, y + high + 2)
        left, top, right, bottom = (STEP * int(v) for v in box)
        seals.append((max(0, left), max(0, top), min(width, right), min(height, bottom)))
    return seals


def _without_ink(part: Pixels) -> NDArray[np.uint8]:
    """Part of a page with its coloured ink divided out."""
    import cv2

    paper = np.maximum(np.percentile(part[::2, ::2].reshape(-1, 3), PAPER, axis=0), 1)
    even = np.minimum(part * (float(paper.max()) / paper.astype(np.float32)), 255).astype(np.uint8)
    value = even.max(axis=2)
    levels = np.arange(256, dtype=np.float32)
    depths = (levels[:, None] - levels[None, :]) / np.maximum(levels[:, None], 1)
    depth = (255 * np.clip(depths, 0, 1)).astype(np.uint8)[value, even.min(axis=2)]
    stamped = value[(depth > 255 * DEEP) & (value > DARK * paper.max())]
    passes = float(np.median(stamped) / paper.max()) if len(stamped) else 1.0
    # The edge of a stroke takes the share of the stroke: what is half coloured is never left grey.
    depth = cv2.dilate(depth, np.ones((3, 3), np.uint8))
    gain = 1 / (1 - max(0.0, 1 - passes) * np.clip(levels / (255 * DEEP), 0, 1))
    table = np.clip(levels[:, None] * gain[None, :], 0, 255).astype(np.uint8)
    lifted: NDArray[np.uint8] = table[value, depth]
    return lifted


def _eight_bits(image: Any) -> Any:
    """An image of 16 or 32 bits a pixel as one of 8."""
    from PIL import Image

    values = np.asarray(image, dtype=np.float64)
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) * (255 / (high - low)) if high > low else values * 0 + 255
    return Image.fromarray(scaled.astype(np.uint8))


def _check(size: tuple[int, int], number: int, name: str) -> None:
    if size[0] * size[1] > MAX_SCAN_PIXELS:
        raise _too_large(name)
    if number > MAX_IMAGE_PAGES:
        raise TooLarge(f"{name}: more than {MAX_IMAGE_PAGES} pages; give one report a file")


def _too_large(name: str) -> TooLarge:
    return TooLarge(
        f"{name}: a page has more than {MAX_SCAN_PIXELS // 1_000_000} million pixels; "
        "scan it at 300 dpi or less"
    )
