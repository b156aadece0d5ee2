"""Every encoding of Chinese documents is read, whatever the file says of itself."""

from __future__ import annotations

import codecs

import pytest

from gipr_ml.errors import BadEncoding, EmptyInput, InputError, TooLarge, UnknownFormat
from gipr_ml.sources import read_bytes
from gipr_ml.sources.encoding import decode, plausibility
from gipr_ml.sources.limits import MAX_TEXT_BYTES

TEXT = "青山市财政局2023年政府信息公开工作年度报告\n规章\t0\t0\t0\n行政规范性文件\t6\t2\t33\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-8"),
        codecs.BOM_UTF8 + TEXT.encode("utf-8"),
        TEXT.encode("gb18030"),
        TEXT.encode("gbk"),
        TEXT.encode("gb2312"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
    ],
    ids=[*"abcdefghij"],
)
def test_the_text_is_the_same_in_every_encoding(data: bytes) -> None:
    assert decode(data, "report.txt") == TEXT


def test_figures_alone_are_read_in_two_bytes_a_character() -> None:
    assert decode("0\t12\n".encode("utf-16-le"), "report.txt") == "0\t12\n"
    assert decode("0\t12\n".encode("utf-16-be"), "report.txt") == "0\t12\n"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
def test_a_few_characters_are_enough(encoding: str) -> None:
    assert decode("规章、行政许可".encode(encoding), "report.txt") == "规章、行政许可"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_file_that_is_cut_off_is_read_up_to_the_cut(encoding: str, lost: int) -> None:
    data = (TEXT * 3).rstrip("\n").encode(encoding)[:-lost]
    text = decode(data + b"", "report.txt")
    assert (TEXT * 3).startswith(text)
    assert len(text) >= len(TEXT * 3) - 1 - lost


def test_a_page_that_lies_about_its_encoding_is_read() -> None:
    for declared, used in (("utf-8", "gbk"), ("gb2312", "utf-8"), ("iso-8859-1", "gb18030")):
        page = f'<html><head><meta charset="{declared}"></head><body><p>主动公开</p></body></html>'
        document = read_bytes(page.encode(used), "page.html")
        assert [line.text for line in document.lines] == ["主动公开"]


def test_a_declaration_of_xml_does_not_matter() -> None:
    page = '<?xml version="1.0" encoding="gb2312"?><html><body><p>主动公开</p></body></html>'
    document = read_bytes(page.encode("utf-8"), "page.xhtml")
    assert document.media_type == "text/html"
    assert [line.text for line in document.lines] == ["主动公开"]


def test_single_broken_bytes_cost_only_their_own_characters() -> None:
    data = bytearray((TEXT * 20).encode("utf-8"))
    data[300] = 0xFF
    text = decode(bytes(data), "report.txt")
    assert text.count("行政规范性文件") >= 19
    assert "\ufffd" in text


def test_plausibility_tells_text_from_what_a_wrong_codec_makes_of_it() -> None:
    assert plausibility(TEXT) == 1.0
    assert plausibility(TEXT.encode("utf-16-be").decode("utf-16-le")) < 0.5
    assert plausibility("") == 1.0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"7z\xbc\xaf\x27\x1c" + bytes(64), "a 7z archive"),
        (b"GIF89a" + bytes(16), "a GIF picture"),
        (bytes(range(256)) * 4, "binary data"),
        (b"\x00\x01\x02\x03", "binary data"),
    ],
)
def test_binary_files_are_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(UnknownFormat, match=words) as caught:
        read_bytes(data, "report.txt")
    assert caught.value.message.startswith("report.txt: ")


def test_an_encoding_of_other_languages_is_refused() -> None:
    with pytest.raises(BadEncoding, match="none of UTF-8, GB18030 and UTF-16"):
        read_bytes("Отчёт о работе за год".encode("koi8-r") + b"\xff\x80\xff", "report.txt")


@pytest.mark.parametrize("data", [b"", b"  \r\n\t\n", "\ufeff \u3000\n".encode(), b"<p> </p>"])
def test_a_file_without_text_is_empty(data: bytes) -> None:
    with pytest.raises(EmptyInput):
        read_bytes(data, "report.html")


def test_a_file_beyond_the_limits_is_refused() -> None:
    with pytest.raises(TooLarge, match="20 MB"):
        read_bytes(b"0" * (MAX_TEXT_BYTES + 1), "report.txt")
    with pytest.raises(TooLarge, match="20,000 lines"):
        read_bytes(b"0\n" * 20_001, "report.txt")
    with pytest.raises(TooLarge, match="2,000,000 characters"):
        read_bytes(b"abc " * 500_001, "report.txt")


def test_a_short_text_that_begins_like_a_picture_is_text() -> None:
    assert [line.text for line in read_bytes(b"BM 2023", "report.txt").lines] == ["BM 2023"]
    assert issubclass(BadEncoding, InputError)
