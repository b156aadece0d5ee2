"""The JSON of a result file. Nothing is rounded on the way.

Cells and lines, of which there are hundreds, are written by hand: the standard encoder would take
most of the time that a report takes after reading.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
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


def dumps(report: Report) -> str:
    """The result file of a report: JSON with one cell, finding or line of the document a line."""
    known = {"cells": ",\n  ".join(map(_cell_text, report.cells))}
    known["lines"] = ",\n  ".join(map(_line_text, report.lines))
    fields = []
    for name, value in to_dict(replace(report, cells=(), lines=())).items():
        items = known.get(name) or (_items(value) if value and isinstance(value, list) else "")
        fields.append(f' "{name}": ' + (f"[\n  {items}\n ]" if items else _text(value)))
    return "{\n" + ",\n".join(fields) + "\n}\n"


def _cell_text(cell: ReportCell) -> str:
    """JSON of `_cell`; there are so many that the encoder would take most of the time."""
    value = number_of(cell.value)
    source = "null" if cell.source is None else _place_text(cell.source)
    return (
        f'{{"key": {_quoted(cell.key)}, "value": {_text(value)}, "raw": {_quoted(cell.raw)}, '
        f'"state": "{cell.state}", "confidence": {_text(cell.confidence)}, "source": {source}, '
        f'"unit": {_quoted(cell.unit)}}}'
    )


def _place_text(place: Place) -> str:
    box = "null" if not place.box else _text(list(place.box))
    return (
        f'{{"page": {_whole(place.page)}, "line": {_whole(place.line)}, '
        f'"cell": {_whole(place.cell)}, "start": {_whole(place.start)}, '
        f'"end": {_whole(place.end)}, "box": {box}}}'
    )


def _line_text(line: ReportLine) -> str:
    """JSON of `_line`."""
    return (
        f'{{"number": {line.number}, "page": {_whole(line.page)}, "label": {_quoted(line.label)}, '
        f'"confidence": {_text(line.confidence)}, "matched": {_list(line.matched)}, '
        f'"cells": {_list(line.cells)}, "cell_labels": {_list(line.cell_labels)}, '
        f'"borders": {_quoted(line.borders)}}}'
    )


def _quoted(text: str | None) -> str:
    return "null" if text is None else encode_basestring(text)


def _whole(number: int | None) -> int | str:
    return "null" if number is None else number


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
    if isinstance(value, Decimal):
        return f"{value:f}"
    if type(value) is float and isfinite(value):
        return repr(value)
    if type(value) is int:
        return str(value)
    if value is None:
        return "null"
    try:
        return _ENCODER.encode(value)
    except _NotInJson:
        if isinstance(value, dict):
            inside = [f"{_text(key)}: {_text(item)}" for key, item in value.items()]
            return "{" + ", ".join(inside) + "}"
        return "[" + ", ".join(map(_text, value)) + "]"
