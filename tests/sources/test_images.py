"""Pages as pictures: what a viewer shows, in an image that a browser opens."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from gipr_ml import pipeline
from gipr_ml.errors import InputError
from gipr_ml.sources import page_images
from gipr_ml.sources.images import LONG_SIDE
from gipr_ml.sources.limits import MAX_SHOWN_PAGES


def saved(kind, *colours, size=(60, 80), **options):
    first, *rest = [Image.new("RGB", size, colour) for colour in colours]
    out = io.BytesIO()
    first.save(out, kind, **({"save_all": True, "append_images": rest} if rest else {}), **options)
    return out.getvalue()


def opened(image):
    return Image.open(io.BytesIO(image.data))


@pytest.mark.parametrize(("kind", "size"), [("PDF", (30, 40)), ("TIFF", (60, 80))])
def test_pages_come_in_order_with_their_size_in_points_or_pixels(kind, size):
    data = saved(kind, "red", "lime", "blue", **({"resolution": 144} if kind == "PDF" else {}))
    images = page_images(data, f"a.{kind.lower()}")
    assert [image.number for image in images] == [1, 2, 3]
    assert {(image.width, image.height) for image in images} == {size}
    strongest = []
    for image in images:
        picture = opened(image).convert("RGB")
        levels = picture.getpixel((picture.width // 2, picture.height // 2))
        strongest.append(levels.index(max(levels)))
    assert strongest == [0, 1, 2]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP"])
def test_a_picture_is_one_page(kind):
    (image,) = page_images(saved(kind, "white"), "a.bin")
    assert (opened(image).format, opened(image).size) == ("JPEG", (60, 80))


def test_a_fine_scan_is_reduced():
    (image,) = page_images(saved("PNG", "white", size=(2480, 3508)), "a.png")
    assert max(opened(image).size) == LONG_SIDE
    assert (image.width, image.height) == (2480, 3508)


def test_a_turned_photograph_is_shown_as_viewers_do():
    exif = Image.Exif()
    exif[0x0112] = 6
    (image,) = page_images(saved("JPEG", "white", size=(80, 60), exif=exif), "a.jpg")
    assert opened(image).size == (60, 80)


def test_very_many_pages_are_not_all_shown():
    data = saved("TIFF", *["white"] * (MAX_SHOWN_PAGES + 5), size=(2, 2))
    assert len(page_images(data, "a.tiff")) == MAX_SHOWN_PAGES


def test_a_text_has_no_pictures():
    assert page_images("一、总体情况".encode(), "a.txt") == ()


@pytest.mark.parametrize("data", [b"%PDF-1.7\nnothing", b"\x89PNG\r\n\x1a\nnothing"])
def test_what_cannot_be_drawn_is_said(data, tmp_path):
    with pytest.raises(InputError, match=r"a\.bin: its pages cannot be drawn"):
        page_images(data, "a.bin")
    (tmp_path / "a.bin").write_bytes(data)
    assert pipeline.page_images(tmp_path / "a.bin") == ()
