"""Compare what the prose says of changes with the report of the year before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from gipr_ml.checking.checker import tables_of
from gipr_ml.checking.prose import Cells, near
from gipr_ml.checking.words import Names, figure, names_of
from gipr_ml.forms import load_forms
from gipr_ml.types import Finding, NarrativeFigure, Outcome, Report, Severity, Statement

CHANGE = "narrative.change"


def check_changes(report: Report, last: Report) -> Report:
    """The report with each change that its prose tells (同比增长 12%，比上年增加 5 件) held against
    the cells of `last`, the same agency's report of the year before.

    A change that no reading of its words gives is a warning; where a cell of either report was not
    read, or the number is of a narrower scope, nothing is said. The status stays.
    """
    this, before = _cells(report), _cells(last)
    names = names_of(tables_of({c.key: c for c in report.cells}, report.forms).values())
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


def _cells(report: Report) -> Cells:
    cells = {cell.key: cell for cell in report.cells}
    known = load_forms()
    tables = tables_of(cells, report.forms)
    return Cells(
        cells, [i for t, table in tables.items() for i in known.identities_of(t, table.form)]
    )


def _pairs(
    statement: Statement, this: Cells, before: Cells
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
        computed = (100 * computed / then).quantize(Decimal("0.01"))
    sums = "之和" if len(keys) > 1 else ""
    return Finding(
        CHANGE,
        Severity.WARNING,
        Outcome.FAIL,
        tuple(keys),
        f"正文称“{statement.quote}”；{names.addends(keys)}{sums}本年为 {figure(now)}，上年报告为 "
        f"{figure(then)}，两者不一致，请核实。",
        reported=statement.value,
        computed=computed,
        difference=statement.value - computed,
    )
