"""Table 2 that nothing has happened to, told without a search for the best alignment."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gipr_ml.assemble.bounds import ROUNDING, Bounds, bounds_of
from gipr_ml.assemble.row2 import NUMBER_USED, RowReading
from gipr_ml.assemble.stream import Group, Stream, is_blank
from gipr_ml.assemble.trust import content
from gipr_ml.forms import FormRow, TableForm
from gipr_ml.match import Matcher

LABEL, WRONG_LABEL, AFTER = 4.0, -4.0, -1.0
"""What the text beside a row's values counts: how well it fits the row, how much better it fits
another, and that it stands behind them."""
NAMED = 0.6
"""Label fit with which a label names a row, wherever it stands."""


def untouched(
    stream: Stream,
    groups: Sequence[Group],
    form: TableForm,
    matcher: Matcher,
    reading: Callable[[int, FormRow], RowReading | None],
) -> list[int] | None:
    """For each row of the form its group of values, where these surely are what the alignment of
    `table2` would find: all rows in the official order, each whole and under its own label.

    `reading` gives what a group is as a row. None where it cannot be told at once.
    """
    blank = [is_blank(stream.atoms[group.start : group.stop]) for group in groups]
    numbers = [number for number, empty in enumerate(blank) if not empty]
    # Where text stands between all groups, no row can take more than one.
    if len(numbers) != len(form.rows) or not all(stream.gaps[g.start] for g in groups[1:]):
        return None
    whole = [reading(number, row) for number, row in zip(numbers, form.rows, strict=True)]
    slots = [one.slots for one in whole if one is not None and _is_best(one)]
    if len(slots) != len(whole):
        return None
    bounds = bounds_of(stream, groups, form.row_paths, matcher)
    if any(blank) and bounds.high[blank].max() >= NAMED - ROUNDING:
        return None
    own = bounds.of(numbers, range(len(numbers)))
    sure = own.in_order(NAMED) and _is_best_alone(own)
    if not sure or any(
        content(slots[i]) != content(slots[j]) for i, j in own.exchangeable(own.low.diagonal())
    ):
        return None
    return numbers


def _is_best(reading: RowReading) -> bool:
    """Whether no reading of any values as this row has a higher score: a number in each cell."""
    return not reading.splits and reading.score == NUMBER_USED * len(reading.slots)


def _is_best_alone(own: Bounds) -> bool:
    """Whether each row surely loses by taking any other group than its own, and each group fits
    its own row best."""
    least = own.low.diagonal()
    before, after = own.high.copy(), own.after.copy()
    if (least < after.diagonal() + ROUNDING).any():
        return False  # the text behind the values may be the label
    np.fill_diagonal(before, 0.0)
    np.fill_diagonal(after, 0.0)
    ahead = LABEL * before + WRONG_LABEL * np.maximum(0.0, least[:, None] - before)
    other = np.maximum(ahead, AFTER + LABEL * after)
    alone: bool = (before.max(axis=1) < least - ROUNDING).all()
    return alone and bool((other.max(axis=0) < LABEL * least - ROUNDING).all())
