"""Training the shipped models: labelled and generated reports in, a model folder out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from gipr_ml.errors import TrainingError
from gipr_ml.files import LOCK, locked, make_folder, read_toml, replacing
from gipr_ml.learning.card import MODEL_FILES
from gipr_ml.learning.fitting import RANGES, Fit, Progress, Settings, fit_model
from gipr_ml.learning.frozen import HELDOUT, TRAINED_ON, Frozen, frozen_of, sources_of
from gipr_ml.learning.labels import (
    GUIDE_VERSION,
    LabelledDocument,
    digest_of,
    document_of,
    read_labels,
)
from gipr_ml.learning.metrics import Answers, ScoreTable, over_seeds, score
from gipr_ml.learning.preparation import Flags, Prepared, prepare
from gipr_ml.learning.progress import Pace
from gipr_ml.lines import LineModel, forget_line_models, save_model

READING = "reading the labelled reports"
GENERATING = "generating damaged reports"
FITTING = {"fitting n-grams": 1.2, "fitting trees": 25.0, "fitting cells": 1.0}
"""How long the steps of fitting take, in seconds on two cores."""
WITHOUT = " (without the frozen reports)"

_MOST_GENERATED = int(RANGES["synthetic"][1])
"""Seeds of the generator set aside for each seed of training."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained model and what it was made from."""

    model: LineModel
    heldout: LineModel | None
    """The twin that has not learnt from the frozen reports, where there are any."""
    answers: Answers
    """What models that had not seen a line's agency say of each published line."""
    places: list[tuple[str, int, str]]
    """Document, line and text of each of these."""
    scores: ScoreTable
    """Of these answers."""
    spread: ScoreTable
    """The same over all seeds, each figure with its mean, smallest and largest."""
    data: Prepared
    settings: Settings
    seed: int
    data_digest: str


def default_data() -> Path:
    """The folder of labelled reports of this repository, else one in the working directory."""
    here = Path(__file__).resolve().parents[2] / "training_data"
    return here if here.is_dir() else Path("training_data")


def read_settings(path: Path | None) -> Settings:
    """Settings from the table [lines] of a TOML file. Raises TrainingError on what is unknown."""
    if path is None:
        return Settings()
    try:
        table = read_toml(path).get("lines", {})
    except (OSError, ValueError) as error:
        raise TrainingError(f"The configuration {path} cannot be read: {error}.") from None
    if not isinstance(table, dict):
        raise TrainingError(f"The configuration {path} has no table [lines]; lines is a value.")
    known = {field.name: field.default for field in fields(Settings)}
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise TrainingError(
            f"Unknown settings in {path}: {', '.join(unknown)}; known are {', '.join(known)}."
        )
    wrong = [n for n, v in table.items() if not isinstance(v, int | float) or isinstance(v, bool)]
    if wrong:
        raise TrainingError(f"Settings in {path} that are no numbers: {', '.join(wrong)}.")
    whole = [n for n, v in table.items() if isinstance(known[n], int) and not isinstance(v, int)]
    if whole:
        raise TrainingError(f"Settings in {path} that must be whole numbers: {', '.join(whole)}.")
    strange = [
        f"{name} is {str(table[name])[:20]} and must be from {least:g} to {most:g}"
        for name, (least, most) in RANGES.items()
        if name in table and not least <= table[name] <= most
    ]
    if strange:
        raise TrainingError(f"Settings in {path} that make no sense: {'; '.join(strange)}.")
    return Settings(**table)


def read_training_data(folder: Path) -> list[LabelledDocument]:
    """The reviewed reports of a folder: its `lines/` with the `manifest.toml` beside them.

    A folder without a manifest is read as plain files of labelled lines, each document its own
    group.
    """
    manifest = folder / "manifest.toml"
    if manifest.exists():
        return read_labels([folder / "lines"], manifest)
    return read_labels([folder])


def with_generated(
    documents: Sequence[LabelledDocument], settings: Settings, seed: int
) -> list[LabelledDocument]:
    """The documents with damaged reports from the generator.

    Only labels of annual reports get such company; for any other labels it would teach nothing.
    """
    labels = {label for document in documents for label in document.labels}
    if not settings.synthetic or not labels >= {"category", "value", "section"}:
        return list(documents)
    from gipr_ml.learning.synthesis.corpus import DEVELOPMENT, generate

    first = seed * _MOST_GENERATED % len(DEVELOPMENT)
    return [
        *documents,
        *(
            document_of(report.name, report.lines, group=report.name, origin="generated")
            for report in generate(first, settings.synthetic)
        ),
    ]


def train_lines(
    folder: Path,
    settings: Settings,
    seed: int,
    progress: Progress = lambda _: None,
    seeds: int = 1,
) -> Trained:
    """Train the line and cell model on the labelled reports of `folder` and generated ones.

    With more than one seed the first makes the model, and the others show how much chance does.
    """
    labelled = read_training_data(folder)
    frozen = frozen_of(labelled)
    pace = Pace(_steps(settings, seeds, bool(frozen.documents)), progress)
    pace(READING)
    pace(GENERATING)
    data = prepare(with_generated(labelled, settings, seed), settings.bits, settings.weights)
    every = np.ones(len(data.documents), bool)

    def fitted(train: Flags, own_seed: int, way: str) -> Fit:
        return fit_model(data, train, settings, own_seed, lambda what: pace(f"fitting {what}{way}"))

    fit = fitted(every, seed, "")
    heldout = fitted(_without(frozen, data), seed, WITHOUT).model if frozen.documents else None
    answers = _unseen_answers(data, fit)
    scores = [score(answers)]
    for place in range(1, seeds):
        again = fitted(every, seed + place, _with(place))
        scores.append(score(_unseen_answers(data, again)))
    return Trained(
        model=fit.model,
        heldout=heldout,
        answers=answers,
        places=_places(data),
        scores=scores[0],
        spread=over_seeds(scores),
        data=data,
        settings=settings,
        seed=seed,
        data_digest=digest_of(labelled),
    )


def _with(place: int) -> str:
    return f" (seed {place + 1})"


def _steps(settings: Settings, seeds: int, frozen: bool) -> dict[str, float]:
    """The steps of training in order, with about how long they take."""
    ways = ["", *([WITHOUT] if frozen else ()), *(_with(place) for place in range(1, seeds))]
    fits = {step + way: time for way in ways for step, time in FITTING.items()}
    return {READING: 0.3, GENERATING: 0.1 + settings.synthetic / 60, **fits}


def _without(frozen: Frozen, data: Prepared) -> Flags:
    """The documents that tell nothing of the frozen ones."""
    allowed = np.array([not frozen.touches(document) for document in data.documents])
    real = np.array([document.origin != "generated" for document in data.documents])
    if not (allowed & real).any():
        raise TrainingError(
            "Every labelled report is frozen or of the agency of a frozen one; label reports of"
            " other agencies, or take frozen = true out of the manifest."
        )
    return allowed


def _unseen_answers(data: Prepared, fit: Fit) -> Answers:
    """What is said of the published lines by models that had not seen their reports."""
    lines = data.lines_of(_published(data))
    rows = fit.unseen[lines]
    sure = rows.max(1)
    return Answers(
        truth=tuple(data.labels[i] for i in data.targets[lines]),
        said=tuple(data.labels[i] for i in rows.argmax(1)),
        sure=sure,
        kept=sure >= fit.model.threshold,
    )


def _published(data: Prepared) -> Flags:
    """The published documents; all of them where none is."""
    return data.real if data.real.any() else np.ones(len(data.documents), bool)


def _places(data: Prepared) -> list[tuple[str, int, str]]:
    """Where each line of the published documents stands."""
    return [
        (document.name, line.number, line.text)
        for document, own in zip(data.documents, _published(data), strict=True)
        if own
        for line in document.lines
    ]


def save_trained(trained: Trained, out: Path) -> str:
    """Write the model with its manifest, and the category voter. Returns the model's digest."""
    from gipr_ml.learning.categories import train_categories

    make_folder(out)
    parts = {HELDOUT: trained.heldout} if trained.heldout else {}
    with locked(out / LOCK, str(out)), replacing(out, MODEL_FILES) as draft:
        train_categories(draft, trained.seed)
        digest = save_model(trained.model, draft, about(trained), parts)
    forget_line_models()
    return digest


def about(trained: Trained) -> Mapping[str, Any]:
    """What a manifest says of how a model was made. Nothing in it changes from run to run."""
    data = trained.data
    return {
        "seed": trained.seed,
        "settings": asdict(trained.settings),
        "data_sha256": trained.data_digest,
        "guide_version": GUIDE_VERSION,
        TRAINED_ON: sources_of(data.documents),
        "reports": Counter(document.origin for document in data.documents),
        "lines": Counter(data.documents[i].origin for i in data.owner),
        "made_with": {name: version(name) for name in ("gipr-ml", "numpy", "scikit-learn")},
    }
