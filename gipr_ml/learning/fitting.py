"""Fitting the stages of the line model on prepared documents."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from gipr_ml.learning.calibration import fit_temperature, fit_threshold
from gipr_ml.learning.labels import Origin
from gipr_ml.learning.preparation import Flags, Floats, Integers, Prepared
from gipr_ml.lines.cell_features import cell_features
from gipr_ml.lines.forest import Forest
from gipr_ml.lines.model import CellStage, LineModel, TextStage, softmax, tempered

AT_ONCE = 2
"""Folds fitted at the same time."""

UNSEEN = -12.0
"""Score of a class without examples: next to impossible."""

Progress = Callable[[str], None]
Probabilities = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """What can be set in a configuration file."""

    bits: int = 14
    """The n-grams are hashed into 2**bits buckets."""
    text_strength: float = 10.0
    """Inverse of the penalty on the n-gram weights."""
    trees: int = 100
    least: int = 1
    """Fewest lines in a leaf."""
    share: float = 0.2
    """Share of the features that each split looks at."""
    folds: int = 3
    synthetic: int = 60
    """Generated reports that training adds to the labelled ones."""
    synthetic_weight: float = 0.3
    written_weight: float = 1.0
    right: float = 0.995
    """Share of right labels wanted among those that are not called unresolved."""

    @property
    def weights(self) -> dict[Origin, float]:
        """What a line counts, by the origin of its document."""
        return {
            "public": 1.0,
            "written": self.written_weight,
            "generated": self.synthetic_weight,
        }


RANGES: Mapping[str, tuple[float, float]] = {
    "bits": (1, 20),
    "text_strength": (1e-6, 1e6),
    "trees": (1, 10_000),
    "least": (1, 100_000),
    "share": (0.001, 1),
    "folds": (1, 100),
    "synthetic": (0, 1000),
    "synthetic_weight": (0, 100),
    "written_weight": (0, 100),
    "right": (0, 1),
}
"""From what to what each of the settings makes sense."""


@dataclass(frozen=True)
class Fit:
    """A model, and what models that had not seen a line's group say of that line."""

    model: LineModel
    unseen: Probabilities
    """Calibrated, of shape (lines, labels); zero for lines of documents that were left out."""


def fit_model(
    data: Prepared, train: Flags, settings: Settings, seed: int, progress: Progress = lambda _: None
) -> Fit:
    """A model from the documents that `train` marks."""
    # Threads that wait by spinning cost more than they bring where other programs run too, and one
    # thread gives the same sums on every machine; the folds are what is done in parallel.
    with (
        warnings.catch_warnings(),
        threadpool_limits(1),
        ThreadPoolExecutor(AT_ONCE, initializer=_single_threaded) as pool,
    ):
        # Stopping early is part of the regularisation; settings of other threads do not matter.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", module=r"sklearn\.utils\.parallel")
        try:
            return _fit(data, train, settings, seed, progress, pool)
        except BaseException:
            # Who is interrupted does not wait for the folds that have not begun.
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _single_threaded() -> None:
    """The limit on OpenMP belongs to the thread that sets it."""
    threadpool_limits(1)


def _fit(
    data: Prepared,
    train: Flags,
    settings: Settings,
    seed: int,
    progress: Progress,
    pool: ThreadPoolExecutor,
) -> Fit:
    folds = data.folds(train, settings.folds, seed)
    progress("n-grams")
    text, text_out = _fit_text(data, train, folds, settings, pool)
    progress("trees")
    forest, line_out = _fit_forest(data, train, folds, text_out, settings, seed, pool)
    lines = data.lines_of(train & _trusted(data, train))
    temperature = fit_temperature(line_out[lines], data.targets[lines])
    scaled = tempered(line_out, temperature)
    progress("cells")
    model = LineModel(
        labels=data.labels,
        text=text,
        forest=forest,
        temperature=temperature,
        threshold=fit_threshold(scaled[lines], data.targets[lines], settings.right),
        cells=_fit_cells(data, train, folds, scaled, settings),
    )
    scaled[~data.lines_of(train)] = 0
    return Fit(model, scaled)


def _trusted(data: Prepared, train: Flags) -> Flags:
    """Documents that probabilities are calibrated on: the published ones, where there are any."""
    return data.real if (data.real & train).any() else train


def _without_each(train: Flags, folds: list[Flags]) -> list[Flags]:
    """All documents, then all but each fold; a single fold cannot be left out."""
    return [train, *(train & ~fold for fold in folds if len(folds) > 1)]


# ---------------------------------------------------------------- text


def _fit_text(
    data: Prepared,
    train: Flags,
    folds: list[Flags],
    settings: Settings,
    pool: ThreadPoolExecutor,
) -> tuple[TextStage, Floats]:
    """The regression on n-grams, and for each line what one that had not seen its group says."""
    sets = _without_each(train, folds)
    full, *stages = pool.map(lambda chosen: _text_stage(data, chosen, settings), sets)
    out = np.zeros((len(data.targets), len(data.labels)), np.float32)
    for fold, stage in zip(folds, stages or [full], strict=True):
        lines = data.lines_of(fold)
        out[lines] = text_probabilities(data, stage)[lines]
    return full, out


def text_probabilities(data: Prepared, stage: TextStage) -> Floats:
    """What the stage says of each line."""
    scores = np.asarray(data.ngrams @ stage.weights) + stage.bias
    return softmax(scores).astype(np.float32)[data.text]


def _text_stage(data: Prepared, train: Flags, settings: Settings) -> TextStage:
    """Equal texts with equal labels are one example with their common weight."""
    lines = data.lines_of(train)
    pair = data.text[lines] * len(data.labels) + data.targets[lines]
    pairs, where = np.unique(pair, return_inverse=True)
    weights = np.bincount(where, data.weights[data.owner[lines]])
    rows, targets = np.divmod(pairs, len(data.labels))
    model = _regression(data.ngrams[rows], targets, weights, settings.text_strength, 60)
    coefficients, bias = _all_classes(model, len(data.labels))
    # The weights are rounded as they are stored, so that training sees what is used later.
    return TextStage(coefficients.astype(np.float16).astype(np.float32), bias)


def _regression(
    rows: Any, targets: Integers, weights: NDArray[Any], strength: float, rounds: int
) -> LogisticRegression:
    model = LogisticRegression(C=strength, max_iter=rounds, tol=1e-3)
    return model.fit(rows, targets, sample_weight=weights)


def _all_classes(model: LogisticRegression, count: int) -> tuple[Floats, Floats]:
    """Weights (features, classes) and bias, with classes that were not seen ruled out."""
    weights, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        weights, bias = np.vstack([-weights, weights]) / 2, np.append(-bias, bias) / 2
    full = np.zeros((weights.shape[1], count), np.float32)
    level = np.full(count, UNSEEN, np.float32)
    full[:, model.classes_] = weights.T
    level[model.classes_] = bias
    return full, level


# ---------------------------------------------------------------- trees


def _fit_forest(
    data: Prepared,
    train: Flags,
    folds: list[Flags],
    text_out: Floats,
    settings: Settings,
    seed: int,
    pool: ThreadPoolExecutor,
) -> tuple[Forest, Probabilities]:
    """The trees, and for each line what trees that had not seen its group say."""
    stacked = data.stacked(text_out, train)
    rows = np.zeros((len(data.targets), stacked.shape[1]), np.float32)
    rows[data.lines_of(train)] = stacked
    sets = _without_each(train, folds)
    full, *forests = pool.map(lambda chosen: _forest(data, rows, chosen, settings, seed), sets)
    out = np.zeros((len(data.targets), len(data.labels)))
    for fold, forest in zip(folds, forests or [full], strict=True):
        lines = data.lines_of(fold)
        out[lines] = forest.probabilities(rows[lines])
    return full, out


def _forest(data: Prepared, rows: Floats, train: Flags, settings: Settings, seed: int) -> Forest:
    lines = data.lines_of(train)
    model = ExtraTreesClassifier(
        n_estimators=settings.trees,
        min_samples_leaf=settings.least,
        max_features=settings.share,
        n_jobs=1,
        random_state=seed,
    )
    model.fit(rows[lines], data.targets[lines], sample_weight=data.weights[data.owner[lines]])
    return flattened(model, len(data.labels))


def flattened(model: ExtraTreesClassifier, classes: int) -> Forest:
    """Trees of scikit-learn (Geurts et al. 2006) as the arrays that `Forest` walks.

    A class that was not seen has no share in any leaf.
    """
    trees = [tree.tree_ for tree in model.estimators_]
    sizes = np.array([tree.node_count for tree in trees])
    roots = np.cumsum(sizes) - sizes
    shift = np.repeat(roots, sizes)
    own = np.arange(sizes.sum())
    left = np.concatenate([tree.children_left for tree in trees])
    right = np.concatenate([tree.children_right for tree in trees])
    leaf = left < 0
    children = np.column_stack([np.where(leaf, own, x + shift) for x in (left, right)])
    value = np.concatenate([tree.value[:, 0, :] for tree in trees])[leaf]
    # Most leaves hold lines of one label alone: few answers are different.
    shares, kind = np.unique(value / value.sum(1, keepdims=True), axis=0, return_inverse=True)
    full = np.zeros((len(shares), classes), np.float32)
    full[:, model.classes_] = shares
    answer = np.full(own.size, -1)
    answer[leaf] = kind.ravel()
    return Forest(
        roots=roots.astype(np.int32),
        feature=np.where(leaf, 0, np.concatenate([t.feature for t in trees])).astype(np.int32),
        threshold=_rounded_down(np.concatenate([tree.threshold for tree in trees])),
        children=children.ravel().astype(np.int32),
        answer=answer.astype(np.int32),
        shares=full,
    )


def _rounded_down(thresholds: NDArray[np.float64]) -> Floats:
    """The largest float32 not above each: x <= threshold stays the same for every float32 x."""
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near)


# ---------------------------------------------------------------- cells


def _fit_cells(
    data: Prepared,
    train: Flags,
    folds: list[Flags],
    line_probabilities: Probabilities,
    settings: Settings,
) -> CellStage | None:
    """The regression on cells, or None where no cells are labelled."""
    rows, names, owner = _labelled_cells(data, train, line_probabilities)
    labels = tuple(sorted(set(names)))
    if len(labels) < 2:
        return None
    targets = np.array([labels.index(name) for name in names])
    weights = data.weights[owner]
    mean = rows.mean(0)
    scale = np.maximum(rows.std(0), 1e-3)
    rows = (rows - mean) / scale

    def fit(chosen: Flags) -> tuple[Floats, Floats]:
        model = _regression(rows[chosen], targets[chosen], weights[chosen], 1.0, 200)
        return _all_classes(model, len(labels))

    coefficients, bias = fit(np.ones(len(rows), bool))
    out = softmax(rows @ coefficients + bias)
    for fold in folds if len(folds) > 1 else []:
        inside = fold[owner]
        if len(set(targets[~inside])) > 1:
            part, level = fit(~inside)
            out[inside] = softmax(rows[inside] @ part + level)
    lines = _trusted(data, train)[owner]
    temperature = fit_temperature(out[lines], targets[lines])
    stage = CellStage(
        labels=labels,
        table_labels=_table_labels(data, train),
        mean=mean,
        scale=scale,
        weights=coefficients,
        bias=bias,
        temperature=temperature,
        threshold=0.5,
    )
    scaled = softmax(np.log(out[lines] + 1e-12) / temperature)
    threshold = fit_threshold(scaled, targets[lines], settings.right)
    return replace(stage, threshold=threshold)


def _table_labels(data: Prepared, train: Flags) -> frozenset[str]:
    """Labels of lines that mostly come with labels for their cells."""
    labelled: dict[str, list[bool]] = {}
    for i in np.nonzero(train)[0]:
        document = data.documents[i]
        for label, cells in zip(document.labels, document.cell_labels, strict=True):
            labelled.setdefault(label, []).append(any(cells))
    return frozenset(label for label, flags in labelled.items() if sum(flags) * 2 > len(flags))


def _labelled_cells(
    data: Prepared, train: Flags, line_probabilities: Probabilities
) -> tuple[Floats, list[str], NDArray[np.int64]]:
    """Features, labels and documents of all labelled cells."""
    parts, names, owner = [], [], []
    for i in np.nonzero(train)[0]:
        document = data.documents[i]
        cells = [
            label
            for line, labels in zip(document.lines, document.cell_labels, strict=True)
            for label in (labels or ("",) * max(len(line.cells), 1))
        ]
        chosen = [place for place, label in enumerate(cells) if label]
        if chosen:
            features = cell_features(data.grids[i], line_probabilities[data.owner == i])
            parts.append(features[chosen])
            names += [cells[place] for place in chosen]
            owner += [i] * len(chosen)
    rows = np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)
    return rows, names, np.array(owner, np.int64)
