"""The canonical cells of a report, what is in doubt about them, and what they should be."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from gipr_ml.types.document import Place
from gipr_ml.types.quick import quick_dataclass


class State(StrEnum):
    """What became of a canonical cell."""

    READ = "read"
    BLANK = "blank"
    NOT_APPLICABLE = "not_applicable"
    LOST = "lost"
    ILLEGIBLE = "illegible"


@quick_dataclass(frozen=True, slots=True)
class ReportCell:
    """One canonical cell of a report. `value` is None unless `state` is "read"."""

    key: str
    value: Decimal | None
    raw: str | None
    state: State
    confidence: float
    source: Place | None = None
    unit: str | None = None
    """The unit printed with the number where it is not the form's own (元 for 万元)."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a reading may not be called consistent. Becomes a finding of the same name."""

    code: str
    message: str
    """In Chinese, for the official or the reviewer."""
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value that a cell probably should have, never applied by itself."""

    cell: str
    value: Decimal
    verdict: Literal["unique", "ambiguous"]
    basis: tuple[str, ...]
    """Rules that force the value, or why it is likelier than its rivals."""
    alternatives: tuple[Decimal, ...] = ()
