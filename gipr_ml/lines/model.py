"""The line model: what each line and cell of a document is, and how sure that is.

A cascade of two stages. A logistic regression on hashed character n-grams says what a line's text
looks like by itself. Randomised trees then see that beside the layout and arithmetic of the line,
and both beside those of its neighbours. A second, small regression labels the cells of table
lines. Which labels there are is known from the training data alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gipr_ml.errors import ModelError
from gipr_ml.lines.cell_features import cell_features
from gipr_ml.lines.features import line_features, stacked
from gipr_ml.lines.forest import Forest
from gipr_ml.lines.grid import Grid, Matrix, grid_of
from gipr_ml.lines.text import hashed_ngrams
from gipr_ml.types import LabelledLine, Line

UNRESOLVED = "unresolved"
BATCH = 512
"""Texts whose n-grams are looked up at once, so that a long document needs no long arrays."""
REMEMBERED = 1 << 15
"""Texts whose n-gram scores are kept: the official labels come again in every report."""
_FLOOR = 1e-6
"""Added to probabilities before the logarithm: nothing is impossible."""

Probabilities = NDArray[np.float64]


def softmax(scores: NDArray[Any]) -> Probabilities:
    """Rows of scores as probabilities."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True), dtype=np.float64)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def tempered(probabilities: Probabilities, temperature: float) -> Probabilities:
    """Probabilities made less (above 1) or more (below 1) extreme."""
    return softmax(np.log(probabilities + _FLOOR) / temperature)


@dataclass(frozen=True)
class TextStage:
    """The regression on n-grams. `weights` has a row for each of 2**bits buckets."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    _known: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    @property
    def bits(self) -> int:
        """Logarithm of the number of buckets."""
        return int(self.weights.shape[0]).bit_length() - 1

    def probabilities(self, texts: Sequence[str]) -> Matrix:
        """Of shape (texts, labels), for masked texts; the same text always has the same ones."""
        found = [self._known.get(text) for text in texts]
        if not all(found):
            missing = [text for text, row in zip(texts, found, strict=True) if not row]
            fresh = self._computed(list(dict.fromkeys(missing)))
            found = [row or fresh[text] for text, row in zip(texts, found, strict=True)]
            if len(self._known) + len(fresh) > REMEMBERED:
                self._known.clear()
            self._known.update(fresh)
        rows = np.frombuffer(b"".join(filter(None, found)), np.float32)
        return rows.reshape(len(texts), self.bias.size)

    def _computed(self, texts: Sequence[str]) -> dict[str, bytes]:
        """The rows of `probabilities` as bytes, by text."""
        rows: list[bytes] = []
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            buckets, starts = hashed_ngrams(batch, self.bits)
            lengths = np.diff(starts, append=buckets.size)
            sums = np.add.reduceat(self.weights.take(buckets, axis=0), starts, axis=0)
            shares = softmax(sums / np.sqrt(lengths)[:, None] + self.bias).astype(np.float32)
            rows += [row.tobytes() for row in shares]
        return dict(zip(texts, rows, strict=True))


@dataclass(frozen=True)
class CellStage:
    """The regression on cell features. Empty cells and cells with words need different labels."""

    labels: tuple[str, ...]
    table_labels: frozenset[str]
    """Labels of lines whose cells carry labels."""
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float
    threshold: float

    def probabilities(self, grid: Grid, line_probabilities: Probabilities) -> Probabilities:
        """Of shape (cells, labels)."""
        rows = cell_features(grid, line_probabilities)
        rows -= self.mean
        rows /= self.scale
        return softmax((rows @ self.weights + self.bias) / self.temperature)


@dataclass(frozen=True)
class LineModel:
    """A trained model. Labels any sequence of lines; remembers nothing that changes an answer."""

    labels: tuple[str, ...]
    text: TextStage
    forest: Forest
    temperature: float
    threshold: float
    cells: CellStage | None
    digest: str = ""
    """SHA-256 of the model's file: two models with one digest are the same model."""

    def label(self, lines: Sequence[Line]) -> tuple[LabelledLine, ...]:
        """One entry a line, in order. The lines must be all those of one document."""
        if not lines:
            return ()
        grid = grid_of(lines)
        probabilities = self.probabilities(lines, grid)
        best = probabilities.argmax(1).tolist()
        names, sures = self._cell_answers(grid, probabilities)
        tabular = [self.cells is not None and x in self.cells.table_labels for x in self.labels]
        labels, threshold = self.labels, self.threshold
        answers = []
        for line, row, place, first in zip(
            lines, probabilities.tolist(), best, grid.first.tolist(), strict=True
        ):
            sure, count = row[place], len(line.cells)
            cells = slice(first, first + count)
            table = tabular[place]
            answers.append(
                LabelledLine(
                    line,
                    labels[place] if sure >= threshold else UNRESOLVED,
                    sure,
                    dict(zip(labels, row)),  # noqa: B905 (as many, and made for every line)
                    tuple(names[cells]) if table else ("",) * count,
                    tuple(sures[cells]) if table else (1.0,) * count,
                )
            )
        return tuple(answers)

    def probabilities(self, lines: Sequence[Line], grid: Grid | None = None) -> Probabilities:
        """Calibrated probabilities of shape (lines, labels); each row adds up to 1."""
        rows = stage_two_rows(lines, self.text, grid)
        return tempered(self.forest.probabilities(rows), self.temperature)

    def _cell_answers(
        self, grid: Grid, probabilities: Probabilities
    ) -> tuple[list[str], list[float]]:
        """Label and confidence of every cell, as if its line were one of a table."""
        stage = self.cells
        if stage is None:
            return [], []
        scores = stage.probabilities(grid, probabilities)
        sure = scores.max(1)
        names = np.array([*stage.labels, UNRESOLVED], object)
        places = np.where(sure >= stage.threshold, scores.argmax(1), len(stage.labels))
        return names.take(places).tolist(), sure.tolist()


def stage_two_rows(lines: Sequence[Line], text: TextStage, grid: Grid | None = None) -> Matrix:
    """What the trees see of the lines of one document."""
    grid = grid or grid_of(lines)
    return stacked(line_features(lines, grid), text.probabilities(grid.masked))


# ---------------------------------------------------------------- as arrays


def to_arrays(model: LineModel) -> dict[str, NDArray[Any]]:
    """Everything that the model is made of, by name."""
    arrays: dict[str, NDArray[Any]] = {
        "labels": np.array(model.labels),
        "text_weights": model.text.weights.astype(np.float16),
        "text_bias": model.text.bias,
        "line_decision": np.array([model.temperature, model.threshold]),
        **{f"forest_{name}": array for name, array in model.forest.arrays().items()},
    }
    stage = model.cells
    if stage is not None:
        arrays |= {
            "cell_labels": np.array(stage.labels),
            "table_labels": np.array(sorted(stage.table_labels)),
            "cell_mean": stage.mean,
            "cell_scale": stage.scale,
            "cell_weights": stage.weights,
            "cell_bias": stage.bias,
            "cell_decision": np.array([stage.temperature, stage.threshold]),
        }
    return arrays


def from_arrays(arrays: Mapping[str, NDArray[Any]], digest: str = "") -> LineModel:
    """The model back from `to_arrays()`. Raises ModelError if the arrays are no line model."""
    try:
        forest = {n.removeprefix("forest_"): a for n, a in arrays.items() if n[:7] == "forest_"}
        temperature, threshold = arrays["line_decision"].tolist()
        model = LineModel(
            labels=tuple(arrays["labels"].tolist()),
            text=TextStage(arrays["text_weights"].astype(np.float32), arrays["text_bias"]),
            forest=Forest.from_arrays(forest),
            temperature=temperature,
            threshold=threshold,
            cells=_cell_stage(arrays) if "cell_labels" in arrays else None,
            digest=digest,
        )
        model.label([Line(0, ())])
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise ModelError(
            f"The model file holds no line model of this program ({error});"
            " train again with: gipr train"
        ) from None
    return model


def _cell_stage(arrays: Mapping[str, NDArray[Any]]) -> CellStage:
    temperature, threshold = arrays["cell_decision"].tolist()
    return CellStage(
        labels=tuple(arrays["cell_labels"].tolist()),
        table_labels=frozenset(arrays["table_labels"].tolist()),
        mean=arrays["cell_mean"],
        scale=arrays["cell_scale"],
        weights=arrays["cell_weights"],
        bias=arrays["cell_bias"],
        temperature=temperature,
        threshold=threshold,
    )
