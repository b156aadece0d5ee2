"""Comparing models on frozen reports, fairly, and what the page shows of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gipr_ml.errors import ModelError, TrainingError
from gipr_ml.learning.comparison.bootstrap import Counts, count, draws_of, interval
from gipr_ml.learning.comparison.compare import compare, flat, risk_coverage
from gipr_ml.learning.comparison.judging import Judged, Verdicts, judge, read_exam
from gipr_ml.learning.comparison.page import page
from gipr_ml.learning.fitting import Settings
from gipr_ml.learning.frozen import HELDOUT, frozen_of, learnt_from, sources_of
from gipr_ml.learning.labels import LabelledDocument, document_of
from gipr_ml.learning.metrics import Answers
from gipr_ml.learning.scoring import Score
from gipr_ml.learning.training import about, train_lines
from gipr_ml.lines import load_model, load_part, save_model
from gipr_ml.store import read_manifest, write_manifest

TINY = Settings(bits=9, trees=4, least=1, folds=2, synthetic=0)
SCRIPT = "<script>alert('x')</script>"


def rows_of(name: str, more: Sequence[tuple[list[str], str]] = ()) -> list[dict[str, Any]]:
    lines = [
        (["渡口统计表"], "title"),
        (["项目", "上午"], "header"),
        (["行人", name[-1]], "data"),
        *more,
    ]
    return [
        {"document": name, "line": i, "cells": cells, "label": label}
        for i, (cells, label) in enumerate(lines)
    ]


def library(folder: Path, frozen: Sequence[str] = ("d0", "d1")) -> Path:
    """Six reports of three agencies: d0 and d3 of the first, d1 and d4 of the second, and so on."""
    (folder / "lines").mkdir(parents=True)
    entries = []
    for n in range(6):
        name = f"d{n}"
        rows = rows_of(name, [([f"{SCRIPT}{n}"], "note")])
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "lines" / f"{name}.jsonl").write_text(text)
        entries.append(
            f'[[report]]\nname = "{name}"\nstatus = "reviewed"\nagency = "a{n % 3}"\n'
            f"frozen = {'true' if name in frozen else 'false'}\n"
        )
    (folder / "manifest.toml").write_text("\n".join(entries))
    return folder


def save(data: Path, folder: Path) -> None:
    """Train and save the line model alone; the category voter is the shipped one."""
    made = train_lines(data, TINY, 0)
    save_model(made.model, folder, about(made), {HELDOUT: made.heldout} if made.heldout else {})


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A library and a model trained on all of it."""
    place = tmp_path_factory.mktemp("comparing")
    data = library(place / "data")
    save(data, place / "model")
    return data, place / "model"


def test_the_twin_has_not_learnt_from_agencies_of_frozen_reports(
    trained: tuple[Path, Path], tmp_path: Path
) -> None:
    data, model = trained
    exam = read_exam(data)
    manifest = read_manifest(model, "lines.json")
    assert learnt_from(manifest, exam.frozen, twin=False) == ["d0", "d1", "d3", "d4"]
    assert learnt_from(manifest, exam.frozen, twin=True) == []
    # The same as a model that never saw them.
    for name in ("d0", "d1", "d3", "d4"):
        (data / "lines" / f"{name}.jsonl").rename(tmp_path / name)
    try:
        alone = train_lines(data, TINY, 0).model
    finally:
        for name in ("d0", "d1", "d3", "d4"):
            (tmp_path / name).rename(data / "lines" / f"{name}.jsonl")
    lines = exam.frozen.documents[0].lines
    twin = load_part(model, HELDOUT)
    assert [a.label for a in twin.label(lines)] == [a.label for a in alone.label(lines)]
    assert np.allclose(twin.probabilities(lines), alone.probabilities(lines), atol=1e-3)
    assert not np.array_equal(twin.probabilities(lines), load_model(model).probabilities(lines))


def test_a_model_that_knows_frozen_reports_is_judged_by_its_twin(
    trained: tuple[Path, Path],
) -> None:
    data, model = trained
    verdicts = judge("m", model, read_exam(data))
    assert verdicts.twin
    assert [judged.document.name for judged in verdicts.documents] == ["d0", "d1"]


def test_a_model_without_a_twin_that_knows_frozen_reports_is_refused(
    trained: tuple[Path, Path], tmp_path: Path
) -> None:
    data, model = trained
    manifest = read_manifest(model, "lines.json")
    for name in (manifest["file"], manifest["heldout"]["file"]):
        (tmp_path / name).write_bytes((model / name).read_bytes())
    write_manifest(tmp_path, "lines.json", {k: v for k, v in manifest.items() if k != HELDOUT})
    with pytest.raises(ModelError, match="has learnt from d0, which is frozen"):
        judge("m", tmp_path, read_exam(data))
    write_manifest(tmp_path, "lines.json", {k: v for k, v in manifest.items() if k != "trained_on"})
    with pytest.raises(ModelError, match="does not say which reports it learnt from"):
        judge("m", tmp_path, read_exam(data))


def test_a_twin_that_knows_what_is_frozen_by_now_is_refused(
    trained: tuple[Path, Path], tmp_path: Path
) -> None:
    _, model = trained
    later = library(tmp_path / "later", frozen=("d2",))
    with pytest.raises(ModelError, match="m and its twin have learnt from d2"):
        judge("m", model, read_exam(later))


def test_a_model_that_never_saw_the_frozen_reports_is_judged_itself(tmp_path: Path) -> None:
    data = library(tmp_path / "data", frozen=())
    with pytest.raises(TrainingError, match=r"No report in .* is frozen"):
        read_exam(data)
    (data / "lines" / "d0.jsonl").rename(tmp_path / "d0")
    (data / "lines" / "d3.jsonl").rename(tmp_path / "d3")
    save(data, tmp_path / "model")
    assert HELDOUT not in read_manifest(tmp_path / "model", "lines.json")
    verdicts = judge("m", tmp_path / "model", read_exam(library(tmp_path / "b", frozen=("d0",))))
    assert not verdicts.twin


def test_a_copy_under_another_name_and_agency_counts_as_the_frozen_report() -> None:
    rows = rows_of("d0")
    kept = replace(document_of("kept", rows, "agency one"), frozen=True)
    copy = document_of("copy", [{**row, "cells": [" ".join(row["cells"])]} for row in rows], "two")
    other = document_of("other", rows_of("d9"), "three")
    assert [own["held_out"] for own in sources_of([kept, copy, other])] == [True, True, False]
    manifest = {"trained_on": sources_of([copy])}
    assert learnt_from(manifest, frozen_of([kept]), twin=False) == ["copy"]


def test_a_library_of_frozen_reports_alone_cannot_train(tmp_path: Path) -> None:
    data = library(tmp_path, frozen=("d0", "d1", "d2"))
    with pytest.raises(TrainingError, match="Every labelled report is frozen"):
        train_lines(data, TINY, 0)


# ---------------------------------------------------------------- figures

DOCUMENTS = [
    replace(document_of(name, rows_of(name), name), report=report)
    for name, report in (("d0", "r0"), ("d1", "r0"), ("d2", "r1"))
]


def verdicts_of(name: str, said: Sequence[Sequence[str]], exact: Sequence[bool]) -> Verdicts:
    judged = []
    for document, answers, whole in zip(DOCUMENTS, said, exact, strict=True):
        sure = np.linspace(0.5, 0.9, len(answers))
        lines = Answers(document.labels, tuple(answers), sure, sure > 0.5)
        right = 10 if whole else 8
        score = Score(10, right, 10 - right, 0, 0, 0, 0, not whole, 0, ())
        judged.append(
            Judged(document, lines, Answers((), (), np.zeros(0), np.zeros(0, bool)), score)
        )
    return Verdicts(name, name * 8, False, {"seed": 0, "settings": {"trees": 1}}, tuple(judged))


RIGHT = ["title", "header", "data"]
FIRST = verdicts_of("first", [RIGHT, ["title", "data", "data"], ["x", "x", "data"]], [True] * 3)
SECOND = verdicts_of("<b>", [RIGHT, RIGHT, ["title", "x", "x"]], [True, True, False])


def test_differences_are_counted_by_label_document_and_line() -> None:
    table = compare(FIRST, SECOND)
    figures = {row["name"]: row for row in table["figures"]}
    assert figures["accuracy"]["first"] == pytest.approx(6 / 9)
    assert figures["accuracy"]["second"] == pytest.approx(7 / 9)
    assert figures["reports_exact"]["difference"] == -1
    assert figures["silent_rate"]["second"] == pytest.approx(1 / 3)
    assert figures["cells_right"]["difference"] == pytest.approx(-2 / 30)
    by_label = {row["label"]: row for row in table["labels"]}
    assert by_label["title"]["difference"] == pytest.approx(1 - 0.8)
    assert [row["verdict"] for row in table["documents"]] == ["same", "better", "worse"]
    assert [(d["fixed"], d["broken"]) for d in table["documents"]] == [(0, 0), (1, 0), (1, 1)]
    assert [(line["document"], line["line"], line["verdict"]) for line in table["lines"]] == [
        ("d1", 1, "fixed"),
        ("d2", 0, "fixed"),
        ("d2", 1, "wrong in both"),
        ("d2", 2, "broken"),
    ]
    assert table["frozen"] == {"documents": 3, "reports": 2, "agencies": 3, "lines": 9}
    assert json.loads(json.dumps(table)) == table
    assert flat(table)["documents_better"] == 1


def test_renderings_of_one_report_are_drawn_together() -> None:
    counts = count(FIRST.documents, ["data", "header", "title"])
    assert counts.true.tolist() == [[2, 2, 2], [1, 1, 1]]
    assert counts.cells.tolist() == [20, 10]


def test_intervals_are_paired_and_over_reports() -> None:
    def accuracy(right: Sequence[int]) -> Counts:
        hit = np.array(right, float)[:, None]
        true = np.full((len(right), 1), 10.0)
        return Counts(("a",), hit, hit, true, np.zeros(len(right)), np.zeros(len(right)))

    draws = draws_of(4)
    assert draws[0].tolist() == [1, 1, 1, 1]
    assert (draws.sum(1) == 4).all()
    worse, better = accuracy([2, 9, 5, 7]), accuracy([3, 10, 6, 8])
    # Each report is better by a tenth: however much the reports differ, the difference does not.
    found = interval(worse.accuracy(draws), better.accuracy(draws))
    assert found is not None
    assert (found.difference, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))
    mixed = interval(worse.accuracy(draws), accuracy([4, 7, 7, 5]).accuracy(draws))
    assert mixed is not None
    assert mixed.difference == pytest.approx(0)
    assert mixed.low == pytest.approx(-0.2)
    assert mixed.high == pytest.approx(0.2)


def test_risk_falls_as_fewer_lines_are_kept() -> None:
    answers = Answers(
        ("a",) * 4, ("a", "b", "a", "a"), np.array([0.9, 0.2, 0.8, 0.7]), np.ones(4, bool)
    )
    assert risk_coverage(answers)[-1] == {"coverage": 1.0, "risk": 0.25}
    assert risk_coverage(answers)[-2] == {"coverage": 0.75, "risk": 0.0}


class Reader(HTMLParser):
    """Tags of a page, and everything that would load something."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [name for name, _ in attrs if name in ("src", "href", "srcset", "style")]


def test_the_page_escapes_everything_loads_nothing_and_has_its_plots() -> None:
    documents = [replace(judged, document=_hostile(judged.document)) for judged in SECOND.documents]
    hostile = replace(SECOND, documents=tuple(documents))
    data = page(compare(replace(FIRST, documents=tuple(documents)), hostile))
    reader = Reader()
    reader.feed(data.decode())
    assert "script" not in reader.tags
    assert "b" not in reader.tags
    assert reader.loads == []
    assert reader.tags.count("svg") == 3
    assert reader.tags.count("polyline") == 5


def _hostile(document: LabelledDocument) -> LabelledDocument:
    line = document.lines[0]
    cells = tuple(replace(cell, text=f"{SCRIPT}\ud800\x00") for cell in line.cells)
    lines = (replace(line, cells=cells), *document.lines[1:])
    return replace(document, name=SCRIPT, lines=lines)
