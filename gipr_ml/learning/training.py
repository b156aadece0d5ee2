"""Training the shipped models: labelled and generated reports in, a model folder out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from gipr_ml.errors import TrainingError
from gipr_ml.learning.fitting import Progress, Settings, fit_model
from gipr_ml.learning.labels import LabelledDocument, digest_of, document_of, read_labels
from gipr_ml.learning.preparation import Prepared, prepare
from gipr_ml.lines import LineModel, save_model

GUIDE_VERSION = 1


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained model and what it was made from."""

    model: LineModel
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
    known = {field.name: type(field.default) for field in fields(Settings)}
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise TrainingError(
            f"Unknown settings in {path}: {', '.join(unknown)}; known are {', '.join(known)}."
        )
    wrong = [n for n, v in table.items() if not isinstance(v, int | float) or isinstance(v, bool)]
    if wrong:
        raise TrainingError(f"Settings in {path} that are no numbers: {', '.join(wrong)}.")
    return Settings(**{name: known[name](value) for name, value in table.items()})


def read_training_data(folder: Path) -> list[LabelledDocument]:
    """The reviewed reports of a folder: its `lines/` with the `manifest.toml` beside them.

    A folder without a manifest is read as plain files of labelled lines, each document its own
    group.
    """
    manifest = folder / "manifest.toml"
    if manifest.exists():
        return read_labels([folder / "lines"], manifest)
    return read_labels([folder])


def generated_reports(count: int, seed: int) -> list[LabelledDocument]:
    """Labelled lines of `count` damaged reports from the generator."""
    from gipr_ml.learning.synthesis.corpus import generate

    return [
        document_of(report.name, report.lines, group=report.name, synthetic=True)
        for report in generate(seed, count)
    ]


def train_lines(
    folder: Path, settings: Settings, seed: int, progress: Progress = lambda _: None
) -> Trained:
    """Train the line and cell model on the labelled reports of `folder` and generated ones."""
    progress("reading the labelled reports")
    documents = read_training_data(folder)
    if settings.synthetic and _has_report_labels(documents):
        progress(f"generating {settings.synthetic} damaged reports")
        documents += generated_reports(settings.synthetic, seed * 10_000)
    data = prepare(documents, settings.bits, settings.synthetic_weight)
    every = np.ones(len(data.documents), bool)
    model = fit_model(data, every, settings, seed, lambda what: progress(f"fitting {what}"))
    return Trained(model, data, settings, seed, digest_of(documents))


def _has_report_labels(documents: list[LabelledDocument]) -> bool:
    """Whether the labels are those of annual reports; generated reports teach nothing else."""
    labels = {label for document in documents for label in document.labels}
    return {"category", "value", "section"} <= labels


def save_trained(trained: Trained, out: Path) -> str:
    """Write the model with its manifest. Returns the model's digest."""
    return save_model(trained.model, out, about(trained))


def about(trained: Trained) -> Mapping[str, Any]:
    """What a manifest says of how a model was made. Nothing in it changes from run to run."""
    data = trained.data
    return {
        "seed": trained.seed,
        "settings": asdict(trained.settings),
        "data_sha256": trained.data_digest,
        "guide_version": GUIDE_VERSION,
        "reports": int(data.real.sum()),
        "generated_reports": int((~data.real).sum()),
        "lines": int(data.real[data.owner].sum()),
        "made_with": {name: version(name) for name in ("gipr-ml", "numpy", "scikit-learn")},
    }
