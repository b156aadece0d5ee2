"""Labelled lines on disk: reading, checking, and grouping by what must not be split.

One JSON object a line (`.jsonl`, also gzipped): `document`, `line`, `cells`, `label`, and
optionally `cell_labels` (one a cell, "" outside of tables) and `borders` (explicit, spaces, none).
`manifest.toml` beside the folder says of each document who labelled it, and to which group of
renderings of one report it belongs.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from gipr_ml.errors import TrainingError
from gipr_ml.types import Borders, Cell, Line

Origin = Literal["public", "written", "generated"]
"""A published report; one that a person invented for its layout; one from the generator."""

REVIEWED = "reviewed"
FIELDS = frozenset({"document", "line", "cells", "label", "cell_labels", "borders"})
MOST_FAULTS = 20
"""Faults that a message lists before it only counts them."""


@dataclass(frozen=True, slots=True)
class LabelledDocument:
    """The labelled lines of one document, in order."""

    name: str
    lines: tuple[Line, ...]
    labels: tuple[str, ...]
    cell_labels: tuple[tuple[str, ...], ...]
    """One label a cell, or () where a line's cells are not labelled."""
    group: str
    """Documents of one group are renderings of one report, or of one agency's report of a year."""
    origin: Origin = "public"


def read_labels(paths: Iterable[Path], manifest: Path | None = None) -> list[LabelledDocument]:
    """The labelled documents of files or folders, in the order of their names.

    With a manifest, only documents that it calls reviewed are returned, under its groups. Raises
    TrainingError, which lists the faults, if anything is wrong, and if nothing is left to train on.
    """
    faults: list[str] = []
    entries = _manifest_entries(manifest) if manifest else {}
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for path in _files(paths):
        for place, row in _rows(path, faults):
            _add(rows, place, row, faults)
    documents = []
    for name in sorted(rows):
        entry = entries.get(name)
        if manifest and entry is None:
            faults.append(f"{name}: no entry in {manifest.name}")
        elif entry is None or entry.get("status") == REVIEWED:
            group = str(entry.get("group", name)) if entry else name
            origin: Origin = "written" if entry and entry.get("written") else "public"
            documents.append(document_of(name, list(rows[name].values()), group, origin))
    _raise(faults)
    if not documents:
        raise TrainingError("There are no reviewed labelled lines to train on.")
    return documents


def document_of(
    name: str, rows: Sequence[Mapping[str, Any]], group: str, origin: Origin = "public"
) -> LabelledDocument:
    """A document from rows in the on-disk format, put in the order of their line numbers."""
    ordered = sorted(rows, key=lambda row: int(row["line"]))
    return LabelledDocument(
        name=name,
        lines=tuple(
            Line(
                number=int(row["line"]),
                cells=tuple(Cell(str(text)) for text in row["cells"]),
                borders=row.get("borders", "explicit" if len(row["cells"]) > 1 else "none"),
            )
            for row in ordered
        ),
        labels=tuple(str(row["label"]) for row in ordered),
        cell_labels=tuple(tuple(row.get("cell_labels") or ()) for row in ordered),
        group=group,
        origin=origin,
    )


def digest_of(documents: Sequence[LabelledDocument]) -> str:
    """SHA-256 of everything that training sees of the documents."""
    seen = hashlib.sha256()
    for document in documents:
        seen.update(repr((document.name, document.group, document.origin)).encode())
        for line, label, cells in zip(
            document.lines, document.labels, document.cell_labels, strict=True
        ):
            row = (line.number, line.borders, [cell.text for cell in line.cells], label, cells)
            seen.update(repr(row).encode())
    return seen.hexdigest()


def _manifest_entries(path: Path) -> dict[str, dict[str, Any]]:
    """Entries of a manifest by the name of their document."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError:
        raise TrainingError(f"The manifest {path} of the labelled reports is missing.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TrainingError(f"The manifest {path} is no valid TOML: {error}.") from None
    return {str(entry["name"]): entry for entry in data.get("report", []) if "name" in entry}


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted([*path.glob("*.jsonl"), *path.glob("*.jsonl.gz")])
        else:
            yield path


def _rows(path: Path, faults: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows of a file that are in order, each with its place; the others become faults."""
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        text = data.decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        faults.append(f"{path.name}: cannot be read ({error})")
        return
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        place = f"{path.name}:{number}"
        try:
            row = json.loads(line)
        except ValueError:
            faults.append(f"{place}: no valid JSON")
            continue
        wrong = _fault_of(row)
        if wrong:
            faults.append(f"{place}: {wrong}")
        else:
            yield place, row


def _fault_of(row: Any) -> str | None:
    """What is wrong with one row, or None."""
    if not isinstance(row, dict):
        return "no JSON object"
    if unknown := sorted(row.keys() - FIELDS):
        return f"unknown fields {', '.join(unknown)}"
    if not isinstance(row.get("document"), str) or not isinstance(row.get("line"), int):
        return "document (text) and line (whole number) are needed"
    cells = row.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, str) for cell in cells):
        return "cells must be a list of texts"
    if not isinstance(row.get("label"), str) or not row["label"]:
        return "label must be a text that is not empty"
    labels = row.get("cell_labels")
    if labels is not None and (
        not isinstance(labels, list)
        or len(labels) != len(cells)
        or not all(isinstance(label, str) for label in labels)
    ):
        return "cell_labels must have one text a cell"
    if row.get("borders", "none") not in get_args(Borders):
        return f"borders must be one of {', '.join(get_args(Borders))}"
    return None


def _add(
    rows: dict[str, dict[int, dict[str, Any]]],
    place: str,
    row: dict[str, Any],
    faults: list[str],
) -> None:
    """Add a row to its document; the same line with another label or text is a fault."""
    lines = rows.setdefault(row["document"], {})
    known = lines.setdefault(row["line"], row)
    if known["label"] != row["label"]:
        faults.append(
            f"{place}: line {row['line']} of {row['document']} is labelled both"
            f" {known['label']} and {row['label']}"
        )
    elif known != row:
        faults.append(f"{place}: line {row['line']} of {row['document']} stands there twice")


def _raise(faults: Sequence[str]) -> None:
    if faults:
        shown = "\n  ".join(faults[:MOST_FAULTS])
        more = len(faults) - MOST_FAULTS
        tail = f"\n  and {more} more" if more > 0 else ""
        raise TrainingError(f"The labelled lines cannot be used:\n  {shown}{tail}")
