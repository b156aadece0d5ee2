"""Pages of the official tables, drawn with whatever Chinese font the machine has."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from gipr_ml.forms import load_forms
from gipr_ml.sources.scan import read_scanned
from gipr_ml.types import Line

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "C:/Windows/Fonts")
NAMES = ("NotoSerifCJK", "NotoSansCJK", "wqy", "simsun", "Songti", "SourceHan", "PingFang")

WIDTH, HEIGHT = 1240, 1754
LEFT, LABELS, RIGHT = 90, 560, 1160
ROW, TOP = 46, 320
SIZE = 19


@cache
def font_file() -> Path | None:
    for folder in FOLDERS:
        for path in sorted(Path(folder).rglob("*")) if Path(folder).is_dir() else ():
            if path.suffix in (".ttc", ".ttf", ".otf") and any(n in path.name for n in NAMES):
                return path
    return None


@pytest.fixture(scope="session")
def font() -> ImageFont.FreeTypeFont:
    path = font_file()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("no Chinese font is installed: install fonts-noto-cjk")
        pytest.skip("no Chinese font is installed")
    return ImageFont.truetype(str(path), SIZE)


def scanned(page: Any, number: int) -> tuple[Line, ...]:
    """The lines that are read on the picture of a page."""
    return read_scanned(page, number).lines


def column_edges() -> list[float]:
    return [LABELS + (RIGHT - LABELS) * i / 7 for i in range(8)]


def row_label(number: int) -> str:
    row = load_forms().table("t3", "2021").rows[number]
    return row.full_label


def draw_table3(
    font: ImageFont.FreeTypeFont,
    values: list[list[str]],
    *,
    ruled: bool = True,
    header: bool = True,
    first: int = 0,
) -> Image.Image:
    """A page with rows of table 3, from row `first` of the form on; "" is a blank cell."""
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    pen = ImageDraw.Draw(image)
    edges = column_edges()
    if header:
        pen.text((LEFT, 150), "三、收到和处理政府信息公开申请情况", 0, font)
        columns = load_forms().table("t3", "2021").rows[0].columns
        pen.text(((LABELS + RIGHT) / 2, TOP - 100), "申请人情况", 0, font, anchor="mm")
        pen.text((edges[3] + 40, TOP - 70), "法人或其他组织", 0, font, anchor="mm")
        for i, column in enumerate(columns):
            x = (edges[i] + edges[i + 1]) / 2
            parts = [column.label[k : k + 4] for k in range(0, len(column.label), 4)]
            for k, part in enumerate(parts):
                y = TOP - 36 + 22 * (k - (len(parts) - 1) / 2)
                pen.text((x, y), part, 0, font, anchor="mm")
    for r, row in enumerate(values):
        y = TOP + ROW * r + ROW / 2
        pen.text((LEFT + 8, y), row_label(first + r)[:22], 0, font, anchor="lm")
        for i, value in enumerate(row):
            pen.text(((edges[i] + edges[i + 1]) / 2, y), value, 0, font, anchor="mm")
    if ruled:
        bottom = TOP + ROW * len(values)
        for r in range(len(values) + 1):
            pen.line([(LEFT, TOP + ROW * r), (RIGHT, TOP + ROW * r)], 0, 2)
        for x in [LEFT, *edges]:
            pen.line([(x, TOP - 120 if header else TOP), (x, bottom)], 0, 2)
    return image


@pytest.fixture(scope="session")
def figures() -> list[list[str]]:
    """Ten rows of seven figures whose last is the sum of the others."""
    rows = []
    for r in range(10):
        parts = [(r * 37 + i * i * 11) % 97 * (1 if i % 3 else 13) for i in range(6)]
        rows.append([str(part) for part in (*parts, sum(parts))])
    return rows
