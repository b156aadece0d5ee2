"""PDFs as an enemy would make them: objects in packed streams, pages without end or of any size."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import pytest

from gipr_ml.errors import InputError
from gipr_ml.sources import read_bytes
from gipr_ml.sources.limits import MAX_STREAM_BYTES

CATALOG, PAGE = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Page/Parent 2 0 R/MediaBox[%s]%s>>"
A4 = b"0 0 595 842"
TEXT = b"BT /F 9 Tf 50 700 Td (page) Tj ET"
SHOWN = b"/Contents 4 0 R/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
STREAM = b"<</Length %d%s>>stream\n%s\nendstream"


def pdf(objects: Mapping[int, bytes], packed: Mapping[int, int] | None = None) -> bytes:
    """A PDF of these objects; `packed` are those that lie in the stream 9, with their places."""
    body, size = b"%PDF-1.5\n", 10
    rows = [bytes(7)] * size
    for number, content in objects.items():
        rows[number] = b"\1" + len(body).to_bytes(4, "big") + bytes(2)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    for number, place in (packed or {}).items():
        rows[number] = b"\2" + (9).to_bytes(4, "big") + place.to_bytes(2, "big")
    head = b"/Type/XRef/Size %d/Root 1 0 R/W[1 4 2]" % size
    table = b"".join(rows)
    end = b"10 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF"
    return body + end % (STREAM % (len(table), head, table), len(body))


def in_streams(claimed: int = 2, more: bytes = b"", blanks: int = 0) -> bytes:
    """A PDF whose catalogue and pages lie in a packed stream of objects."""
    inside = CATALOG + b" " + tree(b"3 0 R")
    head = b"1 0 2 %d " % (len(CATALOG) + 1)
    content = zlib.compress(head + inside + b" " * blanks, 9)
    about = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode%s" % (claimed, len(head), more)
    drawn = {3: PAGE % (A4, SHOWN), 4: STREAM % (len(TEXT), b"", TEXT)}
    stream = {9: STREAM % (len(content), about, content)}
    return pdf({**drawn, **stream}, {1: 0, 2: 1})


def tree(kids: bytes, count: int = 1) -> bytes:
    return b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count)


def pages(kids: bytes, count: int = 1, box: bytes = A4, more: bytes = SHOWN) -> bytes:
    """A PDF of pages that all are the object 3."""
    drawn = {3: PAGE % (box, more), 4: STREAM % (len(TEXT), b"", TEXT)}
    return pdf({1: CATALOG, 2: tree(kids, count), **drawn})


FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>"
CALLS = STREAM % (5, FORM, b"/X Do")
ITSELF = pdf(
    {
        1: CATALOG,
        2: tree(b"3 0 R"),
        3: PAGE % (A4, SHOWN.replace(b"/Font", b"/XObject<</X 5 0 R>>/Font", 1)),
        4: STREAM % (len(TEXT) + 6, b"", TEXT + b" /X Do"),
        5: CALLS,
    }
)


@pytest.mark.parametrize(
    "data",
    [
        in_streams(),
        in_streams(more=b"/Extends 9 0 R"),
        pages(b"3 0 R", count=2**31 - 1),
        pages(b"3 0 R", box=b"0 0 90000000 90000000"),
        pages(b"3 0 R", more=SHOWN + b"/X" + b"[" * 50_000 + b"]" * 50_000),
        ITSELF,
    ],
    ids=["packed", "extends itself", "endless pages", "huge page", "deep arrays", "own form"],
)
def test_what_is_odd_but_can_be_read_is_read(data: bytes) -> None:
    assert [line.text for line in read_bytes(data, "x.pdf").lines] == ["page"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (in_streams(blanks=2 * MAX_STREAM_BYTES), "unpacks to more than a report can have"),
        (in_streams(claimed=2**31 - 1), "damaged or cut short"),
        (pages(b"3 0 R " * 100_000, 100_000), "100,000 pages, more than 300"),
        (pages(b"2 0 R 2 0 R", 9), "no page of the PDF can be read"),
        (pages(b"", 0), "has no pages"),
    ],
    ids=["bomb", "countless objects", "one page for ever", "its own child", "none"],
)
def test_what_cannot_be_read_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_bytes(data, "x.pdf")
