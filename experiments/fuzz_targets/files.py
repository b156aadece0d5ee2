"""Targets: files that people and other programs write for this one, and its own messages."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from choices import Choices
from scratch import scratch
from words import YEARS, labels, told

from gipr_ml.cli.inputs import distinct_stems
from gipr_ml.errors import GiprError
from gipr_ml.export import dumps, glance, loads, to_bytes
from gipr_ml.export.decisions import parse_decisions
from gipr_ml.export.tidy import harmless
from gipr_ml.forms import load_forms, with_rules
from gipr_ml.forms.agencies import read_renamings
from gipr_ml.learning.labelling.protection import protected, unprotected
from gipr_ml.learning.labelling.sheet import COLUMNS, Sheet, _check, read_sheets
from gipr_ml.learning.labels import labelled_rows, manifest_entries
from gipr_ml.learning.training import read_settings as training_settings
from gipr_ml.pipeline import check
from gipr_ml.sandbox.messages import Incoming
from gipr_ml.service.settings import read_settings
from gipr_ml.store import load_arrays, pack_arrays, read_manifest
from gipr_ml.types import Cell, Line


def _file(data: bytes, name: str) -> Path:
    path = scratch() / name
    path.write_bytes(data)
    return path


def _in_words(read: Callable[[], Any]) -> Any:
    """What is read, or None where it is refused in words of ours."""
    try:
        return read()
    except GiprError as error:
        told(error)
        return None


# ---------------------------------------------------------------- TOML


def rules(data: bytes) -> None:
    """Rules of a user: raw TOML, or built of what rules may say."""
    choices = Choices(data)
    text = choices.rest() if choices.yes() else _rules(choices).encode("utf-8", "replace")
    path = _file(text, "rules.toml")
    _in_words(lambda: with_rules(load_forms(), path))


def _rules(choices: Choices) -> str:
    parts = [f"off = [{choices.pick(_OFF)}]"]
    for number in range(choices.number(1, 3)):
        kind = choices.pick(sorted(_RULES))
        fields = {"id": f'"own.rule{number}"', **_RULES[kind], **_WORDED}
        for _ in range(choices.number(0, 3)):
            name, values = choices.pick(_FIELDS)
            fields[name] = choices.pick(values)
        parts += [f"[[{kind}]]", *(f"{name} = {value}" for name, value in fields.items())]
    return "\n".join(parts)


_WORDED = {"table": '"t3"', "zh": '"{row}"', "en": '"{column}"', "source": '"x"'}
_RULES = {
    "rule": {
        "each": '"row"', "total": '"total"', "severity": '"error"',
        "terms": '{natural_person = 1, total = -1}',
    },
    "limit": {"cells": '["t3/*/total"]', "at_most": "9"},
    "part": {"each": '"row"', "parts": '["natural_person"]', "total": '"total"'},
    "text": {"cells": '["t3/*/total"]', "allowed": '"件"'},
}  # fmt: skip
_OFF = ("", '"t3.row_total"', '"x"', "1")
_WORDS = ('"合计"', '"{row}"', '"{column}"', '"{nobody}"', '"{row.x}"', '"{"', '"{0}"',
          '"{row:99}"', '"{row!r:>99999999}"', '"x"', '""', "1")  # fmt: skip
_FIELDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("id", ('"own.rule"', '"t3.row_total"', '"x"')),
    ("table", ('"t2"', '"t3"', '"t4"', '"t5"')),
    ("forms", ('["2019"]', '["2021"]', '["2019", "2021"]', "[]")),
    ("each", ('"row"', '"column"')),
    ("total", ('"total"', '"total_processed"', '"granted"', '"t"')),
    ("terms", ('{natural_person = 1, total = -1}', '{"*" = 1, total = -1}',
    "{total = 0, granted = 0}",
               '{granted = 99999999999999999999, total_processed = -1}', '{"[" = 1, "t*" = 2}',
               '{"t3/granted/total" = 1, "t3/x" = 1}')),
    ("severity", ('"error"', '"info"')), ("zh", _WORDS), ("en", _WORDS), ("source", _WORDS),
    ("implied", ('["granted"]', "[]", "true")),
    ("cells", ('["t3/*/total"]', '["*"]', '["x"]', "[]")),
    ("at_least", ("0", "-1", "nan", "1e400", '"5"')), ("at_most", ("0", "inf", "7")),
    ("whole", ("true", "false")), ("parts", ('["granted"]', '["*"]', '["x"]')),
    ("allowed", ('"件"', '"("', '"(a+)+$"', '"[0-9]*"')),
)  # fmt: skip


def settings(data: bytes) -> None:
    """Every other TOML file that a person writes; the first byte says which."""
    kind, text = data[:1], data[1:]
    path = _file(text, "settings.toml")
    readers: tuple[Callable[[Path], Any], ...] = (
        read_settings,
        training_settings,
        read_renamings,
        manifest_entries,
        lambda path: parse_decisions(path.read_bytes(), path.name),
    )
    reader = readers[(kind[0] if kind else 0) % len(readers)]
    _in_words(lambda: reader(path))


# ---------------------------------------------------------------- labels and models


def lines(data: bytes) -> None:
    """Labelled lines: raw JSON lines, or rows with fields of every kind; packed now and then."""
    choices = Choices(data)
    if choices.yes(8):
        _in_words(lambda: labelled_rows([_file(choices.rest(), "rows.jsonl.gz")]))
        return
    raw = choices.yes()
    text = choices.rest() if raw else "\n".join(_row(choices) for _ in range(4)).encode()
    path = _file(text, "rows.jsonl")
    found = _in_words(lambda: labelled_rows([path]))
    for document, rows in (found or {}).items():
        assert isinstance(document, str)
        assert all(isinstance(number, int) for number in rows)


def _row(choices: Choices) -> str:
    fields = ("document", "line", "cells", "label", "cell_labels", "borders", "source", "x")
    values: tuple[Any, ...] = (
        "a", "", 0, 1, -1, True, None, 1.5, 10**400, [], ["合计", "3"], ["\ud800"], ["value",
        "blank"],
        {}, "none", "explicit", "category", [1], [[]],
    )  # fmt: skip
    row = {"document": "a", "line": choices.number(0, 3), "cells": ["x"], "label": "prose"}
    for _ in range(choices.number(0, 4)):
        row[choices.pick(fields)] = choices.pick(values)
    return json.dumps(row)


def sheets(data: bytes) -> None:
    """A label sheet as spreadsheets save it; what is protected comes back."""
    choices = Choices(data)
    if choices.yes():
        texts = [choices.text(labels(), 6) for _ in range(choices.number(1, 3))]
        assert unprotected(protected(texts)) == tuple(texts)
        return
    if choices.yes():
        rows = [_labelled(choices) for _ in range(choices.number(1, 4))]
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
        _in_words(lambda: read_sheets(out.getvalue().encode("utf-8", "replace"), "sheet.csv"))
        return
    head = b"document,line,of,page,label,text,borders,source,model,check\n"
    _in_words(lambda: read_sheets((head if choices.yes() else b"") + choices.rest(), "sheet.csv"))


def _labelled(choices: Choices) -> dict[str, Any]:
    """A row that somebody has made up with its right digest, and perhaps changed after that."""
    numbers: tuple[int, ...] = (0, 1, 2, 3, -1, 10**9, 10**18, 10**400)
    line = Line(
        choices.pick(numbers), (Cell(choices.text(labels(), 3)),), "none", choices.pick((None, 1))
    )
    count, name = choices.pick(numbers), choices.pick(("a", "b", "=1", "「", "\0"))
    row: dict[str, Any] = {
        "document": protected([name]), "line": line.number, "of": count, "page": line.page,
        "text": protected([cell.text for cell in line.cells]), "borders": line.borders,
        "label": choices.pick(("prose", "category", "", "x", "合计")), "source": "#00",
        "cell_labels": choices.pick(("", "_", "value", "value value", "，", "x")), "model": "#00",
        "check": _check(Sheet(name, "00", "00", ()), line, count),
    }  # fmt: skip
    if choices.yes(4):
        row[choices.pick(sorted(row))] = choices.pick(("", "x", 0, "「」", "#", 10**30))
    return row


def model(data: bytes) -> None:
    """A model file from anywhere: raw, or a container of arrays with another schema."""
    choices = Choices(data)
    whole = choices.rest() if choices.yes(4) else _container(choices)
    found = _in_words(lambda: load_arrays(_file(whole, "model.skops")))
    for array in (found or {}).values():
        assert array.dtype != object, "an array of objects"
    _in_words(lambda: read_manifest(_file(data, "lines.json").parent, "lines.json"))


@cache
def _members() -> tuple[dict[str, Any], bytes]:
    import numpy as np

    with zipfile.ZipFile(io.BytesIO(pack_arrays({"a": np.arange(3)}))) as container:
        return json.loads(container.read("schema.json")), container.read("0.npy")


def _container(choices: Choices) -> bytes:
    schema, member = _members()
    node = dict(schema["content"]["a"])
    values: tuple[Any, ...] = (
        "NdArrayNode", "numpy", "json", "ObjectNode", "../../x", "0.npy", None, 1, [], {}, "os",
        "system",
    )  # fmt: skip
    for _ in range(choices.number(0, 2)):
        node[choices.pick(sorted(node))] = choices.pick(values)
    whole = {**schema, "content": choices.pick(({"a": node}, {"a": 1}, [], [node], None, "x"))}
    if choices.yes():
        whole[choices.pick(sorted(schema))] = choices.pick(values)
    content = bytearray(member)
    for _ in range(choices.number(0, 4)):
        content[choices.number(0, len(content) - 1)] = choices.byte()
    if choices.yes():
        content = bytearray(member[:10] + choices.rest())
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as container:
        container.writestr(zipfile.ZipInfo("schema.json"), json.dumps(whole))
        container.writestr(zipfile.ZipInfo("0.npy"), bytes(content))
    return file.getvalue()


# ---------------------------------------------------------------- results


def result(data: bytes) -> None:
    """A result that somebody has changed: refused in words, or checked and written again."""
    choices = Choices(data)
    raw = choices.yes(4)
    text = choices.rest() if raw else json.dumps(_result(choices), allow_nan=True).encode()
    glance(_file(text, "result.json"))
    report = _in_words(lambda: loads(text))
    if report is None:
        return
    checked = check(report)
    written = dumps(checked)
    assert (
        dumps(check(loads(written.encode("utf-8", "replace"))))
        == written.encode("utf-8", "replace").decode()
    )
    if choices.yes(16):
        to_bytes(checked, choices.pick(("csv", "xlsx", "parquet", "html")))


def _result(choices: Choices) -> dict[str, Any]:
    form = choices.pick(YEARS)
    keys = list(load_forms().table("t4", form).cell_keys)
    if choices.yes(8):
        keys += load_forms().table("t3", form).cell_keys
    cells: list[Any] = [{"key": key, "value": 0} for key in keys]
    whole: dict[str, Any] = {
        "document": {"name": "a"}, "forms": {"t3": form} if len(keys) > 30 else {}, "cells": cells,
        "status": "needs_review", "agency": "甲局", "year": 2023,
        "narrative": [{"quote": "1 件", "value": 1, "restates": "t4/reconsideration/total"}],
        "lines": [{"number": 0, "label": "prose", "confidence": 1, "cells": ["x"]}],
        "doubts": [{"code": "x", "cells": ["t4/x"]}],
        "read_proposals": [{"cell": "t4/reconsideration/total", "value": 1, "verdict": "unique"}],
    }  # fmt: skip
    for _ in range(choices.number(0, 5)):
        place: Any = whole
        while isinstance(place, dict | list) and place:
            names = list(place) if isinstance(place, dict) else list(range(len(place)))
            name = choices.pick(names)
            if choices.yes(3) or not isinstance(place[name], dict | list):
                place[name] = deepcopy(choices.pick(_VALUES))
                break
            place = place[name]
        if choices.yes(4) and isinstance(place, dict):
            place[choices.pick(_NAMES)] = deepcopy(choices.pick(_VALUES))
    return whole


_NAMES = ("state", "raw", "unit", "confidence", "source", "box", "page", "kind", "upper", "of",
          "scope",
          "readings", "alternatives", "agrees", "rule", "pages", "page_sizes", "recognised",
          "value")  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1, 7, 2.5, -0.0, 1e-7, 1e59, 1e308, 10**400, 2**31, 2**63, float("nan"),
    float("inf"), "", "lost", "blank", "read", "illegible", "not_applicable", "consistent",
    "rejected", "share", "range",
    "exact", "元", "亿元", "t4/x", "t4/reconsideration/total + t4/reconsideration/upheld", " + ",
    "=1+1",
    "<script>", "\ud800", "\0", [], {}, [1, 2, 3, 4], [[1, 2]], {"page": 2**40,
    "box": [0, 0, 1, 1]},
    [{"cell": 1}], "2019",
)  # fmt: skip


def message(data: bytes) -> None:
    """What a child process answers, piece by piece: a message, or `ValueError` and its like."""
    incoming = Incoming()
    choices = Choices(data)
    if choices.yes():
        head = choices.rest()
        incoming.add(len(head).to_bytes(4, "big") + head)
    else:
        incoming.add(choices.rest())
    try:
        while incoming.next() is not None:
            pass
    except (ValueError, KeyError, TypeError):
        return


def names(data: bytes) -> None:
    """Names of inputs: each result has a name of its own that a file can have; no formulas."""
    choices = Choices(data)
    found = [choices.text(_PIECES, 5).replace("/", "").replace("\0", "") for _ in range(6)]
    # As the system gives them: bytes that are no UTF-8 as halves of characters.
    found = [os.fsdecode(name.encode("utf-8", "surrogateescape")) for name in map(_plain, found)]
    stems = distinct_stems(name for name in found if name)
    assert len({stem.casefold() for stem in stems}) == len(stems)
    for stem in stems:
        assert "/" not in stem
        assert len(os.fsencode(stem)) <= 240
        text = harmless(stem)
        assert text.lstrip()[:1] not in ("=", "@")


_PIECES = (
    "a",
    ".",
    "..",
    ".txt",
    "A",
    "报告",
    "=",
    "@",
    "\udcff",
    "\udc80",
    "x" * 200,
    "-2",
    " ",
    "\n",
)


def _plain(name: str) -> str:
    """Without halves of characters that no file name can have."""
    return "".join(c for c in name if not "\ud800" <= c <= "\udfff" or "\udc80" <= c <= "\udcff")
