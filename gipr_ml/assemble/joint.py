"""Choose among the readings of all rows together, with the column sums as evidence.

Row sums leave several readings open: where digits are run together, or which of seven cells was
lost. Column identities join all rows, so the rows are decided together, by a beam over the rows
that have more than one reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gipr_ml.assemble.candidates import LOST, Candidate
from gipr_ml.forms import Identity, TableForm
from gipr_ml.types import State

HOLDS, HOLDS_AT_ZERO, FAILS = 1.5, 0.1, -2.0
SAME_CELL_LOST = 1.0
"""Neighbouring rows that lost a cell mostly lost the same one: the page ended there."""
TOTAL_LOST = 0.3
BEAM = 256
WITHIN = 8.0
"""Readings of a row that are worse than its best by more are not looked at."""


@dataclass(frozen=True)
class Choice:
    """One reading of every row of the form; None where the row is lost."""

    rows: tuple[Candidate | None, ...]
    score: float


@dataclass(frozen=True)
class ColumnRules:
    """Identities that run down the columns, as coefficients of shape (rules, rows)."""

    coefficients: NDArray[np.int64]
    totals: tuple[int, ...]
    """The row that each rule calls the total."""


def column_rules(form: TableForm, identities: Sequence[Identity]) -> ColumnRules:
    """The identities of `form` that join rows; each is the same in every column."""
    first = form.rows[0].columns[0].key
    found, totals = [], []
    rows = {row.key: i for i, row in enumerate(form.rows)}
    for identity in identities:
        keys = [key.split("/") for key in identity.coefficients]
        if len({row for _, row, _ in keys}) > 1 and {column for _, _, column in keys} == {first}:
            vector = np.zeros(len(rows), dtype=np.int64)
            for (_, row, _), coefficient in zip(keys, identity.coefficients.values(), strict=True):
                vector[rows[row]] = coefficient
            found.append(vector)
            totals.append(rows[identity.total.split("/")[1]])
    shape = np.array(found, dtype=np.int64).reshape(len(found), len(rows))
    return ColumnRules(shape, tuple(totals))


@dataclass(frozen=True)
class _Partial:
    score: float
    sums: NDArray[np.float64]
    """Shape (rules, columns)."""
    plus: NDArray[np.bool_]
    """Whether a cell that could only raise the sum is unknown."""
    minus: NDArray[np.bool_]
    picks: tuple[int, ...]
    gaps: tuple[int, ...] | None


def choose(
    readings: Mapping[int, Sequence[Candidate]], rules: ColumnRules, rows: int, width: int
) -> list[Choice]:
    """The joint readings, best first; `readings` by row, rows without any are lost."""
    options = {row: _near(readings[row]) for row in sorted(readings)}
    shape = (len(rules.totals), width)
    empty = np.zeros(shape, dtype=bool)
    beam = [_Partial(0.0, np.zeros(shape), empty, empty, (), None)]
    for row in range(rows):
        if row in options:
            beam = _extended(beam, options[row], rules.coefficients[:, row])
        else:
            unknown = np.repeat(rules.coefficients[:, row, None] != 0, width, axis=1)
            beam = [_with_unknown(part, rules.coefficients[:, row], unknown) for part in beam]
    open_totals = _unprinted_totals(options, rules, width)
    choices = []
    for part in beam:
        picked = dict(zip(options, part.picks, strict=True))
        chosen = tuple(options[row][picked[row]] if row in options else None for row in range(rows))
        choices.append(Choice(chosen, part.score + _sums_score(part, open_totals, chosen)))
    return sorted(choices, key=lambda choice: -choice.score)


def _near(found: Sequence[Candidate]) -> list[Candidate]:
    return [c for c in found if c.score >= found[0].score - WITHIN][:24]


def _extended(
    beam: Sequence[_Partial], options: Sequence[Candidate], coefficients: NDArray[np.int64]
) -> list[_Partial]:
    vectors = [_vector(option) for option in options]
    out = []
    for part in beam:
        for pick, (option, (values, unknown)) in enumerate(zip(options, vectors, strict=True)):
            gaps = tuple(i for i, s in enumerate(option.slots) if s.state is State.LOST)
            extra = 0.0
            if gaps:
                extra += SAME_CELL_LOST * (gaps == part.gaps)
                extra += TOTAL_LOST * (gaps == (len(option.slots) - 1,))
            sums = part.sums + coefficients[:, None] * values
            plus = part.plus | ((coefficients > 0)[:, None] & unknown)
            minus = part.minus | ((coefficients < 0)[:, None] & unknown)
            score = part.score + option.score + extra
            out.append(_Partial(score, sums, plus, minus, (*part.picks, pick), gaps or part.gaps))
    if len(out) > BEAM:
        out.sort(key=lambda part: -part.score)
    return out[:BEAM]


def _with_unknown(
    part: _Partial, coefficients: NDArray[np.int64], unknown: NDArray[np.bool_]
) -> _Partial:
    plus = part.plus | (unknown & (coefficients > 0)[:, None])
    minus = part.minus | (unknown & (coefficients < 0)[:, None])
    return _Partial(part.score, part.sums, plus, minus, part.picks, part.gaps)


def _vector(option: Candidate) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    values = np.array([float(s.value) if s.value is not None else 0.0 for s in option.slots])
    unknown = np.array([s.state in (State.LOST, State.ILLEGIBLE) for s in option.slots])
    return values, unknown


def _unprinted_totals(
    options: Mapping[int, Sequence[Candidate]], rules: ColumnRules, width: int
) -> NDArray[np.bool_]:
    """Where a rule's total is blank in print, so that the rule says nothing."""
    blank = np.zeros((len(rules.totals), width), dtype=bool)
    for rule, row in enumerate(rules.totals):
        if row in options:
            blank[rule] = [s.value is None for s in options[row][0].slots]
    return blank


def _sums_score(
    part: _Partial, unprinted: NDArray[np.bool_], chosen: Sequence[Candidate | None]
) -> float:
    unknown = part.plus | part.minus
    holds = (part.sums == 0) & ~unknown & ~unprinted
    # An unknown addend can close a gap in one direction only.
    impossible = ((part.sums > 0) & part.plus & ~part.minus) | (
        (part.sums < 0) & part.minus & ~part.plus
    )
    fails = ((part.sums != 0) & ~unknown & ~unprinted) | (impossible & unknown & ~unprinted)
    busy = np.array(
        [
            any(c is not None and bool(c.slots[column].value) for c in chosen)
            for column in range(part.sums.shape[1])
        ]
    )
    return float(
        HOLDS * (holds & busy).sum() + HOLDS_AT_ZERO * (holds & ~busy).sum() + FAILS * fails.sum()
    )


def differing_cells(best: Choice, others: Sequence[Choice], margin: float) -> set[tuple[int, int]]:
    """Cells (row, column) in which a reading within `margin` of the best says something else."""
    differing: set[tuple[int, int]] = set()
    for other in others:
        if other.score < best.score - margin:
            continue
        for row, (one, two) in enumerate(zip(best.rows, other.rows, strict=True)):
            if one is None or two is None or one is two:
                continue
            for column, (a, b) in enumerate(zip(one.slots, two.slots, strict=True)):
                if (a.state, a.value) != (b.state, b.value):
                    differing.add((row, column))
    return differing


def lost_row(width: int) -> Candidate:
    """The reading of a row of which nothing was found."""
    return Candidate((LOST,) * width, 0.0, "lost")
