"""Branch and bound: every set of so many cells whose change mends all checks at once.

After Fellegi and Holt (1976): the fewest fields to change so that every edit holds. A check that is
violated, or that a changed cell has thrown out of balance, needs one more changed cell; checks of
one group need one each, which bounds the search.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from gipr_ml.checking.sums import minus
from gipr_ml.checking.system import System

Changes = dict[str, int]
"""Differences (new value minus value read) by cell key."""


@dataclass
class Effort:
    """Counts nodes, so that a limit means the same on every machine."""

    limit: int
    used: int = 0

    @property
    def spent(self) -> bool:
        """Whether the limit is reached; what was not looked at by then is not known."""
        return self.used > self.limit


def explanations(system: System, size: int, effort: Effort) -> list[Changes]:
    """Every set of exactly `size` cells whose change mends all checks, none of them idle.

    All of them, unless `effort` is spent. Values stay whole numbers from 0 up.
    """
    return list(_Search(system, effort).find(size))


@dataclass
class _Search:
    system: System
    effort: Effort
    chosen: list[str] = field(default_factory=list)
    touched: dict[int, int] = field(default_factory=dict)
    """How many chosen cells each check has."""
    banned: set[str] = field(default_factory=set)
    """Cells whose sets were all looked at."""

    def __post_init__(self) -> None:
        self._cells = [list(check.coefficients) for check in self.system.checks]
        self._groups = [check.group for check in self.system.checks]
        self._residuals = [check.residual for check in self.system.checks]

    def find(self, size: int) -> Iterator[Changes]:
        """Depth first over the cells that the next check allows."""
        self.effort.used += 1
        if self.effort.spent:
            return
        left = size - len(self.chosen)
        needed = self._needed()
        if not self._within(needed, left):
            return
        if left == 0:
            changes = None if needed else solve_changes(self.system, self.chosen)
            if changes is not None:
                yield changes
            return
        released = []
        for cell in self._branch(needed, left):
            if cell in self.banned:
                continue
            self._push(cell)
            yield from self.find(size)
            self._pop()
            self.banned.add(cell)
            released.append(cell)
            if self.effort.spent:
                break
        self.banned.difference_update(released)

    def _needed(self) -> list[int]:
        """Checks that cannot hold without a further changed cell."""
        touched, residuals = self.touched, self._residuals
        needed = [i for i in self.system.violated if i not in touched]
        needed += [i for i, count in touched.items() if count == 1 and not residuals[i]]
        return needed

    def _within(self, needed: Sequence[int], left: int) -> bool:
        if not left:
            return not needed
        counts: dict[str, int] = {}
        for i in needed:
            group = self._groups[i]
            if group:
                counts[group] = counts.get(group, 0) + 1
                if counts[group] > left:
                    return False
        return True

    def _branch(self, needed: Sequence[int], left: int) -> Sequence[str]:
        if not needed:
            return self._disputed()
        if left == 1:
            first, *others = sorted(needed, key=lambda i: len(self._cells[i]))
            checks = self.system.checks
            return [
                cell
                for cell in self._cells[first]
                if all(cell in checks[i].coefficients for i in others)
            ]
        return self._cells[min(needed, key=lambda i: len(self._cells[i]))]

    def _disputed(self) -> Sequence[str]:
        """Cells of the checks that ask for different changes of the cells chosen so far."""
        if solve_changes(self.system, self.chosen) is not None:
            return ()
        asked: dict[str, None] = {}
        for i in self.touched:
            asked |= dict.fromkeys(self._cells[i])
        return [cell for cell in asked if cell not in self.chosen]

    def _push(self, cell: str) -> None:
        self.chosen.append(cell)
        for i, _ in self.system.columns[cell]:
            self.touched[i] = self.touched.get(i, 0) + 1

    def _pop(self) -> None:
        for i, _ in self.system.columns[self.chosen.pop()]:
            if self.touched[i] == 1:
                del self.touched[i]
            else:
                self.touched[i] -= 1


def solve_changes(system: System, cells: Sequence[str]) -> Changes | None:
    """The one set of differences of `cells` that mends every check; None where there is none.

    None also where the differences are not settled, where one is 0, or where a value would be
    negative or broken.
    """
    equations: dict[int, list[tuple[str, int]]] = {}
    for cell in cells:
        for i, n in system.columns[cell]:
            equations.setdefault(i, []).append((cell, n))
    if any(i not in equations for i in system.violated):
        return None
    known: Changes = {}
    while len(known) < len(cells):
        before = len(known)
        for i, terms in equations.items():
            open_terms = [(cell, n) for cell, n in terms if cell not in known]
            if len(open_terms) != 1:
                continue
            ((cell, n),) = open_terms
            rest = -system.checks[i].residual - sum(m * known[c] for c, m in terms if c in known)
            if rest == 0 or rest % n:
                return None
            known[cell] = rest // n
            if system.values[cell] + known[cell] < 0:
                return None
        if len(known) == before:
            settled = _by_elimination(system, cells, equations)
            if settled is None:
                return None
            known = settled
    for i, terms in equations.items():
        if sum(n * known[cell] for cell, n in terms) != -system.checks[i].residual:
            return None
    return known


def _by_elimination(
    system: System, cells: Sequence[str], equations: Mapping[int, Sequence[tuple[str, int]]]
) -> Changes | None:
    """As `solve_changes`, where no check has a single open cell."""
    rows = [
        ({cell: Fraction(n) for cell, n in terms}, Fraction(-system.checks[i].residual))
        for i, terms in equations.items()
    ]
    solved: list[tuple[str, dict[str, Fraction], Fraction]] = []
    for cell in cells:
        pivot = next((row for row in rows if row[0].get(cell)), None)
        if pivot is None:
            return None
        coefficients = {k: n / pivot[0][cell] for k, n in pivot[0].items()}
        constant = pivot[1] / pivot[0][cell]
        rows = [_minus(row, coefficients, constant, cell) for row in rows if row is not pivot]
        solved.append((cell, coefficients, constant))
    found: dict[str, Fraction] = {}
    for cell, coefficients, constant in reversed(solved):
        found[cell] = constant - sum(n * found[k] for k, n in coefficients.items() if k != cell)
    if any(
        n.denominator != 1 or n == 0 or system.values[cell] + n < 0 for cell, n in found.items()
    ):
        return None
    return {cell: int(n) for cell, n in found.items()}


def _minus(
    row: tuple[dict[str, Fraction], Fraction],
    coefficients: Mapping[str, Fraction],
    constant: Fraction,
    cell: str,
) -> tuple[dict[str, Fraction], Fraction]:
    factor = row[0].get(cell)
    if not factor:
        return row
    return minus(row[0], coefficients, factor), row[1] - factor * constant
