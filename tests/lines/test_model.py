"""What the line model promises to the stages that use it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gipr_ml.learning.labels import LabelledDocument
from gipr_ml.lines import UNRESOLVED, LineModel, load_model
from gipr_ml.types import Cell, Line

LINES = st.lists(
    st.builds(
        lambda texts, borders: (tuple(Cell(text) for text in texts), borders),
        st.lists(st.text(max_size=12), max_size=6),
        st.sampled_from(["explicit", "spaces", "none"]),
    ),
    max_size=12,
).map(lambda rows: [Line(i, cells, borders) for i, (cells, borders) in enumerate(rows)])


def test_what_was_taught_is_known(model: LineModel, documents: list[LabelledDocument]) -> None:
    answers = model.label(documents[4].lines)
    assert tuple(answer.label for answer in answers) == documents[4].labels
    assert answers[2].cell_labels == ("category", "value", "value")
    assert answers[0].cell_labels == ("",)


@settings(max_examples=40)
@given(lines=LINES)
def test_any_lines_get_one_answer_each(model: LineModel, lines: list[Line]) -> None:
    answers = model.label(lines)
    assert [answer.line for answer in answers] == lines
    for answer in answers:
        assert sum(answer.probabilities.values()) == pytest.approx(1)
        assert answer.confidence == max(answer.probabilities.values())
        assert len(answer.cell_labels) == len(answer.cell_confidences) == len(answer.line.cells)
        assert answer.label in (*model.labels, UNRESOLVED)


def test_no_lines_get_no_answer(model: LineModel) -> None:
    assert model.label([]) == ()


def test_below_the_threshold_a_line_is_unresolved(
    model: LineModel, documents: list[LabelledDocument]
) -> None:
    lines = (*documents[0].lines, Line(6, (Cell("货船"), Cell("晴"))))
    sure = [answer.confidence for answer in model.label(lines)]
    between = (min(sure) + max(sure)) / 2
    answers = replace(model, threshold=between).label(lines)
    kept = [answer.label != UNRESOLVED for answer in answers]
    assert kept == [confidence >= between for confidence in sure]
    assert set(kept) == {True, False}


def test_other_documents_change_no_answer(
    model: LineModel, documents: list[LabelledDocument]
) -> None:
    before = model.label(documents[0].lines)
    model.label([*documents[1].lines, *documents[2].lines])
    assert model.label(documents[0].lines) == before


def test_the_same_answer_from_a_model_that_remembers_nothing(
    model: LineModel, documents: list[LabelledDocument]
) -> None:
    known = model.probabilities(documents[3].lines)
    fresh = replace(model, text=replace(model.text, _known={}))
    assert np.array_equal(fresh.probabilities(documents[3].lines), known)


def test_the_shipped_model_labels_a_report() -> None:
    rows = [
        ["某某县人民政府2023年政府信息公开工作年度报告"],
        ["二、主动公开政府信息情况"],
        ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["规章", "0", "0", "0"],
        ["行政规范性文件", "6", "2", "33"],
    ]
    lines = [
        Line(i, tuple(Cell(text) for text in row), "explicit" if len(row) > 1 else "none")
        for i, row in enumerate(rows)
    ]
    answers = load_model().label(lines)
    labels = [answer.label for answer in answers]
    assert labels == ["title", "section", "header", "category", "category"]
    assert answers[4].cell_labels == ("category", "value", "value", "value")
