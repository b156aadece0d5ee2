"""Compare what the prose says of changes with the report of the year before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from gipr_ml.checking.prose import CellSums, contradiction, near, percent
from gipr_ml.checking.words import Names, figure, names_in
from gipr_ml.forms import load_forms
from gipr_ml.types import Finding, NarrativeFigure, Report, Statement

CHANGE = "narrative.change"


def check_changes(report: Report, last: Report) -> Report:
    """The report with each change that its prose tells (同比增长 12%，比上年增加 5 件) held against
    the cells of `last`, the same agency's report of the year before.

    A change that no reading of its words gives is a warning; where a cell of either report was not
    read, or the number is of a narrower scope, nothing is said. The status stays.
    """
    this, before = _sums(report), _sums(last)
    names = names_in(report)
    figures: list[NarrativeFigure] = []
    findings = [f for f in report.findings if f.rule != CHANGE]
    for told in report.narrative:
        statement = told.statement
        if statement.kind not in ("change", "growth"):
            figures.append(told)
            continue
        pairs = list(_pairs(statement, this, before))
        agreeing = next((keys for keys, now, then in pairs if _agrees(statement, now, then)), None)
        agrees = True if agreeing else None
        if pairs and not agreeing and not statement.scope:
            agrees = False
            findings.append(_mismatch(statement, *pairs[0], names))
        chosen = replace(statement, restates=agreeing) if agreeing else statement
        figures.append(NarrativeFigure(chosen, agrees))
    return replace(report, narrative=tuple(figures), findings=tuple(findings))


def _sums(report: Report) -> CellSums:
    cells = {cell.key: cell for cell in report.cells}
    known = load_forms()
    tables = known.tables_of(cells, report.forms)
    return CellSums(cells, known.identities_in(tables.values()))


def _pairs(
    statement: Statement, this: CellSums, before: CellSums
) -> Iterator[tuple[tuple[str, ...], Decimal, Decimal]]:
    """For each reading its cells, this year's sum and last year's; none if one is not known, or if
    it grew from nothing."""
    readings = [
        keys
        for keys in (statement.restates, *statement.alternatives)
        if this.has(keys) and before.has(keys)
    ]
    sums = [(keys, this.add_up(keys), before.add_up(keys)) for keys in readings]
    known = [(keys, now, then) for keys, now, then in sums if now is not None and then is not None]
    if len(known) == len(sums) and (statement.kind == "change" or all(then for *_, then in known)):
        yield from known


def _agrees(statement: Statement, now: Decimal, then: Decimal) -> bool:
    if statement.kind == "change":
        return now - then == statement.value
    return near(statement.value, 100 * (now - then) / then)


def _mismatch(
    statement: Statement, keys: Sequence[str], now: Decimal, then: Decimal, names: Names
) -> Finding:
    computed = now - then
    if statement.kind == "growth":
        computed = percent(computed, then)
    words = (
        f"正文称“{statement.quote}”；{names.sum_of(keys)}本年为 {figure(now)}，上年报告为 "
        f"{figure(then)}，两者不一致，请核实。"
    )
    return contradiction(CHANGE, statement, keys, words, computed)
