"""OFD documents: text and rules in their boxes, pages, and what cannot be read."""

from __future__ import annotations

import re

import pytest
from drawn_files import MM, OfdPen, ofd
from office_files import packed
from report_blocks import blocks

import gipr_ml
from gipr_ml.errors import EmptyInput, InputError, TooLarge
from gipr_ml.pipeline import process_bytes
from gipr_ml.sources import read_bytes
from gipr_ml.types import Status

SAMPLE = gipr_ml.__path__[0] + "/samples/lanting_transport_2024.html"


@pytest.mark.parametrize("how", [{}, {"turned_groups": True}, {"height": 420, "closed": False}])
def test_an_ofd_report_is_read_like_the_web_page_it_was(how):
    report = process_bytes(ofd(**how), "report.ofd")
    wanted = {cell.key: cell.value for cell in gipr_ml.process(SAMPLE).cells}
    assert {cell.key: cell.value for cell in report.cells} == wanted
    assert report.status is Status.CONSISTENT
    assert (report.agency, report.year) == ("兰汀市交通运输局", 2024)


def test_boxes_are_points_of_the_page():
    table = blocks(
        "<table><tr><td>规章</td><td>0</td></tr><tr><td>许可</td><td>5</td></tr></table>"
    )
    document = read_bytes(ofd(table, width=300, height=200), "a.ofd")
    (page,) = document.pages
    assert (document.paged, document.unit, page.number) == (True, "pt", 1)
    assert page.size == pytest.approx((300, 200), abs=0.1)
    assert [line.text for line in page.lines] == ["规章\t0", "许可\t5"]
    assert page.lines[0].cells[0].box[:2] == pytest.approx((50, 50), abs=0.1)


def test_steps_between_characters_and_radicals():
    pen = OfdPen(300, 200)
    pen.text(20, 50, "⼀、总体情况", 10)
    step = 10 * MM
    pen.objects[0] = pen.objects[0].replace(
        pen.objects[0].split('DeltaX="')[1].split('"')[0], f"g 5 {step:.3f}"
    )
    pen.end_page()
    (line,) = read_bytes(pen.close(), "a.ofd").lines
    assert line.text == "一、总体情况"
    assert line.cells[0].box[0] == pytest.approx(20, abs=0.1)
    assert line.cells[0].box[2] == pytest.approx(80, abs=0.3)


def scanned_ofd(objects: str) -> bytes:
    """A page that is a scan of a report's table, `objects` on it."""
    from test_pictures import picture

    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    return packed(
        {
            "OFD.xml": f"<ofd:OFD {space}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml"
            "</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
            "Doc_0/Document.xml": f"<ofd:Document {space}><ofd:CommonData><ofd:PageArea>"
            "<ofd:PhysicalBox>0 0 200 100</ofd:PhysicalBox></ofd:PageArea>"
            "<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes></ofd:CommonData><ofd:Pages>"
            '<ofd:Page ID="9" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
            "Doc_0/DocumentRes.xml": f'<ofd:Res {space} BaseLoc="Res"><ofd:MultiMedias>'
            '<ofd:MultiMedia ID="5" Type="Image"><ofd:MediaFile>1.png</ofd:MediaFile>'
            "</ofd:MultiMedia></ofd:MultiMedias></ofd:Res>",
            "Doc_0/Res/1.png": picture(),
            "Doc_0/Pages/Page_0/Content.xml": f'<ofd:Page {space}><ofd:Content><ofd:Layer ID="2">'
            f"{objects}</ofd:Layer></ofd:Content></ofd:Page>",
        }
    )


@pytest.mark.parametrize(
    "place", ['Boundary="0 0 200 100" CTM="200 0 0 100 0 0"', 'Boundary="0 0 200 100"']
)
def test_a_page_that_is_a_picture_is_recognised_and_its_boxes_are_points_of_the_page(place):
    from test_pictures import ROWS

    document = read_bytes(scanned_ofd(f'<ofd:ImageObject {place} ResourceID="5"/>'), "a.ofd")
    (page,) = document.pages
    assert [tuple(cell.text for cell in line.cells) for line in page.lines] == list(ROWS)
    assert page.size == pytest.approx((200 / MM, 100 / MM), abs=0.1)
    # The picture is a page of 400 by 200 points, drawn here over the whole of the page.
    left, top, _, _ = page.lines[0].cells[0].box
    assert (left, top) == pytest.approx((50 * page.size[0] / 400, 50 * page.size[1] / 200), abs=8)


@pytest.mark.parametrize(
    "objects",
    [
        '<ofd:ImageObject Boundary="0 0 20 10" ResourceID="5"/>',
        '<ofd:ImageObject Boundary="0 0 200 100" ResourceID="6"/>',
        '<ofd:ImageObject Boundary="0 0 200 100" ResourceID="5" Visible="false"/>',
    ],
    ids=["an ornament", "a picture that is not there", "one that is not shown"],
)
def test_a_page_without_text_or_scan_is_empty(objects):
    with pytest.raises(EmptyInput, match="holds no text"):
        read_bytes(scanned_ofd(objects), "a.ofd")


def test_text_of_templates_is_part_of_the_page():
    plain = OfdPen(300, 200)
    plain.text(20, 50, "正文", 10)
    plain.end_page()
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(plain.close())) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    document = parts["Doc_0/Document.xml"]
    template = '<ofd:TemplatePage ID="4" BaseLoc="Tpls/Tpl_0.xml"/></ofd:CommonData>'
    parts["Doc_0/Document.xml"] = document.replace("</ofd:CommonData>", template)
    content = parts["Doc_0/Pages/Page_0/Content.xml"]
    parts["Doc_0/Tpls/Tpl_0.xml"] = content.replace("正文", "页眉").replace(
        f"{50 * MM:.3f}", f"{20 * MM:.3f}"
    )
    parts["Doc_0/Pages/Page_0/Content.xml"] = content.replace(
        "<ofd:Content>", '<ofd:Template TemplateID="4"/><ofd:Content>'
    )
    assert [line.text for line in read_bytes(packed(parts), "a.ofd").lines] == ["页眉", "正文"]


def test_what_cannot_be_read_is_told_in_a_sentence():
    with pytest.raises(InputError, match="has no pages"):
        read_bytes(packed({"OFD.xml": "<OFD/>"}), "a.ofd")
    blank = OfdPen(300, 200)
    blank.end_page()
    with pytest.raises(EmptyInput, match="holds no text"):
        read_bytes(blank.close(), "a.ofd")
    many = OfdPen(300, 200)
    many.pages = [""] * 301
    with pytest.raises(TooLarge, match="more than 300 pages"):
        read_bytes(many.close(), "a.ofd")
    with pytest.raises(InputError, match="is no XML"):
        read_bytes(packed({"OFD.xml": "<OFD>"}), "a.ofd")
    with pytest.raises(InputError, match="damaged or cut short"):
        read_bytes(ofd()[:3000], "a.ofd")


@pytest.mark.parametrize("size", ["", "x", "nan", "1e999", "1e307", "-3"])
def test_nonsense_in_numbers_does_no_harm(size):
    pen = OfdPen(300, 200)
    pen.text(20, 50, "正文", 10)
    pen.text(20, 80, "怪字", 10)
    pen.objects[1] = pen.objects[1].replace(f'Size="{10 * MM:.3f}"', f'Size="{size}"')
    pen.end_page()
    assert [line.text for line in read_bytes(pen.close(), "a.ofd").lines] == ["正文"]


@pytest.mark.parametrize("step", ["1e307", "-1e307", "g 3 1e307", "nan"])
def test_steps_that_no_page_has_end_a_row(step):
    pen = OfdPen(300, 200)
    pen.text(20, 50, "正文", 10)
    pen.objects[0] = re.sub(r'DeltaX="[^"]*"', f'DeltaX="{step}"', pen.objects[0])
    assert f'DeltaX="{step}"' in pen.objects[0]
    pen.end_page()
    assert [line.text for line in read_bytes(pen.close(), "a.ofd").lines] == ["正文"]
