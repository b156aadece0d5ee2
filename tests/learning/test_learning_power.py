"""Power cuts at every step of what is labelled, trained and promoted."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from power import check
from tiny_models import TINY, model_folders, tiny_data

import gipr_ml
from gipr_ml.learning.frozen import HELDOUT
from gipr_ml.learning.labelling.library import take_over
from gipr_ml.learning.labelling.sheet import Sheet, SheetLine
from gipr_ml.learning.labels import document_of
from gipr_ml.learning.metrics import Answers
from gipr_ml.learning.promotion import Gate, promote, rollback
from gipr_ml.learning.promotion_log import read_log
from gipr_ml.learning.training import Trained, read_training_data, save_trained
from gipr_ml.lines import forget_line_models, load_model, load_part
from gipr_ml.store import default_folder, read_arrays, read_manifest, save_arrays
from gipr_ml.versions import model_digest

SAMPLES = Path(gipr_ml.__file__).parent / "samples"
TEXT = SAMPLES / "chengxi_culture_2023.txt"
NO_HISTORY = shutil.ignore_patterns("history")


def sheet_of(name: str, label: str) -> Sheet:
    lines = document_of(
        name, [{"line": 0, "cells": [f"{name} 渡口统计表"], "label": label}], name
    ).lines
    return Sheet(name, "ab" * 6, "cd" * 6, tuple(SheetLine(line, label, ("",)) for line in lines))


def test_labels(place: Path) -> None:
    model = load_model()

    def take(folder: Path, label: str, *names: str) -> None:
        sheets = [sheet_of(name, label) for name in names]
        take_over(sheets, folder, model, "王芳", date(2024, 3, 4))

    take(place, "title", "one", "two")

    def look(folder: Path) -> dict[str, tuple[str, ...]]:
        return {one.name: one.labels for one in read_training_data(folder)}

    _, old, new = check(place, lambda f: take(f, "furniture", "two", "three"), look)
    assert old == {"one": ("title",), "two": ("title",)}
    assert new == {"one": ("title",), "two": ("furniture",), "three": ("furniture",)}


@pytest.fixture(scope="module")
def candidates(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two model folders, each with a twin and a card."""
    folders = model_folders(tmp_path_factory, 2)
    for seed, folder in enumerate(folders):
        (folder / "CARD.md").write_text(f"model {seed}")
    return folders


def champion(folder: Path) -> tuple[str, str, int, tuple[str, ...]]:
    """The model in a folder, what its card says, and its log."""
    forget_line_models()
    load_model(folder)
    load_part(folder, HELDOUT)
    log = tuple(f"{entry['action']} {entry['model'][:12]}" for entry in read_log(folder))
    card = (folder / "CARD.md").read_text()
    return model_digest(folder), card, read_manifest(folder, "lines.json")["seed"], log


def test_a_promotion(place: Path, candidates: list[Path]) -> None:
    first, second = candidates
    promote(first, place, Gate((), None), None, None)

    def deed(folder: Path) -> None:
        promote(second, folder, Gate((), None), None, None)

    _, old, new = check(place, deed, champion)
    assert (old[1:3], new[1:3]) == (("model 0", 0), ("model 1", 1))
    assert new[3] == (*old[3], f"promote {read_manifest(second, 'lines.json')['sha256'][:12]}")


def test_a_rollback(place: Path, candidates: list[Path]) -> None:
    for folder in candidates:
        promote(folder, place, Gate((), None), None, None)

    def deed(folder: Path) -> None:
        if len(read_log(folder)) == 2:
            rollback(folder)

    _, old, new = check(place, deed, champion)
    assert (old[1:3], new[1:3]) == (("model 1", 1), ("model 0", 0))


def test_a_model_that_is_trained(
    place: Path, candidates: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays, _ = read_arrays(default_folder(), "categories")

    def save_voter(folder: Path, seed: int) -> None:
        """Instead of fitting a voter anew in each child."""
        save_arrays(folder, "categories", {**arrays, "seed": np.array(seed)}, {"seed": seed})

    monkeypatch.setattr("gipr_ml.learning.categories.train_categories", save_voter)
    made = [
        Trained(
            model=load_model(folder), heldout=load_part(folder, HELDOUT),
            answers=Answers((), (), np.zeros(0), np.zeros(0, bool)), places=[], scores={},
            spread={}, data=tiny_data(), settings=TINY, seed=seed,
            data_digest="ab",
        )
        for seed, folder in enumerate(candidates)
    ]  # fmt: skip
    save_trained(made[0], place)

    def look(folder: Path) -> tuple[str, int, int]:
        forget_line_models()
        load_model(folder)
        load_part(folder, HELDOUT)
        seeds = [int(read_manifest(folder, f"{k}.json")["seed"]) for k in ("lines", "categories")]
        assert int(read_arrays(folder, "categories")[0]["seed"]) == seeds[1]
        return model_digest(folder), seeds[0], seeds[1]

    _, old, new = check(place, lambda folder: save_trained(made[1], folder), look)
    assert (old[1:], new[1:]) == ((0, 0), (1, 1))
