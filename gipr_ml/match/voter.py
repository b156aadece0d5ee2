"""The trained voter: a multinomial logistic regression over character n-grams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gipr_ml.errors import ModelError
from gipr_ml.match.ngrams import BUCKETS, matrix

FILE = "categories.skops"


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
        scores = matrix(texts) @ self.weights.T + self.bias
        scores -= scores.max(axis=1, keepdims=True)
        powers = np.exp(scores)
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))

    def save(self, folder: Path) -> None:
        """Write the voter to `folder`."""
        import skops.io

        skops.io.dump(
            {
                "classes": list(self.classes),
                "weights": self.weights.astype(np.float32),
                "bias": self.bias.astype(np.float32),
            },
            folder / FILE,
        )


def load_voter(folder: Path) -> CategoryVoter:
    """The voter in `folder`. Raises `ModelError` where it is missing or damaged."""
    import skops.io

    path = folder / FILE
    try:
        stored = skops.io.load(path, trusted=[])
        voter = CategoryVoter(
            tuple(stored["classes"]),
            np.asarray(stored["weights"], dtype=np.float64),
            np.asarray(stored["bias"], dtype=np.float64),
        )
    except FileNotFoundError:
        raise ModelError(f"{path} is missing; train it with 'gipr train'") from None
    except Exception as error:
        raise ModelError(f"{path} is damaged or no model of this program ({error})") from None
    if voter.weights.shape != (len(voter.classes), BUCKETS):
        raise ModelError(f"{path} was made by another version; train it anew with 'gipr train'")
    return voter
