"""What every table reader gives: cells with their states, and the doubts about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gipr_ml.assemble.candidates import LOST, Slot
from gipr_ml.assemble.stream import IN_WORDS, Atom, Kind
from gipr_ml.forms import FormRow, TableForm
from gipr_ml.types import Doubt, Proposal, ReportCell, State

CONFIDENT, FROM_SPLIT, BY_COLUMNS, LETTERS, OPEN = 0.99, 0.95, 0.85, 0.8, 0.3


@dataclass
class TableReading:
    """One table as read."""

    form: TableForm
    score: float
    rows: dict[str, tuple[Slot, ...]] = field(default_factory=dict)
    """Slots by row key; a row that is not here is lost."""
    confidence: dict[str, float] = field(default_factory=dict)
    """By cell key, where it is not `CONFIDENT`."""
    doubts: list[Doubt] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    lines: dict[int, list[str]] = field(default_factory=dict)
    """By line number: rows ("t3/granted") that the line was matched to."""

    def doubt(self, code: str, message: str, cells: Iterable[str] = ()) -> None:
        """Add a reason not to call the table consistent."""
        self.doubts.append(Doubt(code, message, tuple(cells)))

    def place(self, row: FormRow, slots: Sequence[Slot]) -> None:
        """Put the slots into a row of the form."""
        self.rows[row.key] = tuple(slots)
        for line in dict.fromkeys([slot.atom.line for slot in slots if slot.atom is not None]):
            matched = self.lines.setdefault(line, [])
            if row.path not in matched:
                matched.append(row.path)

    def open_cells(self, keys: Iterable[str]) -> None:
        """Cells whose value is one of several: they are illegible, whatever was likeliest."""
        slots = self.slots()
        for key in keys:
            old = slots[key]
            self.settle(key, Slot(State.ILLEGIBLE, None, old.atom, old.raw), OPEN)

    def slots(self) -> dict[str, Slot]:
        """What was read of each cell, by its key; lost rows are left out."""
        return {
            key: slot
            for row in self.form.rows
            for key, slot in zip(row.cell_keys, self.rows.get(row.key, ()), strict=False)
        }

    def settle(self, key: str, slot: Slot, confidence: float) -> None:
        """Put another slot into a cell whose row was found."""
        row, column = self.form.by_key[key]
        slots = list(self.rows[row.key])
        slots[row.columns.index(column)] = slot
        self.rows[row.key] = tuple(slots)
        self.confidence[key] = confidence

    def cells(self) -> list[ReportCell]:
        """All cells of the form, in its order."""
        found = []
        for row in self.form.rows:
            slots = self.rows.get(row.key, (LOST,) * len(row.columns))
            for key, column, slot in zip(row.cell_keys, row.columns, slots, strict=True):
                own = self.confidence.get(key, CONFIDENT)
                found.append(_cell(key, slot, own, column.unit))
        return found


def _cell(key: str, slot: Slot, confidence: float, unit: str | None) -> ReportCell:
    """The cell of a slot, whose reading is as sure as the table says but for its characters."""
    state, value, atom, raw = slot
    if state is State.LOST:
        confidence = 0.0
    if atom is None:
        return ReportCell(key, value if state is State.READ else None, raw, state, confidence)
    if atom.confidence < confidence:
        confidence = atom.confidence
    if not atom.certain and confidence > LETTERS:
        confidence = LETTERS
    if state is not State.READ:
        return ReportCell(key, None, raw, state, confidence, atom.place)
    printed = atom.unit if atom.unit != unit else None
    return ReportCell(key, value, raw, state, confidence, atom.place, printed)


def unused_numbers(atoms: Iterable[Atom], used_lines: Collection[int] = ()) -> list[str]:
    """The printed numbers among atoms that no cell took and that may be values.

    What is probably prose or furniture is left out, unless it shares a line with a value.
    """
    return [
        atom.raw
        for atom in atoms
        if atom.kind in (Kind.NUMBER, Kind.RUN)
        and (atom.weak < 0.5 or (atom.line in used_lines and atom.weak < IN_WORDS))
    ]


def labels(form: TableForm, keys: Iterable[str]) -> str:
    """Cells in the words of the form: “予以公开／自然人”."""
    by_key: Mapping[str, tuple[FormRow, object]] = form.by_key
    names = dict.fromkeys(f"“{by_key[key][0].label}”" for key in keys)
    return "、".join(list(names)[:4]) + ("等" if len(names) > 4 else "")
