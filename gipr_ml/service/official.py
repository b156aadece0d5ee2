"""The official forms, rules and their words in both languages, for the review page."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel, Field

from gipr_ml.export.html import english
from gipr_ml.export.layout import GridBox, official_grid
from gipr_ml.export.marks import cell_name
from gipr_ml.forms import FormColumn, Identity, TableForm, load_forms
from gipr_ml.store import default_folder, read_manifest


class Words(BaseModel):
    """The same in Chinese and in English."""

    zh: str
    en: str


class BoxView(BaseModel):
    """A rectangle of a printed table; rows and columns are counted from 0."""

    top: int
    left: int
    height: int
    width: int
    text: Words
    key: str | None = Field(description="The cell whose figure stands there.")
    label: bool = Field(description="Whether it is the label of a row.")


class FormCell(BaseModel):
    """A cell of a form."""

    name: Words
    type: str
    unit: str | None


class FormTable(BaseModel):
    """One table in one of its forms, as it is printed."""

    table: str
    form: str
    title: Words
    width: int
    height: int
    head: int = Field(description="Rows of header from the top; 0 where blocks have their own.")
    boxes: list[BoxView]
    cells: dict[str, FormCell]


class IdentityView(BaseModel):
    """A rule over certain cells: coefficients times values add up to 0."""

    rule: str
    table: str
    form: str
    total: str
    coefficients: dict[str, int]
    words: Words


class FormsView(BaseModel):
    """Every form the program knows, with its rules, and the labels that lines may have."""

    tables: list[FormTable]
    identities: list[IdentityView]
    findings: dict[str, str] = Field(description="English words of findings by rule or code.")
    labels: list[str] = Field(description="Labels of lines.")
    cell_labels: list[str] = Field(description="Labels of the cells of table lines.")


CELL_LABELS = ("header", "category", "value", "blank")
"""Labels of the cells of table lines."""


@cache
def line_labels() -> tuple[str, ...]:
    """Labels of lines."""
    return tuple(read_manifest(default_folder(), "lines.json")["labels"])


@cache
def forms_view() -> FormsView:
    """The forms, rules and labels; the same as long as the program runs."""
    forms = load_forms()
    return FormsView(
        tables=[_table(table) for _, table in sorted(forms.tables.items())],
        identities=[_identity(identity) for identity in forms.identities],
        findings=dict(english.findings()),
        labels=list(line_labels()),
        cell_labels=list(CELL_LABELS),
    )


def _table(table: TableForm) -> FormTable:
    grid = official_grid(table)
    return FormTable(
        table=table.table,
        form=table.form,
        title=_both(table.title),
        width=grid.width,
        height=grid.height,
        head=grid.head,
        boxes=[_box(box) for box in sorted(grid.boxes, key=lambda b: (b.top, b.left))],
        cells={key: _cell(table, key, column) for key, (_, column) in table.by_key.items()},
    )


def _box(box: GridBox) -> BoxView:
    place: dict[str, Any] = {
        name: getattr(box, name) for name in ("top", "left", "height", "width", "key", "label")
    }
    return BoxView(text=_both(box.text), **place)


def _cell(table: TableForm, key: str, column: FormColumn) -> FormCell:
    name = Words(zh=cell_name(table, key), en=english.cell_words(table, key))
    return FormCell(name=name, type=column.type, unit=column.unit)


def _identity(identity: Identity) -> IdentityView:
    return IdentityView(
        rule=identity.rule,
        table=identity.table,
        form=identity.form,
        total=identity.total,
        coefficients=dict(identity.coefficients),
        words=Words(zh=identity.zh, en=english.identity_words(identity)),
    )


def _both(text: str) -> Words:
    return Words(zh=text, en=english.label(text))
