"""Training the shipped models: labelled and generated reports in, a model folder out."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from gipr_ml.errors import TrainingError
from gipr_ml.learning.fitting import Fit, Progress, Settings, fit_model
from gipr_ml.learning.labels import LabelledDocument, digest_of, document_of, read_labels
from gipr_ml.learning.metrics import Answers, Table, score
from gipr_ml.learning.preparation import Prepared, prepare
from gipr_ml.lines import LineModel, save_model

GUIDE_VERSION = 1
"""Version of the labelling guide that the labels follow."""

MOST_GENERATED = 1000
"""Seeds of the generator set aside for each seed of training."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained model and what it was made from."""

    model: LineModel
    scores: Table
    """Of the published lines, each labelled by a model that had not seen its report."""
    data: Prepared
    settings: Settings
    seed: int
    data_digest: str


def default_data() -> Path:
    """The folder of labelled reports of this repository."""
    return Path(__file__).resolve().parents[2] / "training_data"


def read_settings(path: Path | None) -> Settings:
    """Settings from the table [lines] of a TOML file. Raises TrainingError on what is unknown."""
    if path is None:
        return Settings()
    try:
        table = tomllib.loads(path.read_text("utf-8")).get("lines", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TrainingError(f"The configuration {path} cannot be read: {error}.") from None
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

    first = seed * MOST_GENERATED % len(DEVELOPMENT)
    return [
        *documents,
        *(
            document_of(report.name, report.lines, group=report.name, origin="generated")
            for report in generate(first, min(settings.synthetic, MOST_GENERATED))
        ),
    ]


def train_lines(
    folder: Path, settings: Settings, seed: int, progress: Progress = lambda _: None
) -> Trained:
    """Train the line and cell model on the labelled reports of `folder` and generated ones."""
    progress("reading the labelled reports")
    labelled = read_training_data(folder)
    progress(f"generating {settings.synthetic} damaged reports")
    documents = with_generated(labelled, settings, seed)
    data = prepare(documents, settings.bits, settings.weights)
    every = np.ones(len(data.documents), bool)
    fit = fit_model(data, every, settings, seed, lambda what: progress(f"fitting {what}"))
    scores = score(_unseen_answers(data, fit))
    return Trained(fit.model, scores, data, settings, seed, digest_of(labelled))


def _unseen_answers(data: Prepared, fit: Fit) -> Answers:
    """What is said of the published lines by models that had not seen their reports."""
    lines = data.lines_of(data.real) if data.real.any() else np.ones(len(data.targets), bool)
    rows = fit.unseen[lines]
    sure = rows.max(1)
    return Answers(
        truth=tuple(data.labels[i] for i in data.targets[lines]),
        said=tuple(data.labels[i] for i in rows.argmax(1)),
        sure=sure,
        kept=sure >= fit.model.threshold,
    )


def save_trained(trained: Trained, out: Path) -> str:
    """Write the model with its manifest, and the category voter. Returns the model's digest."""
    from gipr_ml.learning.categories import train_categories

    train_categories(out, trained.seed)
    return save_model(trained.model, out, about(trained))


def about(trained: Trained) -> Mapping[str, Any]:
    """What a manifest says of how a model was made. Nothing in it changes from run to run."""
    data = trained.data
    return {
        "seed": trained.seed,
        "settings": asdict(trained.settings),
        "data_sha256": trained.data_digest,
        "guide_version": GUIDE_VERSION,
        "reports": Counter(document.origin for document in data.documents),
        "lines": Counter(data.documents[i].origin for i in data.owner),
        "made_with": {name: version(name) for name in ("gipr-ml", "numpy", "scikit-learn")},
    }
