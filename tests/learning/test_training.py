"""Training on any labelled lines, deterministic, and whole or not at all."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from gipr_ml.errors import TrainingError
from gipr_ml.learning.card import write_card
from gipr_ml.learning.evaluation import evaluate_lines
from gipr_ml.learning.fitting import Settings, fit_model
from gipr_ml.learning.labels import document_of
from gipr_ml.learning.preparation import prepare
from gipr_ml.learning.training import read_settings, read_training_data, train_lines
from gipr_ml.lines import load_model, save_model
from gipr_ml.lines.model import to_arrays
from gipr_ml.store import pack_arrays

TINY = Settings(bits=9, trees=8, least=2, folds=3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six documents with labels of their own, four lines each."""
    rows = []
    for n in range(6):
        for i, (cells, label) in enumerate(
            [
                (["Ferries by quarter"], "metadata"),
                (["Port", "Spring", "Summer"], "header"),
                (["North", str(n + 1), str(n + 2)], "data"),
                (["Total", str(n + 1), str(n + 2)], "derived"),
            ]
        ):
            rows.append({"document": f"d{n}", "line": i, "cells": cells, "label": label})
    (tmp_path / "lines.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def test_any_set_of_labels_trains(folder: Path) -> None:
    trained = train_lines(folder, TINY, 0)
    assert trained.model.labels == ("data", "derived", "header", "metadata")
    assert trained.model.cells is None
    (first, *_) = read_training_data(folder)
    labels = [answer.label for answer in trained.model.label(first.lines)]
    assert labels == ["metadata", "header", "data", "derived"]
    assert trained.scores["macro_f1"] == 1.0


def test_the_same_seed_gives_the_same_bytes(folder: Path) -> None:
    one, again, other = (
        pack_arrays(to_arrays(train_lines(folder, TINY, seed).model)) for seed in (3, 3, 4)
    )
    assert one == again
    assert one != other


def test_progress_is_told(folder: Path) -> None:
    said: list[str] = []
    train_lines(folder, TINY, 0, said.append, seeds=2)
    steps = [re.sub(r" \(\d+% done, about \d+ s left\)$", "", words) for words in said]
    fits = ["fitting n-grams", "fitting trees", "fitting cells"]
    again = [f"{step} (seed 2)" for step in fits]
    assert steps == ["reading the labelled reports", "generating damaged reports", *fits, *again]
    assert all("s left)" in words for words in said[1:])


def test_further_seeds_show_how_much_chance_does(folder: Path) -> None:
    one, two = (train_lines(folder, TINY, 3, seeds=seeds) for seeds in (1, 2))
    assert pack_arrays(to_arrays(one.model)) == pack_arrays(to_arrays(two.model))
    spread = two.spread["macro_f1"]
    assert spread["min"] <= spread["mean"] <= spread["max"]
    assert spread["mean"] == pytest.approx(
        np.mean([one.scores["macro_f1"], train_lines(folder, TINY, 4).scores["macro_f1"]]), abs=1e-4
    )


def test_an_interrupted_training_leaves_the_old_model(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "models"
    save_model(train_lines(folder, TINY, 0).model, out, {})
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def interrupt(what: str) -> None:
        if what.startswith("fitting cells"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save_model(train_lines(folder, TINY, 1, interrupt).model, out, {})
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert load_model(out).labels == ("data", "derived", "header", "metadata")


def test_one_document_is_enough_to_train_on(folder: Path) -> None:
    data = prepare(read_training_data(folder)[:1], TINY.bits, TINY.weights)
    model = fit_model(data, np.ones(1, bool), TINY, 0).model
    assert len(model.labels) == 4


def test_two_labels_are_enough_and_one_is_not() -> None:
    def documents(labels: str) -> list:  # type: ignore[type-arg]
        rows = [{"line": i, "cells": [label], "label": label} for i, label in enumerate(labels)]
        return [document_of(f"d{n}", rows, f"d{n}") for n in range(4)]

    data = prepare(documents("abab"), TINY.bits, TINY.weights)
    model = fit_model(data, np.ones(4, bool), TINY, 0).model
    rows = model.probabilities(data.documents[0].lines)
    assert rows.sum(1) == pytest.approx(np.ones(4))
    with pytest.raises(TrainingError, match="two different labels"):
        prepare(documents("aaaa"), TINY.bits, TINY.weights)


def test_a_group_is_never_split() -> None:
    rows = [{"line": 0, "cells": ["x"], "label": "a"}, {"line": 1, "cells": ["1"], "label": "b"}]
    documents = [document_of(f"d{n}", rows, f"g{n // 3}") for n in range(12)]
    data = prepare(documents, TINY.bits, TINY.weights)
    folds = data.folds(np.ones(12, bool), 3, seed=1)
    assert sum(fold.astype(int) for fold in folds).tolist() == [1] * 12  # type: ignore[union-attr]
    for fold in folds:
        inside = {data.groups[i] for i in np.nonzero(fold)[0]}
        outside = {data.groups[i] for i in np.nonzero(~fold)[0]}
        assert not inside & outside


def test_settings_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text("[lines]\ntrees = 7\nshare = 0.5\n")
    assert read_settings(path) == Settings(trees=7, share=0.5)


def test_the_example_of_a_configuration_says_what_holds_by_default() -> None:
    path = Path(__file__).parents[2] / "experiments" / "default.toml"
    assert read_settings(path) == Settings()
    assert set(tomllib.loads(path.read_text("utf-8"))["lines"]) == set(asdict(Settings()))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[lines]\ntree = 7\n", "Unknown settings .* tree; known are"),
        ("[lines]\ntrees = 'many'\n", "no numbers: trees"),
        ("[lines]\ntrees = 7.5\n", "whole numbers: trees"),
        (
            "[lines]\nfolds = 0\nshare = nan\n",
            "share is nan .*; folds is 0 .* from 1 to 100",
        ),
        ("[lines]\nsynthetic = 1500\n", "synthetic is 1500 and must be from 0 to 1000"),
        ("[lines\n", "cannot be read"),
    ],
)
def test_settings_that_are_wrong_are_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(TrainingError, match=words):
        read_settings(path)


def test_scores_hold_out_each_document_and_fill_the_card(folder: Path, tmp_path: Path) -> None:
    scores = evaluate_lines(folder, TINY, [0, 1])
    assert sorted(scores["line_accuracy_by_report"]) == ["d0", "d1", "d2", "d3", "d4", "d5"]
    assert scores["lines"]["classes"]["derived"]["support"] == 6
    out = tmp_path / "models"
    write_card(scores, out)
    assert json.loads((out / "scores.json").read_text()) == scores
    card = (out / "CARD.md").read_text()
    assert "gipr evaluate --seeds 2" in card
    assert f"| derived | {scores['lines']['classes']['derived']['precision']['mean']:.3f}" in card
