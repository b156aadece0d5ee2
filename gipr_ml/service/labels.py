"""What was reviewed, as labelled lines to train on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from gipr_ml.service.changes import LabelChange
from gipr_ml.service.state import ReportState

UNRESOLVED = "unresolved"
IN_TABLES = ("header", "category", "value")
"""Labels of lines whose cells are labelled too."""


class LabelledReport(NamedTuple):
    """The labelled lines of a reviewed report, in the format of `training_data/lines`."""

    name: str
    group: str
    """Reports of one agency for one year; training and test never split a group."""
    lines: bytes
    """JSON, one object a line."""


def labels_of(state: ReportState) -> LabelledReport | None:
    """The lines of a report whose review is done; None for any other.

    A line has the label that a person gave it, else the one that it was read with, which the person
    saw and left. Lines that neither could tell are left out.
    """
    if state.review not in ("done", "second_wanted", "second_done"):
        return None
    report = state.report
    name = f"service_{report.sha256[:12]}"
    rows = []
    for line in report.lines:
        entry = state.labels.get(line.number)
        change = entry.change if entry is not None else None
        given = change if isinstance(change, LabelChange) else None
        label = given.label if given else line.label
        cells = given.cell_labels if given and given.cell_labels else line.cell_labels
        if label == UNRESOLVED:
            continue
        row: dict[str, object] = {"document": name, "line": line.number}
        row |= {"cells": list(line.cells), "label": label}
        if label in IN_TABLES and len(cells) == len(line.cells) and UNRESOLVED not in cells:
            row["cell_labels"] = list(cells)
        elif label not in IN_TABLES:
            row["cell_labels"] = [""] * len(line.cells)
        rows.append(json.dumps(row, ensure_ascii=False))
    group = f"{report.agency} {report.year}" if report.agency and report.year else name
    return LabelledReport(name, group, ("\n".join(rows) + "\n").encode("utf-8", "replace"))


def manifest_entries(reports: Iterable[LabelledReport]) -> str:
    """The entries that `manifest.toml` needs for these reports."""
    return "".join(
        f"\n[[report]]\nname = {json.dumps(report.name)}\n"
        f"group = {json.dumps(report.group, ensure_ascii=False)}\n"
        'kind = "service"\nwritten = false\nstatus = "reviewed"\n'
        for report in reports
    )
