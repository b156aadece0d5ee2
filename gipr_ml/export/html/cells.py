"""Canonical cells as the page for people shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gipr_ml.export.html import english
from gipr_ml.export.marks import (
    VERDICT_NAMES,
    CellMark,
    Mark,
    cell_marks,
    cell_name,
    figure,
    proposal_words,
)
from gipr_ml.forms import TableForm
from gipr_ml.types import Proposal, Report, ReportCell, State

SYMBOLS = {
    Mark.FAILS: "✗",
    Mark.LOST: "∅",
    Mark.ILLEGIBLE: "※",
    Mark.DOUBTFUL: "?",
    Mark.NOT_APPLICABLE: "/",
    Mark.BLANK: "·",
}
PROPOSED = "→"


class Both(NamedTuple):
    """Words in Chinese and in English."""

    zh: str
    en: str


class ProposalView(NamedTuple):
    """A value that is proposed."""

    values: str
    """With those that are as likely."""
    verdict: Both
    """Whether it is the only one, in brackets."""


@dataclass(frozen=True)
class CellView:
    """One canonical cell."""

    id: str
    name: Both
    text: str
    kind: str
    """Name of the mark in small letters; empty where the cell is simply read."""
    symbol: str
    words: Both
    """What the mark says; empty without one."""
    reasons: tuple[str, ...]
    proposals: tuple[ProposalView, ...]
    place: str
    """Id of the place on the page image or among the lines; empty where it has none."""
    confidence: str

    @property
    def needs_look(self) -> bool:
        """Whether a person should look at it."""
        return bool(self.reasons or self.proposals)


def cell_views(
    report: Report, tables: Mapping[str, TableForm], shown: set[int]
) -> dict[str, CellView]:
    """All cells of the report by key; `shown` are the pages whose pictures are on the page."""
    marks = cell_marks(report)
    proposals: dict[str, list[Proposal]] = defaultdict(list)
    for proposal in report.proposals:
        proposals[proposal.cell].append(proposal)
    lines = {line.number: line for line in report.lines}
    views = {}
    for cell in report.cells:
        table = tables[cell.key.partition("/")[0]]
        place = ""
        if cell.source and cell.source.box and cell.source.page in shown:
            place = ident("at", cell.key)
        elif cell.source and cell.source.line in lines and cell.source.cell is not None:
            known = cell.source.cell < len(lines[cell.source.line].cells)
            place = f"l{cell.source.line}c{cell.source.cell}" if known else ""
        mark = marks.get(cell.key)
        views[cell.key] = _cell(cell, table, mark, proposals[cell.key], place)
    return views


def _cell(
    cell: ReportCell,
    table: TableForm,
    mark: CellMark | None,
    proposals: Sequence[Proposal],
    place: str,
) -> CellView:
    kind = mark.mark if mark else None
    proposed = {proposal_words(proposal) for proposal in proposals}
    reasons = [reason for reason in mark.reasons if reason not in proposed] if mark else []
    return CellView(
        id=ident("cell", cell.key),
        name=Both(cell_name(table, cell.key), english.cell_words(table, cell.key)),
        text=_text(cell),
        kind=kind.name.lower() if kind else "",
        symbol=SYMBOLS[kind] if kind else "",
        words=Both(kind.value, english.mark_words(kind)) if kind else Both("", ""),
        reasons=tuple(reasons),
        proposals=tuple(_proposal(proposal) for proposal in proposals),
        place=place,
        confidence=f"{cell.confidence:.0%}",
    )


def ident(prefix: str, key: str) -> str:
    """An id on the page for a cell key."""
    return f"{prefix}-{key.replace('/', '-')}"


def _text(cell: ReportCell) -> str:
    """What the document prints; a number in plain digits."""
    if cell.state is State.READ:
        return figure(cell.value) + (cell.unit or "")
    return "" if cell.state is State.BLANK else cell.raw or ""


def _proposal(proposal: Proposal) -> ProposalView:
    values = " / ".join(map(figure, (proposal.value, *proposal.alternatives)))
    verdict = Both(f"（{VERDICT_NAMES[proposal.verdict]}）", f" ({proposal.verdict})")
    return ProposalView(f"{PROPOSED} {values}", verdict)
