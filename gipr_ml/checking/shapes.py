"""Rows whose numbers stand in the wrong cells: shifted, closed up, or with one number too many.

A row is a sequence of numbers. If reading it lost a cell, the numbers behind stand one cell too far
left and the last cell is empty; a surplus number pushes them right and the last falls off the edge.
Each guess puts the numbers back; the one number that is then missing follows from the row's sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gipr_ml.checking.system import Law

Kind = Literal["left", "right", "closed_up", "surplus", "joined"]
Numbers = tuple[int | None, ...]


@dataclass(frozen=True, eq=False)
class Guess:
    """One way to put the numbers of a row back."""

    row: str
    """ "t3/granted" """
    kind: Kind
    values: Mapping[str, int]
    """All cells of the row."""


@dataclass(frozen=True)
class RowShape:
    """A row with its sum."""

    name: str
    keys: tuple[str, ...]
    law: Law
    """The identity over exactly these cells."""


def guesses(
    shape: RowShape, values: Mapping[str, int], empty: frozenset[str], violated: bool
) -> list[Guess]:
    """The ways to put a row back that its own sum allows and that change several of its cells.

    `empty`: cells that print no number, whatever they count as.
    """
    read: Numbers = tuple(values.get(key) for key in shape.keys)
    found: dict[tuple[int, ...], Guess] = {}
    for kind, moved in _moves(read, [key in empty for key in shape.keys], violated):
        whole = _completed(shape, moved)
        if whole is None or whole in found:
            continue
        if sum(a != b for a, b in zip(whole, read, strict=True)) > 1:
            found[whole] = Guess(shape.name, kind, dict(zip(shape.keys, whole, strict=True)))
    return list(found.values())


def _moves(read: Numbers, empty: Sequence[bool], violated: bool) -> Iterator[tuple[Kind, Numbers]]:
    """The numbers put back, with None where one is missing."""
    width = len(read)
    if empty[0] and any(read):
        yield "right", (*read[1:], None)
    if empty[-1]:
        for at in range(width - 1):
            yield ("left" if at == 0 else "closed_up"), (*read[:at], None, *read[at:-1])
        for at in range(width - 1):
            for left, right in _cuts(read[at]):
                yield "joined", (*read[:at], left, right, *read[at + 1 : -1])
    elif violated:
        for at in range(width):
            yield "surplus", (*read[:at], *read[at + 1 :], None)


def _cuts(number: int | None) -> Iterator[tuple[int, int]]:
    """Two numbers that print as one; no number starts with a 0."""
    digits = "" if number is None else str(number)
    for at in range(1, len(digits)):
        if digits[at] != "0" or at == len(digits) - 1:
            yield int(digits[:at]), int(digits[at:])


def _completed(shape: RowShape, moved: Numbers) -> tuple[int, ...] | None:
    """The row with its one missing number, which its sum gives; None where the sum does not."""
    missing = [i for i, number in enumerate(moved) if number is None]
    if len(missing) > 1:
        return None
    coefficients = [shape.law.coefficients[key] for key in shape.keys]
    total = sum(n * x for n, x in zip(coefficients, moved, strict=True) if x is not None)
    if not missing:
        return _whole(moved) if total == 0 else None
    at = missing[0]
    if total % coefficients[at]:
        return None
    value = -total // coefficients[at]
    return None if value < 0 else _whole((*moved[:at], value, *moved[at + 1 :]))


def _whole(numbers: Numbers) -> tuple[int, ...]:
    return tuple(number for number in numbers if number is not None)
