"""Tables as word processors print them: no room above and below the text, numbers wrapped."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gipr_ml.sources.scan.crops import laid_out
from gipr_ml.sources.scan.strokes import find_strokes
from tests.sources.scan.conftest import HEIGHT, LABELS, LEFT, WIDTH, row_label, scanned

Font = ImageFont.FreeTypeFont
Figures = list[list[str]]

LINE, TOP, COLUMN, FITS = 25, 300, 62, 3
"""Pixels of a line of text and of a column; digits that fit into a cell beside one another."""


def draw_tight(font: Font, values: Figures, below: str) -> Image.Image:
    """Rows of table 3 from its second on, with text right `below` the last rule."""
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    pen = ImageDraw.Draw(image)
    edges = [LABELS + COLUMN * i for i in range(8)]
    y = TOP
    for r, row in enumerate(values):
        pen.line([(LEFT, y), (edges[-1], y)], 0, 1)
        pen.text((LEFT + 8, y + 2), row_label(1 + r)[:22], 0, font)
        lines = 1
        for left, value in zip(edges, row, strict=False):
            parts = [value[i : i + FITS] for i in range(0, len(value), FITS)]
            lines = max(lines, len(parts))
            for n, part in enumerate(parts):
                pen.text((left + 13, y + 2 + LINE * n), part, 0, font)
        y += LINE * lines + 1
    pen.line([(LEFT, y), (edges[-1], y)], 0, 1)
    for x in (LEFT, *edges):
        pen.line([(x, TOP), (x, y)], 0, 1)
    pen.text((LEFT + 8, y + 2), below, 0, font)
    return image


def read(image: Image.Image) -> Figures:
    rows = [line.cells[-7:] for line in scanned(image, 1) if len(line.cells) >= 7]
    return [[cell.text for cell in row] for row in rows]


def test_rows_printed_close_are_read_up_to_the_heading_right_below_them(font: Font):
    row = ["3", "0", "11", "0", "0", "2", "16"]
    figures = [row, ["0"] * 7, row, ["0"] * 7, ["0"] * 7, row]
    page = draw_tight(font, figures, "四、政府信息公开行政复议、行政诉讼情况")
    lines = scanned(page, 1)
    assert read(page) == figures
    assert lines[-1].text == "四、政府信息公开行政复议、行政诉讼情况"


def test_a_number_that_is_wrapped_in_its_cell_is_one_number(font: Font):
    figures = [
        ["2451", "779", "0", "0", "0", "96", "3326"],
        ["449", "0", "0", "0", "0", "5", "454"],
        ["0"] * 7,
        ["29006", "0", "0", "0", "7", "0", "29013"],
        ["15", "0", "0", "0", "0", "0", "15"],
    ]
    assert read(draw_tight(font, figures, "")) == figures


def test_numbers_of_rows_close_below_each_other_are_never_one(font: Font):
    figures = [["245", "", "", "", "", "", "245"], ["6", "", "", "", "", "", "6"], ["0"] * 7]
    assert read(draw_tight(font, figures, "")) == figures


def test_no_rule_goes_on_into_the_text_below_its_table():
    image = Image.new("L", (800, 600), 255)
    pen = ImageDraw.Draw(image)
    for x in (100, 300, 500, 700):
        pen.line([(x, 100), (x, 300)], 0, 2)
    for y in (100, 200, 300):
        pen.line([(100, y), (700, y)], 0, 2)
    for y in (330, 354, 378):  # strokes of characters on the line of the third rule
        pen.rectangle([498, y, 501, y + 20], 0)
        pen.rectangle([494, y + 8, 514, y + 10], 0)
    picture = np.asarray(image)
    bare = find_strokes(picture, 30.0).taken_out(picture)
    assert bare[:310].min() > 200
    assert np.array_equal(bare[325:400], picture[325:400])


def test_characters_below_each_other_are_laid_out_without_what_is_cut_off_beside_them():
    stacked = np.full((150, 40), 255, np.uint8)
    tops = (16, 47, 78, 109)
    for top in tops:
        stacked[top : top + 25, 8:33] = 0
    stacked[:5, 3:38] = 0  # the feet of the cell above
    stacked[143:, 15:25] = 0  # the top of the value below
    beside = laid_out(stacked)
    inked = np.flatnonzero((beside < 128).any(axis=0))
    characters = np.split(inked, np.flatnonzero(np.diff(inked) > 1) + 1)
    assert [len(one) for one in characters] == [25, 25, 25, 25]
    assert (beside < 128).sum() == 4 * 25 * 25
