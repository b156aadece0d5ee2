"""Scores count what was read right, and call a wrong report that says it is consistent silent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from gipr_ml.learning.scoring import score
from gipr_ml.types import Proposal, Report, ReportCell, State, Status

GOLD = {
    "cells": {"t4/a/x": 1, "t4/a/y": 2.5, "t4/a/z": None, "t4/a/w": 7},
    "states": {"t4/a/z": "lost", "t4/a/w": "ambiguous"},
    "forced": {"t4/a/z": 4},
}


def cell(key: str, value: str | None) -> ReportCell:
    number = None if value is None else Decimal(value)
    return ReportCell(key, number, value, State.READ if value else State.LOST, 1.0)


def report(*cells: ReportCell, status: Status = Status.CONSISTENT) -> Report:
    return Report("r", "", "text/plain", None, status, cells=cells)


EXACT = report(cell("t4/a/x", "1"), cell("t4/a/y", "2.50"), cell("t4/a/z", None))


def test_a_report_with_every_scored_cell_right_is_exact() -> None:
    result = score(EXACT, GOLD)
    assert (result.cells, result.right, result.exact, result.silent) == (3, 3, True, False)


def test_wrong_missed_and_invented_are_told_apart() -> None:
    read = report(cell("t4/a/x", "10"), cell("t4/a/z", "0"), cell("t3/b/x", "1"))
    result = score(read, GOLD)
    assert (result.wrong, result.missed, result.invented) == (1, 1, 2)
    assert result.faults == (
        "wrong t4/a/x: gold 1, result 10",
        "missed t4/a/y: gold 2.5, result None",
        "invented t4/a/z: gold None, result 0",
        "invented t3/b/x: not in this document, result 1",
    )


def test_only_a_report_that_calls_itself_consistent_is_silently_wrong() -> None:
    wrong = report(cell("t4/a/x", "3"))
    assert score(wrong, GOLD).silent
    assert not score(replace(wrong, status=Status.NEEDS_REVIEW), GOLD).silent


def test_an_ambiguous_cell_is_not_scored_but_a_wrong_guess_is_counted() -> None:
    guess = replace(EXACT, cells=(*EXACT.cells, cell("t4/a/w", "8")))
    assert score(guess, GOLD).exact
    assert score(guess, GOLD).guessed == 1
    assert score(EXACT, GOLD).guessed == 0


def test_a_forced_value_counts_once_it_is_proposed() -> None:
    assert (score(EXACT, GOLD).forced, score(EXACT, GOLD).forced_right) == (1, 0)
    proposal = Proposal("t4/a/z", Decimal(4), "unique", ("t4.row_total",))
    assert score(replace(EXACT, proposals=(proposal,)), GOLD).forced_right == 1
