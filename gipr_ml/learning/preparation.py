"""Labelled documents as arrays, computed once and cut by document for every fold and seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gipr_ml.errors import TrainingError
from gipr_ml.learning.labels import LabelledDocument, Origin
from gipr_ml.lines.features import line_features, stacked
from gipr_ml.lines.grid import Grid, grid_of
from gipr_ml.lines.text import hashed_ngrams

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Prepared:
    """All lines of all documents, one after another."""

    documents: tuple[LabelledDocument, ...]
    labels: tuple[str, ...]
    targets: Integers
    """Index of each line's label."""
    owner: Integers
    """Index of each line's document."""
    weights: NDArray[np.float64]
    """What a line of each document counts."""
    layout: Floats
    ngrams: sparse.csr_matrix
    """One row for each distinct masked text."""
    text: Integers
    """Row of `ngrams` of each line."""
    grids: tuple[Grid, ...]
    groups: tuple[str, ...]
    """Group of each document."""
    real: Flags
    """Whether each document was published; only those are calibrated and tested on."""

    def lines_of(self, documents: Flags) -> Flags:
        """Which lines lie in the documents."""
        return documents[self.owner]

    def stacked(self, text_probabilities: Floats, documents: Flags) -> Floats:
        """What the trees see of the documents' lines; `text_probabilities` has one row a line."""
        parts = [self.owner == i for i in np.nonzero(documents)[0]]
        return np.concatenate([stacked(self.layout[p], text_probabilities[p]) for p in parts])

    def folds(self, documents: Flags, count: int, seed: int) -> list[Flags]:
        """The documents dealt into at most `count` parts; a group is never split."""
        names = sorted({self.groups[i] for i in np.nonzero(documents)[0]})
        order = np.random.default_rng(seed).permutation(len(names))
        part = {names[i]: place % count for place, i in enumerate(order)}
        where = np.array([part.get(group, -1) for group in self.groups])
        where[~documents] = -1
        return [where == i for i in range(min(count, len(names)))]


def prepare(
    documents: Sequence[LabelledDocument], bits: int, weights: Mapping[Origin, float]
) -> Prepared:
    """Documents as arrays; `weights` says what a line counts by its document's origin.

    Raises TrainingError if they cannot teach anything.
    """
    documents = [document for document in documents if document.lines]
    labels = tuple(sorted({label for document in documents for label in document.labels}))
    if len(labels) < 2:
        raise TrainingError(
            "Labelled lines with at least two different labels are needed;"
            f" found {', '.join(labels) or 'none'}."
        )
    index = {label: i for i, label in enumerate(labels)}
    grids = tuple(grid_of(document.lines) for document in documents)
    texts: dict[str, int] = {}
    for grid in grids:
        for text in grid.masked:
            texts.setdefault(text, len(texts))
    sizes = [len(document.lines) for document in documents]
    owner = np.repeat(np.arange(len(documents)), sizes)
    real = np.array([document.origin == "public" for document in documents])
    return Prepared(
        documents=tuple(documents),
        labels=labels,
        targets=np.array([index[label] for document in documents for label in document.labels]),
        owner=owner,
        weights=np.array([weights[document.origin] for document in documents]),
        layout=np.concatenate(
            [line_features(d.lines, grid) for d, grid in zip(documents, grids, strict=True)]
        ),
        ngrams=_ngram_matrix(list(texts), bits),
        text=np.array([texts[text] for grid in grids for text in grid.masked]),
        grids=grids,
        groups=tuple(document.group for document in documents),
        real=real,
    )


def _ngram_matrix(texts: Sequence[str], bits: int) -> sparse.csr_matrix:
    """Counts of n-grams by bucket, over the root of how many there are, as in `TextStage`."""
    buckets, starts = hashed_ngrams(texts, bits)
    lengths = np.diff(np.append(starts, buckets.size))
    rows = np.repeat(np.arange(len(texts)), lengths)
    values = (1 / np.sqrt(lengths))[rows]
    return sparse.csr_matrix((values, (rows, buckets)), shape=(len(texts), 1 << bits))
