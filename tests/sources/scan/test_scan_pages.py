"""Rows of table 3 on pictures: what is read, what is blank, what cannot be read."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from gipr_ml.sources.scan.ocr import engine
from gipr_ml.sources.scan.sheet import look
from gipr_ml.sources.scan.words import read_words
from gipr_ml.types import Cell, Line
from tests.sources.scan.conftest import (
    HEIGHT,
    LABELS,
    ROW,
    TOP,
    WIDTH,
    column_edges,
    draw_table3,
    row_label,
    scanned,
)

Font = ImageFont.FreeTypeFont
Figures = list[list[str]]


def values_of(lines: tuple[Line, ...]) -> list[tuple[Cell, ...]]:
    """The value cells of each row of table 3."""
    rows = [line for line in lines if line.borders == "explicit" and len(line.cells) >= 7]
    return [line.cells[-7:] for line in rows if not line.cells[-1].text.startswith("总")]


def texts(lines: tuple[Line, ...]) -> Figures:
    return [[cell.text for cell in row] for row in values_of(lines)]


def test_every_row_is_one_line_with_its_label_and_seven_values(font: Font, figures: Figures):
    lines = scanned(draw_table3(font, figures), 3)
    assert texts(lines) == figures
    rows = [line for line in lines if line.borders == "explicit" and len(line.cells) == 8]
    assert [line.cells[0].text[-4:] for line in rows][:3] == [
        row_label(number)[-4:] for number in range(3)
    ]
    assert {line.page for line in lines} == {3}
    assert [line.number for line in lines] == list(range(len(lines)))
    assert len({line.table for line in rows}) == 1


@pytest.mark.parametrize("ruled", [True, False])
@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_page_may_lie_on_any_side_and_askew(
    font: Font, figures: Figures, turned: int, ruled: bool
):
    page = draw_table3(font, figures, ruled=ruled).rotate(1.5, expand=True, fillcolor=255)
    assert texts(scanned(page.rotate(turned, expand=True), 1)) == figures


def test_noise_and_blur_change_no_figure(font: Font, figures: Figures):
    page = draw_table3(font, figures).rotate(-3, expand=True, fillcolor=255)
    page = page.filter(ImageFilter.GaussianBlur(0.8))
    grey = np.asarray(page, dtype=float) * 0.5 + 90
    noisy = grey + np.random.default_rng(7).normal(0, 6, grey.shape)
    assert texts(scanned(np.clip(noisy, 0, 255).astype(np.uint8), 1)) == figures


def test_a_box_lies_where_the_figure_stands_on_the_page_as_given(font: Font, figures: Figures):
    page = draw_table3(font, figures)
    edges = column_edges()
    for turned in (0, 90):
        cells = values_of(scanned(page.rotate(turned, expand=True), 1))
        for r, row in enumerate(cells):
            for i, cell in enumerate(row):
                assert cell.box is not None
                left, top, right, bottom = cell.box
                x, y = (left + right) / 2, (top + bottom) / 2
                if turned:  # counter-clockwise: what was right is now on top
                    x, y = page.width - y, x
                assert edges[i] < x < edges[i + 1]
                assert TOP + ROW * r < y < TOP + ROW * (r + 1)


@pytest.mark.parametrize("ruled", [True, False])
def test_blank_cells_are_blank_and_not_zero(font: Font, figures: Figures, ruled: bool):
    rows = [list(row) for row in figures]
    for r in (1, 2, 6):
        for i in (1, 3, 4):
            rows[r][i] = ""
    assert texts(scanned(draw_table3(font, rows, ruled=ruled), 1)) == rows


def test_blank_columns_are_told_from_rules_or_header(font: Font, figures: Figures):
    rows = [[v if i in (0, 6) else "" for i, v in enumerate(row)] for row in figures]
    assert texts(scanned(draw_table3(font, rows), 1)) == rows
    assert texts(scanned(draw_table3(font, rows, ruled=False), 1)) == rows


def test_a_continued_page_needs_no_header(font: Font, figures: Figures):
    page = draw_table3(font, figures, header=False, first=5)
    assert texts(scanned(page, 2)) == figures


def test_an_address_and_a_page_number_below_the_table_are_no_row_of_it(
    font: Font, figures: Figures
):
    page = draw_table3(font, figures, ruled=False)
    pen = ImageDraw.Draw(page)
    pen.text((90, TOP + 12.5 * ROW), "https://www.example.gov.cn/t47.html", 0, font, anchor="lm")
    pen.text((column_edges()[2] + 40, TOP + 12.5 * ROW), "2", 0, font, anchor="mm")
    assert texts(scanned(page, 1)) == figures


def test_a_page_number_close_below_the_only_row_is_no_eighth_column(font: Font, figures: Figures):
    page = draw_table3(font, figures[:1])
    middle = column_edges()[1]
    ImageDraw.Draw(page).text((middle, TOP + 2.5 * ROW), "2", 0, font, anchor="mm")
    assert texts(scanned(page, 1)) == figures[:1]


def test_ink_that_is_no_number_is_illegible_and_never_blank(font: Font, figures: Figures):
    page = draw_table3(font, figures)
    pen = ImageDraw.Draw(page)
    x, y = LABELS + 2.5 * (column_edges()[1] - LABELS), TOP + 4.5 * ROW
    pen.rectangle([x - 30, y - 14, x + 30, y + 14], 255)
    for k in range(9):
        pen.line([(x - 20, y - 12 + 3 * k), (x + 20, y + 12 - 3 * k)], 40, 3)
    rows = values_of(scanned(page, 1))
    cell = rows[4][2]
    assert cell.illegible or cell.confidence < 0.8
    assert [c.text for i, c in enumerate(rows[4]) if i != 2] == [
        v for i, v in enumerate(figures[4]) if i != 2
    ]


def test_a_red_seal_over_figures_hides_none(font: Font, figures: Figures):
    page = draw_table3(font, figures).convert("RGB")
    seal = Image.new("L", page.size, 0)
    ImageDraw.Draw(seal).ellipse([820, 380, 1080, 640], outline=255, width=14)
    red = Image.new("RGB", page.size, (225, 40, 40))
    stamped = Image.fromarray(
        np.where(
            np.asarray(seal)[..., None] > 0,
            np.minimum(np.asarray(page), np.asarray(red)),
            np.asarray(page),
        ).astype(np.uint8)
    )
    assert texts(scanned(stamped, 1)) == figures


def test_digits_are_sure_on_a_clean_page(font: Font, figures: Figures):
    rows = values_of(scanned(draw_table3(font, figures), 1))
    assert min(cell.confidence for row in rows for cell in row) > 0.9


def test_an_empty_page_has_no_lines():
    assert scanned(Image.new("L", (1240, 1754), 255), 1) == ()
    assert scanned(np.zeros((3, 5, 3), dtype=np.uint8), 1) == ()


@pytest.mark.parametrize(("point", "numbers"), [(True, ["17377.3"]), (False, ["17377", "3"])])
def test_an_amount_is_not_cut_beside_its_point(font: Font, point: bool, numbers: list[str]):
    large = font.font_variant(size=28)
    page = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(page)
    for row in range(6):
        draw.text((100, 200 + 60 * row), "政府信息公开申请", font=large, fill="black")
    draw.text((700, 260), "17377", font=large, fill="black")
    _, _, right, bottom = (round(side) for side in draw.textbbox((700, 260), "17377", font=large))
    draw.text((right + 22, 260), "3", font=large, fill="black")
    if point:
        draw.rectangle((right + 10, bottom - 3, right + 12, bottom - 1), fill="black")
    sheet = look(np.asarray(page), page.size, engine())
    words = [word for word in read_words(sheet, engine()) if word.x > 600]
    assert [word.number for word in sorted(words, key=lambda word: word.x)] == numbers
