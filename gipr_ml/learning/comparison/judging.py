"""One model on the frozen reports: what it says of their lines, cells and figures."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from gipr_ml.errors import ModelError, TrainingError
from gipr_ml.files import scratch_folder
from gipr_ml.learning.frozen import HELDOUT, Frozen, frozen_of, learnt_from
from gipr_ml.learning.labels import LabelledDocument, manifest_entries
from gipr_ml.learning.metrics import Answers, ScoreTable, answers_of, joined, score
from gipr_ml.learning.scoring import Score
from gipr_ml.learning.scoring import score as score_report
from gipr_ml.learning.training import read_training_data
from gipr_ml.lines import KIND, LineModel, load_model, load_part, save_model
from gipr_ml.pipeline import process_document
from gipr_ml.sources import read_document
from gipr_ml.store import default_folder, read_manifest

CATEGORIES = "categories"
MANIFEST = f"{KIND}.json"


@dataclass(frozen=True)
class Exam:
    """The frozen reports of a folder of labelled reports, and the gold of those that have one."""

    frozen: Frozen
    files: Mapping[str, Path]
    """Report of each document that can be read as a whole."""
    gold: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Judged:
    """What a model makes of one frozen document."""

    document: LabelledDocument
    lines: Answers
    cells: Answers
    whole: Score | None
    """The figures that were read, against gold where there is one."""


@dataclass(frozen=True)
class Verdicts:
    """A model on all frozen documents."""

    name: str
    digest: str
    twin: bool
    """Whether the model's twin was asked, because the model itself knows frozen reports."""
    about: Mapping[str, Any]
    """The model's manifest."""
    documents: tuple[Judged, ...]

    @property
    def lines(self) -> Answers:
        """All lines as one."""
        return joined(judged.lines for judged in self.documents)

    def table(self) -> ScoreTable:
        """Figures of the lines, cells and whole reports, for logging."""
        wholes = [judged.whole for judged in self.documents if judged.whole]
        cells = sum(whole.cells for whole in wholes)
        return {
            **score(self.lines),
            "cell_labels": score(joined(judged.cells for judged in self.documents)),
            "cells_right": sum(whole.right for whole in wholes) / cells if cells else None,
            "reports_exact": sum(whole.exact for whole in wholes),
            "reports": len(wholes),
            "silent_rate": float(np.mean([w.silent for w in wholes])) if wholes else None,
        }


def read_exam(folder: Path) -> Exam:
    """The frozen reports of `folder`. Raises TrainingError if it has none."""
    frozen = frozen_of(read_training_data(folder))
    if not frozen.documents:
        raise TrainingError(
            f"No report in {folder} is frozen, so there is nothing to compare models on; put"
            " frozen = true into the manifest.toml of some agencies' reports and train again."
        )
    files, gold = reports_with_gold(folder)
    names = {document.name for document in frozen.documents}
    return Exam(
        frozen,
        {name: path for name, path in files.items() if name in names},
        {name: own for name, own in gold.items() if name in names},
    )


def reports_with_gold(folder: Path) -> tuple[dict[str, Path], dict[str, dict[str, Any]]]:
    """The reports of a folder whose right answers are known: their files, and the answers."""
    entries = manifest_entries(folder / "manifest.toml")
    files, gold = {}, {}
    for name, entry in entries.items():
        answers = folder / "gold" / f"{name}.json"
        if "file" in entry and answers.exists():
            files[name] = folder / str(entry["file"])
            gold[name] = json.loads(answers.read_text("utf-8"), parse_float=Decimal)
    return files, gold


def judge(name: str, folder: Path, exam: Exam) -> Verdicts:
    """What the model in `folder`, or its twin, makes of the frozen reports.

    Raises ModelError if the model is unusable, or knows frozen reports and has no twin that does
    not.
    """
    manifest = read_manifest(folder, MANIFEST)
    model = load_model(folder)
    known = learnt_from(manifest, exam.frozen, twin=False)
    if known:
        if HELDOUT not in manifest:
            raise ModelError(
                f"{name} has learnt from {known[0]}, which is frozen or of a frozen agency, and"
                " has no twin that has not; train it again with: gipr train"
            )
        if leaked := learnt_from(manifest, exam.frozen, twin=True):
            raise ModelError(
                f"{name} and its twin have learnt from {leaked[0]}, which is frozen by now; train"
                " it again with: gipr train"
            )
        model = load_part(folder, HELDOUT)
    with scratch_folder() as place:
        asked = _as_folder(model, folder, place) if known else folder
        documents = tuple(
            _judge(model, asked, document, exam) for document in exam.frozen.documents
        )
    return Verdicts(name, str(manifest["sha256"]), bool(known), manifest, documents)


def _as_folder(model: LineModel, folder: Path, place: Path) -> Path:
    """A model folder of the twin with the category voter of its model."""
    save_model(model, place, {})
    for path in voter_files(folder):
        shutil.copy(path, place)
    return place


def voter_files(folder: Path) -> list[Path]:
    """The files of a folder's category voter; it has not learnt from any report."""
    source = folder if (folder / f"{CATEGORIES}.json").exists() else default_folder()
    return [source / f"{CATEGORIES}.json", *source.glob(f"{CATEGORIES}-*.skops")]


def _judge(model: LineModel, folder: Path, document: LabelledDocument, exam: Exam) -> Judged:
    lines, cells = answers_of(model, document)
    whole = None
    if document.name in exam.gold:
        report = process_document(read_document(exam.files[document.name]), model=folder)
        whole = score_report(report, exam.gold[document.name])
    return Judged(document, lines, cells, whole)
