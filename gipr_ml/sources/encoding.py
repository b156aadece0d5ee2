"""Bytes to text, for every encoding that Chinese documents come in.

Nothing that a file says of its own encoding is believed: a wrong `charset` is common. Each
candidate is decoded strictly and judged by how much of the text is characters that Chinese reports
use. Statistical detectors guess badly on short Chinese text and are not used.
"""

from __future__ import annotations

import codecs
import re
from functools import cache, lru_cache

from gipr_ml.errors import BadEncoding, UnknownFormat
from gipr_ml.sources.chars import clean

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-16-le", "utf-16-be")
_CANDIDATES = ("utf-8", "gb18030", *_WIDE)
_SAMPLE = 5_000
"""Characters that are judged: enough to be sure, few enough to cost nothing."""
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")
_SURE = 0.9
_PLAUSIBLE_UTF8 = 0.3
_ENOUGH_UTF8 = 6
"""Characters beyond ASCII: one in GB18030 passes for UTF-8 once in seven times, six in a row never.
"""
_PLAUSIBLE = 0.6
_MOST_REPLACED = 0.02
_MOST_CONTROLS = 0.01


@lru_cache(maxsize=1)
def decode(data: bytes, name: str) -> str:
    """The text of `data`, which is asked for twice. A character cut off at the end is left out.

    Raises `BadEncoding` where no candidate fits, `UnknownFormat` where the bytes are no text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _checked(_lenient(data[len(mark) :], encoding), name)
    wide = data[:_SAMPLE].count(0) > _MOST_CONTROLS * len(data[:_SAMPLE])
    likeliest, best = "", 0.0
    for encoding in _WIDE if wide else _CANDIDATES:
        text = _strict(data, encoding)
        if text is None:
            continue
        score = plausibility(text)
        if score >= _SURE or (encoding == "utf-8" and _is_utf8(text, score)):
            return _checked(text, name)
        if score > best:
            likeliest, best = text, score
    if best >= _PLAUSIBLE:
        return _checked(likeliest, name)
    return _damaged(data, name)


def _damaged(data: bytes, name: str) -> str:
    """Text in another language, or with broken bytes: U+FFFD stands where a character is lost."""
    if b"\0" in data[:_SAMPLE]:
        raise _binary(name)
    if (foreign := _strict(data, "utf-8")) is not None:
        return _checked(foreign, name)
    texts = [_lenient(data, encoding) for encoding in ("utf-8", "gb18030")]
    text = max(texts, key=plausibility)
    if plausibility(text) < _PLAUSIBLE or text.count("\ufffd") > _MOST_REPLACED * len(text):
        raise BadEncoding(
            f"{name}: the text is in none of UTF-8, GB18030 and UTF-16; save it as UTF-8"
        )
    return _checked(text, name)


def _is_utf8(text: str, score: float) -> bool:
    """Whether bytes that are valid UTF-8 are meant as such."""
    return score >= _PLAUSIBLE_UTF8 or sum(c > "\x7f" for c in text[:_SAMPLE]) >= _ENOUGH_UTF8


def plausibility(text: str) -> float:
    """Share of the first characters that Chinese reports use, 0 to 1; 1 for an empty text."""
    if not _rare().search(text[:_SAMPLE]):
        return 1.0
    sample = "".join(clean(text[:_SAMPLE]).split())
    if not sample:
        return 1.0
    return (len(sample) - len(_rare().findall(sample))) / len(sample)


@cache
def _rare() -> re.Pattern[str]:
    """Finds characters but ASCII, the punctuation of GB 2312 and its first level: the 3,755 most
    used characters."""
    chars = {"\n", "\r", "\t", *(chr(code) for code in range(0x20, 0x7F))}
    for high in (0xA1, 0xA3, *range(0xB0, 0xD8)):
        for low in range(0xA1, 0xFF):
            chars.update(bytes((high, low)).decode("gbk", errors="ignore"))
    return re.compile(f"[^{re.escape(''.join(sorted(chars)))}]")


def _strict(data: bytes, encoding: str) -> str | None:
    """`data` decoded, but for a character cut off at its end; None where it does not fit."""
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(data, final=False)
    except UnicodeDecodeError:
        return None


def _lenient(data: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(encoding)("replace").decode(data, final=False)


def _checked(text: str, name: str) -> str:
    sample = text[:_SAMPLE]
    if len(_CONTROLS.findall(sample)) > _MOST_CONTROLS * len(sample):
        raise _binary(name)
    return text


def _binary(name: str) -> UnknownFormat:
    return UnknownFormat(
        f"{name}: looks like binary data, not like text; give the report as text, Markdown or HTML"
    )
