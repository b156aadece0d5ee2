"""Runs of digits whose cell borders are lost: every way to cut them into cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def cut_runs(runs: Sequence[str], count: int) -> Iterator[tuple[str, ...]]:
    """All ways to read `runs` as `count` numbers without leading zeros, borders between runs kept.

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
    if len(run) < count:
        return
    if count == 1:
        if len(run) == 1 or run[0] != "0":
            yield (run,)
        return
    if run[0] == "0":
        for tail in _cut(run[1:], count - 1):
            yield ("0", *tail)
        return
    for end in range(1, len(run) - count + 2):
        for tail in _cut(run[end:], count - 1):
            yield (run[:end], *tail)


def summed_splits(runs: Sequence[str], parts: int) -> Iterator[tuple[int, ...]]:
    """Splits into `parts` numbers of which the last is the sum of the others.

    The same as filtering `cut_runs`, but branches whose sum has outgrown what the last number can
    be are left early.
    """
    text = "".join(runs)
    borders = {0}
    for run in runs:
        borders.add(max(borders) + len(run))
    yield from _summed(text, borders, parts, 0, 0, ())


def _summed(
    text: str, borders: set[int], parts: int, start: int, total: int, chosen: tuple[int, ...]
) -> Iterator[tuple[int, ...]]:
    left = parts - len(chosen)
    if left == 1:
        last = text[start:]
        spans_border = any(start < border < len(text) for border in borders)
        if last and not spans_border and (len(last) == 1 or last[0] != "0") and int(last) == total:
            yield (*chosen, total)
        return
    longest = len(text) - start - (left - 1)
    for length in range(1, longest + 1):
        end = start + length
        if length > 1 and (text[start] == "0" or (end - 1) in borders):
            break
        number = int(text[start:end])
        # The total has at most the digits that the other addends leave over.
        if total + number >= 10 ** (len(text) - end - (left - 2)):
            break
        yield from _summed(text, borders, parts, end, total + number, (*chosen, number))
