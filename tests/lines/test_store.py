"""Saving and loading: the same model, or one clear sentence."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import skops.io

from gipr_ml.errors import ModelError
from gipr_ml.learning.labels import LabelledDocument
from gipr_ml.lines import LineModel, load_model, save_model
from gipr_ml.lines.model import from_arrays, to_arrays
from gipr_ml.store import load_arrays, pack_arrays


@pytest.fixture
def folder(tmp_path: Path, model: LineModel) -> Path:
    save_model(model, tmp_path, {"seed": 0})
    return tmp_path


def _file(folder: Path) -> Path:
    return folder / json.loads((folder / "lines.json").read_text())["file"]


def test_a_loaded_model_says_the_same(
    folder: Path, model: LineModel, documents: list[LabelledDocument]
) -> None:
    loaded = load_model(folder)
    assert loaded.label(documents[0].lines) == from_arrays(to_arrays(model)).label(
        documents[0].lines
    )
    assert loaded.digest == json.loads((folder / "lines.json").read_text())["sha256"]


def test_skops_reads_the_file_without_trusting_anything(folder: Path) -> None:
    path = _file(folder)
    assert skops.io.get_untrusted_types(file=path) == []
    by_skops = skops.io.load(path)
    ours = load_arrays(path)
    assert by_skops.keys() == ours.keys()
    assert all(np.array_equal(by_skops[name], ours[name]) for name in ours)


def test_the_same_arrays_are_the_same_bytes() -> None:
    arrays = {"a": np.arange(5), "b": np.array(["甲", "乙"])}
    assert pack_arrays(arrays) == pack_arrays({name: a.copy() for name, a in arrays.items()})


def test_saving_again_leaves_one_model(folder: Path, model: LineModel) -> None:
    save_model(model, folder, {"seed": 0})
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["lines.json", _file(folder).name]
    )


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:2000])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [_truncate, _flip, _empty, Path.unlink])
def test_a_harmed_file_is_refused(folder: Path, harm: object) -> None:
    harm(_file(folder))  # type: ignore[operator]
    with pytest.raises(ModelError, match="gipr train"):
        load_model(folder)


class _Foreign:
    """Anything that is no array."""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 no zip after all",
        pickle.dumps({"labels": ["a"]}),
        skops.io.dumps(["a", "list"]),
        skops.io.dumps({"a": 1}),
        skops.io.dumps({"a": np.array([object()], object)}),
        skops.io.dumps({"a": _Foreign()}),
    ],
    ids=["empty", "cut", "pickle", "list", "number", "objects", "class"],
)
def test_a_foreign_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "model.skops"
    path.write_bytes(data)
    with pytest.raises(ModelError, match="gipr train"):
        load_arrays(path)


def test_arrays_of_something_else_are_no_line_model() -> None:
    with pytest.raises(ModelError, match="no line model"):
        from_arrays({"weights": np.zeros(3)})


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"format": 99}', '{"format": 1}', '{"format": 1, "file": "../x", "sha256": ""}'],
)
def test_a_manifest_that_is_wrong_is_refused(folder: Path, text: str) -> None:
    (folder / "lines.json").write_text(text)
    with pytest.raises(ModelError, match="gipr train"):
        load_model(folder)


def test_an_empty_folder_says_how_to_get_a_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="train one with: gipr train"):
        load_model(tmp_path)


def test_a_save_that_is_interrupted_leaves_the_old_model(
    folder: Path, model: LineModel, documents: list[LabelledDocument]
) -> None:
    from dataclasses import replace

    before = load_model(folder).label(documents[0].lines)
    unserialisable = {"seed": object()}
    with pytest.raises(TypeError):
        save_model(replace(model, threshold=0.1), folder, unserialisable)
    assert load_model(folder).label(documents[0].lines) == before
