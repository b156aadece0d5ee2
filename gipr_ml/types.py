"""The words of the program: what every stage takes and gives. All of them are frozen and picklable.

A file becomes a `Document` (pages of lines of cells). A `Document` becomes a `Report` (canonical
cells with findings and proposals). Everything in between is listed here too, so that a stage needs
to import nothing but this module, `errors` and `forms`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal, NamedTuple

Box = tuple[float, float, float, float]
"""Left, top, right, bottom on the page, in the unit that the document states."""

Unit = Literal["pt", "px", "permille"]
"""Of boxes and of sizes of pages: points (1/72 inch), pixels of the picture, or thousandths of the
page's width and height. Always counted from the top left of a page as it is shown."""

Borders = Literal["explicit", "spaces", "none"]
"""How a line shows where its cells end: tabs, pipes or table tags; runs of spaces; not at all."""


# ---------------------------------------------------------------- what was read


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a line, as the source gave it."""

    text: str
    start: int = 0
    """Offset of the first character in the text of the source line."""
    columns: int = 1
    """Table columns that the cell spans."""
    box: Box | None = None
    confidence: float = 1.0
    """How sure the reading of the characters is, 0 to 1; 1 where nothing had to be recognised."""
    illegible: bool = False
    """Whether the cell holds ink that could not be read; its text is then a guess or empty."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document. A row of a table is one line; a glued line is cut into several."""

    number: int
    """Position in the document, counted from 0."""
    cells: tuple[Cell, ...]
    borders: Borders = "none"
    page: int | None = None
    """Page number from 1, or None where the source has no pages."""
    table: int | None = None
    """Which table of the source the line lies in, counted from 0, or None outside of tables."""
    source_line: int | None = None
    """Line of the file from 1; pieces of one glued line share it."""
    heading: int = 0
    """Level of a heading that the source marks as one (1 to 6), else 0."""

    @property
    def text(self) -> str:
        """The cells joined by tabs; a line without borders has one cell, its text."""
        return "\t".join(cell.text for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of one page, in reading order."""

    number: int | None
    lines: tuple[Line, ...]
    size: tuple[float, float] | None = None
    """Width and height in the unit that the document states, where the source says them."""
    rules: tuple[Box, ...] = ()
    """Straight lines that are drawn on the page, each as the box from one end to the other."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file as lines of cells."""

    name: str
    sha256: str
    media_type: str
    pages: tuple[Page, ...]
    paged: bool = False
    """False where the source has no pages; `pages` then holds a single one."""
    unit: Unit | None = None
    """Of all boxes and sizes; None where the source has no boxes or does not say."""

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines in reading order."""
        return tuple(line for page in self.pages for line in page.lines)


class PageImage(NamedTuple):
    """The picture of a page, for showing where things stand on it."""

    number: int
    """Page number from 1, as in `Page` and `Place`."""
    data: bytes
    """PNG or JPEG, of any resolution."""
    width: float
    """Of the page, in the unit of the boxes."""
    height: float


# ---------------------------------------------------------------- what the lines are


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


# ---------------------------------------------------------------- what the report says


class State(StrEnum):
    """What became of a canonical cell."""

    READ = "read"
    BLANK = "blank"
    NOT_APPLICABLE = "not_applicable"
    LOST = "lost"
    ILLEGIBLE = "illegible"


class Status(StrEnum):
    """What a report may be used for."""

    CONSISTENT = "consistent"
    NEEDS_REVIEW = "needs_review"
    REJECTED = "rejected"


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Outcome(StrEnum):
    """What became of a rule."""

    PASS = "pass"
    FAIL = "fail"
    NOT_CHECKABLE = "not_checkable"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the document."""

    page: int | None = None
    line: int | None = None
    """`Line.number`."""
    cell: int | None = None
    """Index of the cell in its line."""
    start: int | None = None
    """Offset of the first character within the cell's text."""
    end: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
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


Cause = Literal["misreading", "source", "unclear"]
"""What the evidence blames for a contradiction: the reading, what the document itself prints, or
neither for sure."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person has decided of a finding."""

    finding: str
    """Fingerprint of the finding that was decided."""
    verdict: Literal["confirmed", "dismissed", "noted"]
    """confirmed: it is right, something must be done; dismissed: it is no error, or printed so in
    the source; noted: a remark that decides nothing."""
    who: str = ""
    when: str = ""
    """Date, or date and time, in ISO 8601."""
    why: str = ""
    about: str = ""
    """What the finding said, for whoever reads the decision alone."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of the figures; `difference` is reported minus computed."""

    rule: str
    severity: Severity
    outcome: Outcome
    cells: tuple[str, ...]
    message: str
    reported: Decimal | None = None
    computed: Decimal | None = None
    difference: Decimal | None = None
    cause: Cause | None = None
    """What the evidence blames, where a contradiction was looked into."""
    review: bool = False
    """Whether the report needs a person because of it."""
    fingerprint: str = ""
    """Of rule, cells and figures, so that a decision on it can be found again; see
    `checking.decisions`."""
    decision: Decision | None = None
    """What a person has decided; it is stale where the figures have changed since."""

    @property
    def decided(self) -> str:
        """The verdict of a person on these figures; "stale" for one on other figures, else ""."""
        if self.decision is None:
            return ""
        return self.decision.verdict if self.decision.finding == self.fingerprint else "stale"


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule held, failed, and could not be checked."""

    rule: str
    passed: int = 0
    failed: int = 0
    not_checkable: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value that a cell probably should have, never applied by itself."""

    cell: str
    value: Decimal
    verdict: Literal["unique", "ambiguous"]
    basis: tuple[str, ...]
    """Rules that force the value, or why it is likelier than its rivals."""
    alternatives: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class NarrativeFigure:
    """A statement of the prose beside the cells that it restates."""

    statement: Statement
    agrees: bool | None
    """None where a cell that it restates was not read."""


@dataclass(frozen=True, slots=True)
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
