"""Values of cells that could not be read, where the identities leave one possibility.

A value is unique only where no identity that contradicts the figures touches the identities that
force it: where something else is wrong nearby, what they force may be wrong too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from gipr_ml.checking.identities import Evaluation, Figures, instance
from gipr_ml.checking.solve import Equation, Solution, solve
from gipr_ml.forms import Identity
from gipr_ml.types import Outcome, Proposal


def propose(evaluations: Sequence[Evaluation], figures: Figures) -> tuple[Proposal, ...]:
    """A proposal for each unread cell that the identities force, in the order of the identities."""
    if not figures.unread:
        return ()
    names = {instance(e.identity): e.identity for e in evaluations}
    known = _known(evaluations, figures)
    equations = [
        equation
        for name, identity in names.items()
        if (equation := _equation(name, identity, known)).coefficients
    ]
    solution = solve(equations)
    failed = [e.identity for e in evaluations if e.outcome is Outcome.FAIL]
    doubted = _cells([*failed, *(names[name] for name in solution.conflicts)])
    proposals = (
        _proposal(key, solution, equations, names, doubted)
        for key in dict.fromkeys(key for equation in equations for key in equation.coefficients)
        if key in figures.unread and key in solution.values
    )
    return tuple(proposal for proposal in proposals if proposal)


def merge(forced: Sequence[Proposal], given: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """The forced proposals and those made in reading; where both speak of a cell and differ, the
    forced value leads and is not unique."""
    read = {proposal.cell: proposal for proposal in given}
    merged = [_both(proposal, read.pop(proposal.cell, None)) for proposal in forced]
    return (*merged, *read.values())


def _known(evaluations: Sequence[Evaluation], figures: Figures) -> Mapping[str, Decimal]:
    """Numbers to rely on. A blank is 0 only where an identity holds with it as 0."""
    confirmed = _cells(e.identity for e in evaluations if e.outcome is Outcome.PASS)
    return {
        key: value
        for key, value in figures.values.items()
        if key in figures.printed or key in confirmed
    }


def _cells(identities: Iterable[Identity]) -> set[str]:
    return {key for identity in identities for key in identity.coefficients}


def _equation(name: str, identity: Identity, known: Mapping[str, Decimal]) -> Equation:
    constant = Fraction(0)
    unknown: dict[str, Fraction] = {}
    for key, coefficient in identity.coefficients.items():
        if key in known:
            constant -= coefficient * Fraction(known[key])
        else:
            unknown[key] = Fraction(coefficient)
    return Equation(unknown, constant, frozenset({name}))


def _proposal(
    key: str,
    solution: Solution,
    equations: Sequence[Equation],
    names: Mapping[str, Identity],
    doubted: set[str],
) -> Proposal | None:
    value, sources = solution.values[key]
    ways = [(value, sources), *_direct(key, equations)]
    support: dict[Fraction, list[frozenset[str]]] = {}
    for candidate, basis in ways:
        if candidate >= 0 and candidate.denominator == 1:
            support.setdefault(candidate, []).append(basis)
    if not support:
        return None
    best = max(support, key=lambda candidate: (len(set(support[candidate])), -candidate))
    sound = any(
        not doubted & _cells(names[name] for name in basis) - {key} for basis in support[best]
    )
    alone = len({candidate for candidate, _ in ways}) == 1
    used = frozenset().union(*support[best])
    return Proposal(
        key,
        _decimal(best),
        "unique" if alone and sound else "ambiguous",
        tuple(name for name in names if name in used),
        tuple(_decimal(other) for other in sorted(support) if other != best),
    )


def _direct(key: str, equations: Sequence[Equation]) -> list[tuple[Fraction, frozenset[str]]]:
    """What each identity says of the cell that has no other unknown cell."""
    return [
        (equation.constant / equation.coefficients[key], equation.sources)
        for equation in equations
        if list(equation.coefficients) == [key]
    ]


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator)


def _both(forced: Proposal, read: Proposal | None) -> Proposal:
    if read is None or (read.value == forced.value and not read.alternatives):
        return forced
    others = {read.value, *read.alternatives, *forced.alternatives} - {forced.value}
    agrees = forced.value in (read.value, *read.alternatives)
    return Proposal(
        forced.cell,
        forced.value,
        forced.verdict if agrees else "ambiguous",
        (*forced.basis, *read.basis),
        tuple(sorted(others)) if not agrees or forced.verdict == "ambiguous" else (),
    )
