"""What people do to a report: the entries of its history after the reading.

Nothing is ever overwritten. A reading and these changes, in their order, make the report as it
stands; leaving the last ones away makes it as it stood.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gipr_ml.export.schema import Key
from gipr_ml.service.figures import Figure
from gipr_ml.types import Finding

READ = "read"
"""Kind of the entry that holds a reading; all others are changes."""

Verdict = Literal["confirmed", "printed_so"]
"""confirmed: somebody looked, and what was read is what the page shows. printed_so: the source
itself prints what contradicts itself."""

Fingerprint = Annotated[
    str, Field(pattern="^[0-9a-f]{16}$", description="`fingerprint` of a finding in the result.")
]
Note = Annotated[str, Field(max_length=2000, description="A remark for others.")]
Label = Annotated[str, Field(pattern="^[a-z_]{1,40}$")]


class _Change(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ValueChange(_Change):
    """What a cell shows on the page, where it was not read right."""

    kind: Literal["value"] = "value"
    cell: Key
    value: Figure | None = Field(None, description="The printed number.")
    state: Literal["read", "blank", "not_applicable", "lost", "illegible"] = Field(
        "read", description="read with a value; any other state without."
    )
    proposed: bool = Field(False, description="Whether a proposal was accepted.")
    note: Note = ""

    @model_validator(mode="after")
    def _fits(self) -> ValueChange:
        if (self.state == "read") != (self.value is not None):
            raise ValueError("a cell that is read has a value, and any other has none")
        return self


class DecisionChange(_Change):
    """What a person says of a finding."""

    kind: Literal["decision"] = "decision"
    finding: Fingerprint
    verdict: Verdict
    note: Note = ""


class LabelChange(_Change):
    """The right label of a line, and of its cells where it is a line of a table."""

    kind: Literal["label"] = "label"
    line: int = Field(ge=0, le=10**6)
    label: Label
    cell_labels: tuple[Annotated[str, Field(pattern="^[a-z_]{0,40}$")], ...] = Field(
        (), max_length=200, description="One a cell; empty leaves them as they were read."
    )


class HeadingChange(_Change):
    """Who reports, and on which year, where it was not read right."""

    kind: Literal["heading"] = "heading"
    agency: str | None = Field(None, min_length=1, max_length=200)
    year: int | None = Field(None, ge=1990, le=2100)


class UndoChange(_Change):
    """Take an earlier change back; undoing an undo makes the change again."""

    kind: Literal["undo"] = "undo"
    entry: int = Field(ge=1, le=10**6)


class ReviewChange(_Change):
    """How far the review is: done, opened again, or to be looked at by somebody else too."""

    kind: Literal["review"] = "review"
    review: Literal["done", "reopened", "second_wanted"]
    leave_open: bool = Field(
        False, description="Whether the review may end with findings that nobody has decided on."
    )
    note: Note = ""


Change = Annotated[
    ValueChange | DecisionChange | LabelChange | HeadingChange | UndoChange | ReviewChange,
    Field(discriminator="kind"),
]


@dataclass(frozen=True)
class Entry:
    """One change of the history."""

    number: int
    at: float
    """Seconds since 1970."""
    by: str
    change: Change


def fingerprint(finding: Finding) -> str:
    """What tells a finding apart, stable while its figures stay the same."""
    return _digest(finding.rule, finding.cells, finding.reported, finding.computed, finding.message)


def _digest(
    rule: str,
    cells: Sequence[str],
    reported: Decimal | None,
    computed: Decimal | None,
    message: str,
) -> str:
    figures = [format(f.normalize(), "f") if f is not None else "-" for f in (reported, computed)]
    # Findings without figures, such as several doubts over no cells, differ in their words alone.
    words = message if figures == ["-", "-"] else ""
    text = "\n".join([rule, *sorted(cells), *figures, words])
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def active(entries: Sequence[Entry]) -> list[Entry]:
    """The changes that no later one takes back, without the undoing ones."""
    undone: set[int] = set()
    for entry in reversed(entries):
        if isinstance(entry.change, UndoChange) and entry.number not in undone:
            undone.add(entry.change.entry)
    return [
        entry
        for entry in entries
        if entry.number not in undone and not isinstance(entry.change, UndoChange)
    ]
