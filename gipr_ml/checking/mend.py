"""What faults propose: for each cell the value that all, or some, of the explanations give it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from gipr_ml.checking.cells import Cells
from gipr_ml.checking.faults import Explanation, Fault
from gipr_ml.types import Proposal, ReportCell

LISTED = 12
"""Explanations beyond which no cell is proposed for: too many are as good as none."""


def mend(faults: Sequence[Fault], forced: Sequence[Proposal], cells: Cells) -> tuple[Proposal, ...]:
    """Proposals of the faults beside those `forced` for unread cells.

    Where both speak of a cell, the faults know more: they have looked at what else is wrong. A
    number that follows from cells of which some are wrong, nobody knows which, is never unique.
    """
    of_faults = {p.cell: p for fault in faults for p in _proposals(fault, cells)}
    shaken = {key for fault in faults for e in fault.explanations for key in e.unknown}
    kept = [
        of_faults.pop(p.cell, replace(p, verdict="ambiguous") if p.cell in shaken else p)
        for p in forced
    ]
    return (*kept, *of_faults.values())


def _proposals(fault: Fault, cells: Cells) -> list[Proposal]:
    """None where any cell of a single sum may be wrong: the finding says all there is to say."""
    explanations = fault.explanations
    several = len(explanations) > 1 and not any(e.confirmed for e in explanations)
    if not explanations or several or len(explanations) > LISTED:
        return []
    keys = dict.fromkeys(key for e in explanations for key in (*e.values, *e.unknown))
    return [_proposal(key, fault, cells.get(key)) for key in keys]


def _proposal(key: str, fault: Fault, cell: ReportCell | None) -> Proposal:
    values: dict[int, None] = {}
    untouched = False
    for explanation in fault.explanations:
        value = _value(explanation, key)
        if value is None:
            untouched = True
        else:
            values[value] = None
    best, *others = (Decimal(value) for value in values)
    if untouched and cell is not None and cell.value is not None:
        others.append(cell.value)
    basis = tuple(rule for rule, keys in fault.rules.items() if key in keys)
    agreed = not others and not untouched and _is_sure(fault, key)
    return Proposal(
        key,
        best,
        "unique" if agreed else "ambiguous",
        basis or tuple(fault.rules),
        tuple(sorted(others)),
    )


def _is_sure(fault: Fault, key: str) -> bool:
    """Whether all explanations there are agree on the cell, and each is confirmed."""
    if fault.verdict == "unique":
        (only,) = fault.explanations
        return key in only.values or key in only.settled
    several = len(fault.explanations) > 1
    return (
        several
        and fault.complete
        and all(
            e.confirmed and e.likely and e.cost <= 2 and (key in e.values or key in e.settled)
            for e in fault.explanations
        )
    )


def _value(explanation: Explanation, key: str) -> int | None:
    value = explanation.values.get(key)
    return explanation.unknown.get(key) if value is None else value
