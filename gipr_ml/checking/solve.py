"""Numbers that a set of identities forces: exact elimination over whole numbers from 0 up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from gipr_ml.checking.sums import minus

ELIMINATE_AT_MOST = 60
"""Unknown numbers beyond which only one identity at a time is looked at: elimination grows with the
cube of their number, and where so much is lost it forces nothing more."""


@dataclass(frozen=True)
class Equation:
    """Coefficients times unknown numbers add up to `constant`."""

    coefficients: Mapping[str, Fraction]
    constant: Fraction
    sources: frozenset[str]
    """Names of the identities that it follows from."""


@dataclass
class Solution:
    """The unknown numbers that have one possible value."""

    values: dict[str, tuple[Fraction, frozenset[str]]] = field(default_factory=dict)
    """Value, and the identities that force it."""
    conflicts: set[str] = field(default_factory=set)
    """Identities that cannot all hold."""


def solve(equations: Sequence[Equation]) -> Solution:
    """Everything that the equations force, each unknown being a whole number from 0 up.

    The result depends on the order of the equations only where they contradict one another; then
    the identities concerned are among the conflicts.
    """
    solution = Solution()
    remaining = list(equations)
    while True:
        remaining = _propagate(remaining, solution)
        unknown = {key for equation in remaining for key in equation.coefficients}
        if not remaining or len(unknown) > ELIMINATE_AT_MOST:
            return solution
        reduced = _eliminate(remaining, solution)
        before = len(solution.values)
        _propagate(reduced, solution)
        if len(solution.values) == before:
            return solution


def _propagate(equations: Sequence[Equation], solution: Solution) -> list[Equation]:
    """Use equations one at a time until none forces anything; what is left has two unknowns up."""
    waiting = list(equations)
    progress = True
    while progress:
        progress = False
        still: list[Equation] = []
        for equation in waiting:
            reduced = _substitute(equation, solution)
            forced = _forced(reduced, solution)
            if forced is None:
                still.append(reduced)
                continue
            for key, value in forced.items():
                solution.values[key] = (value, reduced.sources)
                progress = True
        waiting = still
    return waiting


def _forced(equation: Equation, solution: Solution) -> dict[str, Fraction] | None:
    """What one equation forces; None where it forces nothing yet. Notes a contradiction."""
    coefficients, constant = equation.coefficients, equation.constant
    signs = {n > 0 for n in coefficients.values()}
    if not coefficients:
        if constant != 0:
            solution.conflicts |= equation.sources
        return {}
    if len(signs) == 1:
        if constant == 0:
            return dict.fromkeys(coefficients, Fraction(0))
        if signs != {constant > 0}:
            solution.conflicts |= equation.sources
            return {}
    if len(coefficients) > 1:
        return None
    ((key, coefficient),) = coefficients.items()
    value = constant / coefficient
    if value.denominator != 1:
        solution.conflicts |= equation.sources
        return {}
    return {key: value}


def _substitute(equation: Equation, solution: Solution) -> Equation:
    known = [key for key in equation.coefficients if key in solution.values]
    if not known:
        return equation
    coefficients = dict(equation.coefficients)
    constant, sources = equation.constant, equation.sources
    for key in known:
        value, why = solution.values[key]
        constant -= coefficients.pop(key) * value
        sources |= why
    return Equation(coefficients, constant, sources)


def _eliminate(equations: Sequence[Equation], solution: Solution) -> list[Equation]:
    """Gauss-Jordan elimination; each row keeps the identities that it was made from."""
    rows = list(equations)
    done: list[Equation] = []
    while rows:
        pivot_row = rows.pop(0)
        if not pivot_row.coefficients:
            if pivot_row.constant != 0:
                solution.conflicts |= pivot_row.sources
            continue
        pivot = next(iter(pivot_row.coefficients))
        rows = [_cancel(row, pivot_row, pivot) for row in rows]
        done = [_cancel(row, pivot_row, pivot) for row in done]
        done.append(pivot_row)
    return done


def _cancel(row: Equation, by: Equation, pivot: str) -> Equation:
    if pivot not in row.coefficients:
        return row
    factor = row.coefficients[pivot] / by.coefficients[pivot]
    coefficients = minus(row.coefficients, by.coefficients, factor)
    return Equation(coefficients, row.constant - factor * by.constant, row.sources | by.sources)
