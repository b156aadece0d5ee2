"""Every sentence of sentences.toml is read as it says there."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gipr_ml.narrative import read_narrative
from gipr_ml.types import Cell, LabelledLine, Line, Statement

CASES = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))[
    "case"
]
AGENCY = "云岭市水务局"


def read(text: str, agency: str = AGENCY) -> tuple[Statement, ...]:
    line = Line(1, (Cell(text),))
    return read_narrative([LabelledLine(line, "narrative", 1.0, {}, ("",), (1.0,))], agency, 2023)


def said(statement: Statement) -> str:
    scope = f" @ {statement.scope}" if statement.scope else ""
    return f"{statement.value.normalize():f} = {' + '.join(statement.restates)}{scope}"


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:24] for case in CASES])
def test_sentence(case: dict[str, Any]) -> None:
    statements = read(case["text"], case.get("agency", AGENCY))
    assert [said(statement) for statement in statements] == case["says"]


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:24] for case in CASES])
def test_quotes_stand_in_the_text_where_they_are_said_to(case: dict[str, Any]) -> None:
    for statement in read(case["text"], case.get("agency", AGENCY)):
        assert case["text"][statement.source.start : statement.source.end] == statement.quote
        assert statement.source.line == 1


def test_there_are_enough_sentences_of_both_sorts() -> None:
    assert len(CASES) >= 60
    assert sum(not case["says"] for case in CASES) >= 20
    assert all(Decimal(said.split(" = ")[0]) >= 0 for case in CASES for said in case["says"])
