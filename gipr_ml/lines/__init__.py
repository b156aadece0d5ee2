"""The trained line and cell classifier."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from gipr_ml.errors import ModelError
from gipr_ml.files import write_file
from gipr_ml.lines.model import UNRESOLVED, LineModel, from_arrays, to_arrays
from gipr_ml.lines.store import (
    default_folder,
    load_arrays,
    pack_arrays,
    read_manifest,
    write_manifest,
)

__all__ = ["UNRESOLVED", "LineModel", "load_model", "save_model"]


def load_model(folder: Path | None = None) -> LineModel:
    """The model in a folder, or the shipped one; loaded once.

    Raises ModelError if it is missing, damaged, changed or of another kind.
    """
    return _loaded((folder or default_folder()).resolve())


@lru_cache(maxsize=4)
def _loaded(folder: Path) -> LineModel:
    manifest = read_manifest(folder)
    name, digest = manifest.get("file"), manifest.get("sha256")
    if not isinstance(name, str) or not isinstance(digest, str) or Path(name).name != name:
        raise ModelError(
            f"The model manifest in {folder} names no model file; train again with: gipr train"
        )
    return from_arrays(load_arrays(folder / name, digest), digest)


def save_model(model: LineModel, folder: Path, about: Mapping[str, object]) -> str:
    """Write a model and its manifest (with `about` in it). Returns the model's digest.

    The file is named by its digest and the manifest replaced last: whoever interrupts this leaves
    the old model in place.
    """
    data = pack_arrays(to_arrays(model))
    digest = hashlib.sha256(data).hexdigest()
    name = f"lines-{digest[:12]}.skops"
    folder.mkdir(parents=True, exist_ok=True)
    write_file(folder / name, data)
    manifest = {
        "file": name,
        "sha256": digest,
        "labels": list(model.labels),
        "threshold": model.threshold,
    }
    write_manifest(folder, {**about, **manifest})
    for old in folder.glob("lines-*.skops"):
        if old.name != name:
            old.unlink()
    _loaded.cache_clear()
    return digest
