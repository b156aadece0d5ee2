"""What the stages between a document and its report say: of its lines, its prose and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from gipr_ml.types.cells import Doubt, Proposal, ReportCell
from gipr_ml.types.document import Line, Place
from gipr_ml.types.quick import quick_dataclass


@quick_dataclass(frozen=True, slots=True)
class LabelledLine:
    """A line with what the trained classifier says of it."""

    line: Line
    label: str
    """The likeliest label, or "unresolved" where it is below the model's threshold."""
    confidence: float
    """Calibrated probability of the likeliest label."""
    probabilities: Mapping[str, float]
    cell_labels: tuple[str, ...]
    """One label a cell: header, category, value or blank (or "unresolved")."""
    cell_confidences: tuple[float, ...]


@quick_dataclass(frozen=True, slots=True)
class Match:
    """A label text mapped onto a canonical category; score and margin are from 0 to 1."""

    category: str | None
    """Key of the category, or None where the two voters disagree or neither is sure."""
    score: float
    runner_up: str | None
    margin: float


StatementKind = Literal[
    "exact", "about", "at_least", "at_most", "range", "share", "change", "growth"
]
"""How a number of the prose is meant. Only an exact one must be the sum of its cells; a share is in
percent of another sum, a change (in numbers) and a growth (in percent) are against last year."""


@quick_dataclass(frozen=True, slots=True)
class Statement:
    """A number that the prose restates; money is in 万元, a share or growth in percent."""

    quote: str
    value: Decimal
    restates: tuple[str, ...]
    """Keys of the cells whose sum the number is, as the words say it."""
    source: Place
    alternatives: tuple[tuple[str, ...], ...] = ()
    """Other sums that the same words are used for: 收到 N 件 may count those carried in too."""
    scope: str = ""
    """Words that narrow or widen the number to other bodies than the report's; then it may agree
    with the cells, but a difference says nothing."""
    kind: StatementKind = "exact"
    upper: Decimal | None = None
    """The end of a range; `value` is its beginning."""
    of: tuple[tuple[str, ...], ...] = ()
    """Of a share: the sums that it may be a share of, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The tables of a document before they are checked."""

    cells: tuple[ReportCell, ...]
    """Every cell of the forms found, in the form's order."""
    forms: Mapping[str, str]
    """Which form each table that was found follows, e.g. {"t2": "2021", "t3": "2019"}."""
    agency: str | None
    year: int | None
    doubts: tuple[Doubt, ...]
    matched: Mapping[int, tuple[str, ...]]
    """By line number: the keys (row or cell) that the line was matched to."""
    proposals: tuple[Proposal, ...] = ()
    """What is likely but could not be read for sure, such as one split of glued digits."""
