"""How the prose restates cells: the phrases and patterns of narrative.toml, validated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field

from gipr_ml.errors import FormsError
from gipr_ml.forms.files import FOLDER, Strict, read_file
from gipr_ml.forms.load import load_forms
from gipr_ml.forms.model import Forms

FILE = "narrative.toml"
RESERVED = ("NUM", "MONEY", "PERCENT", "x", "end", "year", "last_year", "next_year", "scope")
"""Kinds that the program itself gives to tokens; a year is the report's own unless it says so."""

Readings = tuple[tuple[str, ...], ...]
"""Ways to read a phrase, the most literal first; each is a sum of keys."""


class Rounding(Strict):
    """Words in one place beside a number, by what they make of it."""

    about: tuple[str, ...] = ()
    at_least: tuple[str, ...] = ()
    at_most: tuple[str, ...] = ()


class CountWords(Strict):
    """Units, and the words that make a number an approximation by where they stand."""

    units: tuple[str, ...] = Field(min_length=1)
    before: Rounding
    inner: Rounding
    """Between the number and its unit."""
    after: Rounding
    before_chinese: tuple[str, ...] = Field(min_length=1)
    """Before numerals in Chinese only: what follows is no number to compare."""


class ScopeWords(Strict):
    """Words that say whose figures a sentence tells."""

    wide: tuple[str, ...]
    """The whole area: wider than the report of an office or bureau."""
    self: tuple[str, ...]
    """我局, 我办: the body itself, if its name ends so."""
    own: tuple[str, ...]
    """本机关: always the body itself."""
    narrow: tuple[str, ...]
    """A part of what the tables count."""
    bodies: tuple[str, ...]
    """How names of bodies end."""


class Unmistakable(Strict):
    """What only requests for information have, so that they need not be named."""

    words: tuple[str, ...]
    """One of them is enough."""
    groups: tuple[str, ...]
    """Rows: two of one group are enough, or one beside two other results."""
    not_with: tuple[str, ...]
    """With one of these words, or a foreign one, nothing is beyond mistaking."""


class TermEntry(Strict):
    """Words that name rows or columns."""

    kind: str = Field(pattern=r"^[a-z][a-z_]*$")
    words: tuple[str, ...] = Field(min_length=1)
    rows: Readings = ()
    columns: Readings = ()


class PatternEntry(Strict):
    """A way to say a number: sequences of kinds, and the rows it stands for."""

    id: str
    match: tuple[str, ...] = Field(min_length=1)
    rows: Readings = ()
    """Rows of the pattern itself; without them the words that it matches name them."""
    needs: Literal["", "request", "disclosure", "row", "document", "decision", "sum", "changed"] = (
        ""
    )
    table: str = ""
    """With needs = "row" or "document": the table that the row must lie in."""
    over: str = ""
    """With `distribute` or `zero`: the kinds of the words that have a number each; else all that
    name cells."""
    compare: Literal["", "up", "down", "same", "share"] = ""
    """The number is no count, but a change against last year, or a share
    of another sum."""
    take: Literal["", "first", "last"] = ""
    """Of several numbers: the one that is meant. Without it there is but one, and words of other
    clauses do not name its cells."""
    opening: bool = False
    """No number may stand before the match in its sentence."""
    first: str = ""
    """The kind whose rows are the literal reading, where words of two kinds name rows."""
    without: tuple[str, ...] = ()
    """Kinds that may not stand before the match in its clause."""
    zero: bool = False
    """The words themselves mean 0; there is no number."""
    distribute: Literal["", "in_order", "same"] = ""
    """Each word named has its own number (分别为 2 件、1 件) or all have the same (各 1 件)."""


class NarrativeFile(Strict):
    """The file."""

    anchors: tuple[str, ...] = Field(min_length=1)
    disclosure: tuple[str, ...] = Field(min_length=1)
    foreign: tuple[str, ...]
    other_matters: tuple[str, ...]
    """With one of these a sentence counts no requests at all."""
    unmistakable: Unmistakable
    stops: tuple[str, ...]
    """Kinds after which a clause counts no cells."""
    count: CountWords
    gaps: dict[str, tuple[str, ...]]
    words: dict[str, tuple[str, ...]]
    scope: ScopeWords
    whole: Mapping[str, Readings]
    """By table: the rows that shares are of."""
    subject: Mapping[str, Readings]
    """By kind of word: the rows that it speaks of in a list or a comparison."""
    term: tuple[TermEntry, ...]
    pattern: tuple[PatternEntry, ...]


@dataclass(frozen=True)
class Term:
    """A word that names rows or columns; rows are "table/row", wildcards resolved."""

    kind: str
    rows: Readings
    columns: Readings


@dataclass(frozen=True)
class Slot:
    """One place of a pattern: the kinds that may stand there, and how often."""

    kinds: tuple[str, ...]
    often: Literal["{1}", "?", "*"] = "{1}"


@dataclass(frozen=True)
class Pattern:
    """A pattern of the file with its sequences taken apart."""

    entry: PatternEntry
    rows: Readings
    sequences: tuple[tuple[Slot, ...], ...]

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of words that it speaks of."""
        return frozenset(kind for slots in self.sequences for s in slots for kind in s.kinds)


@dataclass(frozen=True)
class Narrative:
    """Everything the program knows of how prose restates cells."""

    file: NarrativeFile
    kinds: Mapping[str, str]
    """The kind of every word."""
    terms: Mapping[str, Term]
    """By word."""
    patterns: tuple[Pattern, ...]
    wholes: Mapping[str, Readings]
    """By table: the rows that shares are of."""
    subjects: Mapping[str, Term]
    """By kind of word: the rows that it speaks of in a list or a comparison."""
    cells: frozenset[str]
    """All cell keys of all forms."""

    @cached_property
    def stops(self) -> frozenset[str]:
        """Kinds after which a clause counts no cells."""
        return frozenset(self.file.stops)


@cache
def load_narrative(folder: Path = FOLDER) -> Narrative:
    """The phrases and patterns. Raises `FormsError` with every fault of the file, one a line."""
    file = read_file(folder / FILE, NarrativeFile)
    forms = load_forms()
    cells = frozenset(key for table in forms.tables.values() for key in table.cell_keys)
    faults = list(_faults(file, forms))
    if faults:
        raise FormsError("\n".join(faults))
    terms = {
        word: Term(entry.kind, _resolve(entry.rows, forms), entry.columns)
        for entry in file.term
        for word in entry.words
    }
    patterns = tuple(
        Pattern(p, _resolve(p.rows, forms), tuple(_sequence(m, file.gaps) for m in p.match))
        for p in file.pattern
    )
    wholes = {table: _resolve(readings, forms) for table, readings in file.whole.items()}
    subjects = {kind: Term(kind, _resolve(rows, forms), ()) for kind, rows in file.subject.items()}
    return Narrative(file, _kinds(file), terms, patterns, wholes, subjects, cells)


def _kinds(file: NarrativeFile) -> dict[str, str]:
    kinds = {word: kind for kind, words in file.words.items() for word in words}
    scope = file.scope
    kinds |= dict.fromkeys((*scope.wide, *scope.self, *scope.own, *scope.narrow), "scope")
    kinds |= {word: entry.kind for entry in file.term for word in entry.words}
    return kinds


def _resolve(readings: Readings, forms: Forms) -> Readings:
    """Wildcards written out, one reading a form where the forms differ; the newest form first."""
    resolved: dict[tuple[str, ...], None] = {}
    for reading in readings:
        for year in sorted({form for _, form in forms.tables}, reverse=True):
            rows = [
                f"{table}/{row.key}"
                for (table, form), grid in sorted(forms.tables.items())
                if form == year
                for row in grid.rows
            ]
            keys = tuple(row for pattern in reading for row in rows if fnmatchcase(row, pattern))
            if keys:
                resolved[keys] = None
    return tuple(resolved)


def _sequence(match: str, gaps: Mapping[str, Sequence[str]]) -> tuple[Slot, ...]:
    return tuple(slot for part in match.split() for slot in _slots(part, gaps))


def _slots(part: str, gaps: Mapping[str, Sequence[str]]) -> tuple[Slot, ...]:
    if part in gaps:
        return (Slot(tuple(gaps[part]), "*"),)
    if part == "^":
        return (Slot(("end", "and", "colon")),)
    if part == "$":
        return (Slot(("end",)),)
    kinds = tuple(part.rstrip("+?").split("|"))
    if part.endswith("+"):
        return (Slot(kinds), Slot((*kinds, "and", "cause", "light", "whole_year"), "*"))
    return (Slot(kinds, "?" if part.endswith("?") else "{1}"),)


def _faults(file: NarrativeFile, forms: Forms) -> Iterator[str]:
    kinds = {*file.words, *(entry.kind for entry in file.term), *RESERVED}
    rows = {f"{table}/{row.key}" for (table, _), grid in forms.tables.items() for row in grid.rows}
    columns = {c.key for grid in forms.tables.values() for row in grid.rows for c in row.columns}
    owner: dict[str, str] = {}
    for kind, words in [*file.words.items(), *((e.kind, e.words) for e in file.term)]:
        for word in words:
            if word in owner:
                yield f"{FILE}: the word {word!r} is both {owner[word]} and {kind}"
            owner[word] = kind
    for name, readings in [
        *((f"term {e.words[0]}", e.rows) for e in file.term),
        *((f"pattern {p.id}", p.rows) for p in file.pattern),
        *((f"whole {table}", rows) for table, rows in file.whole.items()),
        *((f"subject {kind}", rows) for kind, rows in file.subject.items()),
        ("unmistakable", (file.unmistakable.groups,)),
    ]:
        for key in {key for reading in readings for key in reading}:
            if not any(fnmatchcase(row, key) for row in rows):
                yield f"{FILE}: {name}: no form has the row {key!r}"
    for word in file.unmistakable.words:
        if owner.get(word) not in ("outcome", "detail"):
            yield f"{FILE}: unmistakable: {word!r} is no result of a request"
    for entry in file.term:
        for key in {key for reading in entry.columns for key in reading} - columns:
            yield f"{FILE}: term {entry.words[0]}: no form has the column {key!r}"
    for pattern in file.pattern:
        for match in pattern.match:
            for kind in re.findall(r"[A-Za-z][A-Za-z_]*", match):
                if kind not in kinds:
                    yield f"{FILE}: pattern {pattern.id}: {kind!r} is no kind of word"
    for name, listed in [*file.gaps.items(), ("stops", file.stops), ("subject", file.subject)]:
        for kind in set(listed) - kinds:
            yield f"{FILE}: {name}: {kind!r} is no kind of word"
