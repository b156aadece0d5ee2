"""Choose among the readings of all rows together, with the column sums as evidence.

Row sums leave several readings open: where digits are run together, or which of seven cells was
lost. Column identities join all rows, so the rows are decided together, by a beam over the rows
that have more than one reading.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gipr_ml.assemble.candidates import LOST, UNKNOWN, Candidate
from gipr_ml.forms import Forms, TableForm
from gipr_ml.types import State

HOLDS, HOLDS_AT_ZERO, FAILS = 1.5, 0.1, -2.0
SAME_CELL_LOST = 1.0
"""Neighbouring rows that lost a cell mostly lost the same one: the page ended there."""
TOTAL_LOST = 0.3
LOSS_EXPECTED = 3.5
"""What a loss costs less where the same cell is lost all over the table."""
BEAM = 256
MOST_CHOICES = 40
"""Joint readings that are handed on."""
MANY_LOST = 4
"""Rows with a lost cell from which they are taken to have lost the same one."""
WITHIN = 8.0
"""Readings of a row that are worse than its best by more are not looked at."""


class Choice(NamedTuple):
    """One reading of every row of the form; None where the row is lost."""

    rows: tuple[Candidate | None, ...]
    score: float


@dataclass(frozen=True)
class ColumnRules:
    """Identities that run down the columns, as coefficients of shape (rules, rows)."""

    coefficients: NDArray[np.int64]
    totals: tuple[int, ...]
    """The row that each rule calls the total."""


@lru_cache(maxsize=16)
def column_rules(form: TableForm, forms: Forms) -> ColumnRules:
    """The identities of `form` that join rows; each is the same in every column."""
    first = form.rows[0].columns[0].key
    found, totals = [], []
    rows = {row.key: i for i, row in enumerate(form.rows)}
    for identity in forms.identities_of(form.table, form.form):
        keys = [key.split("/") for key in identity.coefficients]
        if len({row for _, row, _ in keys}) > 1 and {column for _, _, column in keys} == {first}:
            vector = np.zeros(len(rows), dtype=np.int64)
            for (_, row, _), coefficient in zip(keys, identity.coefficients.values(), strict=True):
                vector[rows[row]] = coefficient
            found.append(vector)
            totals.append(rows[identity.total.split("/")[1]])
    shape = np.array(found, dtype=np.int64).reshape(len(found), len(rows))
    return ColumnRules(shape, tuple(totals))


@dataclass
class _Beam:
    """Partial choices, one an index of the first axis of every array."""

    score: NDArray[np.float64]
    sums: NDArray[np.float64]
    """Shape (choices, rules, columns)."""
    plus: NDArray[np.bool_]
    """Whether a cell that could only raise the sum is unknown."""
    minus: NDArray[np.bool_]
    busy: NDArray[np.bool_]
    """Whether a column holds any number but 0, shape (choices, columns)."""
    picks: NDArray[np.int64]
    """Which option was picked for each open row so far, shape (choices, open rows)."""
    gaps: NDArray[np.int64]
    """Bit mask of the cells that the last row with a loss has lost, 0 before there is one."""


def choose(
    readings: Mapping[int, Sequence[Candidate]], rules: ColumnRules, rows: int, width: int
) -> list[Choice]:
    """The joint readings, best first; `readings` by row, rows without any are lost."""
    options = {row: _near(readings[row]) for row in sorted(readings)}
    choices: list[Choice] = []
    for narrowed in _consensus(options):
        choices += _choices(narrowed, rules, rows, width)
    return sorted(choices, key=lambda choice: -choice.score)


def _consensus(
    options: dict[int, list[Candidate]],
) -> list[dict[int, list[Candidate]]]:
    """Where many rows have lost a cell, they have lost the same one: one problem for each cell."""
    losing = [row for row, found in options.items() if found[0].how == "lost"]
    if len(losing) < MANY_LOST:
        return [options]
    masks = {_mask(candidate) for row in losing for candidate in options[row]}
    problems = []
    for mask in sorted(masks):
        problems.append({row: _losing(found, mask) or found[:1] for row, found in options.items()})
    return problems


def _losing(found: Sequence[Candidate], mask: int) -> list[Candidate]:
    """The readings that lose just these cells, which costs nothing any more, or none."""
    return [
        c._replace(score=c.score + LOSS_EXPECTED) if c.how == "lost" else c
        for c in found
        if c.how != "lost" or _mask(c) == mask
    ]


def _choices(
    options: Mapping[int, Sequence[Candidate]], rules: ColumnRules, rows: int, width: int
) -> list[Choice]:
    undecided = [row for row, found in options.items() if _is_open(found)]
    beam = _settled_rows(options, undecided, rules, width)
    for row in range(rows):
        if row in options and row not in undecided:
            continue
        coefficients = rules.coefficients[:, row, None]
        if row in undecided:
            beam = _extended(beam, options[row], coefficients)
        else:
            beam.plus = beam.plus | (coefficients > 0)
            beam.minus = beam.minus | (coefficients < 0)
    unprinted = _unprinted_totals(options, rules, width)
    scores = beam.score + _sums_scores(beam, unprinted)
    found = []
    for index in np.argsort(-scores, kind="stable")[:MOST_CHOICES]:
        picked = dict(zip(undecided, beam.picks[index], strict=True))
        chosen = tuple(
            options[row][picked.get(row, 0)] if row in options else None for row in range(rows)
        )
        found.append(Choice(chosen, float(scores[index])))
    return found


def _is_open(found: Sequence[Candidate]) -> bool:
    """Whether a row has several readings, or has lost something."""
    return len(found) > 1 or any(one.state is State.LOST for one in found[0].slots)


def _settled_rows(
    options: Mapping[int, Sequence[Candidate]],
    undecided: Collection[int],
    rules: ColumnRules,
    width: int,
) -> _Beam:
    """The one partial choice that holds the rows with a single reading."""
    settled = [row for row in options if row not in undecided]
    slots = [one for row in settled for one in options[row][0].slots]
    values = np.array([float(s.value) if s.value is not None else 0.0 for s in slots])
    values = values.reshape(len(settled), width)
    unknown = np.array([s.state in UNKNOWN for s in slots], dtype=bool)
    unknown = unknown.reshape(len(settled), width)
    coefficients = rules.coefficients[:, settled]
    return _Beam(
        np.array([sum(options[row][0].score for row in settled)]),
        (coefficients @ values)[None],
        ((coefficients > 0).astype(int) @ unknown > 0)[None],
        ((coefficients < 0).astype(int) @ unknown > 0)[None],
        (values != 0).any(axis=0)[None],
        np.zeros((1, 0), dtype=np.int64),
        np.zeros(1, dtype=np.int64),
    )


def _near(found: Sequence[Candidate]) -> list[Candidate]:
    return [c for c in found if c.score >= found[0].score - WITHIN][:24]


def _extended(beam: _Beam, options: Sequence[Candidate], coefficients: NDArray[np.int64]) -> _Beam:
    """Every partial choice with every option of the next row; the best are kept."""
    vectors = [_vector(option) for option in options]
    masks = np.array([_mask(option) for option in options])
    extra = np.array([option.score + _loss_score(option) for option in options])
    same = (masks[None, :] != 0) & (masks[None, :] == beam.gaps[:, None])
    score = (beam.score[:, None] + extra[None, :] + SAME_CELL_LOST * same).ravel()
    kept = np.argsort(-score, kind="stable")[:BEAM]
    old, pick = kept // len(options), kept % len(options)
    values = np.stack([vector for vector, _ in vectors])[pick][:, None, :]
    unknown = np.stack([lost for _, lost in vectors])[pick][:, None, :]
    return _Beam(
        score[kept],
        beam.sums[old] + coefficients * values,
        beam.plus[old] | ((coefficients > 0) & unknown),
        beam.minus[old] | ((coefficients < 0) & unknown),
        beam.busy[old] | (values[:, 0, :] != 0),
        np.concatenate([beam.picks[old], pick[:, None]], axis=1),
        np.where(masks[pick] != 0, masks[pick], beam.gaps[old]),
    )


def _mask(option: Candidate) -> int:
    """The lost cells of a reading as bits."""
    return sum(1 << i for i, one in enumerate(option.slots) if one.state is State.LOST)


def _loss_score(option: Candidate) -> float:
    return TOTAL_LOST if _mask(option) == 1 << (len(option.slots) - 1) else 0.0


def _vector(option: Candidate) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    values = np.array([float(s.value) if s.value is not None else 0.0 for s in option.slots])
    unknown = np.array([s.state in UNKNOWN for s in option.slots])
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


def _sums_scores(beam: _Beam, unprinted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """What the column sums say of every choice, shape (choices,)."""
    unknown = beam.plus | beam.minus
    holds = (beam.sums == 0) & ~unknown & ~unprinted
    # An unknown addend can close a gap in one direction only.
    impossible = ((beam.sums > 0) & ~beam.minus) | ((beam.sums < 0) & ~beam.plus)
    fails = impossible & ~unprinted
    worth = np.where(beam.busy, HOLDS, HOLDS_AT_ZERO)[:, None, :]
    return np.asarray((holds * worth + fails * FAILS).sum(axis=(1, 2)))


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
