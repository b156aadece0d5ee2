"""Where the fault lies: which cells contradict the others, and what they would have to read.

Only connected cells with an identity that fails are looked at. The prose takes part as further
identities, each with a number of its own that may be wrong too. Nothing here changes a cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gipr_ml.checking.cells import Cells
from gipr_ml.checking.explain import Found, Solution, explain
from gipr_ml.checking.identities import Evaluation, Figures, instance
from gipr_ml.checking.rows import Problem
from gipr_ml.checking.shapes import RowShape
from gipr_ml.checking.sums import connected
from gipr_ml.checking.system import Law
from gipr_ml.checking.witness import evidence
from gipr_ml.forms.misreadings import load_misreadings
from gipr_ml.types import Cause, Outcome, Statement

Verdict = Literal["unique", "ambiguous", "unresolved"]

SURE = 0.9
"""A reading that is less sure than this may be wrong whatever it says."""
MANY = 3
"""Changes from which on an explanation must be a likely one to be unique."""
TOO_MANY = 4
"""Changes from which on none is unique: as many errors of another kind, such as a row that moved
beside two misread digits, can look like them by chance."""
PROSE = "prose/"


@dataclass(frozen=True)
class Explanation:
    """One of the simplest ways to make all identities hold."""

    values: Mapping[str, int]
    """What cells would read that were read otherwise, in the order of the form."""
    unknown: Mapping[str, int]
    """What cells would read that were not read."""
    rows: tuple[tuple[str, str], ...]
    """Rows whose numbers stand in the wrong cells, each with how ("left", "closed_up" …)."""
    prose: tuple[Statement, ...]
    """Statements that would be wrong."""
    weight: float
    """How unlikely it is as a misreading; for the order only."""
    cause: Cause
    likely: bool
    """Whether every change in it undoes one common misreading of one digit."""
    confirmed: bool
    settled: frozenset[str]

    @property
    def cost(self) -> int:
        """Changes that it is made of; a row put back is one."""
        rows = {row for row, _ in self.rows}
        single = [key for key in self.values if key.rsplit("/", 1)[0] not in rows]
        return len(single) + len(self.rows) + len(self.prose)


@dataclass(frozen=True)
class Fault:
    """A contradiction, and every explanation that is as simple as any."""

    verdict: Verdict
    rules: Mapping[str, tuple[str, ...]]
    """The identities that fail, by instance of the rule, each with its cells."""
    explanations: tuple[Explanation, ...]
    """The likeliest first."""
    complete: bool
    """Whether no explanation as simple as these is left out."""
    cause: Cause


def locate(
    evaluations: Sequence[Evaluation],
    figures: Figures,
    cells: Cells,
    statements: Sequence[Statement] = (),
    recognised: bool = False,
) -> tuple[Fault, ...]:
    """The faults of a report, one for each group of connected identities that fails.

    `recognised`: whether the characters were recognised from an image, so that a likely confusion
    of digits points to the reading even where that calls itself sure.
    """
    if all(e.outcome is not Outcome.FAIL for e in evaluations):
        return ()
    usable = evidence(statements, figures)
    return tuple(
        _fault(group, usable, figures, cells, recognised)
        for group in _connected(evaluations, usable)
        if any(e.outcome is Outcome.FAIL for e in group)
    )


def _connected(
    evaluations: Sequence[Evaluation], statements: Sequence[Statement]
) -> list[list[Evaluation]]:
    """Evaluations in groups that share no cell, also not by way of a statement."""
    parts = [(tuple(e.identity.coefficients), [e]) for e in evaluations]
    links = [(s.restates, list[Evaluation]()) for s in statements]
    return [members for _, members in connected([*parts, *links])]


def _fault(
    group: Sequence[Evaluation],
    statements: Sequence[Statement],
    figures: Figures,
    cells: Cells,
    recognised: bool,
) -> Fault:
    failing = [e.identity for e in group if e.outcome is Outcome.FAIL]
    rules = {instance(identity): tuple(identity.coefficients) for identity in failing}
    problem, prose = _problem(group, statements, figures, cells)
    if problem is None:
        return Fault("unresolved", rules, (), False, "unclear")
    found = explain(problem)
    read = _Read(cells, recognised)
    explained = sorted(
        (_explanation(solution, prose, read) for solution in found.solutions),
        key=lambda e: (e.weight, tuple(e.values)),
    )
    return Fault(
        _verdict(found, explained, recognised and bool(prose)),
        rules,
        tuple(explained),
        found.complete,
        _common_cause(explained),
    )


def _verdict(found: Found, explained: Sequence[Explanation], weak: bool) -> Verdict:
    """Likelihood never makes an explanation unique; where many cells change, it is asked for too,
    because so many errors may also add up to a simpler contradiction of other cells. So it is where
    the evidence is `weak`: a scan of which the prose alone confirms what one sum says.
    """
    if not explained:
        return "unresolved"
    first = explained[0]
    alone = len(explained) == 1 and found.complete and first.confirmed and first.cost < TOO_MANY
    asked = weak or first.cost >= MANY
    return "unique" if alone and (first.likely or not asked) else "ambiguous"


def _problem(
    group: Sequence[Evaluation],
    statements: Sequence[Statement],
    figures: Figures,
    cells: Cells,
) -> tuple[Problem | None, Mapping[str, Statement]]:
    """The numbers and identities of a group; None where a number is broken or negative."""
    laws: list[Law] = []
    shapes: list[RowShape] = []
    for evaluation in group:
        identity = evaluation.identity
        law = Law(instance(identity), identity.rule, identity.coefficients)
        laws.append(law)
        keys = tuple(identity.coefficients)
        row = keys[0].rsplit("/", 1)[0]
        if all(key.rsplit("/", 1)[0] == row for key in keys):
            shapes.append(RowShape(row, keys, law))
    keys_here = {key for law in laws for key in law.coefficients}
    values = {key: figures.values[key] for key in keys_here if key in figures.values}
    prose = {}
    for i, statement in enumerate(statements):
        if keys_here.issuperset(statement.restates):
            name = f"{PROSE}{i}"
            prose[name] = statement
            values[name] = statement.value
            laws.append(Law(name, "", {**dict.fromkeys(statement.restates, 1), name: -1}))
    if any(value < 0 or value != int(value) for value in values.values()):
        return None, prose
    empty = frozenset(k for k in keys_here if k not in cells or cells[k].value is None)
    whole = {key: int(value) for key, value in values.items()}
    return Problem(laws, whole, shapes, empty), prose


class _Read:
    """How the cells were read."""

    def __init__(self, cells: Cells, recognised: bool) -> None:
        self._cells = cells
        self._recognised = recognised
        self._misreadings = load_misreadings()

    def weight(self, key: str, value: int) -> float:
        """How unlikely it is that `value` was read as it was; lighter where that was unsure."""
        cell = self._cells.get(key)
        weight = self._misreadings.weight(value, self._printed(key))
        return weight * (0.5 + 0.5 * (cell.confidence if cell else 0.0))

    def cause(self, key: str, value: int) -> Cause:
        """What is to blame if the cell should read `value`."""
        cell = self._cells.get(key)
        if cell is None or cell.confidence < SURE:
            return "misreading"
        if self._recognised:
            return "misreading" if self.is_likely(key, value) else "unclear"
        return "source"

    def is_likely(self, key: str, value: int) -> bool:
        """Whether reading `value` as it was read is a common misreading."""
        return self._misreadings.is_likely(value, self._printed(key))

    @property
    def moved(self) -> float:
        """The weight of a row whose numbers stand in the wrong cells."""
        return self._misreadings.weights.moved

    def _printed(self, key: str) -> str:
        cell = self._cells.get(key)
        return "" if cell is None or cell.value is None else format(cell.value, "f")


def _explanation(solution: Solution, prose: Mapping[str, Statement], read: _Read) -> Explanation:
    moved = {guess.row for guess in solution.guesses}
    values = {key: value for key, value in solution.values.items() if key not in prose}
    single = {k: v for k, v in values.items() if k.rsplit("/", 1)[0] not in moved}
    wrong = tuple(prose[key] for key in solution.values if key in prose)
    weight = (
        sum(read.weight(key, value) for key, value in single.items())
        + read.moved * len(moved)
        + read.moved * 2 * len(wrong)
    )
    causes: set[Cause] = {read.cause(key, value) for key, value in single.items()}
    if moved:
        causes.add("misreading")
    if wrong:
        causes.add("source")
    return Explanation(
        values,
        solution.unknown,
        tuple((guess.row, guess.kind) for guess in solution.guesses),
        wrong,
        weight,
        causes.pop() if len(causes) == 1 else "unclear",
        not wrong and all(read.is_likely(key, value) for key, value in single.items()),
        solution.confirmed,
        solution.settled,
    )


def _common_cause(explained: Sequence[Explanation]) -> Cause:
    causes = {explanation.cause for explanation in explained}
    return causes.pop() if len(causes) == 1 else "unclear"
