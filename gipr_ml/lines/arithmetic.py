"""Which lines add up: rows in themselves, and columns over the lines before and after.

A total may stand before or after what it counts, and may count totals that count others. So the
lines that were found to be counted are set aside, and what is left is looked through once more.
Sums, and means, of two to `REACH` lines with numbers are tried, whatever stands between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

COLUMNS = 24
"""Cells of a line that take part in arithmetic."""
REACH = 24
"""Lines with numbers that a sum over a column may run over."""
EXACT = 5e-4
"""Share of a value by which a sum may miss it: addends are rounded."""
MEAN = 2e-3
"""The same for means."""
LIKELY, CERTAIN = 0.5, 0.8
"""Shares of a line's numbers that are sums from which on the addends count as such; and are set
aside when sums of sums are looked for."""
BLOCK = 512
"""Lines looked at together, so that a long document needs no large arrays."""


def row_sums(table: Floats) -> Floats:
    """What the numbers of each line say by themselves; `table` has NaN where there is none."""
    known = ~np.isnan(table)
    filled = np.where(known, table, 0.0)
    count = known.sum(1)
    total = filled.sum(1)
    some = count > 0
    first = filled[np.arange(len(table)), known.argmax(1)]
    last = filled[np.arange(len(table)), -1 - known[:, ::-1].argmax(1)]
    rising = (np.diff(filled, axis=1) == 1) & known[:, 1:] & known[:, :-1]
    years = known & (filled >= 1900) & (filled <= 2100) & (filled == np.rint(filled))
    whole = known & (filled == np.rint(filled))
    per = np.maximum(count, 1)
    return np.column_stack(
        [
            (count > 2) & (np.abs(total - 2 * last) < 0.51),
            (count > 2) & (np.abs(total - 2 * first) < 0.51),
            some & (total == 0),
            (filled != 0).sum(1),
            rising.sum(1) / per,
            years.sum(1) / per,
            whole.sum(1) / per,
            np.log1p(np.abs(filled).max(1)),
            np.log1p(np.abs(first)),
            (filled < 0).sum(1) / per,
        ]
    )


def column_sums(table: Floats) -> Floats:
    """How far the numbers of each line are sums of those above, and of those below."""
    numeric = np.flatnonzero(~np.isnan(table).all(1))
    out = np.tile(_without_numbers(), (len(table), 2))
    if numeric.size:
        rows = table[numeric]
        out[numeric] = np.concatenate([_upwards(rows), _upwards(rows[::-1])[::-1]], axis=1)
    return out


@dataclass(frozen=True, slots=True)
class _Sums:
    """For each line what the best sum of the k lines before it is like."""

    share: Floats
    """Largest share of its numbers that equal a sum of the same k lines before."""
    reach: Integers
    """That k, or 0."""
    error: Floats
    """Smallest mean share by which a sum misses the numbers, at most 1."""
    mean: Floats
    """Largest share of its numbers that equal a mean of the same k lines before."""


def _without_numbers() -> Floats:
    """The features of a line without numbers, in the order of `_upwards`."""
    return np.array([-1.0, 0, 0, 1, 0, 0, 1, 0, 0])


def _upwards(rows: Floats) -> Floats:
    """Features of lines that all have numbers, as sums of the lines before them."""
    once = _sums_before(rows)
    counted = np.zeros(len(rows))
    _mark(counted, np.arange(len(rows)), once)
    share, error, reach = once.share.copy(), once.error.copy(), once.reach.copy()
    left = np.flatnonzero(counted < CERTAIN)
    if 2 < left.size < len(rows):
        twice = _sums_before(rows[left])
        better = twice.share > share[left]
        share[left] = np.maximum(share[left], twice.share)
        error[left] = np.minimum(error[left], twice.error)
        reach[left] = np.where(better, twice.reach, reach[left])
        _mark(counted, left, twice)
    return np.column_stack(
        [
            once.share,
            once.reach,
            _larger(rows),
            once.error,
            once.mean,
            share,
            error,
            reach,
            counted,
        ]
    )


def _mark(counted: Floats, lines: Integers, sums: _Sums) -> None:
    """Raise `counted` of every line that a likely sum counts to the share of that sum."""
    for i in np.flatnonzero((sums.share >= LIKELY) & (sums.reach > 0)):
        addends = lines[i - sums.reach[i] : i]
        counted[addends] = np.maximum(counted[addends], sums.share[i])


def _sums_before(rows: Floats) -> _Sums:
    """Sums and means of two and more lines before each line, all lengths at once."""
    count, width = rows.shape
    filled = np.nan_to_num(rows)
    prefix = np.zeros((count + 1, width))
    np.cumsum(filled, axis=0, out=prefix[1:])
    lengths = np.arange(2, max(min(REACH, count - 1), 2) + 1)[:, None]
    sums = _Sums(np.zeros(count), np.zeros(count, np.int64), np.ones(count), np.zeros(count))
    counting = np.flatnonzero(filled.any(1))  # lines of zeros are the sum of nothing
    for start in range(0, counting.size, BLOCK):
        lines = counting[start : start + BLOCK]
        found = _block(filled, prefix, lines, lengths)
        sums.share[lines], sums.reach[lines], sums.error[lines], sums.mean[lines] = found
    return sums


def _block(
    filled: Floats, prefix: Floats, lines: Integers, lengths: Integers
) -> tuple[Floats, Integers, Floats, Floats]:
    """The fields of `_Sums` for some of the lines, which all hold another number than 0.

    Zeros prove nothing and are left out: all numbers of the lines that are none stand one behind
    the other, in arrays of shape (lengths, numbers).
    """
    at, column = np.nonzero(filled[lines])
    starts = np.flatnonzero(np.diff(at, prepend=-1))
    per = np.diff(starts, append=at.size)
    line = lines[at]
    there = line >= lengths
    values = filled[line, column]
    size = np.abs(values)
    sums = prefix[line, column] - prefix[np.maximum(line - lengths, 0), column]
    gap = np.abs(sums - values)
    exact = (gap <= EXACT * size + 1e-9) & there
    mean = (np.abs(sums / lengths - values) <= MEAN * size) & there
    missed = np.minimum(gap / np.maximum(size, 1e-9), 1)
    share = np.add.reduceat(exact, starts, axis=1, dtype=np.int64) / per
    means = np.add.reduceat(mean, starts, axis=1, dtype=np.int64) / per
    error = np.where(lines >= lengths, np.add.reduceat(missed, starts, axis=1) / per, 1)
    best = share.argmax(0)
    top = share[best, np.arange(lines.size)]
    reach = np.where(top > 0, lengths[best, 0], 0)
    return top, reach, error.min(0), means.max(0)


def _larger(rows: Floats) -> Floats:
    """Share of a line's numbers that are no smaller than those one, two and three lines before."""
    size = np.abs(rows)
    some = np.nan_to_num(rows) != 0
    per = np.maximum(some.sum(1), 1)
    larger = np.zeros(len(rows))
    for k in (1, 2, 3):
        if len(rows) > k:
            larger[k:] += ((size[k:] >= size[:-k]) & some[k:]).sum(1) / per[k:]
    return larger
