"""`gipr evaluate`: each agency is scored by a model that was trained without it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "training_data"
SETTINGS = "[lines]\ntrees = 6\nbits = 10\nsynthetic = 0\nfolds = 2\nleast = 3\n"
REPORTS = ("panyu_office_2021", "pingtan_2021", "shuyang_fgj_2023")


@pytest.fixture
def some(tmp_path, monkeypatch) -> Path:
    """A folder with the labelled lines of three agencies, as a user of the package has it."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "data"
    (folder / "lines").mkdir(parents=True)
    head, *entries = (DATA / "manifest.toml").read_text("utf-8").split("[[report]]\n")
    kept = [entry for entry in entries if any(f'name = "{name}"\n' in entry for name in REPORTS)]
    (folder / "manifest.toml").write_text("[[report]]\n".join([head, *kept]), "utf-8")
    for name in REPORTS:
        shutil.copy(DATA / "lines" / f"{name}.jsonl", folder / "lines")
    (tmp_path / "small.toml").write_text(SETTINGS)
    return folder


def test_scores_and_card_are_those_of_models_that_had_not_seen_the_agency(gipr, some):
    done = gipr("evaluate", "--data", some, "--config", "small.toml", "--seeds", 1, "--out", "out")
    assert done.code == 0
    assert done.err.count(" of 3)") == 3
    scores = json.loads(Path("out/scores.json").read_text("utf-8"))
    assert sorted(scores["line_accuracy_by_report"]) == sorted(REPORTS)
    supports = {label: own["support"] for label, own in scores["lines"]["classes"].items()}
    labels = [
        json.loads(line)["label"]
        for name in REPORTS
        for line in (DATA / "lines" / f"{name}.jsonl").read_text("utf-8").splitlines()
    ]
    assert supports == {label: labels.count(label) for label in {*labels}}
    card = Path("out/CARD.md").read_text("utf-8")
    for row in done.out.strip().splitlines():
        assert row in card


def test_one_agency_is_not_enough(gipr, some):
    text = (some / "manifest.toml").read_text("utf-8")
    one = text.replace('agency = "沭阳县发展和改革局"', 'agency = "平潭综合实验区"')
    one = one.replace('agency = "广州市番禺区人民政府办公室"', 'agency = "平潭综合实验区"')
    (some / "manifest.toml").write_text(one, "utf-8")
    done = gipr("evaluate", "--data", some, "--config", "small.toml", "--out", "out")
    assert done.code == 1
    assert "At least two published reports are needed to leave one out." in done.err
    assert not Path("out").exists()
