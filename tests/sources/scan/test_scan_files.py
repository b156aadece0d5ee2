"""Picture files: which are read, which are refused, and that nothing is fetched for it."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFont

from gipr_ml.errors import EmptyInput, InputError, TooLarge
from gipr_ml.sources import read_bytes
from gipr_ml.sources.scan.page import LONGEST_SIDE, to_pixels
from gipr_ml.types import Document
from tests.sources.scan.conftest import draw_table3

ROWS = [["12", "3", "0", "4", "5", "6", "30"], ["7", "0", "0", "1", "0", "2", "10"]]


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def values(document: Document) -> list[list[str]]:
    rows = [line for line in document.lines if len(line.cells) == 8]
    return [[cell.text for cell in row.cells[1:]] for row in rows]


@pytest.fixture(scope="module")
def page(font: ImageFont.FreeTypeFont) -> Image.Image:
    return draw_table3(font, ROWS)


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("WEBP", "image/webp"),
        ("BMP", "image/bmp"),
        ("TIFF", "image/tiff"),
    ],
)
def test_kinds_of_pictures_are_told_by_their_content(page: Image.Image, kind: str, media_type: str):
    document = read_bytes(saved(page, kind), "scan.dat")
    assert (document.name, document.media_type, document.paged) == ("scan", media_type, True)
    assert (document.unit, document.pages[0].size) == ("px", page.size)
    assert values(document) == ROWS


def test_a_tiff_has_several_pages(page: Image.Image):
    white = Image.new("L", page.size, 255)
    data = saved(white, "TIFF", save_all=True, append_images=[page], compression="tiff_lzw")
    document = read_bytes(data, "report.tif")
    assert [p.number for p in document.pages] == [1, 2]
    assert document.pages[0].lines == ()
    assert {line.page for line in document.lines} == {2}
    assert [line.number for line in document.lines] == list(range(len(document.lines)))
    assert values(document) == ROWS


def test_the_camera_says_which_way_up(page: Image.Image):
    turned = page.rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    document = read_bytes(saved(turned, "JPEG", exif=exif, quality=95), "photo.jpg")
    assert document.pages[0].size == page.size
    assert values(document) == ROWS


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nearly nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checked = kind + body
        return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(30_000, 30_000), (10_000, 6_001)])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(size: tuple[int, int]):
    with pytest.raises(TooLarge, match="60 million pixels"):
        read_bytes(png_header(*size), "huge.png")


def test_what_is_cut_off_or_no_picture_is_an_input_error(page: Image.Image):
    with pytest.raises(InputError, match="damaged or cut off"):
        read_bytes(saved(page, "PNG")[:5_000], "cut.png")
    with pytest.raises(InputError):
        read_bytes(b"\xff\xd8\xff" + b"\x07" * 400, "noise.jpg")


def test_a_white_page_is_empty():
    with pytest.raises(EmptyInput, match="holds no text"):
        read_bytes(saved(Image.new("L", (800, 1100), 255), "PNG"), "white.png")


def test_odd_kinds_of_pixels_become_rgb():
    grey = np.tile(np.arange(64, dtype=np.uint16) * 1024, (64, 1))
    assert to_pixels(grey.astype(np.int32)).shape == (64, 64, 3)
    see_through = Image.new("RGBA", (20, 30), (0, 0, 0, 0))
    assert to_pixels(see_through).min() == 255
    assert to_pixels(Image.new("1", (20, 30), 1)).dtype == np.uint8
    assert max(to_pixels(Image.new("L", (LONGEST_SIDE * 2, 50))).shape) == LONGEST_SIDE


def test_nothing_is_fetched(page: Image.Image, tmp_path: Path):
    """Read a page in a process in which every attempt to reach a network fails."""
    file = tmp_path / "page.png"
    file.write_bytes(saved(page, "PNG"))
    program = (
        "import socket, sys\n"
        "def refuse(*_, **__):\n"
        "    raise AssertionError('reached for the network')\n"
        "socket.socket.connect = socket.socket.connect_ex = refuse\n"
        "socket.create_connection = socket.getaddrinfo = refuse\n"
        "from pathlib import Path\n"
        "from gipr_ml.sources import read_document\n"
        "lines = read_document(Path(sys.argv[1])).lines\n"
        "print(*(c.text for line in lines if len(line.cells) == 8 for c in line.cells[1:]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HOME": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
    )
    assert done.stdout.split() == [value for row in ROWS for value in row]
