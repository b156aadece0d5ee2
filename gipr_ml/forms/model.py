"""The forms as the stages use them: flat tables of rows, and identities over cell keys."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from gipr_ml.forms.patterns import LinearPattern
from gipr_ml.forms.schema import ValueType
from gipr_ml.types import Severity

TABLE_NAMES = {"t2": "表二", "t3": "表三", "t4": "表四"}


@dataclass(frozen=True)
class FormColumn:
    """One column of a row."""

    key: str
    label: str
    aliases: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    type: ValueType = "integer"
    unit: str | None = None


@dataclass(frozen=True)
class FormRow:
    """One row with the columns it has a value in. In table 4 a row is one of the three blocks."""

    table: str
    key: str
    label: str
    columns: tuple[FormColumn, ...]
    mark: str = ""
    aliases: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    block: int = 0
    """Which part of table 2 the row lies in; 0 elsewhere."""
    article: str | None = None

    @cached_property
    def cell_keys(self) -> tuple[str, ...]:
        """Keys of the row's cells, left to right."""
        return tuple(f"{self.table}/{self.key}/{column.key}" for column in self.columns)

    @cached_property
    def path(self) -> str:
        """Table and row, as "t3/granted"."""
        return f"{self.table}/{self.key}"

    @cached_property
    def full_label(self) -> str:
        """The label as the form prints it, with its item number."""
        return self.mark + self.label

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """The label and its aliases, without the item number."""
        return (self.label, *self.aliases)


@dataclass(frozen=True, eq=False)
class TableForm:
    """One table in one form. There is one of each, so that what follows from it can be kept."""

    table: str
    form: str
    title: str
    title_aliases: tuple[str, ...]
    header_words: tuple[str, ...]
    note: str | None
    rows: tuple[FormRow, ...]

    @cached_property
    def row_paths(self) -> tuple[str, ...]:
        """Table and row of each row."""
        return tuple(row.path for row in self.rows)

    @cached_property
    def cell_keys(self) -> tuple[str, ...]:
        """Keys of all cells in the form's order."""
        return tuple(key for row in self.rows for key in row.cell_keys)

    @cached_property
    def by_key(self) -> Mapping[str, tuple[FormRow, FormColumn]]:
        """Row and column of each cell key."""
        return {
            key: (row, column)
            for row in self.rows
            for key, column in zip(row.cell_keys, row.columns, strict=True)
        }


@dataclass(frozen=True)
class Rule:
    """What all rules have."""

    rule: str
    """Its id; a rule that is written out for many cells has the same one each time."""
    severity: Severity
    zh: str
    en: str
    source: str


@dataclass(frozen=True)
class TableRule(Rule):
    """What all rules for the cells of one report have."""

    table: str


@dataclass(frozen=True)
class Identity(TableRule):
    """A rule for certain cells: coefficients times values add up to 0."""

    form: str
    coefficients: Mapping[str, int]
    total: str
    """The cell that the others are compared with."""
    implied: bool = False
    """Whether the rules say that it follows from the others."""

    @cached_property
    def addends(self) -> tuple[str, ...]:
        """The other cells, where the total is simply what they add up to; else none."""
        others = {key: n for key, n in self.coefficients.items() if key != self.total}
        simple = self.coefficients[self.total] == -1 and all(n == 1 for n in others.values())
        return tuple(others) if simple else ()


@dataclass(frozen=True)
class Limit(TableRule):
    """A rule of plausibility: what a sum of coefficients times values may be."""

    coefficients: Mapping[str, int]
    """A single cell, a part and its total, or several cells, also of several tables."""
    at_least: int | Decimal | None
    at_most: int | Decimal | None
    whole: bool
    """Whether it must be a whole number."""
    implied: bool = False
    """Whether the rules say that it follows from the identities."""


@dataclass(frozen=True)
class TextRule(TableRule):
    """A rule for cells of figures in which no words may stand."""

    cells: frozenset[str]
    allowed: re.Pattern[str] | LinearPattern


@dataclass(frozen=True)
class Section:
    """A section of the report and how its heading may read."""

    key: str
    spellings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Forms:
    """Everything the program knows of the official report; it equals only itself."""

    tables: Mapping[tuple[str, str], TableForm]
    """By table and form: ("t3", "2021")."""
    identities: tuple[Identity, ...]
    title_words: tuple[str, ...]
    sections: tuple[Section, ...]
    limits: tuple[Limit, ...] = ()
    texts: tuple[TextRule, ...] = ()
    off: frozenset[str] = frozenset()
    """Rules between years that a user has switched off."""

    @property
    def rules(self) -> Mapping[str, Rule]:
        """One rule of each id: what all that it says of single cells have in common."""
        rules: tuple[Rule, ...] = (*self.identities, *self.limits, *self.texts)
        return {rule.rule: rule for rule in rules}

    def table(self, table: str, form: str) -> TableForm:
        """One table in one form."""
        return self.tables[table, form]

    def forms_of(self, table: str) -> tuple[TableForm, ...]:
        """All forms of one table, the oldest first."""
        return self._by_table.get(table, ())

    def tables_of(self, keys: Collection[str], named: Mapping[str, str]) -> Mapping[str, TableForm]:
        """The tables of a report that has the cells `keys`, by table, in the order of the tables.

        `named` gives the form of a table where that was told; a table that it leaves out, as the
        one that is alike in both forms, is in the newest form that has all the table's cells.
        """
        found: dict[str, TableForm] = {}
        for table in sorted({name for name, _ in self.tables}):
            if table in named:
                found[table] = self.tables[table, named[table]]
                continue
            own = {key for key in keys if key.startswith(f"{table}/")}
            fitting = [form for form in self.forms_of(table) if own and own <= {*form.cell_keys}]
            if fitting:
                found[table] = fitting[-1]
        return found

    def identities_of(self, table: str, form: str) -> tuple[Identity, ...]:
        """The identities of one table in one form."""
        return self._identities.get((table, form), ())

    def identities_in(self, tables: Iterable[TableForm]) -> tuple[Identity, ...]:
        """The identities of several tables."""
        return tuple(
            identity for table in tables for identity in self.identities_of(table.table, table.form)
        )

    def limits_of(self, tables: Collection[TableForm]) -> tuple[Limit, ...]:
        """The limits of cells that `tables` have."""
        forms = frozenset((table.table, table.form) for table in tables)
        if forms not in self._limits:
            known = {key for table in tables for key in table.cell_keys}
            found = tuple(x for x in self.limits if known.issuperset(x.coefficients))
            self._limits[forms] = found
        return self._limits[forms]

    @cached_property
    def _by_table(self) -> Mapping[str, tuple[TableForm, ...]]:
        found: dict[str, tuple[TableForm, ...]] = {}
        for table, form in sorted(self.tables):
            found[table] = (*found.get(table, ()), self.tables[table, form])
        return found

    @cached_property
    def _identities(self) -> Mapping[tuple[str, str], tuple[Identity, ...]]:
        found: dict[tuple[str, str], list[Identity]] = {}
        for identity in self.identities:
            found.setdefault((identity.table, identity.form), []).append(identity)
        return {form: tuple(identities) for form, identities in found.items()}

    @cached_property
    def _limits(self) -> dict[frozenset[tuple[str, str]], tuple[Limit, ...]]:
        return {}
