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


def without_colour(pixels: Pixels) -> NDArray[np.uint8]:
    """Grey of shape (height, width) in which red seals and blue stamps are nearly white.

    The lightest channel keeps black ink black; on grey pages it is the page itself.
    """
    return np.ascontiguousarray(pixels.max(axis=2))


def grey(pixels: Pixels) -> NDArray[np.uint8]:
    """Plain grey of shape (height, width), in which coloured ink stays dark."""
    weights = np.array([0.299, 0.587, 0.114], dtype=np.float32)
    return np.asarray(pixels.astype(np.float32) @ weights, dtype=np.uint8)


def has_colour(pixels: Pixels) -> bool:
    """Whether a page has ink in colour: a seal, a stamp, a red head."""
    small = pixels[::4, ::4].astype(np.int16)
    spread = small.max(axis=2) - small.min(axis=2)
    return bool((spread > COLOURED).mean() > 0.0005)


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
