"""Both voters side by side, for one text or for a whole document at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from gipr_ml.forms import Forms, load_forms
from gipr_ml.match.categories import Categories, categories_of
from gipr_ml.match.text import LONGEST, normalise, split_mark
from gipr_ml.match.voter import CategoryVoter, load_voter
from gipr_ml.types import Match

RATIO_FLOOR = 0.35
"""Similarity of unrelated label texts; scaled to 0."""
SURE = 0.55
"""Score from which a text counts as a label."""
CACHE = 50_000


@dataclass(frozen=True, eq=False)
class Matcher:
    """Maps label texts to categories ("t3/granted"); equals only itself."""

    categories: Categories
    voter: CategoryVoter
    _known: dict[str, NDArray[np.float64]] = field(default_factory=dict, repr=False)

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """How well each text fits each category: shape (2, texts, categories), 0 to 1.

        The first layer is the character comparison, the second the trained voter.
        """
        shortened = [normalise(text)[:LONGEST] for text in texts]
        unknown = [text for text in dict.fromkeys(shortened) if text not in self._known]
        if len(self._known) > CACHE:
            self._known.clear()
            unknown = list(dict.fromkeys(shortened))
        if unknown:
            fresh = np.stack([self._fuzzy(unknown), self._trained(unknown)])
            for place, text in enumerate(unknown):
                self._known[text] = fresh[:, place : place + 1]
        if not shortened:
            return np.zeros((2, 0, len(self.categories.keys)))
        return np.concatenate([self._known[text] for text in shortened], axis=1)

    def match(self, text: str) -> Match:
        """The category of one text, or None where the voters disagree or are unsure."""
        fuzzy, trained = self.scores([text])[:, 0]
        mean = (fuzzy + trained) / 2
        order = np.argsort(-mean, kind="stable")
        best, second = int(order[0]), int(order[1])
        agreed = int(np.argmax(fuzzy)) == int(np.argmax(trained)) and mean[best] >= SURE
        keys = self.categories.keys
        return Match(
            keys[best] if agreed else None,
            float(mean[best]),
            keys[second],
            float(mean[best] - mean[second]),
        )

    def _fuzzy(self, texts: Sequence[str]) -> NDArray[np.float64]:
        choices, starts = self._choices
        bare = [split_mark(text)[1] for text in texts]
        marked = [i for i, (text, rest) in enumerate(zip(texts, bare, strict=True)) if text != rest]
        result = _best_ratio(texts, choices, starts)
        if marked:
            without = _best_ratio([bare[i] for i in marked], choices, starts)
            result[marked] = np.maximum(result[marked], without)
        return np.clip((result - RATIO_FLOOR) / (1 - RATIO_FLOOR), 0, 1)

    def _trained(self, texts: Sequence[str]) -> NDArray[np.float64]:
        return self.voter.probabilities(texts)[:, self._places]

    @cached_property
    def _choices(self) -> tuple[list[str], NDArray[np.intp]]:
        """All spellings, and where those of each category begin."""
        flat = self.categories.flat
        starts = np.flatnonzero(np.diff([-1, *(index for _, index in flat)]))
        return [spelling for spelling, _ in flat], starts

    @cached_property
    def _places(self) -> list[int]:
        """Where the voter's classes have each category."""
        return [self.voter.classes.index(key) for key in self.categories.keys]


def _best_ratio(
    texts: Sequence[str], choices: Sequence[str], starts: NDArray[np.intp]
) -> NDArray[np.float64]:
    """For each text and category the similarity to the category's best spelling."""
    ratios = process.cdist(texts, choices, scorer=fuzz.ratio, dtype=np.float32)
    return np.maximum.reduceat(ratios.astype(np.float64) / 100, starts, axis=1)


@cache
def load_matcher(folder: Path, forms: Forms | None = None) -> Matcher:
    """The matcher whose voter lies in `folder`. Raises `ModelError`."""
    return Matcher(categories_of(forms or load_forms()), load_voter(folder))
