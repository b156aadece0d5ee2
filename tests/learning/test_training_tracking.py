"""A run in MLflow holds settings, scores, pictures and the model, and the model can be had back."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from gipr_ml.errors import ModelError, RegistryError
from gipr_ml.learning import tracking
from gipr_ml.learning.metrics import Answers
from gipr_ml.learning.runs import log_trained
from gipr_ml.learning.training import Trained
from gipr_ml.store import default_folder, read_manifest

ANSWERS = Answers(
    ("title", "value", "标签"),
    ("title", "标签", "标签"),
    np.array([0.9, 0.6, 0.8]),
    np.ones(3, bool),
)
SCORES = {"unseen": {"macro_f1": 0.5, "missing": None, "classes": {"a+b (c)": {"f1": 0.25}}}}
ERRORS = {"document": ["d"], "line": [3], "text": ["规章\x00"]}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    uri = f"sqlite:///{tmp_path / 'runs.db'}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    return uri


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_run_holds_everything_and_its_model_labels_lines(store: str, tmp_path: Path) -> None:
    import mlflow
    import pandas

    about = read_manifest(default_folder(), "lines.json")
    run_id, number = tracking.log_training(
        about, SCORES, {"unseen": ANSWERS}, ERRORS, default_folder()
    )
    client = mlflow.MlflowClient(store)
    run = client.get_run(run_id)
    assert run.data.params["trees"] == str(about["settings"]["trees"])
    assert run.data.params["seed"] == "0"
    assert run.data.metrics == {"unseen/macro_f1": 0.5, "unseen/classes/a_b _c_/f1": 0.25}
    assert run.data.tags["guide_version"] == "1"
    assert run.data.tags["code_version"].startswith("0.")
    assert run.info.run_name == f"lines-{about['sha256'][:12]}"
    (given,) = run.inputs.dataset_inputs
    assert given.dataset.digest == about["data_sha256"][:36]
    files = {file.path for file in client.list_artifacts(run_id)}
    assert {"errors.json", "unseen", "images"} <= files
    assert {file.path for file in client.list_artifacts(run_id, "unseen")} == {
        f"unseen/{name}.png" for name in ("confusion_matrix", "reliability", "risk_coverage")
    }
    version = client.get_model_version_by_alias(tracking.NAME, tracking.CHALLENGER)
    assert (str(version.version), version.run_id) == (number, run_id)
    assert tracking.version_of(about["sha256"]) == number
    assert tracking.version_of("0" * 64) is None

    tracking.set_champion(number)
    loaded = mlflow.pyfunc.load_model(f"models:/{tracking.NAME}@champion")
    said = loaded.predict(pandas.DataFrame({"text": tracking.EXAMPLE, "document": ["a", "b", "a"]}))
    assert said["label"][0] == "section"
    assert said["confidence"].between(0, 1).all()
    assert loaded.metadata.signature.outputs.input_names() == ["label", "confidence"]
    (requirements,) = tmp_path.rglob("requirements.txt")
    assert all("==" in line for line in requirements.read_text().splitlines())
    assert read_manifest(tracking.fetch(f"models:/{tracking.NAME}/{number}"), "lines.json") == about
    (logged,) = tmp_path.rglob("lines.json")
    logged.unlink()
    with pytest.raises(ModelError, match="is no model of this program"):
        tracking.fetch(f"runs:/{run_id}/model")
    with pytest.raises(RegistryError, match="does not do what was asked"):
        tracking.fetch("models:/gipr-lines@nobody")


def test_a_registry_that_is_down_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{closed_port}")
    for ask in (
        lambda: tracking.fetch("models:/gipr-lines@champion"),
        lambda: tracking.version_of("0" * 64),
        lambda: tracking.set_champion("1"),
    ):
        with pytest.raises(RegistryError, match=r"check MLFLOW_TRACKING_URI and that its server"):
            ask()


def test_a_model_that_cannot_be_measured_on_frozen_reports_is_not_logged_without_a_word(
    tmp_path: Path,
) -> None:
    places = [("d", 1, "a"), ("d", 2, "b"), ("d", 3, "c")]
    trained = Mock(spec=Trained, scores=SCORES, answers=ANSWERS, places=places, heldout=object())
    with pytest.raises(RegistryError, match=r"was written to .*could not be measured on the"):
        log_trained(trained, tmp_path / "moved", default_folder())


def test_the_environment_is_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr(tracking, "STORE", f"sqlite:///{tmp_path / 'own.db'}")
    assert tracking.version_of("0" * 64) is None
    assert (tmp_path / "own.db").exists()
    assert "MLFLOW_TRACKING_URI" not in os.environ


def test_reading_reports_loads_neither_mlflow_nor_what_draws(tmp_path: Path) -> None:
    code = (
        "import sys; from gipr_ml.cli import main\n"
        f"sys.argv = ['gipr', 'process', 'gipr_ml/samples/chengxi_culture_2023.txt',"
        f" '--model', 'models', '--out', {str(tmp_path)!r}]\n"
        "try: main()\n"
        "except SystemExit as stop: assert stop.code == 0\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    loaded = set(done.stdout.split("\n")[-2].split())
    assert "gipr_ml" in loaded
    assert not {"mlflow", "matplotlib", "pandas", "sklearn"} & loaded
