"""Is each figure plausible: limits, parts and totals, words in cells of figures.

Only printed numbers are judged: a blank, lost or illegible cell makes a limit not checkable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate

import numpy as np

from gipr_ml.checking.cells import Cells, printed
from gipr_ml.checking.words import NAMED_AT_MOST, Names, figure
from gipr_ml.forms import Forms, Limit, TableForm, TextRule
from gipr_ml.text import compact
from gipr_ml.types import Finding, Outcome, ReportCell, RuleCount, Severity, State

_EXACT = 10**12
"""Whole numbers up to here, and sums of many of them, are exact as floating point."""


def implausible(
    cells: Cells, tables: Collection[TableForm], rules: Forms, names: Names, told: Collection[str]
) -> tuple[tuple[Finding, ...], tuple[RuleCount, ...]]:
    """What breaks a rule of plausibility, and what became of every such rule.

    `tables`: the report's forms. `told`: cells of identities that fail as an
    error; a limit that follows from the identities says nothing new of them.
    """
    findings: list[Finding] = []
    limits = limits_of(rules, frozenset(tables))
    numbers = _numbers(cells)
    counts = {rule: {Outcome.PASS: of} for rule, of in limits.counts.items()}
    for limit, outcome in limits.not_passed(numbers):
        add(counts, limit.rule, Outcome.PASS, -1)
        add(counts, limit.rule, outcome)
        if outcome is Outcome.FAIL:
            quiet = limit.implied and not set(told).isdisjoint(limit.coefficients)
            findings += [] if quiet else [_limit_finding(limit, cells, names)]
    odd = {key: cell for key, cell in cells.items() if cell.raw and not cell.raw.isdecimal()}
    for rule in rules.texts:
        here = sum(map(rule.cells.__contains__, cells))
        if here:
            wordy = [cell for key, cell in odd.items() if key in rule.cells and _words(cell, rule)]
            add(counts, rule.rule, Outcome.FAIL, len(wordy))
            add(counts, rule.rule, Outcome.PASS, here - len(wordy))
            findings += _text_findings(rule, wordy, names)
    return tuple(findings), tuple(counted(counts))


Outcomes = dict[str, dict[Outcome, int]]
"""How often each rule had which outcome."""


def add(outcomes: Outcomes, rule: str, outcome: Outcome, times: int = 1) -> None:
    """Count an outcome of a rule."""
    counts = outcomes.setdefault(rule, {})
    counts[outcome] = counts.get(outcome, 0) + times


def counted(outcomes: Outcomes) -> Iterator[RuleCount]:
    """What became of each rule."""
    for rule, counts in outcomes.items():
        passed, failed = counts.get(Outcome.PASS, 0), counts.get(Outcome.FAIL, 0)
        yield RuleCount(rule, passed, failed, counts.get(Outcome.NOT_CHECKABLE, 0))


def _numbers(cells: Cells) -> dict[str, int | Decimal | None]:
    """The number that each cell prints; counts, which most are, are quicker as whole numbers."""
    numbers: dict[str, int | Decimal | None] = {}
    for key, cell in cells.items():
        value = cell.value if cell.unit is None else printed(cell)
        whole = None if value is None else int(value)
        numbers[key] = whole if whole == value else value
    return numbers


class Limits:
    """Limits as arrays, so that all that concern whole numbers are looked at together."""

    def __init__(self, limits: Sequence[Limit]) -> None:
        self.limits = limits
        self.counts = Counter(limit.rule for limit in limits)
        """How many limits each rule has."""
        self._keys = list(dict.fromkeys(key for limit in limits for key in limit.coefficients))
        places = {key: place for place, key in enumerate(self._keys)}
        terms = [(places[key], n) for limit in limits for key, n in limit.coefficients.items()]
        self._places = np.array([place for place, _ in terms], dtype=np.intp)
        self._coefficients = np.array([n for _, n in terms], dtype=float)
        ends = accumulate(len(limit.coefficients) for limit in limits)
        self._starts = np.array([0, *ends][:-1], dtype=np.intp)
        """Where the terms of each limit begin."""
        bounds = [(limit.at_least, limit.at_most) for limit in limits]
        self._least = np.array([-np.inf if low is None else float(low) for low, _ in bounds])
        self._most = np.array([np.inf if high is None else float(high) for _, high in bounds])

    def not_passed(
        self, numbers: Mapping[str, int | Decimal | None]
    ) -> Iterator[tuple[Limit, Outcome]]:
        """The limits that do not pass, and what becomes of them."""
        if not self.limits:
            return
        found = [numbers.get(key) for key in self._keys]
        odd = [not (type(n) is int and -_EXACT < n < _EXACT) for n in found]
        if any(odd):
            found = [0 if is_odd else n for n, is_odd in zip(found, odd, strict=True)]
        values = np.array(found, dtype=float)
        sums = np.add.reduceat(values[self._places] * self._coefficients, self._starts)
        unsure = (sums < self._least) | (sums > self._most)
        if any(odd):
            unsure |= np.logical_or.reduceat(np.array(odd)[self._places], self._starts)
        for place in np.flatnonzero(unsure).tolist():
            outcome = outcome_of(self.limits[place], numbers)
            if outcome is not Outcome.PASS:
                yield self.limits[place], outcome


@lru_cache(maxsize=8)
def limits_of(rules: Forms, tables: frozenset[TableForm]) -> Limits:
    """The limits of cells that the tables have, made ready once."""
    return Limits(rules.limits_of(tables))


def outcome_of(limit: Limit, numbers: Mapping[str, int | Decimal | None]) -> Outcome:
    """What becomes of one limit."""
    value: int | Decimal = 0
    for key, n in limit.coefficients.items():
        number = numbers.get(key)
        if number is None:
            return Outcome.NOT_CHECKABLE
        value += number if n == 1 else n * number
    least, most = limit.at_least, limit.at_most
    if (least is not None and value < least) or (most is not None and value > most):
        return Outcome.FAIL
    return Outcome.FAIL if limit.whole and value % 1 else Outcome.PASS


def _limit_finding(limit: Limit, cells: Cells, names: Names) -> Finding:
    keys = tuple(limit.coefficients)
    values = [cells[key].value or Decimal(0) for key in keys]
    told = "，".join(
        f"{names.cell(key)}为 {figure(value)}" for key, value in zip(keys, values, strict=True)
    )
    part = len(keys) == 2
    return Finding(
        limit.rule,
        limit.severity,
        Outcome.FAIL,
        keys,
        f"{limit.zh}。{told}。",
        reported=values[0] if len(keys) <= 2 else None,
        computed=values[1] if part else None,
        difference=values[0] - values[1] if part else None,
        review=limit.severity is not Severity.INFO,
    )


def _words(cell: ReportCell, rule: TextRule) -> bool:
    """Whether letters stand in the cell besides its number and what may stand beside it."""
    if not cell.raw or cell.state not in (State.READ, State.ILLEGIBLE):
        return False
    text = compact(cell.raw)
    return any(character.isalpha() for character in rule.allowed.sub("", text))


def _text_findings(rule: TextRule, wordy: Sequence[ReportCell], names: Names) -> list[Finding]:
    if not wordy:
        return []
    keys = tuple(cell.key for cell in wordy)
    told = "，".join(f"{names.cell(c.key)}印作“{c.raw}”" for c in wordy[:NAMED_AT_MOST])
    more = f"等 {len(wordy)} 处" if len(wordy) > NAMED_AT_MOST else ""
    return [
        Finding(
            rule.rule, rule.severity, Outcome.FAIL, keys, f"{rule.zh}。{told}{more}。", review=True
        )
    ]
