"""A corrected result as labels: its cells say where on the lines the values stand.

Labels of other lines stay as the model gave them, so that a person reviews them before they train.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from gipr_ml.errors import LabelError
from gipr_ml.learning.labelling.sheet import Sheet, SheetLine
from gipr_ml.lines import UNRESOLVED
from gipr_ml.lines.cells import TEXT, cell_kind
from gipr_ml.types import Cell, Line, Report, ReportLine, State

Spot = tuple[int, int]
"""Number of a line and index of a cell in it."""

Given = Mapping[int, tuple[str, Sequence[str]]]
"""Labels that a person gave: of a line by its number, and of its cells, () where those are left."""

HEADER, VALUE, CATEGORY, BLANK = "header", "value", "category", "blank"
TABLE = {HEADER, CATEGORY, VALUE}


def corrected_sheet(report: Report, given: Given | None = None) -> Sheet:
    """The labels that a result's cells and lines make, and above all those that a person gave.

    Raises LabelError if it has no lines.
    """
    if not report.lines:
        raise LabelError(f"{report.name} has no lines to label; label the report itself instead.")
    lines = {line.number: line for line in report.lines}
    values = dict(_values(report, lines))
    given = given or {}
    entries = tuple(
        _given(line, values, *given[line.number])
        if line.number in given
        else _labelled(line, values)
        for line in report.lines
    )
    return Sheet(report.name, report.sha256[:32], (report.model or "0")[:12], entries)


def _values(report: Report, lines: dict[int, ReportLine]) -> Iterator[tuple[Spot, str]]:
    """Where values and blanks of the official cells are printed.

    A value that a person filled in has no place yet: it is looked for among the numbers of table
    lines that no other cell claims, and taken only where a single one is left.
    """
    claimed = {}
    loose = []
    for cell in report.cells:
        place = cell.source
        if place is None or place.line not in lines or place.cell is None:
            if cell.value is not None:
                loose.append(cell.value)
        elif place.cell < len(lines[place.line].cells):
            label = BLANK if cell.state is State.BLANK else VALUE
            if cell.state in (State.READ, State.NOT_APPLICABLE, State.BLANK):
                claimed[place.line, place.cell] = label
    yield from claimed.items()
    free = _free_numbers(lines, claimed)
    for value in loose:
        spots = free.get(value, [])
        if len(spots) == 1 and loose.count(value) == 1:
            yield spots[0], VALUE


def _free_numbers(
    lines: dict[int, ReportLine], claimed: dict[Spot, str]
) -> dict[Decimal, list[Spot]]:
    found: dict[Decimal, list[Spot]] = {}
    for number, line in lines.items():
        for place, text in enumerate(line.cells):
            if (number, place) not in claimed and text.strip().isdecimal():
                found.setdefault(Decimal(int(text)), []).append((number, place))
    return found


def _labelled(line: ReportLine, values: dict[Spot, str]) -> SheetLine:
    """A line with the labels of its cells put right, and its own label made to agree with them."""
    cells = tuple(map(Cell, line.cells))
    own = Line(line.number, cells, line.borders, line.page)
    placed = {place: values.get((line.number, place)) for place in range(len(cells))}
    label = line.label
    if VALUE not in placed.values() and (label not in TABLE or len(line.cell_labels) != len(cells)):
        return SheetLine(own, label, ())
    known = line.cell_labels if len(line.cell_labels) == len(cells) else ("",) * len(cells)
    labels = tuple(
        placed[place] or _guess(text, known[place]) for place, text in enumerate(line.cells)
    )
    if VALUE in placed.values():
        label = CATEGORY if CATEGORY in labels else VALUE
    return SheetLine(own, label, labels)


def _given(
    line: ReportLine, values: dict[Spot, str], label: str, cell_labels: Sequence[str]
) -> SheetLine:
    """A line with a person's label; its cells take theirs from where values stand and what they
    look like, unless the person said those too."""
    own = Line(line.number, tuple(map(Cell, line.cells)), line.borders, line.page)
    if label not in TABLE:
        return SheetLine(own, label, ())
    if cell_labels:
        return SheetLine(own, label, tuple(cell_labels))
    if label == HEADER:
        return SheetLine(own, label, tuple(HEADER if t.strip() else BLANK for t in line.cells))
    labels = (
        values.get((line.number, place)) or _guess(text, "")
        for place, text in enumerate(line.cells)
    )
    return SheetLine(own, label, tuple(labels))


def _guess(text: str, label: str) -> str:
    """The model's label of a cell; where it gave none, what the text looks like."""
    if label and label != UNRESOLVED:
        return label
    if not text.strip():
        return BLANK
    return CATEGORY if cell_kind(text)[0] == TEXT else VALUE
