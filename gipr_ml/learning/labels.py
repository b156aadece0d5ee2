"""Labelled lines on disk: reading, checking, and grouping by what must not be split.

One JSON object a line (`.jsonl`, also gzipped): `document`, `line`, `cells`, `label`, and
optionally `cell_labels` (one a cell, "" outside of tables) and `borders` (explicit, spaces, none).
`manifest.toml` beside the folder says of each document who labelled it, whose report it is and
whether it is frozen: kept for comparing models (see `frozen.py`).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from gipr_ml.errors import TrainingError
from gipr_ml.files import read_toml, settle
from gipr_ml.text import compact
from gipr_ml.types import Borders, Cell, Line

Origin = Literal["public", "written", "generated"]
"""A published report; one that a person invented for its layout; one from the generator."""

GUIDE_VERSION = 1
"""Version of the labelling guide that the labels follow."""
REVIEWED = "reviewed"
FIELDS = frozenset({"document", "line", "cells", "label", "cell_labels", "borders"})
MOST_BYTES = 500_000_000
"""Bytes that a file of labelled lines may unpack to; those of a report have some 100,000."""
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
    """What splits never cut: all reports of one agency, or the renderings of one report."""
    origin: Origin = "public"
    report: str = ""
    """Renderings of one report share this."""
    frozen: bool = False
    """Whether the report is kept for comparing models."""

    @property
    def digest(self) -> str:
        """What `content_digest` says of its lines."""
        return content_digest(self.lines)


def read_labels(paths: Iterable[Path], manifest: Path | None = None) -> list[LabelledDocument]:
    """The labelled documents of files or folders, in the order of their names.

    With a manifest, only documents that it calls reviewed are returned, under its groups. Raises
    TrainingError, which lists the faults, if anything is wrong, and if nothing is left to train on.
    """
    faults: list[str] = []
    entries = manifest_entries(manifest) if manifest else {}
    rows = _gathered(paths, faults, entries)
    documents = []
    for name in sorted(rows):
        entry = entries.get(name)
        if entry is None:
            if manifest:
                faults.append(f"{name}: no entry in {manifest.name}")
            entry = {"status": REVIEWED}
        if entry.get("status") == REVIEWED:
            report = str(entry.get("group", name))
            origin: Origin = "written" if entry.get("written") else "public"
            group = str(entry.get("agency", report))
            document = document_of(name, list(rows[name].values()), group, origin)
            frozen = entry.get("frozen") is True
            documents.append(replace(document, report=report, frozen=frozen))
    _raise(faults)
    if not documents:
        raise TrainingError("There are no reviewed labelled lines to train on.")
    return documents


Rows = dict[str, dict[int, dict[str, Any]]]
"""Rows of the on-disk format by document and line."""


def labelled_rows(paths: Iterable[Path]) -> Rows:
    """All labelled lines of files or folders, reviewed or not.

    Raises TrainingError, which lists the faults, if anything is wrong with them.
    """
    faults: list[str] = []
    rows = _gathered(paths, faults, {})
    _raise(faults)
    return rows


def _gathered(
    paths: Iterable[Path], faults: list[str], entries: Mapping[str, Mapping[str, Any]]
) -> Rows:
    rows: Rows = {}
    for path in _files(paths):
        stated = entries.get(path.stem, {}).get("labels_sha256")
        for place, row in _rows(path, faults, stated):
            _add(rows, place, row, faults)
    return rows


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
        report=name,
    )


def content_digest(lines: Iterable[Line]) -> str:
    """SHA-256 of the characters of a report, whatever lines, cells and spaces they stand in.

    Copies under other names, encodings and layouts of one text have the same.
    """
    text = "".join(cell.text for line in lines for cell in line.cells)
    return hashlib.sha256(compact(text).encode("utf-8", "surrogatepass")).hexdigest()


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


def manifest_entries(path: Path) -> dict[str, dict[str, Any]]:
    """Entries of a manifest by the name of their document."""
    settle(path.parent)
    try:
        reports = read_toml(path).get("report", [])
    except OSError:
        raise TrainingError(
            f"The manifest {path} of the labelled reports is missing;"
            " gipr label --import makes one."
        ) from None
    except ValueError as error:
        raise TrainingError(f"The manifest {path} is no valid TOML: {error}.") from None
    if not isinstance(reports, list) or not all(isinstance(entry, dict) for entry in reports):
        raise TrainingError(f"The manifest {path} needs a table [[report]] a report.")
    return {str(entry["name"]): entry for entry in reports if "name" in entry}


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted([*path.glob("*.jsonl"), *path.glob("*.jsonl.gz")])
        else:
            yield path


def _rows(
    path: Path, faults: list[str], sha256: str | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows of a file that are in order, each with its place; the others become faults.

    `sha256` is the digest that the manifest states of the file, where it does.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        text = data.decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        faults.append(f"{path.name}: cannot be read ({error})")
        return
    if len(data) > MOST_BYTES:
        faults.append(f"{path.name}: more than {MOST_BYTES // 1_000_000} MB; it may be a trap")
        return
    if sha256 and hashlib.sha256(data).hexdigest() != sha256:
        faults.append(f"{path.name}: not the labels that the manifest describes; import them again")
        return
    # Not splitlines(): texts of reports hold other line separators, which JSON need not escape.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{path.name}:{number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
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
    rows: Rows,
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
        raise TrainingError(f"The labelled lines cannot be used:\n  {listed(faults)}")


def listed(faults: Sequence[str]) -> str:
    """The first faults, one a line, and the number of the others."""
    shown = "\n  ".join(faults[:MOST_FAULTS])
    more = len(faults) - MOST_FAULTS
    return f"{shown}\n  and {more} more" if more > 0 else shown
