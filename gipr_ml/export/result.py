"""A report as the fields of a result file, and back. Nothing is rounded on the way."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from gipr_ml.errors import ResultError
from gipr_ml.export.schema import CellPart, FindingPart, NarrativePart, ResultFile, SourcePart
from gipr_ml.forms import load_forms
from gipr_ml.types import (
    Decision,
    Doubt,
    Finding,
    NarrativeFigure,
    Place,
    Proposal,
    Report,
    ReportCell,
    ReportLine,
    RuleCount,
    State,
    Statement,
)

SUM = " + "
"""Joins the cell keys that a number of the prose restates."""


def to_dict(report: Report) -> dict[str, Any]:
    """The fields of a result file. Whole numbers are int, all others Decimal."""
    return {
        "document": {
            "name": report.name,
            "sha256": report.sha256,
            "media_type": report.media_type,
            "pages": report.pages,
            "unit": report.unit,
            "page_sizes": [list(size) if size else None for size in report.page_sizes],
        },
        "agency": report.agency,
        "year": report.year,
        "forms": dict(report.forms),
        "status": str(report.status),
        "reason": report.reason,
        "passed": report.passed,
        "model": report.model,
        "recognised": report.recognised,
        "cells": [_cell(cell) for cell in report.cells],
        "findings": [_finding(finding) for finding in report.findings],
        "proposals": [_proposal(proposal) for proposal in report.proposals],
        "narrative": _narrative(report),
        "doubts": [
            {"code": doubt.code, "message": doubt.message, "cells": list(doubt.cells)}
            for doubt in report.doubts
        ],
        "read_proposals": [_proposal(proposal) for proposal in report.read_proposals],
        "rules": [_count(count) for count in report.rules],
        "past_decisions": [asdict(decision) for decision in report.past_decisions],
        "lines": [_line(line) for line in report.lines],
    }


def number_of(value: Decimal | None) -> int | Decimal | None:
    """A value as a result file has it."""
    return int(value) if value is not None and value == value.to_integral_value() else value


def _place(place: Place) -> dict[str, Any]:
    return {
        "page": place.page,
        "line": place.line,
        "cell": place.cell,
        "start": place.start,
        "end": place.end,
        "box": list(place.box) if place.box else None,
    }


def _cell(cell: ReportCell) -> dict[str, Any]:
    return {
        "key": cell.key,
        "value": number_of(cell.value),
        "raw": cell.raw,
        "state": str(cell.state),
        "confidence": cell.confidence,
        "source": _place(cell.source) if cell.source else None,
        "unit": cell.unit,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "outcome": str(finding.outcome),
        "cells": list(finding.cells),
        "reported": number_of(finding.reported),
        "computed": number_of(finding.computed),
        "difference": number_of(finding.difference),
        "message": finding.message,
        "cause": finding.cause,
        "review": finding.review,
        "fingerprint": finding.fingerprint,
        "decision": asdict(finding.decision) if finding.decision else None,
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {
        "cell": proposal.cell,
        "value": number_of(proposal.value),
        "verdict": proposal.verdict,
        "basis": list(proposal.basis),
        "alternatives": [number_of(value) for value in proposal.alternatives],
    }


def _count(count: RuleCount) -> dict[str, Any]:
    return {
        "rule": count.rule,
        "passed": count.passed,
        "failed": count.failed,
        "not_checkable": count.not_checkable,
    }


def _narrative(report: Report) -> list[dict[str, Any]]:
    """Each number of the prose with the reading chosen of it, and all as its words were read."""
    said = report.statements or tuple(figure.statement for figure in report.narrative)
    return [_figure(*pair) for pair in zip(report.narrative, said, strict=True)]


def _figure(figure: NarrativeFigure, as_read: Statement) -> dict[str, Any]:
    return {
        "quote": figure.statement.quote,
        "value": number_of(figure.statement.value),
        "restates": SUM.join(figure.statement.restates),
        "readings": [SUM.join(keys) for keys in (as_read.restates, *as_read.alternatives)],
        "agrees": figure.agrees,
        "kind": figure.statement.kind,
        "upper": number_of(figure.statement.upper),
        "of": [SUM.join(keys) for keys in figure.statement.of],
        "alternatives": [SUM.join(keys) for keys in figure.statement.alternatives],
        "scope": figure.statement.scope,
        "source": _place(figure.statement.source),
    }


def _line(line: ReportLine) -> dict[str, Any]:
    return {
        "number": line.number,
        "page": line.page,
        "label": line.label,
        "confidence": line.confidence,
        "matched": list(line.matched),
        "cells": list(line.cells),
        "cell_labels": list(line.cell_labels),
        "borders": line.borders,
    }


# ---------------------------------------------------------------- text


def loads(text: str | bytes) -> Report:
    """The report in a result file. Raises `ResultError` as `from_dict` does."""
    try:
        data = json.loads(text, parse_float=Decimal)
    except RecursionError:
        raise ResultError("it is nested too deeply to be a result file") from None
    except ValueError as error:
        raise ResultError(f"it is not valid JSON ({error})") from None
    return from_dict(data)


# ---------------------------------------------------------------- back


def from_dict(data: Mapping[str, Any]) -> Report:
    """The report that the fields of a result file describe; fields it does not know are left out.

    A person who corrects a result changes values and may forget states, so a value decides: a cell
    with a value is read, and a cell without one that is called read is lost.

    Raises `ResultError` naming the first faults and how many more there are.
    """
    try:
        result = ResultFile.model_validate(data)
    except ValidationError as error:
        raise ResultError(_sentence([_fault(detail) for detail in error.errors()])) from None
    faults = _foreign_cells(result)
    if faults:
        raise ResultError(_sentence(faults))
    return Report(
        name=result.document.name,
        sha256=result.document.sha256,
        media_type=result.document.media_type,
        pages=result.document.pages,
        status=result.status,
        agency=result.agency,
        year=result.year,
        forms={str(table): str(year) for table, year in result.forms.items()},
        cells=tuple(_report_cell(cell) for cell in result.cells),
        findings=tuple(_report_finding(finding) for finding in result.findings),
        proposals=tuple(Proposal(**vars(proposal)) for proposal in result.proposals),
        narrative=tuple(_narrative_figure(figure) for figure in result.narrative),
        lines=tuple(ReportLine(**vars(line)) for line in result.lines),
        passed=result.passed,
        reason=result.reason,
        model=result.model,
        doubts=tuple(Doubt(**vars(doubt)) for doubt in result.doubts),
        recognised=result.recognised,
        statements=tuple(_statement(figure) for figure in result.narrative),
        read_proposals=tuple(Proposal(**vars(p)) for p in result.read_proposals),
        rules=tuple(RuleCount(**vars(count)) for count in result.rules),
        past_decisions=tuple(Decision(**vars(d)) for d in result.past_decisions),
        unit=result.document.unit,
        page_sizes=result.document.page_sizes,
    )


def _report_finding(part: FindingPart) -> Finding:
    fields = {**vars(part)}
    if part.decision is not None:
        fields["decision"] = Decision(**vars(part.decision))
    return Finding(**fields)


def _statement(part: NarrativePart) -> Statement:
    """The number as its words were read; in a result without `readings`, as it is given."""
    restates, *others = part.readings or (part.restates, *part.alternatives)
    return Statement(
        part.quote,
        part.value,
        _sum(restates),
        _report_place(part.source),
        tuple(_sum(other) for other in others),
        part.scope,
        part.kind,
        part.upper,
        tuple(_sum(keys) for keys in part.of),
    )


def _narrative_figure(part: NarrativePart) -> NarrativeFigure:
    said = _statement(part)
    others = tuple(_sum(other) for other in part.alternatives)
    chosen = replace(said, restates=_sum(part.restates), alternatives=others)
    return NarrativeFigure(chosen, part.agrees)


def _sum(text: str) -> tuple[str, ...]:
    return tuple(text.split(SUM)) if text else ()


def _report_place(source: SourcePart | None) -> Place:
    return Place(**vars(source)) if source else Place()


def _report_cell(cell: CellPart) -> ReportCell:
    state = cell.state
    if cell.value is not None:
        state = State.READ
    elif state is State.READ:
        state = State.LOST
    source = _report_place(cell.source) if cell.source else None
    return ReportCell(cell.key, cell.value, cell.raw, state, cell.confidence, source, cell.unit)


def _fault(detail: Mapping[str, Any]) -> str:
    where = ".".join(str(step) for step in detail["loc"])
    what = str(detail["msg"]).removeprefix("Value error, ")
    return f"{where}: {what}" if where else what


def _foreign_cells(result: ResultFile) -> list[str]:
    """Cells that stand there twice, or that the forms which the result names do not have."""
    faults: list[str] = []
    keys = {cell.key for cell in result.cells}
    named = {str(table): str(form) for table, form in result.forms.items()}
    tables = load_forms().tables_of(keys, named)
    known = {key for table in tables.values() for key in table.cell_keys}
    seen: set[str] = set()
    for cell in result.cells:
        if cell.key in seen:
            faults.append(f"cells: {cell.key} stands there twice")
        elif cell.key not in known:
            table = cell.key.partition("/")[0]
            form = f"the form of {named[table]}" if table in named else "any one form"
            faults.append(f"cells: {cell.key} is no cell of {table} in {form}")
        seen.add(cell.key)
    return faults


def _sentence(faults: Sequence[str]) -> str:
    shown = "; ".join(faults[:3])
    more = f" (and {len(faults) - 3} more)" if len(faults) > 3 else ""
    return f"it is not a result in the documented form: {shown}{more}"
