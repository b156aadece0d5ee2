"""The JSON of a result file. Nothing is rounded on the way.

Cells and lines, of which there are hundreds, are written by hand: the standard encoder would take
most of the time that a report takes after reading.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from math import isfinite
from typing import Any

from gipr_ml.export.result import number_of, to_dict
from gipr_ml.types import Place, Report, ReportCell, ReportLine


class _NotInJson(Exception):
    """A number that the standard encoder would round."""


def _refuse(_: object) -> None:
    raise _NotInJson


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_refuse)
_LISTS = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, default=_refuse, separators=("\0", ": ")
)
"""Between items a character that stands in no text of JSON, where it is escaped."""
_REMEMBERED = 16
"""Labels or keys of a line whose list is remembered."""


def dumps(report: Report) -> str:
    """The result file of a report: JSON with one cell, finding or line of the document a line."""
    return "".join(_parts(report))


def to_json(report: Report) -> bytes:
    """The same as the bytes of the file."""
    # Names of files in another encoding hold halves of characters, which no JSON text may. Most
    # parts are ASCII, which costs nothing to encode.
    return b"".join([part.encode("utf-8", "replace") for part in _parts(report)])


def _parts(report: Report) -> list[str]:
    """Texts which, one after the other, are the result file."""
    known = {"cells": ",\n  ".join(map(_cell_text, report.cells))}
    known["lines"] = ",\n  ".join(map(_line_text, report.lines))
    parts = ["{"]
    for name, value in to_dict(replace(report, cells=(), lines=())).items():
        items = known.get(name) or (_items(value) if value and isinstance(value, list) else "")
        parts += [f'\n "{name}": ', *(["[\n  ", items, "\n ]"] if items else [_text(value)]), ","]
    parts[-1] = "\n}\n"
    return parts


def _cell_text(cell: ReportCell) -> str:
    """JSON of `_cell`; there are so many that the encoder would take most of the time."""
    number = str(cell.value)
    if not number.isdecimal():
        number = _text(number_of(cell.value))
    raw = "null" if cell.raw is None else encode_basestring(cell.raw)
    unit = "null" if cell.unit is None else encode_basestring(cell.unit)
    source = "null" if cell.source is None else _place_text(cell.source)
    return (
        f'{{"key": {encode_basestring(cell.key)}, "value": {number}, "raw": {raw}, '
        f'"state": "{cell.state}", "confidence": {_share(cell.confidence)}, "source": {source}, '
        f'"unit": {unit}}}'
    )


def _place_text(place: Place) -> str:
    page, line, cell, start, end, found = place
    box = "null" if not found else _text(list(found))
    known = "null" if page is None else page
    text = (
        f'{{"page": {known}, "line": {line}, "cell": {cell}, "start": {start}, "end": {end}, '
        f'"box": {box}}}'
    )
    return text if None not in place[1:5] else text.replace("None", "null")


def _line_text(line: ReportLine) -> str:
    """JSON of `_line`."""
    return (
        f'{{"number": {line.number}, "page": {"null" if line.page is None else line.page}, '
        f'"label": {encode_basestring(line.label)}, "confidence": {_share(line.confidence)}, '
        f'"matched": {_names(line.matched)}, "cells": {_list(line.cells)}, '
        f'"cell_labels": {_names(line.cell_labels)}, '
        f'"borders": {encode_basestring(line.borders)}}}'
    )


@lru_cache(maxsize=4096, typed=True)
def _share(confidence: float) -> str:
    return _text(confidence)


def _names(keys: tuple[str, ...]) -> str:
    """Keys or labels; the short lists of them are much the same in every report."""
    return _known_list(keys) if len(keys) <= _REMEMBERED else _list(keys)


@lru_cache(maxsize=4096)
def _known_list(texts: tuple[str, ...]) -> str:
    return _list(texts)


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(encode_basestring, texts))}]"


def _items(values: list[Any]) -> str:
    """The objects of a list, one a line; many at once, since each call of the encoder costs."""
    try:
        text = _LISTS.encode(values)[1:-1]
    except _NotInJson:
        half = len(values) // 2
        if not half:
            return _text(values[0])
        return f"{_items(values[:half])},\n  {_items(values[half:])}"
    return text.replace("}\0{", "},\n  {").replace("\0", ", ")


def _text(value: Any) -> str:
    """JSON of `value`. The standard encoder cannot write a Decimal as the number it is."""
    if type(value) is float and isfinite(value):
        return repr(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if type(value) is int:
        return str(value)
    if type(value) is str:
        return encode_basestring(value)
    if value is None:
        return "null"
    try:
        return _ENCODER.encode(value)
    except _NotInJson:
        if isinstance(value, dict):
            inside = [f"{_text(key)}: {_text(item)}" for key, item in value.items()]
            return "{" + ", ".join(inside) + "}"
        return "[" + ", ".join(map(_text, value)) + "]"
