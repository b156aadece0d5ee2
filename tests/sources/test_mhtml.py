"""Saved web pages."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from gipr_ml.errors import InputError
from gipr_ml.sources import read_bytes
from gipr_ml.sources.mhtml import is_mhtml

PAGE = (
    "<html><body><p>一、总体情况</p><table><tr><td>规章</td><td>0</td></tr></table></body></html>"
)


def saved(page: str, charset: str, transfer: str) -> bytes:
    message = EmailMessage()
    message["From"] = "<Saved by a browser>"
    message["Subject"] = "年度报告"
    message.set_content(page, subtype="html", charset=charset, cte=transfer)
    message.add_related(b"\x89PNG", "image", "png", filename="seal.png")
    return message.as_bytes()


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
@pytest.mark.parametrize("transfer", ["quoted-printable", "base64"])
@pytest.mark.parametrize("name", ["a.mht", "a.mhtml", "a.html", "a"])
def test_the_page_is_read(charset, transfer, name):
    document = read_bytes(saved(PAGE, charset, transfer), name)
    assert document.media_type == "multipart/related"
    assert [line.text for line in document.lines] == ["一、总体情况", "规章\t0"]


def test_what_is_no_saved_page_is_not_taken_for_one():
    assert not is_mhtml("一、总体情况\n规章: 0\n".encode())
    assert not is_mhtml(b"Subject: x\nFrom: y\n\ntext")
    empty = saved("", "utf-8", "base64")
    with pytest.raises(InputError, match="holds no page"):
        read_bytes(empty, "a.mht")
