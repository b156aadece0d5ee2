"""What speaks for the value of an unread cell besides the sum that forces it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from gipr_ml.checking.identities import Evaluation, Figures
from gipr_ml.checking.sums import connected
from gipr_ml.types import Proposal, Statement


def evidence(statements: Sequence[Statement], figures: Figures) -> list[Statement]:
    """Statements that can mean one sum only, of cells of the body's own report."""
    known = figures.values.keys() | figures.left_out | figures.unread

    def stands(reading: Sequence[str]) -> bool:
        return all(key in known for key in reading)

    return [
        s
        for s in statements
        if not s.scope
        and s.kind == "exact"
        and stands(s.restates)
        and not any(stands(reading) for reading in s.alternatives)
        and s.value == int(s.value)
    ]


def weigh(
    proposals: Sequence[Proposal],
    evaluations: Sequence[Evaluation],
    figures: Figures,
    statements: Sequence[Statement],
    recognised: bool,
) -> tuple[Proposal, ...]:
    """The proposals, less sure where the prose says otherwise or, in a scan, nothing else agrees.

    Characters that were recognised from an image may be wrong without any sign of it. Then a value
    is unique only where more sums go through the unread cells than there are such cells, or where
    the prose gives it too.
    """
    if not proposals:
        return ()
    values = {**figures.values, **{p.cell: p.value for p in proposals}}
    told = [s for s in evidence(statements, figures) if all(k in values for k in s.restates)]
    spare = _spare_sums(evaluations, figures)
    return tuple(_weighed(p, told, values, recognised and p.cell not in spare) for p in proposals)


def _weighed(
    proposal: Proposal,
    told: Sequence[Statement],
    values: Mapping[str, Decimal],
    wanting: bool,
) -> Proposal:
    others: set[Decimal] = set()
    agrees = False
    for statement in told:
        if proposal.cell in statement.restates:
            missing = statement.value - sum(values[key] for key in statement.restates)
            agrees = agrees or not missing
            if missing:
                others.add(proposal.value + missing)
    if not others and (agrees or not wanting):
        return proposal
    likely = {value for value in others if value >= 0} | {*proposal.alternatives}
    return replace(proposal, verdict="ambiguous", alternatives=tuple(sorted(likely)))


def _spare_sums(evaluations: Sequence[Evaluation], figures: Figures) -> set[str]:
    """Unknown cells through which, taken with those connected to them, more sums go than cells."""
    groups = connected(
        ([k for k in evaluation.identity.coefficients if k not in figures.values], [evaluation])
        for evaluation in evaluations
    )
    return {key for keys, sums in groups if len(sums) > len(keys) for key in keys}
