"""How the experiments on the line classifier are measured: held-out agencies, seeds, intervals.

A published report is labelled by a model that has seen no report of its agency; the others, and the
written reports, are trained on. Generated reports are left out, so that every variant learns from
the same reviewed lines; what they add is stated in `models/CARD.md` (`gipr evaluate`). Intervals
are the middle 95 % of 1,000 samples of the agencies, drawn with replacement; the seeds of training
are averaged within each sample. Training time is that of one processor.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gipr_ml.learning.fitting import Settings, fit_model
from gipr_ml.learning.labels import LabelledDocument
from gipr_ml.learning.preparation import prepare
from gipr_ml.learning.training import default_data, read_training_data
from gipr_ml.types import Line

HERE = Path(__file__).parent
SAMPLES = 1000
BINS = 15
SETTINGS = Settings(synthetic=0)

Probabilities = NDArray[np.float64]
Predict = Callable[[Sequence[Line]], Probabilities]
"""From the lines of one document to probabilities, in the order of the labels."""
Fit = Callable[[Sequence[LabelledDocument], Sequence[str], int], Predict]
"""From documents, labels and seed to a trained model."""


@dataclass(frozen=True)
class Answered:
    """What was said of the lines of one report."""

    unit: str
    """What is drawn when intervals are made: the agency of the report."""
    truth: NDArray[np.int64]
    said: NDArray[np.int64]
    sure: Probabilities


@dataclass
class Spent:
    """Processor seconds of training, and of labelling with how many lines."""

    training: list[float]
    labelling: float = 0.0
    lines: int = 0

    @property
    def summary(self) -> dict[str, float]:
        """Seconds a training, microseconds a line."""
        return {
            "train_seconds": round(float(np.mean(self.training)), 2),
            "microseconds_a_line": round(1e6 * self.labelling / max(self.lines, 1)),
        }


def reviewed() -> list[LabelledDocument]:
    """The reviewed reports of the repository."""
    return read_training_data(default_data())


def labels_of(documents: Iterable[LabelledDocument]) -> list[str]:
    """All labels of the documents."""
    return sorted({label for document in documents for label in document.labels})


def product(
    documents: Sequence[LabelledDocument], labels: Sequence[str], seed: int, settings: Settings
) -> Predict:
    """The program's own training."""
    data = prepare(documents, settings.bits, settings.weights)
    model = fit_model(data, np.ones(len(data.documents), bool), settings, seed).model
    places = [labels.index(label) for label in model.labels]

    def predict(lines: Sequence[Line]) -> Probabilities:
        found = np.zeros((len(lines), len(labels)))
        found[:, places] = model.probabilities(lines)
        return found

    return predict


def blend(documents: Sequence[LabelledDocument], labels: Sequence[str], seed: int) -> Predict:
    """The program's own training with its own settings."""
    return product(documents, labels, seed, SETTINGS)


def leave_one_out(documents: Sequence[LabelledDocument]) -> dict[str, set[str]]:
    """By the name of a fold the names of the documents held out in it: one agency each."""
    folds: dict[str, set[str]] = {}
    for document in documents:
        folds.setdefault(document.group, set()).add(document.name)
    public = {document.group for document in documents if document.origin == "public"}
    return {group: names for group, names in folds.items() if group in public}


def held_out(
    fit: Fit,
    documents: Sequence[LabelledDocument],
    folds: Mapping[str, set[str]],
    seed: int,
    spent: Spent,
    tests: Sequence[LabelledDocument] | None = None,
) -> list[Answered]:
    """What is said of the published documents of each fold by a model that has not seen them.

    `tests` are what is labelled instead, such as damaged copies: those of the same names.
    """
    labels = labels_of(documents)
    answers = []
    for name, out in folds.items():
        start = time.process_time()
        predict = fit([d for d in documents if d.name not in out], labels, seed)
        spent.training.append(time.process_time() - start)
        chosen = [d for d in tests or documents if d.name in out and d.origin == "public"]
        for document in chosen:
            start = time.process_time()
            found = predict(document.lines)
            spent.labelling += time.process_time() - start
            spent.lines += len(document.lines)
            answers.append(answered(document, found, labels))
        print(f"  seed {seed}: without {name}", file=sys.stderr)
    return answers


def answered(document: LabelledDocument, found: Probabilities, labels: Sequence[str]) -> Answered:
    """The answers on a document beside its labels."""
    truth = np.array([labels.index(label) for label in document.labels])
    return Answered(document.group, truth, found.argmax(1), found.max(1))


# ---------------------------------------------------------------- scores


def scores(runs: Sequence[Sequence[Answered]], labels: Sequence[str]) -> dict[str, Any]:
    """Accuracy, macro-F1, calibration error and F1 by label; one run a seed."""
    counted = np.array([_counts(run, len(labels), _units(runs)) for run in runs])
    whole = np.ones(counted.shape[1])
    accuracy, macro, each = _figures(counted, whole)
    drawn = np.random.default_rng(0).multinomial(
        counted.shape[1], whole / whole.size, SAMPLES
    )  # how often each report is drawn
    sampled = np.array([_figures(counted, weights, each)[:2] for weights in drawn])
    low, high = np.quantile(sampled, [0.025, 0.975], axis=0)
    return {
        "accuracy": _interval(accuracy, low[0], high[0]),
        "macro_f1": _interval(macro, low[1], high[1]),
        "calibration_error": round(float(np.mean([_calibration(run) for run in runs])), 4),
        "f1": {label: round(float(f1), 4) for label, f1 in zip(labels, each, strict=True)},
        "lines": int(counted[0].sum()),
        "seeds": len(runs),
    }


def difference(
    one: Sequence[Sequence[Answered]], other: Sequence[Sequence[Answered]], count: int
) -> dict[str, Any]:
    """How much higher macro-F1 and accuracy of `one` are, on the same drawn reports."""
    units = _units(one)
    pair = [np.array([_counts(run, count, units) for run in runs]) for runs in (one, other)]
    whole = np.ones(len(units))
    drawn = np.random.default_rng(0).multinomial(whole.size, whole / whole.size, SAMPLES)
    each = [_figures(counted, whole)[2] for counted in pair]

    def gap(weights: NDArray[Any]) -> NDArray[np.float64]:
        first, second = (
            np.array(_figures(counted, weights, own)[:2])
            for counted, own in zip(pair, each, strict=True)
        )
        return np.asarray(first - second)

    value = gap(whole)
    low, high = np.quantile([gap(weights) for weights in drawn], [0.025, 0.975], axis=0)
    names = ("accuracy", "macro_f1")
    return {name: _interval(value[i], low[i], high[i]) for i, name in enumerate(names)}


def _units(runs: Sequence[Sequence[Answered]]) -> list[str]:
    return sorted({answer.unit for run in runs for answer in run})


def _counts(run: Sequence[Answered], labels: int, units: Sequence[str]) -> NDArray[np.float64]:
    """Lines by unit, true label and answer."""
    counted = np.zeros((len(units), labels, labels))
    for answer in run:
        np.add.at(counted[units.index(answer.unit)], (answer.truth, answer.said), 1)
    return counted


def _figures(
    counted: NDArray[np.float64],
    weights: NDArray[Any],
    instead: NDArray[np.float64] | None = None,
) -> tuple[float, float, NDArray[np.float64]]:
    """Accuracy, macro-F1 and F1 by label: means over the seeds.

    Labels that nothing carries are left out of macro-F1; one that the drawn reports alone lack
    keeps its F1 of all reports, which is then given as `instead`.
    """
    table = np.einsum("sukl,u->skl", counted, weights)
    right = np.diagonal(table, axis1=1, axis2=2)
    true, said = table.sum(2), table.sum(1)
    f1 = (2 * right / np.maximum(true + said, 1)).mean(0)
    if instead is not None:
        f1 = np.where(true[0] > 0, f1, instead)
    there = counted.sum((0, 1, 3)) > 0
    accuracy = right.sum(1) / table.sum((1, 2))
    return float(accuracy.mean()), float(f1[there].mean()), f1


def _calibration(run: Sequence[Answered]) -> float:
    """Expected calibration error over equal bins of confidence (Naeini et al. 2015)."""
    sure = np.concatenate([answer.sure for answer in run])
    right = np.concatenate([answer.truth == answer.said for answer in run])
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    gap = np.bincount(place, sure, BINS) - np.bincount(place, right.astype(float), BINS)
    return float(np.abs(gap).sum() / max(sure.size, 1))


def _interval(value: float, low: float, high: float) -> dict[str, float]:
    named = {"value": value, "low": low, "high": high}
    return {name: round(float(number), 4) for name, number in named.items()}


# ---------------------------------------------------------------- results


def words(interval: Mapping[str, float], signed: bool = False) -> str:
    """A value with its interval, for a table."""
    form = "+.3f" if signed else ".3f"
    return f"{interval['value']:{form}} ({interval['low']:{form}} to {interval['high']:{form}})"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows)])


def finish(
    script: str, title: str, found: Mapping[str, Any], text: str, save: bool, options: str = ""
) -> None:
    """Print the results and, if asked to, write them beside the script."""
    body = f"# {title}\n\nMade by `python experiments/{script}.py {options}--save`.\n\n{text}\n"
    print(body)
    if save:
        (HERE / f"{script}_results.md").write_text(body, "utf-8")
        data = json.dumps(found, ensure_ascii=False, indent=1)
        (HERE / f"{script}_results.json").write_text(data + "\n", "utf-8")
