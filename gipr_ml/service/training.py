"""The learning loop as tasks of the sandbox: what was reviewed joins what there was."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from gipr_ml.errors import TrainingError
from gipr_ml.sandbox import Answer, Call
from gipr_ml.service.labels import LabelledReport, manifest_entries

MANIFEST = "manifest.toml"


def gather(base: Path, reviewed: list[LabelledReport], folder: Path) -> None:
    """Make `folder` the labelled lines of `base` and of the reviewed reports.

    Raises `TrainingError` where `base` is no folder of labelled lines.
    """
    if not (base / MANIFEST).exists():
        raise TrainingError(
            f"{base} holds no labelled lines ({MANIFEST} is missing); name the folder in the"
            " setting training_data"
        )
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base / "lines", folder / "lines")
    known = {path.name.partition(".")[0] for path in (folder / "lines").iterdir()}
    new = [report for report in reviewed if report.name not in known]
    for report in new:
        (folder / "lines" / f"{report.name}.jsonl").write_bytes(report.lines)
    listed = (base / MANIFEST).read_text("utf-8") + manifest_entries(new)
    (folder / MANIFEST).write_text(listed, "utf-8")


def train(call: Call) -> Answer:
    """Train a model on the folder `data` into the folder `out`.

    Values: `data`, `out`, `seed`, and `config`, the path of a settings file or null. The answer
    has the `scores` on reports that were held out, and what the model was made of.
    """
    from gipr_ml.learning.training import about, read_settings, save_trained, train_lines

    values = call.values
    settings = read_settings(Path(values["config"]) if values["config"] else None)
    done = 0

    def progress(step: str) -> None:
        nonlocal done
        done += 1
        call.progress(1 - 0.9**done, step)

    seed, out = int(values["seed"]), Path(values["out"])
    trained = train_lines(Path(values["data"]), settings, seed, progress)
    progress("fitting the category voter")
    save_trained(trained, out)
    made = {"scores": trained.scores, **about(trained)}
    if os.environ.get("MLFLOW_TRACKING_URI"):
        progress("logging the run")
        made["mlflow_run"] = _log({**asdict(settings), "seed": seed}, trained.scores, out)
    return Answer({"about": json.loads(json.dumps(made))})


def _log(params: Mapping[str, object], scores: Mapping[str, object], folder: Path) -> str:
    """The id of the run, or why there is none: the model is made all the same."""
    from gipr_ml.learning.tracking import log_run

    try:
        return log_run(params, scores, folder, {"made_by": "service"})
    except TrainingError as error:
        return error.message
