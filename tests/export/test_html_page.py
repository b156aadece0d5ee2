"""The page for people: whole in one file, harmless whatever a report says, every cell in place."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from lxml import html
from PIL import Image

import gipr_ml
from gipr_ml.export import write
from gipr_ml.export.debug import MARKS, RULE, TEXT, UNSURE, debug_pictures
from gipr_ml.export.html import english, html_bytes
from gipr_ml.export.html.cells import SYMBOLS
from gipr_ml.export.html.places import AIR
from gipr_ml.export.layout import official_grid
from gipr_ml.export.marks import Mark
from gipr_ml.forms import load_forms
from gipr_ml.forms.years import load_year_rules
from gipr_ml.types import (
    Cause,
    Cell,
    Finding,
    Line,
    Outcome,
    Page,
    PageImage,
    Place,
    ReportLine,
    Severity,
    Status,
)

HOSTILE = '"><script>alert(1)</script><img src="http://example.invalid/x" onerror="x">\x00\ud800'
LOST = "t3/granted/natural_person"
TOTAL = "t4/reconsideration/total"


def picture(width=300, height=200):
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, "PNG")
    return out.getvalue()


def page_of(report, images=()):
    return html.document_fromstring(html_bytes(report, images).decode())


def on_page(report, boxes):
    """The report with these cells in boxes on page 2."""
    cells = tuple(
        replace(cell, source=Place(page=2, line=0, cell=0, box=boxes[cell.key]))
        if cell.key in boxes
        else cell
        for cell in report.cells
    )
    return replace(report, cells=cells)


def cell_of(page, key):
    return page.get_element_by_id("cell-" + key.replace("/", "-"))


def words(element):
    return " ".join(element.text_content().split())


def in_language(element, language):
    """The words that the page shows in that language."""
    hidden = {"zh": "en", "en": "zh"}[language]
    texts = element.xpath(f".//text()[not(ancestor::span[@class='{hidden}'])]")
    return "".join(texts)


@pytest.mark.parametrize("form", ["2019", "2021"])
def test_every_cell_stands_in_its_table_as_printed(make_report, form):
    report = make_report(form)
    page = page_of(report)
    for cell in report.cells:
        assert words(cell_of(page, cell.key)) == f"{cell.value:f}"
        assert cell_of(page, cell.key).getparent().getparent().getparent().get("class") == (
            f"official {cell.key[:2]}"
        )


def test_the_page_asks_for_nothing_outside_itself(make_damaged):
    report = on_page(make_damaged(), {TOTAL: (1.0, 2.0, 3.0, 4.0)})
    text = html_bytes(report, [PageImage(2, picture(), 100, 80)]).decode()
    page = html.document_fromstring(text)
    sources = page.xpath("//@src | //@href | //@action | //@srcset | //@style")
    assert sources
    assert all(str(source).startswith(("#", "data:image/png;base64,")) for source in sources)
    assert not re.search(r"@import|url\(|fetch\(|XMLHttp|https?://", text)


def test_the_policy_allows_the_one_style_and_the_one_script(make_report):
    page = page_of(make_report())
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'; img-src data:; ")
    for name in ("style", "script"):
        (element,) = page.xpath(f"//{name}")
        digest = hashlib.sha256(element.text.encode()).digest()
        assert f"{name}-src 'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert not page.xpath("//@onclick | //@onload | //@onerror")


def test_what_a_report_says_is_never_markup(make_damaged):
    report = make_damaged()
    cells = tuple(replace(cell, raw=HOSTILE, unit=HOSTILE) for cell in report.cells)
    hostile = replace(
        report,
        name=HOSTILE,
        agency=HOSTILE,
        media_type=HOSTILE,
        reason=HOSTILE,
        cells=cells,
        findings=(Finding(HOSTILE, Severity.ERROR, Outcome.FAIL, (LOST,), HOSTILE),),
        lines=(ReportLine(0, None, (HOSTILE,), HOSTILE, 1.0, ("",), ()),),
    )
    page = page_of(hostile)
    assert len(page.xpath("//script")) == 1
    assert not page.xpath("//img | //@onerror")
    assert "<script>alert(1)</script>" in page.get_element_by_id("cell-t2-regulations-issued").text


def test_every_link_leads_somewhere_and_no_id_is_used_twice(make_damaged):
    report = on_page(make_damaged(), {TOTAL: (1.0, 2.0, 3.0, 4.0)})
    for images in ((), [PageImage(2, picture(), 100, 80)]):
        page = page_of(report, images)
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert {link[1:] for link in page.xpath("//@href[starts-with(., '#')]")} <= set(ids)
        assert set(page.xpath("//@data-to")) <= set(ids)


def test_marked_cells_have_a_colour_and_a_symbol(make_damaged):
    page = page_of(make_damaged())
    for key, mark in (
        (TOTAL, Mark.FAILS),
        (LOST, Mark.LOST),
        ("t3/carried_in/total", Mark.ILLEGIBLE),
        ("t3/declined_duplicate/total", Mark.DOUBTFUL),
        ("t3/carried_in/legal_service", Mark.BLANK),
        ("t4/litigation_direct/upheld", Mark.NOT_APPLICABLE),
    ):
        cell = cell_of(page, key)
        assert mark.name.lower() in cell.get("class").split()
        assert cell.findtext(".//i") == SYMBOLS[mark]
    assert len(set(SYMBOLS.values())) == len(Mark)
    assert "→ 18 / 17" in words(cell_of(page, LOST))
    assert "proposed" in cell_of(page, LOST).get("class").split()


def test_low_confidence_is_marked_as_doubt(make_report):
    finding = Finding(
        "reading.low_confidence", Severity.WARNING, Outcome.NOT_CHECKABLE, (TOTAL,), "请对照原文"
    )
    page = page_of(make_report(findings=(finding,)))
    assert "doubtful" in cell_of(page, TOTAL).get("class")


def test_findings_state_reported_computed_and_difference(make_damaged):
    page = page_of(make_damaged())
    (row,) = page.xpath("//section[@id='findings']//tr[@class='error']")
    assert [words(cell) for cell in row.xpath("td[@class='number']")] == ["20", "2", "+18"]
    assert row.xpath(".//a/@href") == ["#cell-t4-reconsideration-upheld", f"#cell-{dashed(TOTAL)}"]


def dashed(key):
    return key.replace("/", "-")


def test_a_cell_leads_to_its_place_on_the_image_and_back(make_damaged):
    boxes = {TOTAL: (10.0, 20.0, 40.0, 32.0), LOST: (1.5, 2.0, 3.0, 4.0)}
    page = page_of(on_page(make_damaged(), boxes), [PageImage(2, picture(), 100, 80)])
    spot = page.get_element_by_id(f"at-{dashed(TOTAL)}")
    assert cell_of(page, TOTAL).find("a").get("href") == f"#at-{dashed(TOTAL)}"
    assert spot.get("data-to") == f"cell-{dashed(TOTAL)}"
    assert {"spot", "fails"} == set(spot.get("class").split())
    rect = spot.find("rect")
    air = 300 / AIR
    frame = [30 - air, 50 - air, 90 + 2 * air, 30 + 2 * air]
    found = [float(rect.get(name)) for name in ("x", "y", "width", "height")]
    assert found == pytest.approx(frame, abs=0.06)
    assert words(spot.find("text")) == SYMBOLS[Mark.FAILS]
    assert words(page.get_element_by_id(f"at-{dashed(LOST)}").find("text")) == (
        SYMBOLS[Mark.LOST] + "→"
    )
    assert page.xpath("//svg/@viewbox | //svg/@viewBox") == ["0 0 300 200"]


def test_a_proposal_is_told_in_the_language_of_the_page(make_damaged):
    page = page_of(make_damaged())
    (proposal,) = page.xpath("//section[@id='look']//b[@class='proposal']")
    assert in_language(proposal, "zh") == "→ 18 / 17（唯一）"
    assert in_language(proposal, "en") == "→ 18 / 17 (unique)"
    assert words(cell_of(page, LOST).find("b")) == "→ 18 / 17"


def test_without_images_a_cell_leads_to_the_line(make_report):
    report = make_report()
    first = replace(report.cells[0], source=Place(line=1, cell=1))
    page = page_of(replace(report, cells=(first, *report.cells[1:])))
    assert cell_of(page, first.key).find("a").get("href") == "#l1c1"
    piece = page.get_element_by_id("l1c1")
    assert (piece.text, piece.get("data-to")) == ("25", "cell-t2-regulations-issued")


def test_a_rejected_report_says_why(make_report, tmp_path):
    report = make_report(
        cells=(),
        findings=(),
        narrative=(),
        status=Status.REJECTED,
        reason="a.txt: the file is empty",
    )
    (path,) = write(report, tmp_path, ["html"], images=[])
    page = html.document_fromstring(path.read_bytes().decode())
    (reason,) = page.find_class("reason")
    assert in_language(reason, "zh") == "文件是空的，或没有可识别的文字。"
    assert in_language(reason, "en") == "a.txt: the file is empty"
    assert "未能作为年度报告读取" in words(page.find_class("status")[0])


def test_all_official_words_are_translated():
    labels = english.words()["labels"]
    for table in load_forms().tables.values():
        printed = {box.text for box in official_grid(table).boxes if box.text}
        assert {table.title, *printed} <= labels.keys()
    assert english.words()["marks"].keys() == {mark.name for mark in Mark}
    identity = load_forms().identities_of("t3", "2021")[0]
    finding = Finding(
        identity.rule, Severity.ERROR, Outcome.FAIL, tuple(identity.coefficients), "x"
    )
    assert english.finding_words(finding) == (
        "Row “1. New requests this year”: natural persons and the five kinds of organisation must "
        "add up to the total"
    )


def test_every_finding_that_is_made_has_english_words():
    package = Path(gipr_ml.__file__).parent
    files = [*package.glob("assemble/*.py"), *package.glob("checking/*.py")]
    source = "".join(path.read_text("utf-8") for path in files)
    codes = set(re.findall(r'"((?:completeness|reading|narrative|set|t[234])\.[a-z_]+)"', source))
    codes |= {f"t3.{code}" for code in re.findall(r'table\}\.([a-z_]+)"', source)}
    codes |= {f"fault.{cause}" for cause in (*get_args(Cause), "unresolved")}
    codes |= {rule.rule for rule in (*load_forms().limits, *load_forms().texts, *load_year_rules())}
    assert {"t2.split", "t3.merged_rows", "set.duplicate", "fault.unclear"} <= codes
    codes -= {identity.rule for identity in load_forms().identities}  # known by their cells
    bare = [Finding(code, Severity.INFO, Outcome.FAIL, (), "x") for code in sorted(codes)]
    assert [f.rule for f in bare if english.finding_words(f) == f"Rule {f.rule}"] == []
    limit = Finding("t4.count", Severity.WARNING, Outcome.FAIL, (TOTAL,), "x")
    assert english.finding_words(limit) == (
        "Figures of table 4 are whole numbers from 0 up, of five digits at most."
    )


def test_debug_draws_what_was_seen(make_damaged):
    report = on_page(make_damaged(), {TOTAL: (10.0, 60.0, 40.0, 72.0)})
    cells = (
        Cell("20", box=(50.0, 20.0, 60.0, 30.0)),
        Cell("7", box=(70.0, 20.0, 80.0, 30.0), confidence=0.5),
    )
    pages = [Page(2, (Line(0, cells, page=2),), rules=((5.0, 5.0, 95.0, 5.0),))]
    image = PageImage(2, picture(300, 240), 100, 80)
    ((number, data),) = debug_pictures(report, pages, [image])
    drawn = Image.open(io.BytesIO(data))
    assert (number, drawn.size) == (2, (300, 240))
    assert drawn.getpixel((150, 60)) == TEXT
    assert drawn.getpixel((210, 75)) == UNSURE
    assert drawn.getpixel((30, 190)) == MARKS[Mark.FAILS]
    assert drawn.getpixel((150, 15)) == RULE
    assert drawn.getpixel((250, 200)) == (255, 255, 255)


def test_debug_tells_a_picture_that_is_none(make_report):
    with pytest.raises(ValueError, match="page 3"):
        list(debug_pictures(make_report(), [], [PageImage(3, b"no picture", 1, 1)]))
