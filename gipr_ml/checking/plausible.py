"""Is each figure plausible: limits, parts and totals, words in cells of figures.

Only printed numbers are judged: a blank, lost or illegible cell makes a limit not checkable.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal

from gipr_ml.checking.cells import Cells, printed
from gipr_ml.checking.words import NAMED_AT_MOST, Names, figure
from gipr_ml.forms import Forms, Limit, TextRule
from gipr_ml.types import Finding, Outcome, ReportCell, RuleCount, Severity, State


def implausible(
    cells: Cells, limits: Sequence[Limit], rules: Forms, names: Names, told: Collection[str]
) -> tuple[tuple[Finding, ...], tuple[RuleCount, ...]]:
    """What breaks a rule of plausibility, and what became of every such rule.

    `limits`: those of the report's forms. `told`: cells of identities that fail as an
    error; a limit that follows from the identities says nothing new of them.
    """
    findings: list[Finding] = []
    counts: dict[str, list[Outcome]] = {limit.rule: [] for limit in limits}
    numbers = {key: _number(cell) for key, cell in cells.items()}
    for limit in limits:
        outcome = _outcome(limit, numbers)
        counts[limit.rule].append(outcome)
        if outcome is Outcome.FAIL:
            quiet = limit.implied and not set(told).isdisjoint(limit.coefficients)
            findings += [] if quiet else [_limit_finding(limit, cells, names)]
    for rule in rules.texts:
        here = [cells[key] for key in cells if key in rule.cells]
        if here:
            wordy = [cell for cell in here if _words(cell, rule)]
            held = [Outcome.FAIL if cell in wordy else Outcome.PASS for cell in here]
            counts.setdefault(rule.rule, []).extend(held)
            findings += _text_findings(rule, wordy, names)
    return tuple(findings), tuple(counted(counts))


def counted(outcomes: Mapping[str, Sequence[Outcome]]) -> Iterator[RuleCount]:
    """What became of each rule."""
    for rule, found in outcomes.items():
        counts = Counter(found)
        yield RuleCount(
            rule, counts[Outcome.PASS], counts[Outcome.FAIL], counts[Outcome.NOT_CHECKABLE]
        )


def _number(cell: ReportCell) -> int | Decimal | None:
    """The number that a cell prints; counts, which most are, are quicker as whole numbers."""
    value = printed(cell)
    return int(value) if value is not None and value == value.to_integral_value() else value


def _outcome(limit: Limit, numbers: Mapping[str, int | Decimal | None]) -> Outcome:
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
    if not cell.raw or cell.raw.isdecimal() or cell.state not in (State.READ, State.ILLEGIBLE):
        return False
    text = "".join(unicodedata.normalize("NFKC", cell.raw).split())
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
