"""Runs of training in MLflow. The only file that knows MLflow.

The store is what `MLFLOW_TRACKING_URI` says, else the SQLite file `mlflow.db` in the working
directory. One experiment a model; a run holds its settings, scores per class and the model's files.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gipr_ml.errors import TrainingError

STORE = "sqlite:///mlflow.db"
EXPERIMENT = "gipr-lines"


def log_run(
    params: Mapping[str, Any], scores: Mapping[str, Any], folder: Path, tags: Mapping[str, str]
) -> str:
    """Log one run with everything that lies in the model folder. Returns the run's id.

    Raises TrainingError if the store cannot be reached; the model is safe on disk by then.
    """
    import mlflow

    # What the store says while it sets itself up is no news to whoever trains a model.
    for name in ("alembic", "mlflow.store.db.utils", "mlflow.tracking.fluent"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        mlflow.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI") or STORE)
        mlflow.set_experiment(EXPERIMENT)
        with mlflow.start_run(tags=dict(tags)) as run:
            mlflow.log_params(dict(params))
            mlflow.log_metrics(dict(_flat(scores)))
            mlflow.log_artifacts(str(folder), "model")
            return str(run.info.run_id)
    except mlflow.exceptions.MlflowException as error:
        raise TrainingError(
            f"The model was written, but the run could not be logged to MLflow ({error});"
            " set MLFLOW_TRACKING_URI, or leave logging out with --no-track"
        ) from None


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """Numbers of nested tables under their path, such as "classes/value/f1"."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}/")
        elif value is not None:
            yield prefix + name, float(value)
