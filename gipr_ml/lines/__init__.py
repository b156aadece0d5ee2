"""The trained line and cell classifier."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from gipr_ml.lines.model import UNRESOLVED, LineModel, from_arrays, to_arrays
from gipr_ml.store import default_folder, read_arrays, save_arrays

__all__ = ["UNRESOLVED", "LineModel", "forget_line_models", "load_model", "load_part", "save_model"]

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


def forget_line_models() -> None:
    """Read models anew from their folders the next time."""
    _loaded.cache_clear()


def load_part(folder: Path, part: str) -> LineModel:
    """Another model that is stored with the one of a folder. Raises ModelError as `load_model`."""
    return from_arrays(*read_arrays(folder, KIND, part))


def save_model(
    model: LineModel,
    folder: Path,
    about: Mapping[str, object],
    parts: Mapping[str, LineModel] | None = None,
) -> str:
    """Write a model and its manifest (with `about` in it). Returns the model's digest.

    `parts` are further models to keep with it. Whoever interrupts this leaves the old model in
    place.
    """
    own = {"labels": list(model.labels), "threshold": model.threshold}
    others = {name: to_arrays(part) for name, part in (parts or {}).items()}
    digest = save_arrays(folder, KIND, to_arrays(model), {**about, **own}, others)
    forget_line_models()
    return digest
