"""The labelled reports of a folder: taking in what people labelled, with who, when and by what.

`lines/NAME.jsonl` holds the labels and `manifest.toml` an entry that states their digest. The
manifest comes into force together with them, so it never describes labels that are not there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gipr_ml.files import LOCK, locked, make_folder, replacing, settle, write_file
from gipr_ml.heading import agency_and_year
from gipr_ml.learning.labelling.sheet import Sheet, SheetLine, raise_faults
from gipr_ml.learning.labels import (
    GUIDE_VERSION,
    REVIEWED,
    Rows,
    content_digest,
    document_of,
    labelled_rows,
    manifest_entries,
)
from gipr_ml.lines import LineModel
from gipr_ml.types import LabelledLine

PRELABELLED = "prelabelled"
"""Status of labels that no person has reviewed; they do not train."""
MANIFEST = "manifest.toml"
_HEADER = "# Labelled reports: where each came from, who labelled it, and whether it is reviewed.\n"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one report's labels."""

    name: str
    lines: int
    changed: int
    """Lines whose labels are not those that stood here before."""
    status: str


def take_over(
    sheets: Sequence[Sheet],
    folder: Path,
    model: LineModel,
    reviewed_by: str | None,
    today: date,
    replace: bool = False,
) -> list[Taken]:
    """Put the labels of reports into `folder`, all or none of them.

    `model` knows which labels there are; those that the folder's labels use are allowed as well.
    Without `reviewed_by` the labels stand there as pre-labelled. Labels that somebody else has
    reviewed are kept unless `replace` is set.

    Raises LabelError, which lists every fault, and then nothing was written.
    """
    make_folder(folder)
    with locked(folder / LOCK, str(folder)):
        return _take_over(sheets, folder, model, reviewed_by, today, replace)


def _take_over(
    sheets: Sequence[Sheet],
    folder: Path,
    model: LineModel,
    reviewed_by: str | None,
    today: date,
    replace: bool,
) -> list[Taken]:
    settle(folder)
    manifest = folder / MANIFEST
    entries = manifest_entries(manifest) if manifest.exists() else {}
    stored = labelled_rows([folder / "lines"]) if entries else {}
    known = _known_labels(model, stored)
    contents = {
        content_digest(document_of(name, list(rows.values()), name).lines): name
        for name, rows in stored.items()
    }
    faults: list[str] = []
    new: dict[str, tuple[dict[str, Any], bytes]] = {}
    taken = []
    for sheet in sheets:
        rows = _rows_of(sheet, known, faults)
        entry = _entry(sheet, reviewed_by, today)
        old = stored.get(sheet.document, {})
        differing = _differing(rows, old) if old else []
        copied = contents.get(entry["content_sha256"], sheet.document)
        if copied != sheet.document:
            faults.append(f"{sheet.document} is a copy of {copied}, which is labelled already")
        _check_against(sheet, entry, entries, differing, replace, faults)
        if sheet.document in new:
            faults.append(f"{sheet.document} is given twice; give each report once")
        data = _lines(rows)
        entry["labels_sha256"] = hashlib.sha256(data).hexdigest()
        kept = entries.get(sheet.document, {})
        new[sheet.document] = {**kept, **entry}, data
        taken.append(Taken(sheet.document, len(rows), len(differing), str(entry["status"])))
    raise_faults(faults, "What was labelled")
    text = manifest.read_text("utf-8") if manifest.exists() else _HEADER
    with replacing(folder) as draft:
        make_folder(draft / "lines")
        for name, (entry, data) in new.items():
            write_file(draft / "lines" / f"{name}.jsonl", data)
            text = _with_entry(text, name, entry)
        write_file(draft / MANIFEST, text.encode())
    return taken


def _known_labels(model: LineModel, stored: Rows) -> tuple[set[str], set[str], set[str]]:
    """Labels of lines, labels of cells, and labels of lines whose cells carry labels."""
    rows = [row for lines in stored.values() for row in lines.values()]
    cells = {label for row in rows for label in row.get("cell_labels") or () if label}
    tables = {row["label"] for row in rows if any(row.get("cell_labels") or ())}
    stage = model.cells
    return (
        {*model.labels, *(row["label"] for row in rows)},
        {*cells, *(stage.labels if stage else ())},
        {*tables, *(stage.table_labels if stage else ())},
    )


def _rows_of(
    sheet: Sheet, known: tuple[set[str], set[str], set[str]], faults: list[str]
) -> list[dict[str, Any]]:
    """The lines of a sheet in the format that trains; what is wrong with them becomes faults."""
    labels, cell_labels, tables = known
    rows = []
    numbers = sheet.rows or [entry.line.number for entry in sheet.lines]
    for entry, number in zip(sheet.lines, numbers, strict=True):
        where = f"{'row' if sheet.rows else 'line'} {number} of {sheet.document}"
        own = entry.cell_labels if entry.label in tables else ("",) * len(entry.line.cells)
        if entry.label not in labels:
            known_labels = ", ".join(sorted(labels))
            faults.append(f"{where}: {entry.label!r} is no label; known are {known_labels}")
        elif len(own) != len(entry.line.cells) or ("" in own and entry.label in tables):
            faults.append(
                f"{where}: a line labelled {entry.label} needs one label for each of its"
                f" {len(entry.line.cells)} cells in cell_labels; known are"
                f" {', '.join(sorted(cell_labels))}"
            )
        elif unknown := sorted(set(own) - cell_labels - {""}):
            faults.append(f"{where}: {unknown[0]!r} is no label of a cell")
        rows.append(_row(sheet.document, entry, own))
    return rows


def _row(document: str, entry: SheetLine, cell_labels: Sequence[str]) -> dict[str, Any]:
    return {
        "document": document,
        "line": entry.line.number,
        "cells": [cell.text for cell in entry.line.cells],
        "borders": entry.line.borders,
        "label": entry.label,
        "cell_labels": list(cell_labels),
    }


def labelled_lines(sheet: Sheet) -> bytes:
    """The lines of a sheet in the format that trains, as they are."""
    return _lines(
        _row(sheet.document, entry, entry.cell_labels or ("",) * len(entry.line.cells))
        for entry in sheet.lines
    )


def _lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return "".join(map(_json, rows)).encode()


def _json(row: Mapping[str, Any]) -> str:
    """A line of the file; only text that UTF-8 has no bytes for is escaped."""
    text = json.dumps(row, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(row)
    return text + "\n"


def _entry(sheet: Sheet, reviewed_by: str | None, today: date) -> dict[str, Any]:
    """What the manifest says of the labels."""
    lines = [entry.line for entry in sheet.lines]
    answers = [LabelledLine(e.line, e.label, 1.0, {}, e.cell_labels, ()) for e in sheet.lines]
    agency, year = agency_and_year(answers)
    return {
        "name": sheet.document,
        **({"agency": agency} if agency else {}),
        **({"year": year} if year else {}),
        "group": f"{agency} {year}" if agency and year else sheet.document,
        "written": False,
        "source_sha256": sheet.source,
        "content_sha256": content_digest(lines),
        "prelabelled_by": sheet.model,
        "annotator": reviewed_by or f"model {sheet.model}",
        "date": today,
        "guide_version": GUIDE_VERSION,
        "status": REVIEWED if reviewed_by else PRELABELLED,
    }


def _differing(
    rows: Iterable[Mapping[str, Any]], old: Mapping[int, Mapping[str, Any]]
) -> list[tuple[int, str, str]]:
    """Number, label there and new label of the lines that are not labelled as before."""
    return [
        (row["line"], str(old.get(row["line"], {}).get("label", "nothing")), row["label"])
        for row in rows
        if old.get(row["line"], {}).get("label") != row["label"]
        or list(old[row["line"]].get("cell_labels") or ()) != row["cell_labels"]
    ]


def _check_against(
    sheet: Sheet,
    entry: Mapping[str, Any],
    entries: Mapping[str, Mapping[str, Any]],
    differing: Sequence[tuple[int, str, str]],
    replace: bool,
    faults: list[str],
) -> None:
    """What another reviewed is not replaced by the way."""
    name = sheet.document
    if Path(name).name != name or name.startswith(".") or not name.isprintable():
        faults.append(f"{name!r} cannot be the name of a file; rename the report and label again")
    before = entries.get(name)
    if before is None or before.get("status") != REVIEWED or replace:
        return
    who = before.get("annotator")
    if entry["status"] != REVIEWED:
        faults.append(
            f"{name} was reviewed by {who}; give --reviewed-by, or --replace to start over"
        )
    elif differing and who != entry["annotator"]:
        line, old, new = differing[0]
        more = f" and {len(differing) - 1} more lines differ" if len(differing) > 1 else ""
        faults.append(
            f"{name}: line {line} is labelled {old} by {who} and {new} by {entry['annotator']}"
            f"{more}; settle it and import with --replace"
        )


# ---------------------------------------------------------------- the manifest as text


def _with_entry(text: str, name: str, entry: Mapping[str, Any]) -> str:
    """The manifest with the entry in place of the one of that name, or at its end.

    Edited as text, so that the comments of people stay.
    """
    block = "[[report]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in entry.items())
    head, *blocks = text.split("[[report]]\n")
    for place, old in enumerate(blocks):
        if f"name = {_toml(name)}" in old.splitlines():
            blocks[place] = block.removeprefix("[[report]]\n") + "\n"
            return "[[report]]\n".join([head, *blocks]).rstrip("\n") + "\n"
    return text.rstrip("\n") + "\n\n" + block


def _toml(value: Any) -> str:
    if isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, date):
        return value.isoformat()
    # A JSON string is one in TOML too, but for DEL and lone surrogates.
    text = json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    return text.encode("utf-8", "replace").decode()
