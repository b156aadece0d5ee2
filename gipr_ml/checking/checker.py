"""Check the cells of a report: identities, completeness, what is forced, what the prose says.

Everything here is a pure function of its arguments: the same cells give the same findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gipr_ml.checking.blanks import odd_blanks
from gipr_ml.checking.completeness import complete
from gipr_ml.checking.decisions import judged, with_fingerprints
from gipr_ml.checking.faults import Fault, locate
from gipr_ml.checking.faultwords import fault_finding
from gipr_ml.checking.identities import Evaluation, evaluate, figures_of, instance
from gipr_ml.checking.mend import mend
from gipr_ml.checking.plausible import Outcomes, add, counted, implausible
from gipr_ml.checking.proposals import merge, propose
from gipr_ml.checking.prose import CellSums, compare
from gipr_ml.checking.witness import weigh
from gipr_ml.checking.words import Names, identity_message, names_of
from gipr_ml.forms import Forms, load_forms
from gipr_ml.types import (
    Cause,
    Doubt,
    Finding,
    NarrativeFigure,
    Outcome,
    Proposal,
    ReportCell,
    RuleCount,
    Severity,
    Statement,
    Status,
)

TABLES = ("t2", "t3", "t4")


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking says of a report; its cells stay as they were read."""

    status: Status
    findings: tuple[Finding, ...]
    """Contradictions first, then what needs a look, then what could not be checked."""
    proposals: tuple[Proposal, ...]
    narrative: tuple[NarrativeFigure, ...]
    passed: int
    """How many identities hold."""
    faults: tuple[Fault, ...] = ()
    """Where the contradictions lie, one for each group of connected identities."""
    rules: tuple[RuleCount, ...] = ()
    """What became of each rule."""


def check(
    cells: Sequence[ReportCell],
    forms: Mapping[str, str],
    doubts: Sequence[Doubt] = (),
    statements: Sequence[Statement] = (),
    proposals: Sequence[Proposal] = (),
    recognised: bool = False,
    rules: Forms | None = None,
) -> Checked:
    """Check `cells`, which follow `forms` (table to form, as in `Reading.forms`).

    `doubts` and `proposals` are what reading left open; they become findings and stand beside the
    values that the identities force. `recognised`: whether the characters were recognised from an
    image, where a sure reading may be wrong. `rules`: other rules than the program's own. The order
    of the cells does not matter.
    """
    by_key = {cell.key: cell for cell in cells}
    known = rules or load_forms()
    tables = known.tables_of(by_key, forms)
    identities = known.identities_in(tables.values())
    names = names_of(tables.values())
    figures = figures_of(by_key, identities)
    evaluations = [evaluate(identity, figures) for identity in identities]
    faults = locate(evaluations, figures, by_key, statements, recognised)
    contradictions = _contradictions(evaluations, faults, names)
    forced = weigh(propose(evaluations, figures), evaluations, figures, statements, recognised)
    narrative, mismatches = compare(statements, CellSums(by_key, identities), names)
    wrong = {key for f in contradictions if f.review for key in f.cells}
    odd, counts = implausible(by_key, tables.values(), known, names, wrong)
    found = [
        *contradictions,
        *(fault_finding(fault, by_key, names) for fault in faults),
        *odd,
        *complete(by_key, tables, TABLES, names),
        *odd_blanks(identities, figures, names),
        *map(_doubted, doubts),
        *mismatches,
    ]
    return Checked(
        judged(found),
        with_fingerprints(in_order(found), by_key),
        merge(mend(faults, forced, by_key), proposals),
        narrative,
        sum(e.outcome is Outcome.PASS for e in evaluations),
        faults,
        (*_counted(evaluations), *counts),
    )


def _contradictions(
    evaluations: Sequence[Evaluation], faults: Sequence[Fault], names: Names
) -> list[Finding]:
    """A finding for each identity that does not hold or cannot be checked."""
    causes = {name: fault.cause for fault in faults for name in fault.rules}
    return [
        _identity_finding(e, names, causes.get(instance(e.identity)))
        for e in evaluations
        if e.outcome is not Outcome.PASS
    ]


def _doubted(doubt: Doubt) -> Finding:
    return Finding(
        doubt.code,
        Severity.WARNING,
        Outcome.NOT_CHECKABLE,
        doubt.cells,
        doubt.message,
        review=True,
    )


def _counted(evaluations: Sequence[Evaluation]) -> Iterator[RuleCount]:
    outcomes: Outcomes = {}
    for e in evaluations:
        add(outcomes, e.identity.rule, e.outcome)
    return counted(outcomes)


def _identity_finding(evaluation: Evaluation, names: Names, cause: Cause | None) -> Finding:
    identity = evaluation.identity
    failed = evaluation.outcome is Outcome.FAIL
    unread = evaluation.reason == "unread"
    severity = Severity.WARNING if unread else Severity.INFO
    return Finding(
        identity.rule,
        identity.severity if failed else severity,
        evaluation.outcome,
        tuple(identity.coefficients),
        identity_message(evaluation, names),
        evaluation.reported,
        evaluation.computed if failed or evaluation.reason == "total_blank" else None,
        evaluation.difference if failed else None,
        cause=cause if failed else None,
        review=failed and identity.severity is Severity.ERROR,
    )


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings, the gravest first."""
    return tuple(sorted(findings, key=lambda f: f.severity.rank))
