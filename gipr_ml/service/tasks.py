"""The learning loop as tasks of the sandbox: what `gipr train`, `compare` and `promote` do, on the
models of the service. Runs are logged where `MLFLOW_TRACKING_URI` says where to."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gipr_ml.errors import RegistryError, TrainingError
from gipr_ml.learning.comparison.compare import compare as compare_models
from gipr_ml.learning.comparison.compare import flat
from gipr_ml.learning.comparison.judging import MANIFEST, Verdicts, judge, read_exam
from gipr_ml.learning.comparison.page import files_of
from gipr_ml.learning.labelling import library
from gipr_ml.learning.promotion import MARGIN, gate, promotion_entry
from gipr_ml.learning.training import Trained, about, read_settings, save_trained, train_lines
from gipr_ml.lines import load_model
from gipr_ml.sandbox import Answer, Call
from gipr_ml.service.labels import add_reviewed
from gipr_ml.store import read_manifest


def train(call: Call) -> Answer:
    """Train a model into the folder `out`.

    Values: `base`, the folder of the labelled reports that there are; `reviewed`, as
    `labels.write_reviewed` writes it; `folder` for both together; `champion`, the folder of the
    model that knows the labels; `seed`; `config`, the path of a settings file or null. The answer
    has what the model was made of, its `scores` on reports that it had not seen, which reviewed
    reports were `added` and which `passed_over`, and what MLflow calls the model.
    """
    values = call.values
    base, folder, out = (Path(values[name]) for name in ("base", "folder", "out"))
    settings = read_settings(Path(values["config"]) if values["config"] else None)
    if not (base / library.MANIFEST).exists():
        raise TrainingError(
            f"{base} holds no labelled reports ({library.MANIFEST} is missing); name the folder in"
            " the setting training_data"
        )
    shutil.copytree(base, folder)
    reviewed, champion = Path(values["reviewed"]), load_model(Path(values["champion"]))
    added, passed_over = add_reviewed(reviewed, folder, champion)
    done = 0

    def progress(step: str) -> None:
        nonlocal done
        done += 1
        call.progress(1 - 0.9**done, step)

    trained = train_lines(folder, settings, int(values["seed"]), progress)
    progress("fitting the category voter")
    save_trained(trained, out)
    made = {"scores": trained.scores, "added": added, "passed_over": passed_over, **about(trained)}
    if _tracked():
        progress("logging the run to MLflow")
        made["mlflow"] = _log(trained, folder, out)
    return Answer({"about": json.loads(json.dumps(made))})


def _log(trained: Trained, data: Path, out: Path) -> dict[str, str]:
    """The run and the version; or why there are none: the model is made all the same."""
    from gipr_ml.learning.runs import log_trained

    try:
        run, version = log_trained(trained, data, out)
    except RegistryError as error:
        return {"error": error.message}
    return {"run": run, "version": version}


def compare(call: Call) -> Answer:
    """Compare the models in the folders `folders`, called `names`, on the frozen reports in `data`.

    The answer has the `table`, and the page with all of it as its block.
    """
    values = call.values
    exam = read_exam(Path(values["data"]))
    verdicts: list[Verdicts] = []
    for name, folder in zip(values["names"], values["folders"], strict=True):
        call.progress(0.1 + 0.4 * len(verdicts), f"reading the frozen reports with {name}")
        verdicts.append(judge(str(name), Path(folder), exam))
    table = compare_models(*verdicts)
    files = files_of(table)
    if _tracked():
        from gipr_ml.learning.tracking import log_comparison

        call.progress(0.9, "logging the comparison to MLflow")
        digests, tables = [v.digest for v in verdicts], [v.table() for v in verdicts]
        log_comparison(values["names"], digests, flat(table), files, tables)
    return Answer({"table": table}, (files["comparison.html"],))


def promote(call: Call) -> Answer:
    """Hold the challenger against the champion, both named by digest and folder.

    Values: `challenger`, `champion`, `challenger_folder`, `champion_folder`, `data`, and each of
    these or null: `margin`; `override`, why reasons against it do not count. The answer has the
    `reasons`, the `table` of the comparison and, where nothing stands against it, the `entry` for
    the log.
    """
    values = call.values
    folder = Path(values["challenger_folder"])
    call.progress(0.1, "reading every report whose answers are known with both models")
    champion, data = Path(values["champion_folder"]), Path(values["data"])
    margin = MARGIN if values["margin"] is None else float(values["margin"])
    decided = gate(folder, champion, data, margin)
    told: dict[str, Any] = {"reasons": [asdict(reason) for reason in decided.reasons]}
    told |= {"table": decided.comparison, "entry": None}
    if not decided.reasons or values["override"] is not None:
        version = _make_champion(folder)
        names = values["challenger"], values["champion"]
        told["entry"] = promotion_entry(*names, decided, values["override"], version)
    return Answer(told)


def roll_back(call: Call) -> Answer:
    """Make sure that the model in `folder` can be used, and tell MLflow that it is the champion."""
    folder = Path(call.values["folder"])
    load_model(folder)
    return Answer({"version": _make_champion(folder)})


def _tracked() -> bool:
    return bool(os.environ.get("MLFLOW_TRACKING_URI"))


def _make_champion(folder: Path) -> str | None:
    """The version in MLflow of a model, which gets the alias of the champion there; None where it
    is not known. Raises `RegistryError` where MLflow does not answer: nothing is changed then."""
    if not _tracked():
        return None
    from gipr_ml.learning.tracking import set_champion, version_of

    version = version_of(str(read_manifest(folder, MANIFEST)["sha256"]))
    if version is not None:
        set_champion(version)
    return version
