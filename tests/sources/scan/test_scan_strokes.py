"""Rules of tables: found, told from characters, taken out, and used to put a page straight."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from gipr_ml.sources.scan import read_scanned
from gipr_ml.sources.scan.frame import fit_frame
from gipr_ml.sources.scan.glyphs import is_slash
from gipr_ml.sources.scan.strokes import find_strokes
from tests.sources.scan.conftest import HEIGHT, WIDTH, column_edges, draw_table3, scanned

Font = ImageFont.FreeTypeFont
Figures = list[list[str]]

TALL = 30.0
EDGES = [100, 300, 500, 700]
LEVELS = [200, 240, 280, 320]


def grid() -> np.ndarray:
    """Three rows between rules, with a digit that stands close to the rule left of it."""
    image = Image.new("L", (800, 600), 255)
    pen = ImageDraw.Draw(image)
    for x in EDGES:
        pen.line([(x, LEVELS[0]), (x, LEVELS[-1])], 0, 2)
    for y in LEVELS:
        pen.line([(EDGES[0], y), (EDGES[-1], y)], 0, 2)
    pen.rectangle([308, 250, 312, 270], 0)
    return np.asarray(image)


def leaning(picture: np.ndarray) -> np.ndarray:
    """The picture as photographed from the side: its left edge leans, its right edge does not."""
    before = np.array([(0, 0), (800, 0), (800, 600), (0, 600)], dtype=np.float32)
    after = np.array([(0, 0), (800, 0), (800, 600), (60, 600)], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(before, after)
    return cv2.warpPerspective(picture, matrix, (800, 600), borderValue=255)


def test_rules_are_found_and_taken_out_and_what_stands_beside_them_stays():
    picture = grid()
    strokes = find_strokes(picture, TALL)
    places = sorted({round(x / 10) * 10 for x in strokes.upright[..., 0].ravel()})
    assert places == EDGES
    assert sorted({round(y / 10) * 10 for y in strokes.level[..., 1].ravel()}) == LEVELS
    bare = strokes.taken_out(picture)
    assert bare[250:271, 308:313].max() == 0
    bare[250:271, 308:313] = 255
    assert bare.min() > 200


def test_a_row_by_itself_has_rules_though_they_are_no_longer_than_a_character():
    picture = grid()
    picture = np.where(np.arange(600)[:, None] > 242, 255, picture).astype(np.uint8)
    assert len(find_strokes(picture, TALL).upright) == len(EDGES)


def test_short_pieces_of_a_rule_with_gaps_are_taken_out_and_digits_beside_them_stay():
    image = Image.new("L", (800, 600), 255)
    pen = ImageDraw.Draw(image)
    for top, bottom in [(100, 190), (240, 264), (290, 300), (320, 344), (370, 378), (400, 500)]:
        pen.line([(300, top), (300, bottom)], 0, 2)
    digits = [(308, top, 312, top + 18) for top in (250, 325, 420)]
    alone = (296, 545, 304, 563)
    for box in (*digits, alone):
        pen.rectangle(box, 0)
    bare = find_strokes(np.asarray(image), TALL).taken_out(np.asarray(image))
    assert bare[:540, :306].min() > 200
    for left, top, right, bottom in (*digits, alone):
        assert bare[top : bottom + 1, left : right + 1].max() == 0


def test_strokes_of_characters_in_line_are_no_rules():
    picture = np.full((600, 800), 255, dtype=np.uint8)
    for x in range(100, 700, 32):
        picture[300:303, x : x + 24] = 0
        picture[290:315, x + 11 : x + 14] = 0
    strokes = find_strokes(picture, TALL)
    assert not len(strokes.upright)
    assert not len(strokes.level)


def test_leaning_rules_put_a_page_upright_without_any_number():
    picture = leaning(grid())
    strokes = find_strokes(picture, TALL)
    line = np.array([[(100, 50), (400, 50), (400, 70), (100, 70)]], dtype=np.float32)
    frame = fit_frame(line, 800, 600, strokes)
    ends = frame.straight(strokes.upright.reshape(-1, 2)).reshape(-1, 2, 2)
    assert np.abs(strokes.upright[:, 1, 0] - strokes.upright[:, 0, 0]).max() > 6
    assert np.abs(ends[:, 1, 0] - ends[:, 0, 0]).max() < 1


@pytest.mark.parametrize("text", ["/", "1"])
def test_a_slash_leans_and_a_1_does_not(text: str, font: Font):
    image = Image.new("L", (40, 48), 255)
    ImageDraw.Draw(image).text((20, 24), text, 0, font.font_variant(size=32), anchor="mm")
    assert is_slash(np.asarray(image)) == (text == "/")


@pytest.mark.parametrize("text", ["/", "1"])
def test_a_dark_speck_beside_a_pale_stroke_hides_none(text: str, font: Font):
    image = Image.new("L", (40, 48), 255)
    pen = ImageDraw.Draw(image)
    pen.text((20, 24), text, 160, font.font_variant(size=32), anchor="mm")
    pen.rectangle([4, 36, 8, 40], 0)
    assert is_slash(np.asarray(image)) == (text == "/")


def test_slashes_in_cells_are_slashes(font: Font, figures: Figures):
    marked = [[row[0], *["/"] * 5, row[6]] for row in figures]
    lines = scanned(draw_table3(font, marked), 1)
    found = [[c.text for c in line.cells[-7:]] for line in lines if line.table is not None]
    assert found[-len(marked) :] == marked


def test_numbers_with_separators_of_thousands_are_numbers(font: Font, figures: Figures):
    grouped = [["1,733", *row[1:6], "12,896"] for row in figures]
    lines = scanned(draw_table3(font, grouped), 1)
    found = [[c.text for c in line.cells[-7:]] for line in lines if line.table is not None]
    assert found[-len(figures) :] == [["1733", *row[1:6], "12896"] for row in figures]


def test_digits_at_the_very_edge_of_their_column_are_found(font: Font, figures: Figures):
    image = draw_table3(font, [[""] * 7 for _ in figures])
    pen = ImageDraw.Draw(image)
    edges = column_edges()
    for r, row in enumerate(figures):
        for i, value in enumerate(row):
            pen.text((edges[i + 1] - 4, 320 + 46 * r + 23), value, 0, font, anchor="rm")
    lines = scanned(image, 1)
    found = [[c.text for c in line.cells[-7:]] for line in lines if line.table is not None]
    assert found[-len(figures) :] == figures


def test_a_row_of_fifteen_values_is_table_4_though_its_header_is_on_the_page_before(font: Font):
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    pen = ImageDraw.Draw(image)
    values = [str(i % 7) for i in range(15)]
    for i in range(16):
        pen.line([(100 + 68 * i, 80), (100 + 68 * i, 112)], 0, 2)
    for y in (80, 112):
        pen.line([(100, y), (1120, y)], 0, 2)
    for i, value in enumerate(values):
        pen.text((134 + 68 * i, 96), value, 0, font, anchor="mm")
    for i in range(8):
        pen.text((100, 180 + 40 * i), "下一步将围绕重点领域细化公开目录" * 2, 0, font)
    (row,) = [line for line in scanned(image, 1) if line.table is not None]
    assert [cell.text for cell in row.cells] == values


def test_a_page_has_its_rules_where_they_are_also_when_it_lies_on_its_side(
    font: Font, figures: Figures
):
    page = read_scanned(draw_table3(font, figures).rotate(90, expand=True), 1)
    assert page.size == (HEIGHT, WIDTH)
    levels = [top for left, top, right, _ in page.rules if right - left > 99]
    for x in column_edges():
        assert min(abs(WIDTH - x - y) for y in levels) < 3
