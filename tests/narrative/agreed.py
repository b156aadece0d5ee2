"""Sentences with agreed answers: how much of what they say is read, and how much else.

A file of sentences is TOML: `agency` and `year` of the reports that they stand in, and a [[case]]
for each with its `text`, what it `says`, and what it `may` be read to say without that counting
either way. The heading of its `section`, and another `agency` or `year`, where it needs them.

What is said is written `18 = 新收/自然人 + 上年结转/自然人`, with the names of `names.toml` beside
the file, or with the keys of cells. Before the number: `~` about, `>` at least, `<` at most, `3..5`
a range, `+` and `-` a change against the year before; `%` after it, with ` of ` and the cells of
the whole for a share. ` @` at the end: of a narrower or wider body than the report's. ` | ` parts
answers that are equally right.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from gipr_ml.forms import load_forms
from gipr_ml.narrative import read_narrative
from gipr_ml.types import Cell, LabelledLine, Line, Statement

NAMES = "names.toml"
_MARKS = {"about": "~", "at_least": ">", "at_most": "<"}


@dataclass(frozen=True)
class Answer:
    """One thing that a sentence says."""

    number: str
    cells: frozenset[str]
    whole: frozenset[str] = frozenset()
    """Of a share."""
    scoped: bool = False

    def is_said_by(self, statement: Statement) -> bool:
        """Whether the statement has the kind, the value, the cells and the scope."""
        return (
            written(statement) == self.number
            and frozenset(statement.restates) == self.cells
            and bool(statement.scope) == self.scoped
            and (not self.whole or self.whole in map(frozenset, statement.of))
        )


@dataclass(frozen=True)
class Case:
    """A sentence and what it says; each answer in all the ways that are right."""

    text: str
    agency: str
    year: int
    section: str
    says: tuple[tuple[Answer, ...], ...]
    may: tuple[tuple[Answer, ...], ...]

    def read(self) -> tuple[Statement, ...]:
        """The statements of the sentence as a report's only line of prose."""
        lines = [("section", self.section)] if self.section else []
        return read_narrative(
            [
                LabelledLine(Line(number, (Cell(text),)), label, 1.0, {}, ("",), (1.0,))
                for number, (label, text) in enumerate([*lines, ("narrative", self.text)])
            ],
            self.agency,
            self.year,
        )


@dataclass(frozen=True)
class Outcome:
    """What was read of one sentence."""

    found: int
    missed: tuple[tuple[Answer, ...], ...]
    wrong: tuple[Statement, ...]


def load_cases(path: Path) -> tuple[Case, ...]:
    """The sentences of a file. Raises `KeyError` where a name is not in names.toml."""
    file = tomllib.loads(path.read_text(encoding="utf-8"))
    names = tomllib.loads(path.with_name(NAMES).read_text(encoding="utf-8"))
    return tuple(
        Case(
            case["text"],
            case.get("agency", file["agency"]),
            case.get("year", file["year"]),
            case.get("section", ""),
            tuple(_answers(said, names) for said in case["says"]),
            tuple(_answers(said, names) for said in case.get("may", ())),
        )
        for case in file["case"]
    )


def judge(case: Case) -> Outcome:
    """Read one sentence and hold what was read against what it says."""
    missed, wrong, spare = list(case.says), [], list(case.may)
    for statement in case.read():
        for wanted in (missed, spare):
            said = next((a for a in wanted if any(w.is_said_by(statement) for w in a)), None)
            if said is not None:
                wanted.remove(said)
                break
        else:
            wrong.append(statement)
    return Outcome(len(case.says) - len(missed), tuple(missed), tuple(wrong))


def written(statement: Statement) -> str:
    """The number of a statement as the files write it."""
    number = f"{statement.value.normalize():f}"
    if statement.kind == "range":
        return f"{number}..{statement.upper or 0:f}"
    if statement.kind in ("change", "growth"):
        number = number if number.startswith("-") else f"+{number}"
    percent = "%" if statement.kind in ("share", "growth") else ""
    return _MARKS.get(statement.kind, "") + number + percent


def _answers(said: str, names: Mapping[str, Any]) -> tuple[Answer, ...]:
    return tuple(_answer(way, names) for way in said.split(" | "))


def _answer(said: str, names: Mapping[str, Any]) -> Answer:
    text = said.removesuffix(" @")
    number, cells = text.split(" = ")
    part, _, whole = cells.partition(" of ")
    sign = number[0] if number[0] in "+-~<>" else ""
    if ".." not in number:
        percent = "%" if number.endswith("%") else ""
        number = f"{sign}{Decimal(number.strip('+-~<>%')).normalize():f}{percent}"
    return Answer(number, _keys(part, names), _keys(whole, names), said.endswith(" @"))


def _keys(cells: str, names: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(key for name in cells.split(" + ") if name for key in _cells(name, names))


def _cells(name: str, names: Mapping[str, Any]) -> Sequence[str]:
    if name.startswith("t"):
        return [name]
    row, _, column = name.partition("/")
    rows = [key for pattern in names["rows"][row] for key in _rows_like(pattern)]
    return [
        f"{key}/{column_key}"
        for key in rows
        for column_key in (names["columns"][column] if column else _unsaid(key, names))
    ]


def _rows_like(pattern: str) -> list[str]:
    """Keys of the newest form's rows that the pattern fits."""
    tables = load_forms().tables
    newest = {table: max(form for t, form in tables if t == table) for table, _ in tables}
    rows = [f"{t}/{row.key}" for t, form in newest.items() for row in tables[t, form].rows]
    return [row for row in rows if fnmatchcase(row, pattern)]


def _unsaid(row: str, names: Mapping[str, Any]) -> Sequence[str]:
    unsaid: Mapping[str, Sequence[str]] = names["columns_unsaid"]
    return unsaid.get(row) or unsaid[row.split("/")[0]]
