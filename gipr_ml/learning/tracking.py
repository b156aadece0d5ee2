"""Models, runs and comparisons in MLflow. The only file that knows MLflow.

The store is what `MLFLOW_TRACKING_URI` (and `MLFLOW_REGISTRY_URI`) say, else the SQLite file
`mlflow.db` in the working directory, with its files in `mlruns/`. There is one experiment, and one
registered model, of the name `gipr-lines`; the alias `champion` is at work, `challenger` is the one
trained last. Comparisons have an experiment of their own, so that charts of models show models.
"""

from __future__ import annotations

import atexit
import io
import logging
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gipr_ml.errors import ModelError, RegistryError
from gipr_ml.files import scratch_folder
from gipr_ml.learning.metrics import Answers
from gipr_ml.learning.plots import pictures
from gipr_ml.lines import KIND, pyfunc

STORE = "sqlite:///mlflow.db"
NAME = "gipr-lines"
"""Of the experiment and of the registered model."""
COMPARISONS = "gipr-lines-comparisons"
KIND_TAG = {"mlflow.experimentKind": "custom_model_development"}
"""Makes MLflow's page open on charts of runs."""
CHAMPION, CHALLENGER = "champion", "challenger"
SCHEMES = ("models:/", "runs:/")
"""How a URI of a model begins."""
LOADER = pyfunc.__name__
EXAMPLE = ["二、主动公开政府信息情况", "规章\t0\t0\t0", "- 3 -"]

_SETTINGS = {
    # Nothing is sent to anybody, and a server that is down is told of at once.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}
_NO_METRIC = re.compile(r"[^\w.\- /:]")


def address() -> str:
    """Where runs are kept."""
    return os.environ.get("MLFLOW_TRACKING_URI") or STORE


@contextmanager
def _connected() -> Iterator[Any]:
    """MLflow, set up. Whatever goes wrong there becomes a RegistryError of one sentence."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    # What the store says while it sets itself up is no news to whoever trains a model.
    for name in ("alembic", "mlflow", "urllib3"):
        logging.getLogger(name).setLevel(logging.ERROR)
    import mlflow

    logging.getLogger("mlflow").setLevel(logging.ERROR)
    said = os.environ.get("MLFLOW_TRACKING_URI")
    try:
        mlflow.set_tracking_uri(address())
        yield mlflow
    except (mlflow.exceptions.MlflowException, OSError) as error:
        reason = str(error).strip().split("\n")[0][:300]
        raise RegistryError(
            f"MLflow at {address()} does not do what was asked ({reason}); check"
            " MLFLOW_TRACKING_URI and that its server runs"
        ) from None
    finally:
        # MLflow writes its store into the environment, where a later child would take it for a
        # wish to log its runs.
        if said is None:
            os.environ.pop("MLFLOW_TRACKING_URI", None)


def log_training(
    about: Mapping[str, Any],
    scores: Mapping[str, Mapping[str, Any]],
    answers: Mapping[str, Answers],
    errors: Mapping[str, Sequence[Any]],
    folder: Path,
) -> tuple[str, str]:
    """Log a training run with its model, registered as the challenger.

    `about` is the model's manifest; `scores` and `answers` are by what they were measured on;
    `errors` is a table by column. Returns the run's id and the version in the registry. Raises
    RegistryError if MLflow cannot be reached.
    """
    with _connected() as mlflow:
        mlflow.set_experiment(NAME)
        mlflow.set_experiment_tags(KIND_TAG)
        with mlflow.start_run(run_name=f"lines-{str(about['sha256'])[:12]}") as run:
            mlflow.set_tags(_tags(about))
            mlflow.log_params({**about["settings"], "seed": about["seed"]})
            mlflow.log_input(_dataset(mlflow, about), context="training")
            mlflow.log_metrics(dict(_flat(scores)))
            for part, own in answers.items():
                _log_pictures(mlflow, part, own)
            mlflow.log_table(dict(errors), "errors.json")
            made = _log_model(mlflow, folder)
            number = str(made.registered_model_version)
            client = mlflow.MlflowClient()
            client.set_model_version_tag(NAME, number, "digest", str(about["sha256"]))
            client.set_registered_model_alias(NAME, CHALLENGER, number)
            return str(run.info.run_id), number


def _tags(about: Mapping[str, Any]) -> dict[str, str]:
    return {
        "kind": "training",
        "digest": str(about["sha256"]),
        "data_sha256": str(about["data_sha256"]),
        "guide_version": str(about["guide_version"]),
        "code_version": code_version(),
    }


def code_version() -> str:
    """Version of the package, with the commit where it runs out of a repository."""
    own = version("gipr-ml")
    try:
        commit = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--exclude=*"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return own
    return f"{own}+{commit}"


def _dataset(mlflow: Any, about: Mapping[str, Any]) -> Any:
    """The labelled reports as MLflow keeps data: their names and digests, not their text."""
    import pandas

    table = pandas.DataFrame(about["trained_on"])
    digest = str(about["data_sha256"])[:36]
    return mlflow.data.from_pandas(table, name="labelled-reports", digest=digest)


def _log_pictures(mlflow: Any, part: str, answers: Answers) -> None:
    """As files, and once more as images that the comparison page shows side by side."""
    from PIL import Image

    for name, data in pictures(answers):
        picture = Image.open(io.BytesIO(data))
        mlflow.log_image(picture, f"{part}/{name}.png")
        mlflow.log_image(picture, key=f"{part} {name.replace('_', ' ')}", step=0)


def _log_model(mlflow: Any, folder: Path) -> Any:
    import pandas
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema

    text = Schema(
        [ColSpec(DataType.string, "text"), ColSpec(DataType.string, "document", required=False)]
    )
    said = Schema([ColSpec(DataType.string, "label"), ColSpec(DataType.double, "confidence")])
    needed = ("gipr-ml", "mlflow", "numpy", "scipy")
    return mlflow.pyfunc.log_model(
        name="model",
        loader_module=LOADER,
        data_path=str(folder),
        signature=ModelSignature(text, said),
        input_example=pandas.DataFrame({"text": EXAMPLE}),
        pip_requirements=[f"{name}=={version(name)}" for name in needed],
        registered_model_name=NAME,
    )


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """Numbers of nested tables under their path, such as "unseen/classes/value/f1"."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}/")
        elif value is not None:
            yield _NO_METRIC.sub("_", prefix + name), float(value)


# ---------------------------------------------------------------- models


def is_uri(name: str) -> bool:
    """Whether a model is named by a URI of MLflow."""
    return name.startswith(SCHEMES)


def fetch(uri: str) -> Path:
    """The model folder at a URI such as models:/gipr-lines@champion or runs:/ID/model.

    It is a copy that lasts as long as the process.

    Raises RegistryError if it cannot be had, ModelError if it is no model of this program.
    """
    kept = ExitStack()
    atexit.register(kept.close)
    place = str(kept.enter_context(scratch_folder()))
    with _connected() as mlflow:
        where = Path(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=place))
    found = sorted(where.rglob(f"{KIND}.json")) if where.is_dir() else []
    if not found:
        raise ModelError(f"{uri} is no model of this program; name one that gipr train has logged")
    return found[0].parent


def version_of(digest: str) -> str | None:
    """The latest version in the registry of the model with this digest."""
    with _connected() as mlflow:
        client = mlflow.MlflowClient()
        versions = client.search_model_versions(f"name='{NAME}'")
        own = [int(v.version) for v in versions if v.tags.get("digest") == digest]
    return str(max(own)) if own else None


def set_champion(number: str) -> None:
    """Move the alias of the champion to a version."""
    with _connected() as mlflow:
        mlflow.MlflowClient().set_registered_model_alias(NAME, CHAMPION, number)


def log_comparison(
    names: Sequence[str],
    digests: Sequence[str],
    metrics: Mapping[str, float],
    files: Mapping[str, bytes],
    scores: Sequence[Mapping[str, Any]],
) -> str:
    """Log a comparison as a run of its own, with its pages, and return the run's id.

    The scores of both models are also put into their own training runs where they have one, under
    the same names, so that MLflow can show those runs side by side.
    """
    with _connected() as mlflow:
        mlflow.set_experiment(COMPARISONS)
        mlflow.set_experiment_tags(KIND_TAG)
        client = mlflow.MlflowClient()
        for digest, own in zip(digests, scores, strict=True):
            number = version_of(digest)
            run_id = client.get_model_version(NAME, number).run_id if number else None
            for key, value in _flat({"frozen": own}) if run_id else ():
                client.log_metric(run_id, key, value)
        with mlflow.start_run(run_name=" against ".join(names)) as run:
            mlflow.set_tags({"kind": "comparison", "first": digests[0], "second": digests[1]})
            mlflow.log_metrics(dict(_flat(metrics)))
            for name, data in files.items():
                mlflow.log_text(data.decode(), name)
            return str(run.info.run_id)
