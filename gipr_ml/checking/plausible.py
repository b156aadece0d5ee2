"""Is each figure plausible: limits, parts and totals, words in cells of figures.

Only printed numbers are judged: a blank, lost or illegible cell makes a limit not checkable.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal

from gipr_ml.checking.words import NAMED_AT_MOST, Names, figure
from gipr_ml.forms import Forms, Limit, TextRule
from gipr_ml.types import Finding, Outcome, ReportCell, RuleCount, Severity, State

Cells = Mapping[str, ReportCell]
TEN_THOUSAND = Decimal(10_000)


def implausible(
    cells: Cells, known: Collection[str], rules: Forms, names: Names, told: Collection[str]
) -> tuple[tuple[Finding, ...], tuple[RuleCount, ...]]:
    """What breaks a rule of plausibility, and what became of every such rule.

    `known`: the cells that the report's forms have. `told`: cells of identities that fail as an
    error; a limit that follows from the identities says nothing new of them.
    """
    findings: list[Finding] = []
    counts: dict[str, list[Outcome]] = {}
    for limit in rules.limits:
        if not all(key in known for key in limit.coefficients):
            continue
        value = _value(limit, cells)
        outcome = _outcome(limit, value)
        counts.setdefault(limit.rule, []).append(outcome)
        quiet = limit.implied and not set(told).isdisjoint(limit.coefficients)
        if outcome is Outcome.FAIL and not quiet:
            findings.append(_limit_finding(limit, cells, names))
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
        yield RuleCount(
            rule,
            found.count(Outcome.PASS),
            found.count(Outcome.FAIL),
            found.count(Outcome.NOT_CHECKABLE),
        )


def _value(limit: Limit, cells: Cells) -> Decimal | None:
    total = Decimal(0)
    for key, n in limit.coefficients.items():
        value = printed(cells.get(key))
        if value is None:
            return None
        total += n * value
    return total


def printed(cell: ReportCell | None) -> Decimal | None:
    """The number that a cell prints, in the form's own unit."""
    if cell is None or cell.value is None:
        return None
    return cell.value / TEN_THOUSAND if cell.unit == "元" else cell.value


def _outcome(limit: Limit, value: Decimal | None) -> Outcome:
    if value is None:
        return Outcome.NOT_CHECKABLE
    broken = (
        (limit.at_least is not None and value < limit.at_least)
        or (limit.at_most is not None and value > limit.at_most)
        or (limit.whole and value != value.to_integral_value())
    )
    return Outcome.FAIL if broken else Outcome.PASS


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
