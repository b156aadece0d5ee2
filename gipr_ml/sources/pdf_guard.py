"""What a PDF would unpack to, looked at before anything is unpacked for good.

pdfium builds every object of a page before anybody can count them: a megabyte of packed drawing
commands becomes ten gigabytes of objects. So the packed streams are measured first, in pieces that
are thrown away.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from gipr_ml.errors import TooLarge
from gipr_ml.sources.limits import MAX_STREAM_BYTES

_STREAM = re.compile(rb"\bstream\r?\n")
_PACKED = re.compile(rb"/Fl(?:ateDecode)?\b")
_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
_OTHER = re.compile(rb"/(?:Length1|EmbeddedFile|Length3)\b")
"""Fonts, which are large and are not drawn, and files that are only carried along."""
_HEAD = 2_000
"""Bytes before a stream that its description may take."""
_PIECE = 1 << 16
_OF_INTEREST = 20_000
"""Packed bytes from which a stream can be a trap: deflate grows a thousandfold at most."""


def check_streams(data: bytes, name: str) -> None:
    """Raise `TooLarge` where a stream that may be drawn unpacks to more than any page of a report.

    Pictures are left out: they are not unpacked unless a page is drawn.
    """
    for start, end, twice in _streams(data):
        if _unpacks_beyond(data, start, end, twice):
            raise TooLarge(f"{name}: the PDF unpacks to more than a report can have; may be a trap")


def _streams(data: bytes) -> Iterator[tuple[int, int, bool]]:
    """Where packed streams begin and end, and whether they are packed more than once."""
    for match in _STREAM.finditer(data):
        head = data[max(0, match.start() - _HEAD) : match.start()]
        head = head[head.rfind(b"obj") :]
        packed = len(_PACKED.findall(head))
        if not packed or _PICTURE.search(head) or _OTHER.search(head):
            continue
        end = data.find(b"endstream", match.end())
        end = len(data) if end < 0 else end
        if packed > 1 or end - match.end() >= _OF_INTEREST:
            yield match.end(), end, packed > 1


def _unpacks_beyond(data: bytes, start: int, end: int, twice: bool) -> bool:
    """Whether `data[start:end]` unpacks to more than the limit."""
    outer, inner = zlib.decompressobj(), zlib.decompressobj()
    size = 0
    try:
        for place in range(start, end, _PIECE):
            packed = data[place : min(place + _PIECE, end)]
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
