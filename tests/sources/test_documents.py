"""What a document says of the file that it was read from."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gipr_ml.errors import GiprError, InputError
from gipr_ml.sources import read_bytes, read_document


def squeezed(text: str) -> str:
    return "".join(text.split())


MARKUP = "|｜│┃#*_=-—─═+\\`~<>&┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬━┄┈"
"""What draws tables and marks heads; all else is text."""


def test_a_document_knows_its_file(tmp_path: Path) -> None:
    path = tmp_path / "青山市 2023.report.txt"
    path.write_text("一、总体情况\n规章\t0\n", encoding="utf-8")
    document = read_document(path)
    assert document.name == "青山市 2023.report"
    assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert document.media_type == "text/plain"
    assert not document.paged
    assert [page.number for page in document.pages] == [None]
    assert [line.page for line in document.lines] == [None, None]


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.txt", "text/plain"),
        ("a.MD", "text/markdown"),
        ("a.markdown", "text/markdown"),
        ("a.csv", "text/plain"),
        ("a", "text/plain"),
    ],
)
def test_suffixes(name: str, media_type: str) -> None:
    assert read_bytes("规章\t0".encode(), name).media_type == media_type


def test_a_file_that_cannot_be_opened_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        read_document(tmp_path)
    with pytest.raises(InputError, match=r"absent\.txt: cannot be opened \(No such file"):
        read_document(tmp_path / "absent.txt")


def kept(text: str) -> str:
    """What of a text may not get lost: letters, digits and punctuation that draw nothing."""
    return "".join(c for c in squeezed(text) if c.isprintable() and c not in MARKUP)


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Mn"]), max_size=120)
)
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_without_losing_a_character(text: str) -> None:
    try:
        document = read_bytes(("正文" + text).encode(), "report.txt")
    except GiprError:
        return
    if document.media_type == "text/plain" and "<table" not in text.lower():
        read = "".join(cell.text for line in document.lines for cell in line.cells)
        assert kept(read) == kept("正文" + text)


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for name in ("report.txt", "report.html", "report.md"):
        with suppress(GiprError):
            assert read_bytes(data, name).lines


@given(
    st.lists(
        st.sampled_from(
            ["规章", "0", "12", "\t", "|", "  ", " ", "\n", "# ", "**", "——", "|--|", "/"]
        ),
        max_size=40,
    ).map("".join)
)
@settings(max_examples=200, deadline=None)
def test_layouts_mixed_at_random_keep_labels_and_digits(text: str) -> None:
    document = read_bytes(("正文\n" + text).encode(), "report.txt")
    read = "".join(cell.text for line in document.lines for cell in line.cells)
    assert kept(read) == kept("正文" + text)
    assert [line.number for line in document.lines] == list(range(len(document.lines)))
    assert all(line.cells for line in document.lines)
