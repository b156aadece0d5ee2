"""Which rows to put back, alone or together: those that mend the identities crossing them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gipr_ml.checking.shapes import Guess, RowShape, guesses
from gipr_ml.checking.system import Law

TOGETHER = 5
"""Rows put back in one explanation."""
WAYS = 4
"""Ways to put one row back that are looked at."""
KEPT = 12
"""Best sets of each size that are looked at."""


@dataclass(frozen=True)
class Problem:
    """Identities of connected cells, and the numbers as read."""

    laws: Sequence[Law]
    values: Mapping[str, int]
    shapes: Sequence[RowShape] = ()
    empty: frozenset[str] = frozenset()
    """Cells that print no number, whatever they count as."""


def rows_put_back(problem: Problem) -> Iterator[tuple[int, tuple[Guess, ...]]]:
    """Sets of rows to put back with which fewer identities fail, the smaller sets first.

    Each comes with the number that still fail.

    No identity that held before fails then. Several rows may have to be put back together before
    the columns that they share add up.
    """
    crossing = _Crossing(problem)
    before = crossing.failing(())
    if not before:
        return
    single = _singles(crossing, before)
    sets = single
    for _ in range(TOGETHER):
        yield from (pair for pair in sets if crossing.mended(pair[1]))
        rows = {guess.row for _, chosen in single for guess in chosen}
        if len(rows) <= len(sets[0][1] if sets else ()):
            return
        wider = {
            frozenset((*chosen, guess)): (*chosen, guess)
            for _, chosen in sets
            for _, (guess,) in single
            if guess.row not in {other.row for other in chosen}
        }
        sets = _sound(crossing, wider.values())[:KEPT]


def _singles(crossing: _Crossing, before: int) -> list[tuple[int, tuple[Guess, ...]]]:
    """The best ways to put one row back; a surplus number must mend more than the sum."""
    kept: list[tuple[int, tuple[Guess, ...]]] = []
    ways: dict[str, int] = {}
    for failing, (guess,) in _sound(crossing, [(guess,) for guess in crossing.guesses()]):
        if guess.kind == "surplus" and failing > before - 2:  # the sum and one more
            continue
        ways[guess.row] = ways.get(guess.row, 0) + 1
        if ways[guess.row] <= WAYS:
            kept.append((failing, (guess,)))
    return kept[: 2 * KEPT]


def _sound(
    crossing: _Crossing, sets: Iterable[tuple[Guess, ...]]
) -> list[tuple[int, tuple[Guess, ...]]]:
    """Sets that break no identity that held, those that mend the most first."""
    scored = [(crossing.failing(chosen), chosen) for chosen in sets]
    sound = [(failing, chosen) for failing, chosen in scored if failing is not None]
    return sorted(sound, key=lambda pair: pair[0])


class _Crossing:
    """What putting rows back does to the sum of each identity, without solving anything."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        values = problem.values
        self._by_cell: dict[str, list[int]] = {}
        self._sums: list[int] = []
        self._unknown: list[frozenset[str]] = []
        for i, law in enumerate(problem.laws):
            for key in law.coefficients:
                self._by_cell.setdefault(key, []).append(i)
            known = [(key, n) for key, n in law.coefficients.items() if key in values]
            self._sums.append(sum(n * values[key] for key, n in known))
            self._unknown.append(frozenset(k for k in law.coefficients if k not in values))
        self._failing = {i for i, total in enumerate(self._sums) if total and not self._unknown[i]}

    def guesses(self) -> Iterator[Guess]:
        """All guesses of all rows that an identity that fails goes through."""
        laws = {law.name: i for i, law in enumerate(self._problem.laws)}
        for shape in self._problem.shapes:
            own = laws[shape.law.name]
            if any(i in self._failing for key in shape.keys for i in self._by_cell[key]):
                yield from guesses(
                    shape, self._problem.values, self._problem.empty, own in self._failing
                )

    def mended(self, chosen: Sequence[Guess]) -> bool:
        """Whether an identity that failed holds with these rows put back."""
        sums, _ = self._changed(chosen)
        return any(not total and i in self._failing for i, total in sums.items())

    def failing(self, chosen: Sequence[Guess]) -> int | None:
        """How many identities fail with these rows put back; None where one that held fails.

        An identity that could not be checked before counts too.
        """
        sums, filled = self._changed(chosen)
        count = len(self._failing)
        for i, total in sums.items():
            if self._unknown[i] - filled.get(i, set()):
                continue
            if total and i not in self._failing:
                if not self._unknown[i]:
                    return None
                count += 1
            elif not total and i in self._failing:
                count -= 1
        return count

    def _changed(self, chosen: Sequence[Guess]) -> tuple[dict[int, int], dict[int, set[str]]]:
        """Sums of the identities that the rows go through, and unknown cells that get a number."""
        values = self._problem.values
        sums: dict[int, int] = {}
        filled: dict[int, set[str]] = {}
        for guess in chosen:
            for key, new in guess.values.items():
                old = values.get(key)
                if old == new:
                    continue
                for i in self._by_cell[key]:
                    n = self._problem.laws[i].coefficients[key]
                    sums[i] = sums.get(i, self._sums[i]) + n * (new - (old or 0))
                    if old is None:
                        filled.setdefault(i, set()).add(key)
        return sums, filled
