"""What the files of forms and rules may say. Every model forbids fields it does not know."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, model_validator

from gipr_ml.forms.files import Strict
from gipr_ml.types import Severity

ValueType = Literal["integer", "signed", "decimal"]
FormYear = Literal["2019", "2021"]
FORM_YEARS: tuple[FormYear, ...] = get_args(FormYear)
Bound = Annotated[Decimal, Field(ge=-(10**15), le=10**15)]
"""A figure that a report may print."""
Key = Field(pattern=r"^[a-z][a-z0-9_]*$")


def _not_zero(coefficient: int) -> int:
    if not coefficient:
        raise ValueError("a coefficient must not be 0")
    return coefficient


def _row_and_column(words: str) -> str:
    if set("{}") & set(words.replace("{row}", "").replace("{column}", "")):
        raise ValueError("only {row} and {column} may stand in braces")
    return words


Coefficient = Annotated[int, Field(ge=-1000, le=1000), AfterValidator(_not_zero)]
Template = Annotated[str, AfterValidator(_row_and_column)]
"""Words in which {row} and {column} stand for official labels."""


class ColumnEntry(Strict):
    """A column: its key, its official label and other ways it has been printed."""

    key: str = Key
    label: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    type: ValueType = "integer"
    unit: str | None = None


class RowEntry(Strict):
    """A row: `mark` is the item number printed before the label."""

    key: str = Key
    label: str = Field(min_length=1)
    mark: str = ""
    aliases: tuple[str, ...] = ()
    group: tuple[str, ...] = ()


class GridRowEntry(RowEntry):
    """A row of a table whose forms stand in one file."""

    forms: tuple[FormYear, ...] = FORM_YEARS


class BlockEntry(Strict):
    """A part of table 2 with a header of its own."""

    article: str = Field(min_length=1)
    columns: tuple[ColumnEntry, ...] = Field(min_length=1)
    rows: tuple[RowEntry, ...] = Field(min_length=1)


class BlockTableFile(Strict):
    """A file of table 2: one form, several blocks."""

    table: Literal["t2"]
    form: FormYear
    title: str
    title_aliases: tuple[str, ...] = ()
    header_words: tuple[str, ...] = ()
    block: tuple[BlockEntry, ...] = Field(min_length=1)


class GridTableFile(Strict):
    """A file of table 3 or 4: both forms, rows by columns."""

    table: Literal["t3", "t4"]
    title: str
    title_aliases: tuple[str, ...] = ()
    note: str | None = None
    header_words: tuple[str, ...] = ()
    column: tuple[ColumnEntry, ...] = Field(min_length=1)
    row: tuple[GridRowEntry, ...] = Field(min_length=1)


class SectionEntry(Strict):
    """A section of the report: how its heading may read, without the section number."""

    key: str = Key
    label: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()


class DocumentFile(Strict):
    """The fixed wording of the report outside of its tables."""

    title_words: tuple[str, ...] = Field(min_length=1)
    section: tuple[SectionEntry, ...] = Field(min_length=1)


class _Entry(Strict):
    """What all rules have."""

    id: str = Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)+$")
    table: Literal["t2", "t3", "t4"]
    forms: tuple[FormYear, ...] = FORM_YEARS
    source: str = Field(min_length=1)


class RuleEntry(_Entry):
    """An identity: the terms, each times its coefficient, add up to 0."""

    each: Literal["row", "column"]
    total: str
    terms: dict[str, Coefficient] = Field(min_length=2)
    severity: Severity
    zh: Template = Field(min_length=1)
    en: Template = Field(min_length=1)
    implied: tuple[str, ...] = ()
    """Rows or columns for which the rule follows from the others."""


class _Plausible(_Entry):
    """What all rules have that ask whether a figure is plausible."""

    severity: Severity = Severity.WARNING
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class LimitEntry(_Plausible):
    """What single cells, or one sum of cells, may be."""

    cells: tuple[str, ...] = ()
    """Patterns of cell keys; the limit is for each of them alone."""
    terms: dict[str, Coefficient] = Field(default_factory=dict)
    """Cell keys with coefficients; the limit is for what they add up to."""
    at_least: Bound | None = None
    at_most: Bound | None = None
    whole: bool = False
    implied: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> LimitEntry:
        if bool(self.cells) == bool(self.terms):
            raise ValueError("give either `cells` or `terms`")
        if self.at_least is None and self.at_most is None and not self.whole:
            raise ValueError("give `at_least`, `at_most` or `whole`")
        return self


class PartEntry(_Plausible):
    """No part is larger than the total of its row or column."""

    each: Literal["row", "column"]
    parts: tuple[str, ...] = Field(min_length=1)
    """Patterns of columns, or rows."""
    total: str
    implied: bool = False


class TextEntry(_Plausible):
    """Cells of figures in which no words may stand."""

    cells: tuple[str, ...] = Field(min_length=1)
    allowed: str
    """Regular expression of what may stand beside the number, such as a unit; in a user's file in
    the syntax of RE2."""


class RulesFile(Strict):
    """All rules, or in a user's file those to add and those to leave out."""

    off: tuple[str, ...] = ()
    """Ids of rules that are switched off."""
    rule: tuple[RuleEntry, ...] = ()
    """Identities."""
    limit: tuple[LimitEntry, ...] = ()
    part: tuple[PartEntry, ...] = ()
    text: tuple[TextEntry, ...] = ()

    @property
    def entries(self) -> tuple[RuleEntry | LimitEntry | PartEntry | TextEntry, ...]:
        """All rules of the file."""
        return (*self.rule, *self.limit, *self.part, *self.text)
