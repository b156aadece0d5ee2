"""A label sheet: the lines of a report, one a row, with what the model takes them for.

CSV in UTF-8 with a byte order mark, so that spreadsheets show Chinese. People change `label` and
`cell_labels`; everything else comes back as it was written or is refused, by `check`. Rows may be
sorted and columns added, moved or left out where they are not needed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import get_args

from gipr_ml.errors import LabelError
from gipr_ml.learning.labelling.protection import protected, unprotected
from gipr_ml.learning.labels import listed
from gipr_ml.lines import UNRESOLVED, LineModel
from gipr_ml.types import Borders, Cell, Document, LabelledLine, Line

COLUMNS = (
    *("document", "line", "of", "page", "look", "label", "cell_labels", "text"),
    *("confidence", "margin", "runner_up", "borders", "source", "model", "check"),
)
NEEDED = {"document", "line", "of", "page", "label", "text", "borders", "source", "model", "check"}
NO_LABEL = "_"
"""Stands for a cell without a label."""
LOOK = "?"
CLOSE_CALL = 0.5
"""Lines whose two likeliest labels are closer than this are marked to be looked at."""
_DIGEST = re.compile(r"#[0-9a-f]{1,64}")
csv.field_size_limit(1 << 24)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of a report with its labels."""

    line: Line
    label: str
    cell_labels: tuple[str, ...]
    """One a cell, "" where it has none; () where no labels of cells are known."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """All lines of one report."""

    document: str
    source: str
    """The first half of the SHA-256 of the file's bytes."""
    model: str
    """Beginning of the digest of the model that labelled first."""
    lines: tuple[SheetLine, ...]
    rows: tuple[int, ...] = ()
    """Where each line stands in the file that it was read from, for messages."""


def label_sheet(document: Document, model: LineModel) -> bytes:
    """The sheet of a document, as the model labels it."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    labelled = model.label(document.lines)
    for answer in labelled:
        writer.writerow(_row(document, answer, len(labelled), model.digest[:12]))
    return ("\ufeff" + out.getvalue()).encode()


def margin_of(answer: LabelledLine) -> tuple[float, str]:
    """How far the likeliest label is ahead of the next, and the next one."""
    first, second = sorted(answer.probabilities.items(), key=lambda item: -item[1])[:2]
    return first[1] - second[1], second[0]


def _row(document: Document, answer: LabelledLine, count: int, model: str) -> dict[str, object]:
    line = answer.line
    likeliest = max(answer.probabilities, key=answer.probabilities.__getitem__)
    margin, runner_up = margin_of(answer)
    unsure = answer.label == UNRESOLVED or margin < CLOSE_CALL or UNRESOLVED in answer.cell_labels
    cells = ["" if label == UNRESOLVED else label for label in answer.cell_labels]
    sheet = Sheet(document.name, document.sha256[:32], model, ())
    return {
        "document": protected([document.name]),
        "line": line.number,
        "of": count,
        "page": line.page,
        "look": LOOK if unsure else "",
        "label": likeliest,
        "cell_labels": " ".join(label or NO_LABEL for label in cells),
        "text": protected([cell.text for cell in line.cells]),
        "confidence": f"{answer.confidence:.3f}",
        "margin": f"{margin:.3f}",
        "runner_up": runner_up,
        "borders": line.borders,
        "source": f"#{sheet.source}",
        "model": f"#{model}",
        "check": _check(sheet, line, count),
    }


def _check(sheet: Sheet, line: Line, count: int) -> str:
    """Digest of all that a person must not change in a row."""
    cells = [cell.text for cell in line.cells]
    own = [sheet.document, sheet.source, sheet.model, count, line.number, line.page, line.borders]
    return "#" + hashlib.sha256(json.dumps([own, cells]).encode()).hexdigest()[:16]


# ---------------------------------------------------------------- back


def read_sheets(data: bytes, name: str) -> list[Sheet]:
    """The reports of a sheet's file. Raises LabelError, which lists every fault by its row."""
    faults: list[str] = []
    found: dict[str, Sheet] = {}
    sizes: dict[str, int] = {}
    for number, row in _rows(data, name):
        try:
            sheet, count = _parsed(row)
        except LabelError as error:
            faults.append(f"row {number}: {error}")
            continue
        known = found.setdefault(sheet.document, replace(sheet, lines=()))
        sizes[sheet.document] = count
        lines, rows = (*known.lines, *sheet.lines), (*known.rows, number)
        found[sheet.document] = replace(known, lines=lines, rows=rows)
    sheets = [_ordered(sheet, sizes[sheet.document], faults) for sheet in found.values()]
    raise_faults(faults, name)
    if not sheets:
        raise LabelError(f"{name} holds no labelled lines.")
    return sheets


def raise_faults(faults: Sequence[str], name: str) -> None:
    """Raise LabelError with the first faults and the number of the others, if there are any."""
    if faults:
        raise LabelError(f"{name} cannot be taken over:\n  {listed(faults)}")


def _rows(data: bytes, name: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Rows by their number in a spreadsheet (the header is 1)."""
    text = _decoded(data, name)
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [field.strip() for field in next(reader, [])]
        missing = sorted(NEEDED - set(header))
        if missing:
            raise LabelError(
                f"{name} is no label sheet: the columns {', '.join(missing)} are missing;"
                " write one with: gipr label REPORT"
            )
        for number, fields in enumerate(reader, 2):
            if any(field.strip() for field in fields):
                padded = [*fields, *[""] * (len(header) - len(fields))]
                yield number, dict(zip(header, padded, strict=False))
    except csv.Error as error:
        raise LabelError(f"{name} is no valid CSV ({error}).") from None


def _decoded(data: bytes, name: str) -> str:
    """Spreadsheets save as UTF-8, as UTF-16, or in the code page of Chinese Windows."""
    utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise LabelError(f"{name} is no text; save it from the spreadsheet as CSV UTF-8.")


def _parsed(row: Mapping[str, str]) -> tuple[Sheet, int]:
    """A sheet of the one line of a row, and how many lines its report has."""
    try:
        line_number, count = int(row["line"]), int(row["of"])
        page = int(row["page"]) if row["page"].strip() else None
    except ValueError:
        raise LabelError("line, of and page must be the whole numbers that were written") from None
    borders = row["borders"].strip()
    digests = row["source"].strip(), row["model"].strip(), row["check"].strip()
    if borders not in get_args(Borders) or not all(map(_DIGEST.fullmatch, digests)):
        raise LabelError("borders, source, model and check must stay as they were written")
    documents = unprotected(row["document"].strip())
    if len(documents) != 1:
        raise LabelError("document must be the one name that was written")
    cells = unprotected(row["text"].strip())
    line = Line(line_number, tuple(map(Cell, cells)), borders, page)  # type: ignore[arg-type]
    sheet = Sheet(documents[0], digests[0][1:], digests[1][1:], ())
    if _check(sheet, line, count) != digests[2]:
        raise LabelError(
            f"the text or place of line {line_number} is not the one that was written; labels"
            " alone may be changed, so take this row from the original sheet"
        )
    labels = tuple(re.split(r"[\s,;、，]+", row.get("cell_labels", "").strip()))
    cell_labels = () if labels == ("",) else tuple("" if x == NO_LABEL else x for x in labels)
    return replace(sheet, lines=(SheetLine(line, row["label"].strip(), cell_labels),)), count


def _ordered(sheet: Sheet, count: int, faults: list[str]) -> Sheet:
    """The sheet with its lines in order; lines that are missing or there twice become faults."""
    own = sorted(zip(sheet.lines, sheet.rows, strict=True), key=lambda pair: pair[0].line.number)
    for (one, _), (other, row) in pairwise(own):
        if one.line.number == other.line.number:
            if one.label != other.label:
                what = f"is labelled both {one.label} and {other.label}"
            else:
                what = "stands there twice"
            faults.append(f"row {row}: line {one.line.number} of {sheet.document} {what}")
    there = {entry.line.number for entry, _ in own}
    missing = max(0, count - sum(0 <= number < count for number in there))
    if missing and not faults:
        first = islice((number for number in range(count) if number not in there), 10)
        shown = ", ".join(map(str, first)) + ("…" if missing > 10 else "")
        faults.append(
            f"{missing} of {count} lines of {sheet.document} are missing: {shown};"
            " every line is needed, so take them from the original sheet"
        )
    return replace(sheet, lines=tuple(entry for entry, _ in own), rows=tuple(row for _, row in own))
