"""Which lines add up: rows in themselves, and columns over the lines before and after.

A total may stand before or after what it counts, and may count totals that count others. So the
lines that were found to be counted are set aside, and what is left is looked through once more.
Sums, and means, of two to `REACH` lines with numbers are tried, whatever stands between them.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

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
    count, width = table.shape
    known = table == table
    filled = np.where(known, table, 0.0)
    whole = known & (filled == np.rint(filled))
    # Flags of all kinds are added up at once, each kind as a row of `number`.
    flags = np.zeros((6, count, width))
    flags[0] = known
    np.not_equal(filled, 0, out=flags[1])
    flags[2, :, 1:] = (filled[:, 1:] - filled[:, :-1] == 1) & known[:, 1:] & known[:, :-1]
    flags[3] = whole & (filled >= 1900) & (filled <= 2100)
    flags[4] = whole
    np.less(filled, 0, out=flags[5])
    number = flags.reshape(-1, width).dot(np.ones(width)).reshape(6, count)
    per = np.maximum(number[0], 1)
    total = filled.sum(1)
    begin = np.arange(0, count * width, width)
    flat = filled.ravel()
    first = flat.take(begin + known.argmax(1))
    last = flat.take(begin + (width - 1) - known[:, ::-1].argmax(1))
    several = number[0] > 2
    found = np.empty((10, count))
    found[0] = several & (np.abs(total - 2 * last) < 0.51)
    found[1] = several & (np.abs(total - 2 * first) < 0.51)
    found[2] = (number[0] > 0) & (total == 0)
    found[3] = number[1]
    np.divide(number[2:5], per, out=found[4:7])
    found[7] = np.log1p(np.abs(filled).max(1))
    found[8] = np.log1p(np.abs(first))
    found[9] = number[5] / per
    return found.T


def column_sums(table: Floats) -> Floats:
    """How far the numbers of each line are sums of those above, and of those below."""
    numeric = np.flatnonzero((table == table).any(1))
    out = np.empty((len(table), 2 * len(WITHOUT)))
    out[:] = WITHOUT * 2
    if numeric.size:
        rows, count = table[numeric], numeric.size
        found = _upwards(np.concatenate([rows, rows[::-1]]), np.array([0, count, 2 * count]))
        out[numeric] = np.concatenate([found[:count], found[: count - 1 : -1]], axis=1)
    return out


WITHOUT = (-1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
"""The features of a line without numbers, in the order of `_upwards`."""


class _Sums(NamedTuple):
    """For each line what the best sum of the k lines before it is like."""

    share: Floats
    """Largest share of its numbers that equal a sum of the same k lines before."""
    reach: Floats
    """That k, or 0."""
    error: Floats
    """Smallest mean share by which a sum misses the numbers, at most 1."""
    mean: Floats
    """Largest share of its numbers that equal a mean of the same k lines before."""


def _upwards(rows: Floats, bounds: Integers) -> Floats:
    """Features of lines that all have numbers, as sums of the lines before them.

    Several stretches of lines stand one after the other in `rows`, and no sum reaches from one into
    another; stretch s begins at `bounds[s]`, and the last bound is the end.
    """
    filled = np.where(rows == rows, rows, 0.0)
    once = _sums_before(filled, bounds)
    counted = [0.0] * len(rows)
    _mark(counted, np.arange(len(rows)), once)
    out = np.empty((len(rows), len(WITHOUT)))
    for place, one in enumerate(
        (once.share, once.reach, _larger(rows, filled, bounds), once.error, once.mean)
    ):
        out[:, place] = one
    share, error, reach = once.share.copy(), once.error.copy(), once.reach.copy()
    left, ends = _left(np.array(counted) < CERTAIN, bounds)
    if left.size:
        twice = _sums_before(filled[left], ends)
        reach[left] = np.where(twice.share > share[left], twice.reach, reach[left])
        share[left] = np.maximum(share[left], twice.share)
        error[left] = np.minimum(error[left], twice.error)
        _mark(counted, left, twice)
    for place, one in enumerate((share, error, reach, np.array(counted)), 5):
        out[:, place] = one
    return out


def _left(uncounted: Flags, bounds: Integers) -> tuple[Integers, Integers]:
    """The lines of each stretch that nothing counts, with their bounds; none of a stretch where
    they are all or too few for a sum."""
    parts = []
    for start, end in pairwise(bounds.tolist()):
        lines = np.flatnonzero(uncounted[start:end]) + start
        parts.append(lines if 2 < lines.size < end - start else lines[:0])
    return np.concatenate(parts), np.cumsum([0, *(part.size for part in parts)])


def _mark(counted: list[float], lines: Integers, sums: _Sums) -> None:
    """Raise `counted` of every line that a likely sum counts to the share of that sum."""
    likely = np.flatnonzero((sums.share >= LIKELY) & (sums.reach > 0)).tolist()
    reach, share, places = sums.reach.tolist(), sums.share.tolist(), lines.tolist()
    for i in likely:
        for line in places[i - int(reach[i]) : i]:
            counted[line] = max(counted[line], share[i])


def _sums_before(filled: Floats, bounds: Integers) -> _Sums:
    """Sums and means of two and more lines before each line of its stretch, all lengths at once."""
    count, width = filled.shape
    # Where a sum would begin before its stretch stands infinity, which nothing is equal to.
    sizes = np.diff(bounds)
    shift = (REACH + 1) * np.arange(1, bounds.size) - 1
    prefix = np.full((count + int(shift[-1]) + 1, width), np.inf)
    for start, end, skip in zip(bounds[:-1], bounds[1:], shift, strict=True):
        prefix[start + skip] = 0
        np.cumsum(filled[start:end], axis=0, out=prefix[start + skip + 1 : end + skip + 1])
    lengths = np.arange(2, max(min(REACH, int(sizes.max()) - 1), 2) + 1)[:, None]
    before = np.arange(count) + np.repeat(shift, sizes)
    sums = _Sums(np.zeros(count), np.zeros(count), np.ones(count), np.zeros(count))
    counting = np.flatnonzero(filled.any(1))  # lines of zeros are the sum of nothing
    for start in range(0, counting.size, BLOCK):
        lines = counting[start : start + BLOCK]
        found = _block(filled[lines], prefix.ravel(), before[lines] * width, lengths)
        for whole, part in zip(sums, found, strict=True):
            whole[lines] = part
    return sums


def _block(rows: Floats, prefix: Floats, before: Integers, lengths: Integers) -> _Sums:
    """`_Sums` of some of the lines, which all hold another number than 0.

    `prefix[before[i] + c]` is the sum of column c over all lines of the stretch before line i.
    Zeros prove nothing and are left out: all numbers of the lines that are none stand one behind
    the other, in arrays of shape (lengths, numbers).
    """
    width = rows.shape[1]
    spot = np.flatnonzero(rows)
    at, column = np.divmod(spot, width)
    per = np.bincount(at)
    ends = np.cumsum(per)
    values = rows.ravel().take(spot)
    size = np.abs(values)
    here = before.take(at)
    here += column
    sums = prefix.take(here) - prefix.take(here - lengths * width)
    gap = np.abs(sums - values)
    hits = np.empty((2, *gap.shape))
    np.less_equal(gap, EXACT * size + 1e-9, out=hits[0])
    np.less_equal(np.abs(sums / lengths - values), MEAN * size, out=hits[1])
    gap /= np.maximum(size, 1e-9)
    missed = np.minimum(gap, 1, out=gap)
    # Ones are counted without error by differences of running totals; shares are added up.
    totals = np.cumsum(hits, axis=2, out=hits).take(ends - 1, axis=2)
    totals[:, :, 1:] -= totals[:, :, :-1].copy()
    share, means = totals / per
    error = np.add.reduceat(missed, ends - per, axis=1) / per
    best = share.argmax(0)
    top = share[best, np.arange(per.size)]
    reach = np.where(top > 0, lengths[best, 0], 0)
    return _Sums(top, reach, error.min(0), means.max(0))


def _larger(rows: Floats, filled: Floats, bounds: Integers) -> Floats:
    """Share of a line's numbers that are no smaller than those one, two and three lines before."""
    size = np.abs(rows)
    some = filled != 0
    per = np.maximum(some.sum(1), 1)
    place = np.arange(len(rows)) - np.repeat(bounds[:-1], np.diff(bounds))
    larger = np.zeros(len(rows))
    for k in (1, 2, 3):
        bigger = (size[k:] >= size[:-k]) & some[k:]
        larger[k:] += np.where(place[k:] >= k, bigger.sum(1), 0) / per[k:]
    return larger
