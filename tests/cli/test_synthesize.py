"""`gipr synthesize`: files with their gold beside them, the same for the same seed."""

from __future__ import annotations

import json
import os

import pytest

from gipr_ml import pipeline
from gipr_ml.errors import MissingPart
from gipr_ml.learning.scoring import score
from gipr_ml.learning.synthesis.scans.fonts import find_faces


def fonts_are_there():
    try:
        return bool(find_faces())
    except MissingPart:
        if os.environ.get("CI"):
            raise
        return False


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_texts_are_written_with_their_gold(gipr, tmp_path):
    options = ("--count", 3, "--seed", 40, "--damage", "none")
    assert gipr("synthesize", "--out", tmp_path / "a", *options).code == 0
    assert gipr("synthesize", "--out", tmp_path / "b", *options).code == 0
    made = contents(tmp_path / "a")
    assert made == contents(tmp_path / "b")
    golds = sorted((tmp_path / "a").glob("*.json"))
    assert (len(golds), len(made)) == (3, 6)
    for path in golds:
        (source,) = [p for p in path.parent.glob(path.stem + ".*") if p != path]
        gold = json.loads(path.read_text("utf-8"))
        assert gold["document"] == path.stem
        assert not score(pipeline.process(source), gold).silent


@pytest.mark.skipif(not fonts_are_there(), reason="no Chinese font is installed")
def test_scans_are_written_with_their_gold(gipr, tmp_path):
    done = gipr(
        "synthesize", "--out", tmp_path, "--kind", "scan", "--count", 2, "--damage", "dpi_110,jpeg"
    )
    assert done.code == 0
    assert f"2 reports with their gold in {tmp_path}" in done.out
    assert {path.stem for path in tmp_path.iterdir()} == {"dpi_110-0", "jpeg-1"}
    gold = json.loads((tmp_path / "jpeg-1.json").read_text("utf-8"))
    assert {"cells", "states", "forced", "forms", "agency", "year", "narrative"} <= gold.keys()


def test_an_unknown_damage_lists_those_known(gipr, tmp_path):
    done = gipr("synthesize", "--out", tmp_path, "--kind", "scan", "--damage", "coffee")
    assert done.code == 2
    assert "'coffee' is not known; choose from dpi_300, " in done.err
