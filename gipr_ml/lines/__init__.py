"""The trained line and cell classifier."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from gipr_ml.lines.model import UNRESOLVED, LineModel, from_arrays, to_arrays
from gipr_ml.store import default_folder, read_arrays, save_arrays

__all__ = ["UNRESOLVED", "LineModel", "load_model", "save_model"]

KIND = "lines"
"""Name of the model's files in a model folder."""


def load_model(folder: Path | None = None) -> LineModel:
    """The model in a folder, or the shipped one; loaded once.

    Raises ModelError if it is missing, damaged, changed or of another kind.
    """
    return _loaded((folder or default_folder()).resolve())


@lru_cache(maxsize=4)
def _loaded(folder: Path) -> LineModel:
    return from_arrays(*read_arrays(folder, KIND))


def save_model(model: LineModel, folder: Path, about: Mapping[str, object]) -> str:
    """Write a model and its manifest (with `about` in it). Returns the model's digest.

    Whoever interrupts this leaves the old model in place.
    """
    own = {"labels": list(model.labels), "threshold": model.threshold}
    digest = save_arrays(folder, KIND, to_arrays(model), {**about, **own})
    _loaded.cache_clear()
    return digest
