"""Web pages saved as one file (MHTML)."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import Message

from gipr_ml.errors import InputError
from gipr_ml.sources.encoding import decode
from gipr_ml.sources.html import add_html
from gipr_ml.sources.lines import LineList
from gipr_ml.sources.pictures import Pictures, saved_with

_OPENING = re.compile(rb"^(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)+", re.MULTILINE)
_RELATED = re.compile(rb"(?im)^content-type:\s*(?:multipart/related|text/html)")


def is_mhtml(data: bytes) -> bool:
    """Whether the file begins like a saved page: the head of a mail of related parts."""
    opening = _OPENING.match(data[:4096].replace(b"\r\n", b"\n").lstrip())
    return opening is not None and _RELATED.search(opening[0]) is not None


def add_mhtml(lines: LineList, data: bytes, pictured: bool = False) -> None:
    """Add the lines of the page, with those of its pictures where it is `pictured`.

    Raises `InputError` where the file holds no page.
    """
    message = message_from_bytes(data.lstrip(), policy=policy.compat32)
    pages = [part for part in message.walk() if part.get_content_type() == "text/html"]
    contents = [content for part in pages if (content := _content(part)).strip()]
    if not contents:
        raise InputError(f"{lines.name}: the saved page holds no page; save it anew as HTML")
    base = str(pages[0].get("Content-Location") or message.get("Snapshot-Content-Location", ""))
    pictures = Pictures(saved_with(_pictures(message), base)) if pictured else None
    for content in contents:
        add_html(lines, decode(content, lines.name), pictures=pictures)


def _pictures(message: Message) -> dict[str, bytes]:
    """The pictures of the file by every address that they have."""
    found = {}
    for part in message.walk():
        if part.get_content_maintype() == "image":
            content = _content(part)
            identity = str(part.get("Content-ID", "")).strip("<> ")
            found[str(part.get("Content-Location", ""))] = content
            found[f"cid:{identity}"] = content
    return found


def _content(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
