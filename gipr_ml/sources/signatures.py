"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

PDF = b"%PDF-"
PDF_WITHIN = 1024
"""Bytes that may stand before the beginning of a PDF, as its standard says."""
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
RTF = b"{\\rtf"
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_TIFF = (b"II*\x00", b"MM\x00*")
_BMP = b"BM"
_RIFF = b"RIFF"

SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (PDF, "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document (DOCX, XLSX, OFD)"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (OLD_OFFICE, "an old office document (DOC, XLS, WPS)"),
    (RTF, "an RTF document"),
    (_PNG, "a PNG picture"),
    (_JPEG, "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    *((beginning, "a TIFF picture") for beginning in _TIFF),
    (_BMP, "a BMP picture"),
    (_RIFF, "a RIFF file (a WebP picture, sound or film)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_SHORT = 3
"""A signature of fewer bytes counts only where the file holds NULs too: "BM" may begin a text."""


def looks_like(data: bytes) -> str | None:
    """In words, the kind of binary file that `data` begins like, or None."""
    for signature, words in SIGNATURES:
        if data.startswith(signature) and (len(signature) >= _SHORT or b"\0" in data[:4096]):
            return words
    return None


_IMAGES: tuple[tuple[bytes | tuple[bytes, ...], str], ...] = (
    (_PNG, "image/png"),
    (_JPEG, "image/jpeg"),
    (_TIFF, "image/tiff"),
)


def image_type(data: bytes) -> str | None:
    """The media type of a picture that is read, or None."""
    for signature, name in _IMAGES:
        if data.startswith(signature):
            return name
    if data.startswith(_RIFF) and data[8:12] == b"WEBP":
        return "image/webp"
    return "image/bmp" if data.startswith(_BMP) and b"\0" in data[:64] else None
