"""What people do to a report: the entries of its history after the reading.

Nothing is ever overwritten. A reading and these changes, in their order, make the report as it
stands; leaving the last ones away makes it as it stood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gipr_ml.export.schema import Key
from gipr_ml.service.figures import Figure
from gipr_ml.types import Verdict

READ = "read"
"""Kind of the entry that holds a reading; all others are changes."""

Fingerprint = Annotated[
    str,
    Field(
        pattern="^[^\\x00]{1,120}:[0-9a-f]{10}:[0-9a-f]{10}$",
        description="`fingerprint` of a finding in the result.",
    ),
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
