"""What is logged of a training run and of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gipr_ml.errors import ModelError, RegistryError, TrainingError
from gipr_ml.learning import tracking
from gipr_ml.learning.comparison.judging import MANIFEST, Verdicts, judge, read_exam
from gipr_ml.learning.metrics import Answers
from gipr_ml.learning.training import Trained
from gipr_ml.store import read_manifest

UNSEEN, FROZEN = "unseen", "frozen"
"""Measured on every published line by models that had not seen its agency; measured on the frozen
reports, as comparisons are."""
TEXT = 200
"""Characters of a line that the table of errors shows."""


def log_trained(trained: Trained, data: Path, folder: Path) -> tuple[str, str]:
    """Log a model that was written to `folder`, trained on the labelled reports of `data`.

    Returns the run's id and the version in the registry. Raises RegistryError if MLflow cannot be
    reached, or the model cannot be judged by its frozen reports, such as when `data` has changed
    meanwhile; the model is safe in its folder by then.
    """
    scores: dict[str, dict[str, Any]] = {UNSEEN: trained.scores}
    answers = {UNSEEN: trained.answers}
    rows = _errors(UNSEEN, trained.answers, trained.places)
    if trained.heldout:
        verdicts = _on_frozen(folder, data)
        scores[FROZEN] = verdicts.table()
        answers[FROZEN] = verdicts.lines
        places = [
            (judged.document.name, line.number, line.text)
            for judged in verdicts.documents
            for line in judged.document.lines
        ]
        rows += _errors(FROZEN, verdicts.lines, places)
    columns = ("measured_on", "document", "line", "text", "label", "said", "confidence")
    errors = {name: [row[i] for row in rows] for i, name in enumerate(columns)}
    try:
        return tracking.log_training(
            read_manifest(folder, MANIFEST), scores, answers, errors, folder
        )
    except RegistryError as error:
        raise RegistryError(
            f"The model was written to {folder}, but could not be logged: {error}; or leave logging"
            " out with --no-track"
        ) from None


def _on_frozen(folder: Path, data: Path) -> Verdicts:
    try:
        return judge(folder.name, folder, read_exam(data))
    except (ModelError, TrainingError) as error:
        raise RegistryError(
            f"The model was written to {folder}, but not logged, since it could not be measured on"
            f" the frozen reports: {error}"
        ) from None


def _errors(
    part: str, answers: Answers, places: Sequence[tuple[str, int, str]]
) -> list[tuple[str, str, int, str, str, str, float]]:
    """The lines that were labelled wrongly."""
    return [
        (
            part,
            document,
            line,
            text[:TEXT].encode("utf-8", "replace").decode(),
            answers.truth[i],
            answers.said[i],
            round(float(answers.sure[i]), 4),
        )
        for i, (document, line, text) in enumerate(places)
        if not answers.right[i]
    ]
