"""The trained voter: a multinomial logistic regression over character n-grams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gipr_ml.errors import ModelError
from gipr_ml.match.ngrams import BUCKETS, products
from gipr_ml.store import read_arrays, save_arrays

KIND = "categories"
"""Name of the voter's files in a model folder."""


@dataclass(frozen=True)
class CategoryVoter:
    """Weights of the regression; `classes` holds "table/row" keys and "junk"."""

    classes: tuple[str, ...]
    weights: NDArray[np.float64]
    """Shape (classes, BUCKETS)."""
    bias: NDArray[np.float64]
    """Shape (classes,)."""

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Of shape (texts, classes), for normalised texts; each row adds up to 1."""
        scores = products(texts, self._by_bucket) + self.bias
        scores -= scores.max(axis=1, keepdims=True)
        powers = np.exp(scores)
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))

    @cached_property
    def _by_bucket(self) -> NDArray[np.float64]:
        return np.ascontiguousarray(self.weights.T)

    def save(self, folder: Path, about: Mapping[str, object]) -> str:
        """Write the voter to `folder`, with `about` in its manifest. Returns its digest."""
        arrays = {
            "classes": np.array(self.classes),
            "weights": self.weights.astype(np.float32),
            "bias": self.bias.astype(np.float32),
        }
        return save_arrays(folder, KIND, arrays, about)


def load_voter(folder: Path) -> CategoryVoter:
    """The voter in `folder`. Raises `ModelError` where it is missing or damaged."""
    arrays, _ = read_arrays(folder, KIND)
    try:
        voter = CategoryVoter(
            tuple(str(name) for name in arrays["classes"]),
            arrays["weights"].astype(np.float64),
            arrays["bias"].astype(np.float64),
        )
    except (KeyError, ValueError) as error:
        raise ModelError(
            f"The category model in {folder} is no model of this program ({error});"
            " train again with: gipr train"
        ) from None
    if voter.weights.shape != (len(voter.classes), BUCKETS):
        raise ModelError(
            f"The category model in {folder} was made by another version;"
            " train again with: gipr train"
        )
    return voter
