"""Figures without a file, as they are sent to be checked."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from gipr_ml.export.schema import LARGEST, Key, PrintedNumber, Year
from gipr_ml.forms.schema import FormYear

DIGITS = 15
"""Of a figure; as many as a JSON number carries exactly."""


def plain(value: Decimal) -> int | float:
    """A figure as JSON writes it, nothing lost."""
    return int(value) if value == value.to_integral_value() else float(value)


Figure = Annotated[
    PrintedNumber,
    Field(ge=-LARGEST, le=LARGEST, max_digits=DIGITS),
    PlainSerializer(plain),
    WithJsonSchema({"type": "number", "minimum": -LARGEST, "maximum": LARGEST}),
]
"""A figure that somebody types."""


class FigureCell(BaseModel):
    """One cell: a value, or why there is none."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    value: Figure | None = None
    state: Literal["read", "blank", "not_applicable", "lost", "illegible"] = Field(
        "read", description="Only where there is no value; a cell with a value is read."
    )


class FiguresBody(BaseModel):
    """The figures of a report."""

    model_config = ConfigDict(extra="forbid")

    agency: str | None = Field(None, max_length=200)
    year: Year | None = None
    forms: dict[Literal["t2", "t3", "t4"], FormYear] = Field(
        description="Which official form each table follows."
    )
    cells: list[FigureCell] = Field(max_length=2000)

    def result(self) -> dict[str, Any]:
        """The fields of a result file."""
        return {
            "document": {"name": "figures"},
            "agency": self.agency,
            "year": self.year,
            "forms": self.forms,
            "cells": [
                {"key": cell.key, "value": cell.value, "state": cell.state} for cell in self.cells
            ],
        }
