"""The results of a folder, one after the other, as rows of the tables."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from gipr_ml.export.text import printable
from gipr_ml.types import Severity, State

Row = dict[str, Any]
ENDING = ".json"
_LINES = b',\n "lines": '
OF_REPORT, OF_SET = "report", "set"
"""Whether a finding was made in a report alone, or between the reports of an agency."""


@dataclass(frozen=True, slots=True)
class Result:
    """A result file as rows of the three tables."""

    name: str
    path: Path
    data: Mapping[str, Any]
    report: Row
    findings: list[Row]
    cells: dict[str, list[Any]]
    """By column."""


def results(folder: Path) -> Iterator[Result | Path]:
    """The results in a folder, in the order of names; a JSON file that is none as its path.

    Raises `OSError` where the folder cannot be read.
    """
    with os.scandir(folder) as found:
        names = sorted(entry.name for entry in found if entry.name.endswith(ENDING))
    for name in names:
        if name.startswith("."):
            continue
        path = folder / name
        try:
            yield _result(path, _parsed(path.read_bytes()))
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            yield path


def _parsed(text: bytes) -> Any:
    """The fields of a result, without its lines, a third of it, where it is written as we do."""
    head, cut, rest = text.rpartition(_LINES)
    if cut and rest.rstrip().endswith(b"}"):
        with suppress(ValueError):
            # No text in JSON holds a line break, so what parses was cut between two fields.
            return from_json(head + b"}")
    return json.loads(text)


def _result(path: Path, data: Mapping[str, Any]) -> Result:
    name = printable(path.name.removesuffix(ENDING))
    year = data["year"]
    about = {
        "document": name,
        "agency": printable(data["agency"]),
        "year": None if year is None else int(year),
    }
    found = [_finding(about, finding) for finding in data["findings"]]
    return Result(name, path, data, _report(about, data), found, _cells(about, data))


def _report(about: Row, data: Mapping[str, Any]) -> Row:
    document = data["document"]
    states = Counter(cell["state"] for cell in data["cells"])
    severities = Counter(finding["severity"] for finding in data["findings"])
    return {
        **about,
        "status": str(data["status"]),
        "reason": printable(data.get("reason")),
        "media_type": document["media_type"],
        "pages": document["pages"],
        "sha256": document["sha256"],
        "recognised": bool(data.get("recognised", False)),
        "cells": len(data["cells"]),
        **{str(state): states[state] for state in State},
        **{f"{severity}s": severities[severity] for severity in Severity},
        "proposals": len(data["proposals"]),
        "rules_passed": int(data.get("passed", 0)),
        "model": data.get("model"),
    }


def _finding(about: Row, finding: Mapping[str, Any]) -> Row:
    decision = finding.get("decision") or {}
    figures = {
        name: None if finding[name] is None else float(finding[name])
        for name in ("reported", "computed", "difference")
    }
    return {
        **about,
        "within": OF_REPORT,
        "rule": finding["rule"],
        "severity": finding["severity"],
        "outcome": finding["outcome"],
        "cells": " ".join(finding["cells"]),
        **figures,
        "message": printable(finding["message"]),
        "cause": finding.get("cause"),
        "decision": decision.get("verdict"),
    }


@lru_cache(maxsize=1000)
def _parts(key: str) -> tuple[str, ...]:
    return tuple(key.split("/"))


def _cells(about: Row, data: Mapping[str, Any]) -> dict[str, list[Any]]:
    cells, forms = data["cells"], data["forms"]
    keys = [_parts(cell["key"]) for cell in cells]
    places = [cell.get("source") or {} for cell in cells]
    return {
        **{name: [value] * len(cells) for name, value in about.items() if name != "year"},
        "form": [forms.get(key[0]) for key in keys],
        "key": [cell["key"] for cell in cells],
        "table": [key[0] for key in keys],
        "row": [key[1] for key in keys],
        "column": [key[2] for key in keys],
        "value": [None if cell["value"] is None else float(cell["value"]) for cell in cells],
        "raw": [printable(cell.get("raw")) for cell in cells],
        "state": [cell["state"] for cell in cells],
        "confidence": [float(cell.get("confidence", 1)) for cell in cells],
        **{name: [place.get(name) for place in places] for name in ("page", "line", "cell")},
        "unit": [cell.get("unit") for cell in cells],
    }
