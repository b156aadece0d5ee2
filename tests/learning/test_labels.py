"""Labelled lines on disk: what is accepted, and what a message says of the rest."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from gipr_ml.errors import TrainingError
from gipr_ml.learning.labels import digest_of, read_labels

ROW = {"document": "d", "line": 3, "cells": ["规章", "0"], "label": "category"}


def _write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def test_lines_are_put_in_order(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.jsonl", ROW, {**ROW, "line": 1, "label": "header"})
    (document,) = read_labels([path])
    assert [line.number for line in document.lines] == [1, 3]
    assert document.labels == ("header", "category")
    assert document.lines[1].borders == "explicit"


def test_gzipped_files_and_folders_are_read(tmp_path: Path) -> None:
    data = json.dumps(ROW).encode()
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(data))
    _write(tmp_path / "b.jsonl", {**ROW, "document": "e"})
    assert [document.name for document in read_labels([tmp_path])] == ["d", "e"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({**ROW, "comment": "?"}, "a.jsonl:1: unknown fields comment"),
        ({**ROW, "label": ""}, "label must be"),
        ({**ROW, "cells": "规章"}, "cells must be"),
        ({**ROW, "line": "3"}, "whole number"),
        ({**ROW, "cell_labels": ["category"]}, "one text a cell"),
        ({**ROW, "borders": "dotted"}, "borders must be"),
    ],
)
def test_a_row_that_is_wrong_is_named(tmp_path: Path, row: dict[str, Any], words: str) -> None:
    with pytest.raises(TrainingError, match=words):
        read_labels([_write(tmp_path / "a.jsonl", row)])


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.jsonl", {**ROW, "x": 1}, {**ROW, "label": "value"}, ROW)
    (tmp_path / "b.jsonl").write_text("{\n")
    with pytest.raises(TrainingError) as caught:
        read_labels([tmp_path])
    assert str(caught.value).splitlines()[1:] == [
        "  a.jsonl:1: unknown fields x",
        "  a.jsonl:3: line 3 of d is labelled both value and category",
        "  b.jsonl:1: no valid JSON",
    ]
    assert path.exists()


def test_the_same_line_twice_is_a_fault_only_if_it_differs(tmp_path: Path) -> None:
    assert read_labels([_write(tmp_path / "a.jsonl", ROW, ROW)])
    with pytest.raises(TrainingError, match="stands there twice"):
        read_labels([_write(tmp_path / "a.jsonl", ROW, {**ROW, "cells": ["法规", "0"]})])


def test_nothing_to_train_on_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no reviewed labelled lines"):
        read_labels([tmp_path])


def test_only_reviewed_reports_of_the_manifest_are_read(tmp_path: Path) -> None:
    _write(tmp_path / "a.jsonl", ROW, {**ROW, "document": "e"})
    manifest = tmp_path / "manifest.toml"
    manifest.write_text(
        '[[report]]\nname = "d"\nstatus = "reviewed"\ngroup = "g"\nwritten = true\n'
        '[[report]]\nname = "e"\nstatus = "prelabelled"\n'
    )
    (document,) = read_labels([tmp_path], manifest)
    assert (document.name, document.group, document.origin) == ("d", "g", "written")


def test_a_report_that_the_manifest_does_not_name_is_a_fault(tmp_path: Path) -> None:
    _write(tmp_path / "a.jsonl", ROW)
    (tmp_path / "manifest.toml").write_text("")
    with pytest.raises(TrainingError, match="d: no entry"):
        read_labels([tmp_path], tmp_path / "manifest.toml")


def test_the_digest_tells_one_label_from_another(tmp_path: Path) -> None:
    one = read_labels([_write(tmp_path / "a.jsonl", ROW)])
    again = read_labels([_write(tmp_path / "b.jsonl", ROW)])
    other = read_labels([_write(tmp_path / "c.jsonl", {**ROW, "label": "value"})])
    assert digest_of(one) == digest_of(again) != digest_of(other)
