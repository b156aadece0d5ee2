"""A run in MLflow holds settings, scores and the model."""

from __future__ import annotations

from pathlib import Path

import pytest

from gipr_ml.errors import TrainingError
from gipr_ml.learning.tracking import EXPERIMENT, log_run


def test_a_run_is_logged_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow

    monkeypatch.chdir(tmp_path)
    uri = f"sqlite:///{tmp_path / 'runs.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "lines.json").write_text("{}")
    scores = {"macro_f1": 0.5, "missing": None, "classes": {"value": {"f1": 0.25}}}
    run_id = log_run({"trees": 60}, scores, tmp_path / "model", {"guide_version": "1"})
    client = mlflow.MlflowClient(uri)
    run = client.get_run(run_id)
    assert run.data.params == {"trees": "60"}
    assert run.data.metrics == {"macro_f1": 0.5, "classes/value/f1": 0.25}
    assert run.data.tags["guide_version"] == "1"
    assert client.get_experiment(run.info.experiment_id).name == EXPERIMENT
    assert [file.path for file in client.list_artifacts(run_id, "model")] == ["model/lines.json"]


def test_a_store_that_cannot_be_reached_is_an_error_of_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"file:{tmp_path / 'old-store'}")
    with pytest.raises(TrainingError, match="--no-track"):
        log_run({}, {}, tmp_path, {})
