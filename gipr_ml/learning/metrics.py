"""Scores of answers whose truth is known: per class, together, and how far they can be believed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_fscore_support

from gipr_ml.learning.calibration import calibration_error
from gipr_ml.learning.labels import LabelledDocument
from gipr_ml.lines import UNRESOLVED, LineModel

ScoreTable = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answers:
    """What was said of lines or cells whose label is known. All fields have one entry each."""

    truth: tuple[str, ...]
    said: tuple[str, ...]
    """The likeliest label."""
    sure: NDArray[np.float64]
    """Probability of the likeliest label."""
    kept: NDArray[np.bool_]
    """False where the model abstained."""

    @property
    def right(self) -> NDArray[np.bool_]:
        """Where the likeliest label is the true one."""
        return np.asarray(np.array(self.truth, object) == np.array(self.said, object), bool)


def joined(parts: Iterable[Answers]) -> Answers:
    """The answers of several documents as one."""
    parts = list(parts)
    return Answers(
        truth=tuple(label for part in parts for label in part.truth),
        said=tuple(label for part in parts for label in part.said),
        sure=np.concatenate([part.sure for part in parts]),
        kept=np.concatenate([part.kept for part in parts]),
    )


def answers_of(model: LineModel, document: LabelledDocument) -> tuple[Answers, Answers]:
    """What a model says of the lines, and of the labelled cells, of a document.

    A cell on which the model abstains, or whose line it takes for no table line, counts as missed.
    """
    labelled = model.label(document.lines)
    likeliest = tuple(max(x.probabilities, key=x.probabilities.__getitem__) for x in labelled)
    lines = Answers(
        truth=document.labels,
        said=likeliest,
        sure=np.array([answer.confidence for answer in labelled]),
        kept=np.array([answer.label != UNRESOLVED for answer in labelled], bool),
    )
    cells = [
        (truth, said, sure)
        for answer, truths in zip(labelled, document.cell_labels, strict=True)
        # A line whose cells are not labelled has no truths.
        for truth, said, sure in zip(
            truths, answer.cell_labels, answer.cell_confidences, strict=False
        )
        if truth
    ]
    truths, said, sure = zip(*cells, strict=True) if cells else ((), (), ())
    kept = np.array([label != UNRESOLVED for label in said], bool)
    return lines, Answers(tuple(truths), tuple(said), np.array(sure, float), kept)


def score(answers: Answers) -> ScoreTable:
    """Per class and together. Abstaining is not counted as an error, but stated."""
    labels = sorted(set(answers.truth))
    if not labels:
        return {}
    precision, recall, f1, support = precision_recall_fscore_support(
        answers.truth, answers.said, labels=labels, zero_division=0
    )
    right, kept = answers.right, answers.kept
    return {
        "macro_f1": float(np.mean(f1)),
        "accuracy": float(right.mean()),
        "calibration_error": calibration_error(answers.sure, right),
        "abstained": float(1 - kept.mean()),
        "accuracy_of_kept": float(right[kept].mean()) if kept.any() else None,
        "classes": {
            label: {
                "precision": float(precision[i]),
                "recall": float(recall[i]),
                "f1": float(f1[i]),
                "support": int(support[i]),
            }
            for i, label in enumerate(labels)
        },
    }


def over_seeds(tables: Sequence[Any]) -> Any:
    """Tables of one shape as one, each number as its mean, smallest and largest over the seeds."""
    first = tables[0]
    if isinstance(first, dict):
        return {key: over_seeds([table[key] for table in tables]) for key in first}
    if isinstance(first, int) and all(value == first for value in tables):
        return first
    if any(value is None for value in tables):
        return None
    spread = {"mean": np.mean(tables), "min": np.min(tables), "max": np.max(tables)}
    return {name: round(float(value), 4) for name, value in spread.items()}
