"""How the experiments hold reports out, and how they count."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from gipr_ml.learning.labels import document_of

sys.path.insert(0, str(Path(__file__).parents[2] / "experiments"))

import noise
import protocol
import splits
from protocol import Answered, Spent, difference, held_out, leave_one_out, scores

LABELS = ("a", "b", "c")


def _answered(unit: str, truth: str, said: str, sure: float = 1.0) -> Answered:
    places = [np.array([LABELS.index(letter) for letter in word]) for word in (truth, said)]
    return Answered(unit, *places, np.full(len(truth), sure))


def test_scores_are_what_counting_by_hand_gives() -> None:
    found = scores([[_answered("x", "aaa", "aab", 0.75), _answered("y", "b", "b")]], LABELS)
    assert found["accuracy"]["value"] == 0.75
    assert found["f1"] == {"a": 0.8, "b": pytest.approx(0.6667), "c": 0.0}
    assert found["macro_f1"]["value"] == pytest.approx((0.8 + 2 / 3) / 2, abs=1e-4)
    assert found["calibration_error"] == pytest.approx(0.0625)
    assert (found["lines"], found["seeds"]) == (4, 1)


def test_an_interval_spans_what_the_reports_say_by_themselves() -> None:
    found = scores([[_answered("x", "aa", "ab"), _answered("y", "bb", "bb")]], LABELS)
    assert (found["accuracy"]["low"], found["accuracy"]["high"]) == (0.5, 1.0)


def test_a_label_that_the_drawn_reports_lack_does_not_raise_the_score() -> None:
    never_found = [_answered("x", "a" * 9, "a" * 9), _answered("y", "c", "a")]
    assert scores([never_found], LABELS)["macro_f1"]["high"] <= 0.5


def test_seeds_are_averaged_and_models_compared_on_the_same_reports() -> None:
    good = [[_answered("x", "ab", "ab"), _answered("y", "ab", "ab")]] * 2
    half = [[_answered("x", "ab", "ab"), _answered("y", "ab", "aa")]] * 2
    assert scores([good[0], half[0]], LABELS)["accuracy"]["value"] == 0.875
    gap = difference(good, half, len(LABELS))["accuracy"]
    assert gap == {"value": 0.25, "low": 0.0, "high": 0.5}


def test_all_renderings_of_a_report_are_held_out_and_written_ones_never_tested() -> None:
    rows = [{"line": 0, "cells": ["x"], "label": "a"}, {"line": 1, "cells": ["y"], "label": "b"}]
    documents = [
        document_of("one", rows, "g"),
        document_of("two", rows, "g"),
        document_of("three", rows, "h"),
        document_of("four", rows, "w", "written"),
    ]
    seen = []

    def fit(train: list, labels: list[str], seed: int) -> protocol.Predict:  # type: ignore[type-arg]
        assert labels == ["a", "b"]
        seen.append(({document.name for document in train}, seed))
        return lambda lines: np.eye(2)[: len(lines)]

    spent = Spent([])
    answers = held_out(fit, documents, leave_one_out(documents), 5, spent)  # type: ignore[arg-type]
    assert seen == [({"three", "four"}, 5), ({"one", "two", "four"}, 5)]
    assert [answer.unit for answer in answers] == ["g", "g", "h"]
    assert (spent.lines, len(spent.training)) == (6, 2)


def test_a_split_by_year_takes_whole_groups() -> None:
    entries = splits.manifest()
    documents = splits.by_report(protocol.reviewed())
    folds = splits.folds_by(documents, lambda name: str(entries[name].get("year")))
    assert {"pingtan_2022", "pingtan_2022_web", "xidu_health_2022"} <= folds["2022"]
    assert all(entries[name].get("year") == 2019 for name in folds["2019"])


def test_the_lowest_rung_changes_nothing_and_the_highest_keeps_lines_and_digits() -> None:
    (document, *_) = protocol.reviewed()
    assert noise.damaged(document, 0, seed=1).lines == document.lines
    worst = noise.damaged(document, 5, seed=1)
    assert worst.labels == document.labels
    assert worst.lines != document.lines
    for before, after in zip(document.lines, worst.lines, strict=True):
        digits = ["".join(filter(str.isdecimal, line.text)) for line in (before, after)]
        assert len(digits[1]) <= len(digits[0])
