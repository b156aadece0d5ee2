"""The names under which people call a model: a folder, an alias, a run, a URI."""

from __future__ import annotations

import re
from pathlib import Path

from gipr_ml.errors import UsageError
from gipr_ml.lines import KIND

ALIASES = ("champion", "challenger")
_RUN = re.compile(r"[0-9a-f]{32}")


def folder_of(name: str) -> Path:
    """The model folder that a name stands for; MLflow is asked only for what is no folder.

    Raises UsageError if the name is neither, RegistryError and ModelError as `tracking.fetch`.
    """
    path = Path(name)
    if (path / f"{KIND}.json").is_file() or path.is_dir():
        return path
    from gipr_ml.learning import tracking

    if name in ALIASES:
        return tracking.fetch(f"models:/{tracking.NAME}@{name}")
    if _RUN.fullmatch(name):
        return tracking.fetch(f"runs:/{name}/model")
    if tracking.is_uri(name):
        return tracking.fetch(name)
    raise UsageError(
        f"{name}: no model folder, and no alias ({', '.join(ALIASES)}), run id, runs:/ or models:/"
        " URI of MLflow"
    )
