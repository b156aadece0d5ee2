"""What a result file may say. The published JSON Schema is made from these models.

A result that a person or another program has changed is read by them too, so they ask only for what
a check needs (`document`, `forms`, `cells`) and leave fields that they do not know alone.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from gipr_ml.types import (
    Borders,
    Cause,
    Outcome,
    Severity,
    State,
    StatementKind,
    Status,
    Unit,
)

LARGEST, DECIMALS = 10**14, 10
"""Of a figure that a report prints. Sums of such figures are exact in the 28 digits of Decimal."""
LARGEST_EXPONENT = 60
"""Numbers beyond 10 to this power, or finer than its inverse, are none that figures come to."""
LARGEST_INDEX = 2**31 - 1
"""Of pages, lines and whatever else is counted."""


def _exact(value: object) -> Decimal:
    """A JSON number as it is written; text and true/false are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("should be a number")
    if type(value) is int and abs(value) <= 10**18:
        return Decimal(value)
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError("should be a finite number")
    if exponent < -LARGEST_EXPONENT or number.adjusted() > LARGEST_EXPONENT:
        raise ValueError("is out of range for a figure")
    return number or Decimal(0)  # -0 is written as 0


def _printed(number: Decimal) -> Decimal:
    if abs(number) > LARGEST or number != round(number, DECIMALS):
        raise ValueError(
            f"a figure lies within ±{LARGEST} and has at most {DECIMALS} decimals; "
            "correct it, or give null"
        )
    return number


Number = Annotated[Decimal, BeforeValidator(_exact), WithJsonSchema({"type": "number"})]
"""Whatever figures may come to."""
PrintedNumber = Annotated[
    Number,
    AfterValidator(_printed),
    WithJsonSchema({"type": "number", "minimum": -LARGEST, "maximum": LARGEST}),
]
"""A figure that a report prints, or should print."""
Year = Annotated[int, Field(ge=1900, le=2200)]
Length = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Key = Annotated[str, Field(pattern=r"^t[234]/[a-z0-9_]+/[a-z0-9_]+$")]
Index = Annotated[int, Field(ge=0, le=LARGEST_INDEX)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class DocumentPart(_Part):
    """The file that was read."""

    name: str = Field(min_length=1, description="Name of the file.")
    sha256: str = Field("", description="SHA-256 of the file's bytes, in hexadecimal.")
    media_type: str = Field("", description="Media type of the file, such as text/html.")
    pages: Index | None = Field(
        None, description="Number of pages; null where the source has no pages."
    )
    unit: Unit | None = Field(
        None,
        description="Unit of every box and of `page_sizes`, counted from the top left of the page "
        "as it is shown: pt (1/72 inch), px (pixels of the picture) or permille (thousandths of "
        "the page's width and height); null where the source has no boxes.",
    )
    page_sizes: tuple[tuple[Length, Length] | None, ...] = Field(
        (), description="Width and height of each page in `unit`, in order; null where not known."
    )


class SourcePart(_Part):
    """Where something stands in the document."""

    page: Index | None = Field(None, description="Page from 1; null where there are no pages.")
    line: Index | None = Field(None, description="`number` of the line in `lines`.")
    cell: Index | None = Field(None, description="Index of the cell in its line, from 0.")
    start: Index | None = Field(
        None, description="Offset of the first character in the cell's text."
    )
    end: Index | None = Field(None, description="Offset after the last character.")
    box: tuple[Length, Length, Length, Length] | None = Field(
        None,
        description="Left, top, right, bottom on the page, in the `unit` of the document; null "
        "where the source has no boxes.",
    )


class CellPart(_Part):
    """One canonical cell of the official form."""

    key: Key = Field(description="table/row/column, such as t3/new_requests/natural_person.")
    value: PrintedNumber | None = Field(
        None, description="The number that is printed; null, never 0, where none is."
    )
    raw: str | None = Field(None, description="The text as it is printed.")
    state: State = Field(
        State.READ,
        description="read; blank: printed empty; not_applicable: printed as / or -; lost: the form "
        "has the cell, the document's text does not; illegible.",
    )
    confidence: Share = Field(1.0, description="How sure the reading is, 0 to 1.")
    source: SourcePart | None = Field(None, description="Where the cell stands in the document.")
    unit: str | None = Field(
        None, description="The unit printed with the number where it is not the form's own."
    )


class DecisionPart(_Part):
    """What a person has decided of a finding."""

    finding: str = Field(description="Fingerprint of the finding that was decided.")
    verdict: Literal["confirmed", "dismissed", "noted"] = Field(
        description="confirmed: something must be done; dismissed: no error, or printed so in the "
        "source; noted: a remark."
    )
    who: str = Field("", description="Who decided.")
    when: str = Field("", description="Date, or date and time, in ISO 8601.")
    why: str = Field("", description="The reason.")
    about: str = Field("", description="What the finding said.")


class FindingPart(_Part):
    """What a rule says of the figures."""

    rule: str = Field(description="Name of the rule.")
    severity: Severity = Field(description="error, warning or info.")
    outcome: Outcome = Field(description="fail, or not_checkable where a figure is missing.")
    cells: tuple[str, ...] = Field((), description="Keys of the cells that the rule is about.")
    reported: Number | None = Field(None, description="The figure that the report prints.")
    computed: Number | None = Field(None, description="What the other figures make it.")
    difference: Number | None = Field(None, description="reported minus computed.")
    message: str = Field("", description="The finding in words, in Chinese.")
    cause: Cause | None = Field(
        None,
        description="What the evidence blames: misreading, source (it is printed so) or unclear; "
        "null where that was not looked into.",
    )
    review: bool = Field(False, description="Whether the report needs a person because of it.")
    fingerprint: str = Field(
        "", description="Of rule, cells and figures; by it a decision is found again."
    )
    decision: DecisionPart | None = Field(
        None,
        description="What a person has decided; stale where its finding is not `fingerprint`.",
    )


class ProposalPart(_Part):
    """A value that a cell probably should have; never applied by the program itself."""

    cell: Key = Field(description="Key of the cell.")
    value: Number = Field(description="The proposed value.")
    verdict: Literal["unique", "ambiguous"] = Field(
        description="unique: the rules allow no other value; ambiguous: they do."
    )
    basis: tuple[str, ...] = Field(
        (), description="Rules that force the value, or why it is likelier than its rivals."
    )
    alternatives: tuple[Number, ...] = Field((), description="The other values that are possible.")


class NarrativePart(_Part):
    """A number that the prose restates."""

    quote: str = Field(description="The words of the document.")
    value: Number = Field(description="The number in them.")
    restates: str = Field(description="Keys of the cells whose sum it is, joined by ' + '.")
    agrees: bool | None = Field(
        None, description="Whether the cells add up to it; null where that cannot be told."
    )
    kind: StatementKind = Field(
        "exact",
        description="exact; about, at_least, at_most, range: an approximation; share: in percent "
        "of another sum; change (a number), growth (in percent): against the year before.",
    )
    upper: Number | None = Field(None, description="The end of a range.")
    of: tuple[str, ...] = Field((), description="Of a share: the sums that it may be a share of.")
    alternatives: tuple[str, ...] = Field(
        (), description="Other sums that the same words are used for."
    )
    scope: str = Field(
        "", description="Words for another body than the report's; then a difference says nothing."
    )
    source: SourcePart | None = Field(None, description="Where the words stand.")
    readings: tuple[str, ...] = Field(
        (), description="All sums that the words may mean, the most literal first."
    )


class RulePart(_Part):
    """What became of one rule."""

    rule: str = Field(description="Name of the rule.")
    passed: Index = Field(0, description="How often it held.")
    failed: Index = Field(0, description="How often it failed.")
    not_checkable: Index = Field(0, description="How often a figure was missing.")


class LinePart(_Part):
    """A line of the document."""

    number: Index = Field(description="Position in the document, from 0.")
    page: Index | None = Field(None, description="Page from 1; null where there are no pages.")
    label: str = Field(description="What the classifier takes the line for.")
    confidence: Share = Field(description="How sure it is, 0 to 1.")
    matched: tuple[str, ...] = Field(
        (), description="Keys of the rows or cells that the line was matched to."
    )
    cells: tuple[str, ...] = Field((), description="Texts of the line's cells.")
    cell_labels: tuple[str, ...] = Field((), description="One label a cell.")
    borders: Borders = Field(
        "none", description="How the source shows where cells end: explicit, spaces or none."
    )


class DoubtPart(_Part):
    """Why the reading alone may not be called consistent."""

    code: str = Field(description="Stable name of the doubt.")
    message: str = Field("", description="The doubt in words, in Chinese.")
    cells: tuple[str, ...] = Field((), description="Keys of the cells in doubt.")


class ResultFile(_Part):
    """The result of processing one annual report on government information disclosure."""

    document: DocumentPart = Field(description="Which file this is the result of.")
    agency: str | None = Field(None, description="Who reports; null where the document is silent.")
    year: Year | None = Field(None, description="The year that is reported on, or null.")
    forms: dict[Literal["t2", "t3", "t4"], Literal["2019", "2021"]] = Field(
        description="Which official form each table that was found follows."
    )
    status: Status = Field(
        Status.NEEDS_REVIEW,
        description="consistent: every cell was found, every rule holds, nothing is in doubt; "
        "needs_review: any other report; rejected: no report, or unreadable.",
    )
    reason: str | None = Field(None, description="Why a document was rejected, else null.")
    passed: Index = Field(0, description="How many identities hold.")
    recognised: bool = Field(False, description="Whether characters were recognised from an image.")
    model: str | None = Field(None, description="Digest of the model that labelled the lines.")
    cells: tuple[CellPart, ...] = Field(description="Every cell of the forms found.")
    findings: tuple[FindingPart, ...] = Field((), description="Rules that fail or cannot be told.")
    proposals: tuple[ProposalPart, ...] = Field((), description="Values that cells should have.")
    narrative: tuple[NarrativePart, ...] = Field((), description="Numbers that the prose restates.")
    doubts: tuple[DoubtPart, ...] = Field((), description="What the reading itself left open.")
    read_proposals: tuple[ProposalPart, ...] = Field(
        (), description="Those of the proposals that reading made, for checking again."
    )
    rules: tuple[RulePart, ...] = Field((), description="What became of each rule.")
    past_decisions: tuple[DecisionPart, ...] = Field(
        (), description="Decisions on findings that are no longer made."
    )
    lines: tuple[LinePart, ...] = Field((), description="Every line of the document.")


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a result as this program writes it."""
    schema = ResultFile.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
