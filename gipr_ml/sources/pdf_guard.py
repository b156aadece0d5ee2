"""What a PDF would unpack to, looked at before anything is unpacked for good.

pdfium builds every object of a page before anybody can count them: a megabyte of packed drawing
commands becomes ten gigabytes of objects. So the packed streams are measured first, in pieces that
are thrown away.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator

from gipr_ml.errors import TooLarge
from gipr_ml.sources.limits import MAX_STREAM_BYTES

_STREAM = re.compile(rb"\bstream\r?\n")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_HEX, _BASE85 = re.compile(rb"/(?:ASCIIHexDecode|AHx)\b"), re.compile(rb"/(?:ASCII85Decode|A85)\b")
_OTHER = re.compile(rb"/Subtype\s*/Image\b|/Length[13]\b|/EmbeddedFile\b")
"""Pictures, fonts and files that are carried along: large, and not drawn as commands."""
_COMMANDS = re.compile(rb"[\d.\-]+\s+[\d.\-]+\s+(?:m|l|re|Td|TD|cm|w|rg|RG|d0)\s")
_HEAD = 2_000
"""Bytes before a stream that its description may take."""
_PIECE = 1 << 16
_OF_INTEREST = 20_000
"""Packed bytes from which a stream can be a trap: deflate grows a thousandfold at most."""


def check_streams(data: bytes, name: str) -> None:
    """Raise `TooLarge` where a stream that may be drawn unpacks to more than any page of a report.

    What a stream holds is told by its bytes, not by what its description says: pictures and fonts
    are left out, as they are not unpacked unless a page is drawn, but not drawing commands that
    are called one.
    """
    for packed, other in _streams(data):
        opening = _opening(packed)
        twice = _is_packed(opening)
        if len(packed) < _OF_INTEREST and not twice:
            continue
        if twice:
            opening = _opening(opening)
        if other and not _COMMANDS.search(opening):
            continue
        if _unpacks_beyond(packed, twice):
            raise TooLarge(f"{name}: the PDF unpacks to more than a report can have; may be a trap")


def _streams(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """Streams that are packed, and whether they call themselves something that is not drawn."""
    for match in _STREAM.finditer(data):
        head = data[max(0, match.start() - _HEAD) : match.start()]
        head = _ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), head[head.rfind(b"obj") :])
        end = data.find(b"endstream", match.end())
        content = data[match.end() : len(data) if end < 0 else end]
        if not _is_packed(content):
            content = _from_ascii(content, head)
        if _is_packed(content):
            yield content, _OTHER.search(head) is not None


def _is_packed(content: bytes) -> bool:
    """Whether the bytes begin as deflate does (RFC 1950)."""
    return len(content) > 2 and content[0] & 15 == 8 and (content[0] << 8 | content[1]) % 31 == 0


def _from_ascii(content: bytes, head: bytes) -> bytes:
    """The bytes that digits or letters stand for."""
    try:
        if _HEX.search(head):
            digits = b"".join(content.partition(b">")[0].split())
            return binascii.unhexlify(digits + b"0" * (len(digits) % 2))
        if _BASE85.search(head):
            return base64.a85decode(content.strip().removeprefix(b"<~").partition(b"~>")[0])
    except ValueError:
        return b""
    return b""


def _opening(packed: bytes) -> bytes:
    """The first bytes that a stream unpacks to; what there is of them where it is damaged."""
    try:
        return zlib.decompressobj().decompress(packed[:_PIECE], _PIECE)
    except zlib.error:
        return b""


def _unpacks_beyond(data: bytes, twice: bool) -> bool:
    """Whether `data` unpacks to more than the limit, packed `twice` or once."""
    outer, inner = zlib.decompressobj(), zlib.decompressobj()
    size = 0
    try:
        for place in range(0, len(data), _PIECE):
            packed = data[place : place + _PIECE]
            while packed:
                piece = outer.decompress(packed, _PIECE)
                packed = outer.unconsumed_tail
                size += len(piece)
                while twice and piece:
                    size += len(inner.decompress(piece, _PIECE))
                    piece = inner.unconsumed_tail
                    if size > MAX_STREAM_BYTES:
                        return True
                if size > MAX_STREAM_BYTES:
                    return True
    except zlib.error:
        return False
    return False
