"""Read and validate the files of forms and rules, and tell all faults at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TypeVar

from gipr_ml.errors import FormsError
from gipr_ml.forms.files import FOLDER, Strict, read_file
from gipr_ml.forms.limits import limits_of, texts_of
from gipr_ml.forms.model import (
    FormColumn,
    FormRow,
    Forms,
    Identity,
    Limit,
    Section,
    TableForm,
    TextRule,
)
from gipr_ml.forms.schema import (
    FORM_YEARS,
    BlockTableFile,
    ColumnEntry,
    DocumentFile,
    GridTableFile,
    RowEntry,
    RuleEntry,
    RulesFile,
)
from gipr_ml.forms.years import load_year_rules

_File = TypeVar("_File", bound=Strict)
_Rule = TypeVar("_Rule", Identity, Limit, TextRule)


@cache
def load_forms(folder: Path = FOLDER) -> Forms:
    """The forms and rules in `folder`.

    Raises `FormsError` with every fault of every file, one a line.
    """
    faults: list[str] = []
    blocks = [_read(folder / f"t2_{year}.toml", BlockTableFile, faults) for year in FORM_YEARS]
    grids = [_read(folder / f"{table}.toml", GridTableFile, faults) for table in ("t3", "t4")]
    document = _read(folder / "document.toml", DocumentFile, faults)
    rules = _read(folder / "rules.toml", RulesFile, faults)
    if faults or document is None or rules is None:
        raise FormsError("\n".join(faults))
    tables = {
        (table.table, table.form): table
        for table in [
            *(_block_table(file) for file in blocks if file),
            *(_grid_table(file, year) for file in grids if file for year in FORM_YEARS),
        ]
    }
    for table in tables.values():
        faults += _repeated(table)
    faults += _used_twice("rules.toml", rules)
    identities = _all_identities("rules.toml", rules.rule, tables, faults)
    limits = limits_of("rules.toml", rules, tables, faults)
    texts = texts_of("rules.toml", rules, tables, faults, re.compile)
    if faults:
        raise FormsError("\n".join(faults))
    sections = tuple(Section(s.key, (s.label, *s.aliases)) for s in document.section)
    return Forms(tables, tuple(identities), document.title_words, sections, limits, texts)


def with_rules(forms: Forms, path: Path) -> Forms:
    """The forms with the rules of a user's file: some added, some switched off.

    Raises `FormsError` with every fault of the file, one a line.
    """
    faults: list[str] = []
    file = _read(path, RulesFile, faults)
    if file is None:
        raise FormsError("\n".join(faults))
    known = forms.rules.keys()
    between_years = {rule.rule for rule in load_year_rules()}
    faults += [
        f"{path.name}: off: there is no rule {name!r}"
        for name in file.off
        if name not in known | between_years
    ]
    faults += [
        f"{path.name}: the rule {rule.id!r} is there already; switch it off to replace it"
        for rule in file.entries
        if rule.id in known - {*file.off}
    ]
    faults += _used_twice(path.name, file)
    added = _all_identities(path.name, file.rule, forms.tables, faults)
    limits = limits_of(path.name, file, forms.tables, faults)
    texts = texts_of(path.name, file, forms.tables, faults)
    if faults:
        raise FormsError("\n".join(faults))
    return replace(
        forms,
        identities=(*_kept(forms.identities, file.off), *added),
        limits=(*_kept(forms.limits, file.off), *limits),
        texts=(*_kept(forms.texts, file.off), *texts),
        off=forms.off | between_years.intersection(file.off),
    )


def _kept(rules: Sequence[_Rule], off: Collection[str]) -> list[_Rule]:
    return [rule for rule in rules if rule.rule not in off]


def _used_twice(name: str, file: RulesFile) -> list[str]:
    return [
        f"{name}: rule id {rule_id!r} is used {count} times"
        for rule_id, count in Counter(entry.id for entry in file.entries).items()
        if count > 1
    ]


def _all_identities(
    name: str,
    rules: Sequence[RuleEntry],
    tables: Mapping[tuple[str, str], TableForm],
    faults: list[str],
) -> list[Identity]:
    """The rules of the file `name`, written out for every form they go with."""
    return [
        identity
        for rule in rules
        for form in rule.forms
        for identity in _identities(name, rule, tables[rule.table, form], faults)
    ]


def _read(path: Path, kind: type[_File], faults: list[str]) -> _File | None:
    """The file as `kind`, or None with what is wrong added to `faults`."""
    try:
        return read_file(path, kind)
    except FormsError as error:
        faults.append(error.message)
        return None


def _columns(entries: Iterable[ColumnEntry]) -> tuple[FormColumn, ...]:
    return tuple(FormColumn(c.key, c.label, c.aliases, c.group, c.type, c.unit) for c in entries)


def _row(
    table: str, entry: RowEntry, columns: tuple[FormColumn, ...], block: int, article: str | None
) -> FormRow:
    return FormRow(
        table,
        entry.key,
        entry.label,
        columns,
        entry.mark,
        entry.aliases,
        entry.group,
        block,
        article,
    )


def _block_table(file: BlockTableFile) -> TableForm:
    rows = tuple(
        _row(file.table, row, _columns(block.columns), number, block.article)
        for number, block in enumerate(file.block)
        for row in block.rows
    )
    return TableForm(
        file.table, file.form, file.title, file.title_aliases, file.header_words, None, rows
    )


def _grid_table(file: GridTableFile, form: str) -> TableForm:
    columns = _columns(file.column)
    rows = tuple(_row(file.table, row, columns, 0, None) for row in file.row if form in row.forms)
    return TableForm(
        file.table, form, file.title, file.title_aliases, file.header_words, file.note, rows
    )


def _repeated(table: TableForm) -> list[str]:
    return [
        f"{table.table} of {table.form}: the cell {key} stands there {count} times"
        for key, count in Counter(table.cell_keys).items()
        if count > 1
    ]


def _identities(name: str, rule: RuleEntry, table: TableForm, faults: list[str]) -> list[Identity]:
    """The rule, once a row or once a column of the table."""
    rows, columns = table.rows, table.rows[0].columns
    keys = [c.key for c in columns] if rule.each == "row" else [r.key for r in rows]
    coefficients: dict[str, int] = {}
    for pattern, coefficient in rule.terms.items():
        named = [key for key in keys if fnmatchcase(key, pattern)]
        if not named:
            faults.append(f"{name}: {rule.id}: {pattern!r} is in no {rule.table} of {table.form}")
        coefficients.update(dict.fromkeys(named, coefficient))
    if rule.total not in coefficients:
        faults.append(f"{name}: {rule.id}: the total {rule.total!r} is not among the terms")
        return []
    return [
        _identity(rule, table.form, coefficients, part)
        for part in (rows if rule.each == "row" else columns)
    ]


def _identity(
    rule: RuleEntry, form: str, coefficients: Mapping[str, int], part: FormRow | FormColumn
) -> Identity:
    """The rule for one row or column; `coefficients` are by key of what crosses it."""

    def cell(key: str) -> str:
        row, column = (part.key, key) if rule.each == "row" else (key, part.key)
        return f"{rule.table}/{row}/{column}"

    return Identity(
        rule=rule.id,
        table=rule.table,
        severity=rule.severity,
        zh=_filled(rule.zh, rule.each, part.label),
        en=_filled(rule.en, rule.each, part.label),
        source=rule.source,
        form=form,
        coefficients={cell(key): n for key, n in coefficients.items()},
        total=cell(rule.total),
        implied=part.key in rule.implied,
    )


def _filled(words: str, each: str, label: str) -> str:
    """The words of a rule for one row or column; what they say of the other is left out."""
    labels = {"row": "", "column": "", each: label}
    for name, text in labels.items():
        words = words.replace(f"{{{name}}}", text)
    return words
