"""Leave-one-agency-out scores of the line and cell model, over several seeds.

All reports of one agency are held out together, in all their renderings. Only published reports are
tested on; written and generated ones are always trained on, with their weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from gipr_ml.errors import TrainingError
from gipr_ml.learning.fitting import Progress, Settings, fit_model
from gipr_ml.learning.labels import GUIDE_VERSION, LabelledDocument, digest_of
from gipr_ml.learning.metrics import Answers, ScoreTable, answers_of, joined, over_seeds, score
from gipr_ml.learning.preparation import prepare
from gipr_ml.learning.training import read_training_data, with_generated

PROTOCOL = (
    "leave one agency out: every published report is labelled by a model that was trained without"
    " any report of its agency"
)


def evaluate_lines(
    folder: Path, settings: Settings, seeds: Sequence[int], progress: Progress = lambda _: None
) -> ScoreTable:
    """Scores as a table that can be written as JSON. Raises TrainingError on too few reports."""
    labelled = read_training_data(folder)
    lines, cells, reports = [], [], []
    for seed in seeds:
        found = dict(_held_out(labelled, settings, seed, progress))
        together = [joined(part) for part in zip(*found.values(), strict=True)]
        lines.append(score(together[0]))
        cells.append(score(together[1]))
        reports.append({name: float(own.right.mean()) for name, (own, _) in found.items()})
    return {
        "protocol": PROTOCOL,
        "seeds": list(seeds),
        "settings": asdict(settings),
        "data_sha256": digest_of(labelled),
        "guide_version": GUIDE_VERSION,
        "lines": over_seeds(lines),
        "cells": over_seeds(cells),
        "line_accuracy_by_report": over_seeds(reports),
    }


def _held_out(
    labelled: Sequence[LabelledDocument], settings: Settings, seed: int, progress: Progress
) -> Iterator[tuple[str, tuple[Answers, Answers]]]:
    """Name of each published document, with what a model that has not seen its group says."""
    data = prepare(with_generated(labelled, settings, seed), settings.bits, settings.weights)
    names = np.array(data.groups, object)
    groups = sorted({data.groups[i] for i in np.nonzero(data.real)[0]})
    if len(groups) < 2:
        raise TrainingError("At least two published reports are needed to leave one out.")
    for place, group in enumerate(groups, 1):
        progress(f"seed {seed}: without {group} ({place} of {len(groups)})")
        model = fit_model(data, names != group, settings, seed).model
        for i in np.nonzero((names == group) & data.real)[0]:
            yield data.documents[i].name, answers_of(model, data.documents[i])
