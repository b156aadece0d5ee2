"""Seals, rules beside digits, bent pages, table 2, running heads: each class of fault by itself."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from gipr_ml.sources.chars import fold
from gipr_ml.sources.scan.columns import find_columns, find_header
from gipr_ml.sources.scan.crops import without_rules
from gipr_ml.sources.scan.frame import Frame, fit_frame
from gipr_ml.sources.scan.ink import holds_ink
from gipr_ml.sources.scan.inked import inked_columns
from gipr_ml.sources.scan.margins import printed_part
from gipr_ml.sources.scan.ocr import Reading, engine
from gipr_ml.sources.scan.page import to_grey
from gipr_ml.sources.scan.rules import Rules
from gipr_ml.sources.scan.sheet import Sheet
from gipr_ml.sources.scan.strokes import find_strokes
from gipr_ml.sources.scan.table2 import parted
from gipr_ml.sources.scan.table4 import columns_of_values
from gipr_ml.sources.scan.words import Word, as_number, word
from gipr_ml.types import Line
from tests.sources.scan.conftest import HEIGHT, WIDTH, scanned

Font = ImageFont.FreeTypeFont


@pytest.mark.parametrize("ink", [(205, 30, 35), (235, 120, 115), (60, 70, 190)])
def test_a_seal_becomes_paper_and_the_print_below_it_stays(ink: tuple[int, int, int]):
    page = Image.new("RGB", (800, 1100), "white")
    pen = ImageDraw.Draw(page)
    pen.ellipse([300, 400, 520, 620], outline=ink, width=12)
    pen.line([(310, 510), (510, 510)], (0, 0, 0), 6)
    grey = to_grey(np.asarray(page))
    assert grey[508:513, 320:500].max() < 30
    assert grey[400:500, 290:530].min() > 230


def test_a_coloured_line_of_text_is_no_seal():
    page = Image.new("RGB", (800, 1100), "white")
    ImageDraw.Draw(page).rectangle([200, 100, 600, 130], (200, 30, 30))
    assert to_grey(np.asarray(page))[110:120, 300:500].max() < 120


def test_a_rule_beside_a_digit_is_taken_off_its_crop_and_the_digit_is_not():
    crop = np.full((40, 40), 255, dtype=np.uint8)
    crop[10:30, 20:24] = 0
    ruled = crop.copy()
    ruled[:, 3:5] = 60
    ruled[36:38] = 60
    assert np.array_equal(without_rules(ruled), crop)
    assert np.array_equal(without_rules(crop), crop)


def lines_of_text(bend: float) -> np.ndarray:
    """Boxes of forty short pieces of ten lines that bend across the page, in pixels."""
    quads = []
    for y in range(100, 1100, 100):
        for x in range(50, 750, 175):

            def at(place: float, top: float) -> tuple[float, float]:
                return place, top + bend * ((place - 400) / 550) ** 2

            quads.append([at(x, y), at(x + 170, y), at(x + 170, y + 20), at(x, y + 20)])
    return np.array(quads, dtype=np.float32)


def test_a_bent_page_is_levelled_and_a_flat_one_stays_flat():
    bent = lines_of_text(60.0)
    frame = fit_frame(bent, 800, 1100)
    levels = frame.straight(bent[:, 0])[:, 1].reshape(10, 4)
    assert np.ptp(bent[:, 0, 1].reshape(10, 4), axis=1).min() > 15
    assert np.ptp(levels, axis=1).max() < 5
    assert fit_frame(lines_of_text(0.0), 800, 1100).down == (0.0, 0.0, 0.0, 0.0)


def header(texts: list[tuple[float, float, str]]) -> list[Word]:
    return [Word((x - 30, y - 10, x + 30, y + 10), text, 0.99) for x, y, text in texts]


INNER = ["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]


def test_a_header_whose_outer_label_wraps_is_found():
    words = header([(100, 90, "自然"), (100, 112, "人"), (700, 100, "总计")])
    found = find_header(words, 20)
    assert found is not None
    assert (found.first.x, found.last.x) == (100, 700)


def test_labels_that_are_left_of_a_header_say_where_the_others_stood():
    words = header([(100 * (i + 2), 100, text) for i, text in enumerate(INNER)])
    found = find_header(words, 20)
    assert found is not None
    assert (found.first.x, found.last.x) == pytest.approx((100, 700))
    assert find_header(words[3:], 20) is None


def test_a_stroke_read_behind_an_amount_makes_it_less_sure():
    assert as_number(Reading("19100.3|", 0.99, "191003", 0.9)) == ("19100.3", 0.85)


def test_half_a_pair_of_brackets_beside_a_number_is_a_speck_and_a_pair_is_none():
    assert as_number(Reading("0)", 0.97, "0", 0.9)) == ("0", 0.85)
    assert as_number(Reading("(3)", 0.97, "3", 0.9)) == (None, 0.0)


@pytest.mark.parametrize("sign", "减減")
def test_a_decrease_written_with_a_character_is_a_number_in_either_script(sign: str):
    assert as_number(Reading(f"{sign}387", 0.97, "387", 0.9)) == ("减387", 0.97)
    assert word((0, 0, 9, 9), Reading(f"{sign}387", 0.97, "387", 0.9)).text == "减387"


def sheet_of(grey: np.ndarray, right: float) -> Sheet:
    """A page on which a label up to `right` was found, and nothing else."""
    box = np.array([[(95, 284), (right, 284), (right, 316), (95, 316)]], dtype=np.float32)
    strokes = find_strokes(grey, 32.0)
    return Sheet(grey, box, Frame(WIDTH, HEIGHT), strokes, 0, (WIDTH, HEIGHT))


@pytest.mark.parametrize(("paper", "print_", "noise"), [(205, 184, 0.5), (255, 0, 12.0)])
def test_faint_print_on_a_nearly_empty_page_is_ink_and_the_noise_of_the_paper_is_none(
    paper: int, print_: int, noise: float, font: Font
):
    page = Image.new("L", (WIDTH, HEIGHT), paper)
    pen = ImageDraw.Draw(page)
    places = {"0": 300, "7": 500, "3": 700, "": 900}
    for text, x in places.items():
        pen.text((x, 400), text, print_, font, anchor="mm")
    for y in (380, 420):
        pen.line([(90, y), (1160, y)], print_ - 20 if print_ else 0, 3)
    pen.text((100, 300), "行政处罚", print_, font, anchor="lm")
    grain = np.random.default_rng(3).normal(0, noise, (HEIGHT, WIDTH))
    grey = np.clip(np.asarray(page) + grain, 0, 255).astype(np.uint8)
    sheet = sheet_of(grey, 185)
    found = [holds_ink(sheet, (x - 80, 386, x + 80, 414)) for x in places.values()]
    assert found == [True, True, True, False]


# ---------------------------------------------------------------- columns of table 3


def test_labels_may_end_where_the_first_column_begins_though_it_has_no_rules():
    centres = [700, 830, 960, 1090, 1220, 1350, 1480]
    numbers = [Word((x - 15, y, x + 15, y + 30), "0", 1, "0", 1) for y in (0, 60) for x in centres]
    labels = [Word((380, y, end, y + 30), "属于国家秘密", 1) for y, end in ((0, 683), (60, 610))]
    rows = [numbers[:7], numbers[7:]]
    rules = Rules(sheet_of(np.full((HEIGHT, WIDTH), 255, dtype=np.uint8), 335))
    found = find_columns(rows, [*numbers, *labels], None, rules, 40)
    assert found is not None
    assert found.left == 683
    assert [span[1] for span in found.spans[:6]] == [765, 895, 1025, 1155, 1285, 1415]
    found = find_columns(rows, [*numbers, labels[1]], None, rules, 40)
    assert found is not None
    assert found.left == 635


def test_ink_beside_the_last_label_tells_the_columns_where_most_numbers_were_missed(font: Font):
    page = Image.new("L", (WIDTH, HEIGHT), 255)
    pen = ImageDraw.Draw(page)
    centres = [400, 500, 620, 730, 850, 980, 1100]
    pen.text((100, 300), "四、结转下年度继续办理", 0, font, anchor="lm")
    for x in centres:
        pen.text((x, 300), "12", 0, font, anchor="mm")
    label = Word((95, 284, 335, 316), "四、结转下年度继续办理", 0.99)
    number = Word((480, 284, 520, 316), "12", 0.99, "12", 0.99)
    found = inked_columns(sheet_of(np.asarray(page), 335), [label, number])
    assert found is not None
    assert all(a < x < b for (a, b), x in zip(found.spans, centres, strict=True))
    pen.text((1180, 300), "3", 0, font, anchor="mm")
    assert inked_columns(sheet_of(np.asarray(page), 335), [label, number]) is None


# ---------------------------------------------------------------- table 2 on a page


def draw_table2(
    font: Font, rows: list[tuple[str, list[str]]], *, header: bool = True
) -> Image.Image:
    """The first block of table 2 without rules, with a running foot."""
    page = Image.new("L", (WIDTH, HEIGHT), 255)
    pen = ImageDraw.Draw(page)
    if header:
        pen.text((WIDTH / 2, 300), "第二十条第（一）项", 0, font, anchor="mm")
        pen.text((200, 350), "信息内容", 0, font, anchor="mm")
        for i, label in enumerate(("本年制发件数", "本年废止件数", "现行有效件数")):
            pen.text((500 + 250 * i, 350), label, 0, font, anchor="mm")
    for r, (label, values) in enumerate(rows):
        pen.text((120, 400 + 50 * r), label, 0, font, anchor="lm")
        for i, value in enumerate(values):
            pen.text((500 + 250 * i, 400 + 50 * r), value, 0, font, anchor="mm")
    pen.text((WIDTH / 2, HEIGHT - 60), "- 2 -", 0, font, anchor="mm")
    return page


def rows_of(lines: tuple[Line, ...]) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in lines if line.borders == "explicit"]


def test_rows_of_table_2_have_a_cell_for_each_column_also_where_it_is_blank(font: Font):
    rows = [("规章", ["7", "", "963"]), ("行政规范性文件", ["", "0", "12"])]
    lines = scanned(draw_table2(font, rows), 1)
    assert rows_of(lines) == [[label, *values] for label, values in rows]
    assert lines[-1].text.replace(" ", "") == "-2-"


def test_rows_of_table_2_need_no_header_on_a_continued_page(font: Font):
    rows = [("规章", ["7", "减1", "963"]), ("行政规范性文件", ["10", "0", "12"])]
    lines = scanned(draw_table2(font, rows, header=False), 2)
    assert rows_of(lines) == [[label, *values] for label, values in rows]


def test_a_label_that_was_found_in_one_box_with_its_value_is_cut_at_the_rule(font: Font):
    page = Image.new("L", (WIDTH, HEIGHT), 255)
    pen = ImageDraw.Draw(page)
    end = 100 + font.getlength("行政处罚") + 6
    pen.text((100, 300), "行政处罚", 0, font, anchor="lm")
    pen.text((end + 6, 300), "12", 0, font, anchor="lm")
    pen.rectangle([end - 1, 260, end + 1, 340], 0)
    sheet = sheet_of(np.asarray(page), 335)
    box = (95.0, 284.0, end + 50, 316.0)
    both, prose = Word(box, "行政处罚12", 0.9), Word(box, "本年作出行政处罚决定12", 0.9)
    found = parted(sheet, [both, prose], Rules(sheet), engine())
    assert [(one.text, one.number) for one in found] == [
        ("行政处罚", None),
        ("12", "12"),
        (prose.text, None),
    ]


def test_columns_of_table_4_show_by_ink_where_most_of_its_numbers_were_missed(font: Font):
    page = Image.new("L", (WIDTH, HEIGHT), 255)
    pen = ImageDraw.Draw(page)
    places = [100 + (WIDTH - 200) * i / 14 for i in range(15)]
    for x in places:
        pen.text((x, 300), "0", 0, font, anchor="mm")
    one = Word((places[3] - 8, 284, places[3] + 8, 316), "0", 0.9, "0", 0.9)
    leaf = Word((places[0] - 20, 230, places[0] + 20, 260), "结果维持", 0.9)
    sheet = sheet_of(np.asarray(page), 335)
    found = columns_of_values(sheet, [], [one], [leaf], [leaf, one], 300)
    assert [sum(a < x < b for x in places) for a, b in found] == [1] * 15
    assert columns_of_values(sheet, [], [one], [], [one], 300) == []


def test_blank_bands_of_a_page_are_left_out_and_places_on_it_found_again():
    page = np.full((960, 672), 250, dtype=np.uint8)
    page[200:212, 100:600] = 30
    page[900:910, 320:340] = 30
    part = printed_part(page)
    assert list(part.rows) == [5, 6, 7, 27, 28, 29]
    assert part.picture.shape == (6 * 32, 32 * len(part.columns))
    y, x = np.argwhere(part.picture == 30)[[0, -1]].T
    corners = np.stack([x, y], axis=-1).astype(np.float32)
    assert part.on_page(corners).tolist() == [[100, 200], [339, 909]]


def test_a_blank_page_has_no_printed_part_and_a_grainy_one_is_all_of_it():
    assert printed_part(np.full((320, 224), 240, dtype=np.uint8)).picture.size == 0
    grain = np.random.default_rng(1).normal(220, 40, (320, 224)).clip(0, 255).astype(np.uint8)
    assert np.array_equal(printed_part(grain).picture, grain)


@pytest.mark.parametrize(
    "text",
    [
        "全年共收到政府信息公开申请1000件，予以公开2200件，不予公开300件，结转下年度继续办理1110件",
        "收费20000元，办结1100件",
        "https://www.example.gov.cn/2022/1/13 10:05",
        "3. 其他法律行政法规禁止公开",
        "100000000",
    ],
)
def test_long_lines_read_the_same_with_all_their_digits(font: Font, text: str):
    crop = Image.new("L", (round(font.getlength(text)) + 12, round(font.size * 1.5)), 255)
    ImageDraw.Draw(crop).text((6, crop.height // 2), text, 0, font=font, anchor="lm")
    read = engine().recognise([np.asarray(crop)])[0].text
    assert fold(read).replace(" ", "") == fold(text).replace(" ", "")
