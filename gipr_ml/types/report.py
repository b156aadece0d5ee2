"""The result of processing one document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gipr_ml.types.cells import Doubt, Proposal, ReportCell
from gipr_ml.types.document import Borders, Unit
from gipr_ml.types.findings import Decision, Finding, RuleCount
from gipr_ml.types.quick import quick_dataclass
from gipr_ml.types.reading import Statement


class Status(StrEnum):
    """What a report may be used for."""

    CONSISTENT = "consistent"
    NEEDS_REVIEW = "needs_review"
    REJECTED = "rejected"


@quick_dataclass(frozen=True, slots=True)
class NarrativeFigure:
    """A statement of the prose beside the cells that it restates."""

    statement: Statement
    agrees: bool | None
    """None where a cell that it restates was not read."""


@quick_dataclass(frozen=True, slots=True)
class ReportLine:
    """A line as the result keeps it: nothing that was read is dropped."""

    number: int
    page: int | None
    cells: tuple[str, ...]
    label: str
    confidence: float
    cell_labels: tuple[str, ...]
    matched: tuple[str, ...]
    borders: Borders = "none"


@dataclass(frozen=True, slots=True)
class Report:
    """The result of processing one document."""

    name: str
    sha256: str
    media_type: str
    pages: int | None
    status: Status
    agency: str | None = None
    year: int | None = None
    forms: Mapping[str, str] = field(default_factory=dict)
    cells: tuple[ReportCell, ...] = ()
    findings: tuple[Finding, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    narrative: tuple[NarrativeFigure, ...] = ()
    lines: tuple[ReportLine, ...] = ()
    passed: int = 0
    """How many identities held."""
    reason: str | None = None
    """Why a report was rejected, in one sentence."""
    model: str | None = None
    """Digest of the model that labelled the lines."""
    doubts: tuple[Doubt, ...] = ()
    """What the reading itself left open; kept so that a check without the document repeats it, as
    are the three below."""
    recognised: bool = False
    """Whether characters were recognised from an image, where a sure reading may be wrong."""
    statements: tuple[Statement, ...] = ()
    """What the prose restates, as it was read; `narrative` has the reading chosen of each."""
    read_proposals: tuple[Proposal, ...] = ()
    """The proposals that reading made."""
    rules: tuple[RuleCount, ...] = ()
    """What became of each rule, where it applies at all."""
    past_decisions: tuple[Decision, ...] = ()
    """Decisions on findings that are no longer made."""
    unit: Unit | None = None
    """Of the boxes of cells; None where there are none or the source does not say."""
    page_sizes: tuple[tuple[float, float] | None, ...] = ()
    """Width and height of each page in that unit, None where the source does not say them."""
