"""Plausibility rules written out for the cells of the forms: limits, parts and texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase

from gipr_ml.errors import FormsError
from gipr_ml.forms.model import Limit, TableForm, TextRule
from gipr_ml.forms.patterns import LinearPattern
from gipr_ml.forms.schema import LimitEntry, PartEntry, RulesFile, TextEntry

Tables = Mapping[tuple[str, str], TableForm]


def limits_of(name: str, file: RulesFile, tables: Tables, faults: list[str]) -> tuple[Limit, ...]:
    """The limits of the file `name`, each cell or sum once; what is wrong is added to `faults`."""
    found: dict[tuple[str, tuple[str, ...]], Limit] = {}
    entries: tuple[LimitEntry | PartEntry, ...] = (*file.limit, *file.part)
    for entry in entries:
        own = list(_of_entry(entry, tables))
        if not own:
            faults.append(f"{name}: {entry.id}: no cell of the forms is named")
        for limit in own:
            found.setdefault((limit.rule, tuple(limit.coefficients)), limit)
    return tuple(found.values())


def texts_of(
    name: str,
    file: RulesFile,
    tables: Tables,
    faults: list[str],
    compiled: Callable[[str], re.Pattern[str] | LinearPattern] = LinearPattern,
) -> tuple[TextRule, ...]:
    """The rules for words in cells of figures; `compiled` reads their regular expressions."""
    found = []
    for entry in file.text:
        try:
            allowed = compiled(entry.allowed)
        except (re.error, FormsError) as error:
            faults.append(f"{name}: {entry.id}: allowed: {error}")
            continue
        cells = frozenset(_named(entry, tables))
        if not cells:
            faults.append(f"{name}: {entry.id}: no cell of the forms is named")
        found.append(
            TextRule(
                entry.id, entry.severity, entry.zh, entry.en, entry.source,
                entry.table, cells, allowed,
            )
        )  # fmt: skip
    return tuple(found)


def _of_entry(entry: LimitEntry | PartEntry, tables: Tables) -> Iterator[Limit]:
    if isinstance(entry, PartEntry):
        for keys, total in _lines(entry, tables):
            for key in keys:
                if key != total and _matches(_place(key, entry.each), entry.parts):
                    yield _limit(entry, {key: 1, total: -1}, None, Decimal(0), entry.implied)
        return
    if entry.cells:
        for key in _named(entry, tables):
            yield _limit(entry, {key: 1}, entry.at_least, entry.at_most, False, entry.whole)
    known = {key for table in tables.values() for key in table.cell_keys}
    if entry.terms and known.issuperset(entry.terms):
        yield _limit(entry, entry.terms, entry.at_least, entry.at_most, entry.implied, entry.whole)


def _limit(
    entry: LimitEntry | PartEntry,
    coefficients: Mapping[str, int],
    at_least: Decimal | None,
    at_most: Decimal | None,
    implied: bool,
    whole: bool = False,
) -> Limit:
    return Limit(
        entry.id, entry.severity, entry.zh, entry.en, entry.source,
        entry.table, dict(coefficients), _bound(at_least), _bound(at_most), whole, implied,
    )  # fmt: skip


def _bound(value: Decimal | None) -> int | Decimal | None:
    """The bound as it is quickest compared with counts."""
    return int(value) if value is not None and value == value.to_integral_value() else value


def _named(entry: LimitEntry | TextEntry, tables: Tables) -> list[str]:
    """The cells that the patterns of an entry name, in all of its forms."""
    return list(
        dict.fromkeys(
            key
            for form in entry.forms
            for key in tables[entry.table, form].cell_keys
            if _matches(key, entry.cells)
        )
    )


def _lines(entry: PartEntry, tables: Tables) -> Iterator[tuple[list[str], str]]:
    """The cells of every row, or column, with its total."""
    for form in entry.forms:
        groups: dict[str, list[str]] = {}
        for key in tables[entry.table, form].cell_keys:
            _, row, column = key.split("/")
            groups.setdefault(row if entry.each == "row" else column, []).append(key)
        for keys in groups.values():
            for total in keys:
                if _place(total, entry.each) == entry.total:
                    yield keys, total


def _place(key: str, each: str) -> str:
    """What tells a cell apart in its row or column."""
    _, row, column = key.split("/")
    return column if each == "row" else row


def _matches(text: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)
