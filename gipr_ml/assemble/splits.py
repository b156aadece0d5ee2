"""Runs of digits whose cell borders are lost: every way to cut them into cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gipr_ml.assemble.numbers import LONGEST_NUMBER


def cut_runs(runs: Sequence[str], count: int) -> Iterator[tuple[str, ...]]:
    """All ways to read `runs` as `count` numbers without leading zeros, borders between runs kept.

    None of the numbers is longer than any that is printed.

    >>> list(cut_runs(["20", "01"], 3))
    [('20', '0', '1')]
    """
    if not runs:
        if count == 0:
            yield ()
        return
    rest = len(runs) - 1
    digits_behind = sum(len(run) for run in runs[1:])
    for here in range(max(1, count - digits_behind), count - rest + 1):
        for head in _cut(runs[0], here):
            for tail in cut_runs(runs[1:], count - here):
                yield (*head, *tail)


def _cut(run: str, count: int) -> Iterator[tuple[str, ...]]:
    """All ways to cut one run into `count` numbers without leading zeros."""
    if not count <= len(run) <= count * LONGEST_NUMBER:
        return
    if count == 1:
        if len(run) == 1 or run[0] != "0":
            yield (run,)
        return
    if run[0] == "0":
        for tail in _cut(run[1:], count - 1):
            yield ("0", *tail)
        return
    for end in range(1, min(len(run) - count + 1, LONGEST_NUMBER) + 1):
        for tail in _cut(run[end:], count - 1):
            yield (run[:end], *tail)


def summed_splits(runs: Sequence[str], parts: int) -> Iterator[tuple[int, ...]]:
    """Splits into `parts` numbers of which the last is the sum of the others.

    The same as filtering `cut_runs`: the last number is chosen first, and an addend that exceeds
    what is left of it ends the branch.
    """
    text = "".join(runs)
    ends, length = set(), 0
    for run in runs:
        length += len(run)
        ends.add(length)
    last_run = len(runs[-1]) if runs else 0
    for digits in range(1, min(last_run, LONGEST_NUMBER, len(text) - parts + 1) + 1):
        start = len(text) - digits
        if digits > 1 and text[start] == "0":
            continue
        total = int(text[start:])
        for addends in _addends(text[:start], ends, parts - 1, 0, total):
            yield (*addends, total)


def _addends(
    text: str, ends: set[int], parts: int, start: int, total: int
) -> Iterator[tuple[int, ...]]:
    """The digits from `start` on as `parts` numbers that add up to `total`."""
    left = len(text) - start
    if parts == 0:
        if left == 0 and total == 0:
            yield ()
        return
    longest = -(-left // parts)  # one of the numbers has at least so many digits
    if left < parts or (longest > 1 and total < 10 ** (longest - 1)):
        return
    for end in range(start + 1, len(text) - parts + 2):
        number = int(text[start:end])
        if number > total:
            return
        for rest in _addends(text, ends, parts - 1, end, total - number):
            yield (number, *rest)
        if text[start] == "0" or end in ends:
            return
