"""Targets: everything that makes a document of bytes."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

from choices import ODD, Choices
from words import labels, told

from gipr_ml.errors import InputError
from gipr_ml.sources.archive import is_archive, read_archive
from gipr_ml.sources.limits import MAX_LINES
from gipr_ml.sources.pdf import read_pdf
from gipr_ml.sources.read import read_bytes
from gipr_ml.types import Document, Page

_NEVER = re.compile("[\0\ud800-\udfff]")


def read(data: bytes, name: str) -> Document | None:
    """The document, or None where it is refused in words."""
    try:
        document = read_bytes(data, name)
    except InputError as error:
        told(error)
        return None
    numbers = [line.number for line in document.lines]
    assert numbers == list(range(len(numbers))), "lines are not numbered in order"
    assert len(numbers) <= MAX_LINES
    for line in document.lines:
        assert not _NEVER.search(line.text), "a NUL or half of a character came through"
    return document


def text(data: bytes) -> None:
    """A text, of whatever encoding."""
    read(data, "report.txt")


def markdown(data: bytes) -> None:
    """A Markdown file."""
    read(data, "report.md")


def html(data: bytes) -> None:
    """A web page."""
    read(data, "report.html")


def mhtml(data: bytes) -> None:
    """A saved web page: the head of a mail, and parts."""
    read(b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n" + data, "report.mht")


def tree(data: bytes) -> None:
    """A web page made of elements, not of characters, so that most are whole."""
    choices = Choices(data)
    page = _elements(choices, 0, ("table", "tr", "td", "th", *_HTML), _HTML_ATTRIBUTES)
    read(f"<html><body>{page}".encode("utf-8", "surrogatepass"), "report.html")


# ---------------------------------------------------------------- what other parsers wrote


def parsed(data: bytes) -> None:
    """Output of parsers: JSON with their field names and values of every kind."""
    choices = Choices(data)
    value = _json(choices, 0)
    if choices.yes(3):
        value = {"schema_name": "DoclingDocument", **(value if isinstance(value, dict) else {})}
        value.setdefault("body", {"children": [{"$ref": f"#/texts/{n}"} for n in range(3)]})
    read(json.dumps(value).encode(), "report.json")


_KEYS = (
    "type", "category", "block_label", "label", "text", "block_content", "content", "table_body",
    "html", "bbox", "block_bbox", "box", "blocks", "parsing_res_list", "layout_dets", "page_idx",
    "page_index", "page_no", "list_items", "table_caption", "table_footnote", "text_level", "width",
    "height", "pages", "size", "body", "children", "$ref", "cref", "texts", "tables", "groups",
    "data",
    "table_cells", "grid", "prov", "coord_origin", "l", "t", "r", "b", "start_row_offset_idx",
    "start_col_offset_idx", "col_span", "row_span", "enumerated", "marker", "1", "2", "schema_name",
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**31, 10**30, 10**400, 1e308, -0.5, float("nan"), float("inf"),
    "", "table", "text", "title", "Table", "Section-header", "#/texts/0", "#/tables/0", "#/body",
    "#/groups/1", "BOTTOMLEFT", "TOPLEFT", [0, 0, 1000, 1000], [1, 2, 3], {}, [],
    "<table><tr><td>合计</td><td>3</td></tr></table>", "<t", "\ud800", "²", "#/texts/" + "9" * 5000,
)  # fmt: skip


def _json(choices: Choices, depth: int) -> Any:
    kind = choices.byte()
    if depth > 5 or not choices.left or kind < 90:
        return choices.pick(_VALUES)
    if kind < 120:
        return choices.text(labels(), 4)
    if kind < 180:
        return [_json(choices, depth + 1) for _ in range(choices.number(0, 4))]
    return {choices.pick(_KEYS): _json(choices, depth + 1) for _ in range(choices.number(1, 6))}


# ---------------------------------------------------------------- packages

_HTML = (
    "p", "div", "span", "b", "br", "h1", "h2", "pre", "ul", "li", "thead", "tbody", "caption",
    "img",
    "script", "style", "title", "a", "svg", "template", "center", "font", "textarea", "select",
    "noscript",
)  # fmt: skip
_HTML_ATTRIBUTES = {"colspan": ("2", "0", "-1", "99999999", "²", "٣", "1e3"), "rowspan": ("3", "x"),
                    "src": ("a.png", "data:image/png;base64,AAAA", "data:,", "file:///etc/passwd"),
                    "onclick": ("x()",)}  # fmt: skip
_WORD = (
    "w:p", "w:tbl", "w:tr", "w:tc", "w:r", "w:t", "w:tab", "w:br", "w:pPr", "w:numPr", "w:numId",
    "w:ilvl", "w:pStyle", "w:tcPr", "w:gridSpan", "w:vMerge", "w:sdt", "w:sdtContent", "w:ins",
    "w:del",
    "w:txbxContent", "w:sectPr", "w:hyperlink", "w:drawing", "w:instrText", "w:abstractNum",
    "w:lvl",
    "w:lvlText", "w:numFmt", "w:start", "w:num", "w:abstractNumId", "w:style", "w:name",
    "w:outlineLvl",
)  # fmt: skip
_WORD_ATTRIBUTES = {"w:val": ("0", "1", "2", "-1", "9999999999", "²", "%1.", "heading 1", "decimal",
                              "chineseCounting", "restart", "x" * 60, "9" * 5000),
                    "w:numId": ("1", "2"), "w:abstractNumId": ("1",), "w:ilvl": ("0", "1", "9"),
                    "w:styleId": ("1", "a"), "w:type": ("paragraph",)}  # fmt: skip
_SHEET = ("row", "c", "v", "f", "is", "t", "r", "mergeCells", "mergeCell", "si", "sheetData", "rPh")
_SHEET_ATTRIBUTES = {"r": ("1", "7", "9999999", "A1", "B2", "XFD1048576", "ZZZ9", "²", "٣", "0"),
                     "t": ("s", "n", "str", "inlineStr", "b", "e"),
                     "ref": ("A1:C1", "A1:A9", "A1:XFD1048576", "C9:A1", "A0:B0")}  # fmt: skip
_OFD = (
    "Layer", "Content", "TextObject", "TextCode", "PathObject", "AbbreviatedData", "ImageObject",
    "PageBlock", "Area", "PhysicalBox", "Template",
)  # fmt: skip
_NUMBERS = ("0 0 210 297", "1", "0", "-5", "1e308", "nan", "inf", "g 9 3", "g 999999999 1",
            "9" * 5000,
            "1 0 0 1 0 0", "0 1 -1 0 0 0", "3.5", "M 0 0 L 9 9 C", "true", "false")  # fmt: skip
_OFD_ATTRIBUTES = dict.fromkeys(
    ("Boundary", "CTM", "Size", "HScale", "CharDirection", "X", "Y", "DeltaX", "DeltaY", "Fill",
     "Stroke", "Visible", "ResourceID", "TemplateID"), _NUMBERS)  # fmt: skip


def docx(data: bytes) -> None:
    """A Word document of body, styles and numbering."""
    choices = Choices(data)
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    parts = {}
    for part in ("document", "styles", "numbering"):
        inside = _elements(choices, 0, _WORD, _WORD_ATTRIBUTES)
        whole = f"<w:{part} {space}><w:body>{inside}</w:body></w:{part}>"
        if part != "document":
            whole = f"<w:{part} {space}>{inside}</w:{part}>"
        parts[f"word/{part}.xml"] = _xml(whole)
    read(packed(parts), "report.docx")


def xlsx(data: bytes) -> None:
    """A workbook of two sheets and shared strings."""
    choices = Choices(data)
    relations = "".join(f'<R Id="r{n}" Target="s{n}.xml"/>' for n in (1, 2))
    sheets = '<sheet r:id="r1"/><sheet r:id="r2"/>'
    parts = {
        "xl/workbook.xml": f'<workbook xmlns:r="r"><sheets>{sheets}</sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": f"<Rs>{relations}</Rs>".encode(),
    }
    for part in ("s1", "s2", "sharedStrings"):
        inside = _elements(choices, 0, _SHEET, _SHEET_ATTRIBUTES)
        parts[f"xl/{part}.xml"] = _xml(f"<x>{inside}</x>")
    read(packed(parts), "report.xlsx")


def ofd(data: bytes) -> None:
    """An OFD document of two pages and a template."""
    choices = Choices(data)
    pages = '<Page BaseLoc="p1.xml"/><Page BaseLoc="p2.xml"/>'
    area = choices.pick(_NUMBERS)
    common = f"<PageArea><PhysicalBox>{area}</PhysicalBox></PageArea>"
    common += '<TemplatePage ID="1" BaseLoc="t.xml"/>'
    document = f"<D><CommonData>{common}</CommonData><Pages>{pages}</Pages></D>"
    parts = {
        "OFD.xml": b"<OFD><DocBody><DocRoot>d.xml</DocRoot></DocBody></OFD>",
        "d.xml": document.encode(),
    }
    for part in ("p1", "p2", "t"):
        inside = _elements(choices, 0, _OFD, _OFD_ATTRIBUTES)
        parts[f"{part}.xml"] = _xml(
            f'<P><Template TemplateID="1"/><Content><Layer>{inside}</Layer></Content></P>'
        )
    read(packed(parts), "report.ofd")


def package(data: bytes) -> None:
    """One part of each kind of document as the fuzzer's own characters."""
    kind, part = data[:1], data[1:]
    parts = {"word/document.xml": part, "xl/workbook.xml": part, "OFD.xml": part}
    name = sorted(parts)[kind[0] % 3 if kind else 0]
    read(packed({name: parts[name]}), "report.bin")


def _elements(
    choices: Choices, depth: int, tags: tuple[str, ...], attributes: dict[str, tuple[str, ...]]
) -> str:
    """Elements, one after the other and within one another."""
    parts = []
    while choices.left and len(parts) < 40:
        kind = choices.byte()
        if kind < 40:
            break
        if kind < 100:
            parts.append(_escaped(choices.text(labels(), 3)))
            continue
        tag = choices.pick(tags)
        stated = ""
        if choices.yes():
            name = choices.pick(sorted(attributes))
            stated = f' {name}="{choices.pick(attributes[name])}"'
        inside = _elements(choices, depth + 1, tags, attributes) if depth < 12 else ""
        parts.append(f"<{tag}{stated}>{inside}</{tag}>")
    return "".join(parts)


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")


def _xml(whole: str) -> bytes:
    kept = "".join(c for c in whole if c >= " " and not "\ud800" <= c <= "\udfff" and c < "\ufffe")
    return kept.encode()


def packed(parts: dict[str, bytes]) -> bytes:
    """A ZIP of these parts, not packed: quicker."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


# ---------------------------------------------------------------- archives and PDF

_PATHS = ("..", ".", "", "/", "\\", "C:", "a", "报告", "report.txt", "x.zip", "__MACOSX", "con",
          "~",
          "a" * 300, ".hidden", "=1+1", *ODD)  # fmt: skip


def archive(data: bytes) -> None:
    """An archive: raw bytes, or one made of odd names, one archive inside of another."""
    choices = Choices(data)
    whole = choices.rest() if choices.yes(4) else _archive(choices, 0)
    is_archive(whole)
    seen = set()
    try:
        for path, content in read_archive(whole, "reports.zip"):
            parts = path.split("/")
            assert path not in seen, "two files of one path"
            assert not {"", ".", ".."} & set(parts), f"{path!r} leads out of the archive"
            assert isinstance(content, bytes)
            seen.add(path)
    except InputError as error:
        told(error)
    read(whole, "reports.zip")


def _archive(choices: Choices, depth: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", choices.pick((0, 8))) as found:
        for _ in range(choices.number(0, 5)):
            name = "/".join(choices.pick(_PATHS) for _ in range(choices.number(1, 4)))
            inside = depth < 3 and choices.yes(3)
            content = _archive(choices, depth + 1) if inside else b"1" * choices.number(0, 20)
            info = zipfile.ZipInfo((name + ".zip" if inside else name) or "x")
            info.external_attr = choices.pick((0, 0o120777 << 16, 0o40755 << 16))
            info.filename = info.filename.encode("utf-8", "replace").decode()
            found.writestr(info, content)
    whole = bytearray(file.getvalue())
    if choices.yes(3):
        for _ in range(choices.number(1, 3)):
            whole[choices.number(0, len(whole) - 1)] = choices.byte()
    return bytes(whole)


def pdf(data: bytes) -> None:
    """A PDF whose drawing commands or objects are the fuzzer's; nothing is recognised."""
    kind, content = data[:1], data[1:]
    if kind > b"\x80":
        whole = b"%PDF-1.4\n" + content + b"\ntrailer<</Root 1 0 R>>\n%%EOF"
    else:
        whole = _PDF % (len(content), content)
    try:
        read_pdf(whole, "report.pdf", lambda index, _: Page(index + 1, ()))
    except InputError as error:
        told(error)


_PDF = (
    b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
    b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
    b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\ntrailer<</Size 5/Root 1 0 R>>\n%%%%EOF"
)
