"""A sentence in a whole report: what becomes of it, also when the result is checked again."""

from __future__ import annotations

from pathlib import Path

import pytest

import gipr_ml
from gipr_ml.export import dumps, loads
from gipr_ml.pipeline import process_bytes
from gipr_ml.types import Report

SAMPLE = Path(gipr_ml.__file__).parent / "samples" / "chengxi_culture_2023.txt"
"""45 requests received, 3 carried in, 46 processed, 26 of them granted."""
PLACE = "二、主动公开政府信息情况"


def with_sentence(sentence: str) -> Report:
    text = SAMPLE.read_text(encoding="utf-8").replace(PLACE, f"{sentence}\n\n{PLACE}", 1)
    return process_bytes(text.encode(), SAMPLE.name)


def told(report: Report) -> list[tuple[str, bool | None]]:
    """The statements of the sentence that was put in, and whether they agree."""
    return [(f.statement.kind, f.agrees) for f in report.narrative[4:]]


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("全年收到政府信息公开申请45件。", [("exact", True)]),
        ("全年收到政府信息公开申请48件。", [("exact", True)]),
        ("全年收到政府信息公开申请54件。", [("exact", False)]),
        ("局机关收到政府信息公开申请12件。", [("exact", None)]),
        ("全年收到政府信息公开申请近50件。", [("about", True)]),
        ("全年收到政府信息公开申请90余件。", [("at_least", None)]),
        ("办结的政府信息公开申请中，予以公开26件，占56.5%。", [("exact", True), ("share", True)]),
        ("办结的政府信息公开申请中，予以公开26件，占65.5%。", [("exact", True), ("share", False)]),
        ("全年收到政府信息公开申请45件，同比增长99%。", [("exact", True), ("growth", None)]),
        ("2022年收到政府信息公开申请54件。", []),
        ("办理人大代表建议54件，全部公开。", []),
    ],
)
def test_a_sentence_is_held_against_the_tables(
    sentence: str, said: list[tuple[str, bool | None]]
) -> None:
    report = with_sentence(sentence)
    assert told(report) == said
    wrong = sum(agrees is False for _, agrees in said)
    assert sum(f.rule.startswith("narrative.") for f in report.findings) == wrong
    again = gipr_ml.check(loads(dumps(report)))
    assert told(again) == said
    assert again.findings == report.findings


def test_prose_changes_no_cell() -> None:
    plain, wrong = with_sentence(""), with_sentence("全年收到政府信息公开申请54件。")
    values = [(c.key, c.value, c.state) for c in plain.cells]
    assert [(c.key, c.value, c.state) for c in wrong.cells] == values
    assert wrong.status is plain.status
