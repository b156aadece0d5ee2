"""The cheapest explanations of a contradiction: all of them, whatever they are made of.

An explanation costs 1 for each changed cell and 1 for each row that is put back as a whole
(Fellegi and Holt's minimal change, with shifted rows as one change). Costs are tried from 1 up; the
first at which anything is found is looked through to its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gipr_ml.checking.milp import fewest_changes
from gipr_ml.checking.rows import Problem, rows_put_back
from gipr_ml.checking.search import Effort, explanations
from gipr_ml.checking.shapes import Guess
from gipr_ml.checking.system import System, build

AT_MOST = 5
"""Changes up to which every explanation is listed."""
BEYOND = 12
"""Changes up to which some explanation is still looked for."""
NODES = 3_000
"""Nodes of each search; what is found after a search that was broken off may not be all."""
WITNESSES = 2
"""Identities that must speak for a row that is put back, besides its own sum."""
MENDED_AT_MOST = 3
"""Identities that one cell stands in."""


@dataclass(frozen=True)
class Solution:
    """One way to make all identities of a component hold."""

    values: Mapping[str, int]
    """The cells that would read otherwise, with what they would read."""
    unknown: Mapping[str, int]
    """Unread cells whose value then follows."""
    guesses: tuple[Guess, ...]
    """Rows put back as a whole; their cells are among `values`."""
    confirmed: bool
    """Whether more checks speak for it than were needed to compute it."""
    settled: frozenset[str]
    """Those of `unknown` for which that is so too."""

    @property
    def table(self) -> Mapping[str, int]:
        """All that it says of cells; two solutions of the same table are one."""
        return {**self.unknown, **self.values}


@dataclass(frozen=True)
class Found:
    """What the search gave."""

    solutions: tuple[Solution, ...]
    complete: bool
    """Whether these are all that are as simple."""


def explain(problem: Problem) -> Found:
    """The cheapest solutions; none where nothing was found within the limits."""
    base = build(problem.laws, problem.values)
    sets = [*rows_put_back(problem), (0, ())]
    systems: dict[tuple[Guess, ...], System] = {}
    complete = True
    for cost in range(1, AT_MOST + 1):
        found: dict[frozenset[tuple[str, int]], Solution] = {}
        for failing, chosen in sets:
            size = cost - len(chosen)
            if size < 0 or failing > MENDED_AT_MOST * size:
                continue
            if chosen and chosen not in systems:
                systems[chosen] = build(problem.laws, _put_back(problem.values, chosen))
            system = systems[chosen] if chosen else base
            effort = Effort(NODES)
            for solution in _solutions(problem, system, chosen, size, effort):
                same = frozenset(solution.table.items())
                if same not in found or (solution.confirmed and not found[same].confirmed):
                    found[same] = solution
            complete = complete and not effort.spent
        if found:
            return Found(tuple(found.values()), complete)
    return _beyond(problem, base, AT_MOST + 1)


def _solutions(
    problem: Problem, system: System, chosen: tuple[Guess, ...], size: int, effort: Effort
) -> Iterator[Solution]:
    if not size:
        if not system.violated:
            yield from _solution(problem, system, chosen, {})
        return
    for changes in explanations(system, size, effort):
        yield from _solution(problem, system, chosen, changes)


def _solution(
    problem: Problem, system: System, chosen: tuple[Guess, ...], changes: Mapping[str, int]
) -> Iterator[Solution]:
    unknown = system.unknowns(changes)
    if unknown is None:
        return
    moved = {key: value for guess in chosen for key, value in guess.values.items()}
    after = moved | {key: system.values[key] + change for key, change in changes.items()}
    values = {key: value for key, value in after.items() if problem.values.get(key) != value}
    confirmed = _crossed(problem, system, chosen) and (
        not changes or system.redundancy(changes) > 0
    )
    used = {rule for check in system.checks for rule in check.rules}
    settled = frozenset(
        key for key, check in system.solved if key in unknown and check.rules & used
    )
    yield Solution(values, unknown, chosen, confirmed, settled)


def _crossed(problem: Problem, system: System, chosen: Sequence[Guess]) -> bool:
    """Whether two checks a row, besides its own sum, speak of the cells put back.

    One that was spent on computing an unknown number back says nothing more.
    """
    own = {shape.name: shape.law.name for shape in problem.shapes}
    for guess in chosen:
        changed = {k for k, value in guess.values.items() if problem.values.get(k) != value}
        crossing = [
            check
            for check in system.checks
            if check.rules != {own[guess.row]} and not changed.isdisjoint(check.coefficients)
        ]
        if len(crossing) < WITNESSES:
            return False
    return True


def _beyond(problem: Problem, system: System, at_least: int) -> Found:
    """Larger sets, without putting rows back; what they say is never all that could be said."""
    if len(system.columns) < at_least:
        return Found((), False)
    changes = fewest_changes(system, at_least, BEYOND)
    return Found(tuple(_solution(problem, system, (), changes)) if changes else (), False)


def _put_back(values: Mapping[str, int], chosen: Sequence[Guess]) -> Mapping[str, int]:
    result = dict(values)
    for guess in chosen:
        result.update(guess.values)
    return result
