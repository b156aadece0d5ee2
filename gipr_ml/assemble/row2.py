"""What the values of one printed row can mean as a row of table 2, where no sums help."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from gipr_ml.assemble.candidates import Slot, slot
from gipr_ml.assemble.numbers import may_be_printed
from gipr_ml.assemble.splits import cut_runs
from gipr_ml.assemble.stream import Atom, Kind
from gipr_ml.forms import FormRow
from gipr_ml.types import State

NUMBER_USED, BLANK_USED = 1.0, -0.1
CELL_LOST, SPLIT = -3.0, -0.5
MOST_SPLITS = 400


class RowReading(NamedTuple):
    """One reading of a row; `splits` holds every cut of glued digits, the first one chosen."""

    slots: tuple[Slot, ...]
    score: float
    splits: tuple[tuple[Slot, ...], ...] = ()


def read_row(atoms: Sequence[Atom], row: FormRow) -> RowReading | None:
    """The atoms as the cells of a row, or None where they cannot be that."""
    width = len(row.columns)
    printed = [atom for atom in atoms if atom.kind is not Kind.BLANK]
    if any(atom.kind is Kind.RUN for atom in printed):
        return _split_row(printed, row)
    if len(printed) > width:
        return None
    if len(atoms) == width:
        chosen = list(atoms)
    elif len(printed) == width:
        chosen = printed
    elif not printed and len(atoms) > width:
        chosen = list(atoms[:width])
    elif len(atoms) > width:
        first = next(i for i, atom in enumerate(atoms) if atom.kind is not Kind.BLANK)
        chosen = list(atoms[min(first, len(atoms) - width) :][:width])
        if sum(atom.kind is not Kind.BLANK for atom in chosen) < len(printed):
            return None
    elif width > 1 and len(atoms) == width - 1:
        # Which cell was lost cannot be told here: none of them has a sum.
        slots = [Slot(State.ILLEGIBLE, None, atoms[0], " ".join(a.raw for a in atoms))] * width
        return RowReading(tuple(slots), CELL_LOST + NUMBER_USED * len(printed))
    else:
        return None
    slots = [slot(atom) for atom in chosen]
    score = sum(BLANK_USED if s.state is State.BLANK else NUMBER_USED for s in slots)
    score += sum(0 if _fits(s.value, row, i) else CELL_LOST for i, s in enumerate(slots))
    return RowReading(tuple(slots), score)


def _split_row(printed: Sequence[Atom], row: FormRow) -> RowReading | None:
    """Every cut of digits run together into the row's cells."""
    width = len(row.columns)
    pieces = [part for atom in printed for part in _parts(atom.raw)]
    if not pieces or len(pieces) > width:
        return None
    found = []
    for numbers in cut_runs([digits for _, digits, _ in pieces], width):
        slots = _slots(numbers, pieces, printed[0])
        if slots is not None and all(_fits(s.value, row, i) for i, s in enumerate(slots)):
            found.append(tuple(slots))
        if len(found) == MOST_SPLITS:
            break
    if not found:
        return None
    score = NUMBER_USED * width + (SPLIT if len(pieces) < width else 0.0)
    return RowReading(found[0], score, tuple(found) if len(pieces) < width else ())


def _parts(raw: str) -> list[tuple[str, str, str]]:
    """A run as (sign, digits, decimals and unit): "2648" → ("", "2648", "")."""
    sign = raw[0] if raw[:1] in "+-−" else ""
    body = raw[len(sign) :]
    digits = body.split(".")[0].rstrip("万元")
    return [(sign, digits, body[len(digits) :])] if digits.isdigit() else []


def _slots(
    numbers: Sequence[str], pieces: Sequence[tuple[str, str, str]], atom: Atom
) -> list[Slot] | None:
    """The numbers of a cut with the sign before and the decimals behind the run they came from."""
    slots = []
    rest = list(pieces)
    sign, digits, tail = rest.pop(0)
    for number in numbers:
        if not digits:
            sign, digits, tail = rest.pop(0)
        digits = digits[len(number) :]
        raw = sign + number + ("" if digits else tail)
        try:
            value = Decimal(raw.replace("−", "-").rstrip("万元"))
        except InvalidOperation:
            return None
        if not may_be_printed(value):
            return None
        slots.append(Slot(State.READ, value, atom, raw))
        sign = ""
    return slots


def _fits(value: Decimal | None, row: FormRow, column: int) -> bool:
    """Whether the column may hold such a number."""
    if value is None:
        return True
    kind = row.columns[column].type
    whole = value == value.to_integral_value()
    return (kind == "signed" or value >= 0) and (kind == "decimal" or whole)
