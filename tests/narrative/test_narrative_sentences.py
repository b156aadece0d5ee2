"""Every sentence of sentences.toml is read as it says there."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from agreed import Case, judge, load_cases, written

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
    return f"{written(statement)} = {' + '.join(statement.restates)}{scope}"


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


DEVELOPMENT = load_cases(Path(__file__).with_name("development.toml"))
LATER = load_cases(Path(__file__).with_name("later.toml"))
HELD_OUT = load_cases(Path(__file__).with_name("held_out.toml"))


@pytest.mark.parametrize("case", DEVELOPMENT, ids=[case.text[:24] for case in DEVELOPMENT])
def test_nothing_is_read_that_a_sentence_does_not_say(case: Case) -> None:
    assert judge(case).wrong == ()


def test_of_the_sentences_that_the_rules_were_made_with_nearly_all_is_read() -> None:
    assert sum(len(judge(case).missed) for case in DEVELOPMENT) <= 3


def test_of_sentences_that_the_rules_were_not_made_with_enough_is_read() -> None:
    outcomes = [judge(case) for case in HELD_OUT]
    found = sum(outcome.found for outcome in outcomes)
    wrong = sum(len(outcome.wrong) for outcome in outcomes)
    assert found / (found + wrong) >= 0.98
    assert found / sum(len(case.says) for case in HELD_OUT) >= 0.9


def test_nothing_wrong_is_read_of_sentences_written_after_the_rules() -> None:
    assert [outcome.wrong for outcome in map(judge, LATER)] == [()] * len(LATER)


def test_no_sentence_stands_in_two_sets_and_a_third_says_nothing() -> None:
    cases = (*DEVELOPMENT, *HELD_OUT, *LATER)
    assert len({case.text for case in cases}) == len(cases) >= 200
    assert sum(not case.says for case in cases) >= len(cases) / 3
