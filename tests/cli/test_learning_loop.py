"""The whole loop, from an empty folder: label, train, compare, promote, read, go back."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from gipr_ml.pipeline import forget_models

DATA = Path(__file__).parents[2] / "training_data"
TRAINED_ON = ("shihong_police_2023", "yunlu_county_2023")
LATER = ("wangchuan_forestry_2021", "pingtan_2021")
FROZEN = ("shuyang_fgj_2023", "panyu_data_bureau_2024")
GOOD = "[lines]\ntrees = 6\nbits = 10\nsynthetic = 0\nfolds = 2\nleast = 3\n"
POOR = "[lines]\ntrees = 1\nbits = 4\nsynthetic = 0\nfolds = 2\ntext_strength = 0.001\n"

Gipr = Callable[..., Any]


def report_of(name: str) -> Path:
    return next((DATA / "reports").glob(f"{name}.*"))


def correct(sheet: Path, name: str) -> None:
    """Put the labels right in a sheet, as a person does in a spreadsheet."""
    lines = (DATA / "lines" / f"{name}.jsonl").read_text("utf-8").splitlines()
    truth = [json.loads(line) for line in lines]
    rows = list(csv.DictReader(io.StringIO(sheet.read_bytes().decode("utf-8-sig"), newline="")))
    for row, own in zip(rows, truth, strict=True):
        row["label"] = own["label"]
        row["cell_labels"] = " ".join(own["cell_labels"])
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def label(gipr: Gipr, names: Sequence[str]) -> None:
    done = gipr("label", *map(report_of, names), "--out", "labels")
    assert done.code == 0, done.err
    sheets = [Path("labels") / f"{name}.csv" for name in names]
    for name, sheet in zip(names, sheets, strict=True):
        correct(sheet, name)
    done = gipr("label", "--import", *sheets, "--reviewed-by", "王芳", "--data", "data")
    assert done.code == 0, done.err


def freeze(names: Sequence[str]) -> None:
    """Mark reports as frozen and give their gold, as the data card says."""
    manifest = Path("data") / "manifest.toml"
    text = manifest.read_text("utf-8")
    for name in names:
        file = report_of(name)
        for folder, source in (("reports", file), ("gold", DATA / "gold" / f"{name}.json")):
            (Path("data") / folder).mkdir(exist_ok=True)
            shutil.copy(source, Path("data") / folder)
        own = f'name = "{name}"\n'
        text = text.replace(own, f'{own}file = "reports/{file.name}"\nfrozen = true\n')
    manifest.write_text(text, "utf-8")


def promotions() -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path("models/promotions.jsonl").read_text().splitlines()]


def model_of(folder: str) -> str:
    return str(json.loads((Path(folder) / "lines.json").read_text())["sha256"])


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "good.toml").write_text(GOOD)
    (tmp_path / "poor.toml").write_text(POOR)
    return tmp_path


def test_the_whole_loop(work: Path, gipr: Gipr, monkeypatch: pytest.MonkeyPatch) -> None:
    # Label.
    label(gipr, (*FROZEN, *TRAINED_ON))
    freeze(FROZEN)
    some = map(report_of, (*FROZEN, *TRAINED_ON, LATER[0]))
    done = gipr("label", "--suggest", 9, *some, "--data", "data", "--json")
    offered = {Path(own["report"]).stem for own in json.loads(done.out)["suggestions"]}
    assert offered == {LATER[0]}

    # Train; the first model has no champion to beat.
    place = ("--data", "data", "--models", "models")
    assert gipr("train", "--data", "data", "--config", "good.toml", "--out", "first").code == 0
    assert gipr("promote", "first", *place).code == 0
    first = model_of("models")

    # A worse one is refused and changes nothing.
    done = gipr("train", "--data", "data", "--config", "poor.toml", "--out", "poor", "--no-track")
    assert done.code == 0
    before = {path: path.read_bytes() for path in Path("models").rglob("*") if path.is_file()}
    done = gipr("promote", "poor", *place, "--no-track")
    assert done.code == 1
    assert "is not promoted; the champion stays" in done.err
    assert "macro-F1 of lines goes from" in done.err
    after = {path: path.read_bytes() for path in Path("models").rglob("*") if path.is_file()}
    assert after == before

    # More reviewed reports make a better one.
    label(gipr, LATER)
    assert gipr("train", "--data", "data", "--config", "good.toml", "--out", "better").code == 0
    done = gipr("compare", "champion", "challenger", "--data", "data", "--json")
    assert done.code == 0, done.err
    table = json.loads(done.out)
    assert [table[part]["digest"] for part in ("first", "second")] == [first, model_of("better")]
    assert {row["document"] for row in table["documents"]} == set(FROZEN)
    assert table["figures"][0]["difference"] > 0
    assert json.loads((work / "comparison" / "comparison.json").read_text("utf-8")) == table
    assert "<svg" in (work / "comparison" / "comparison.html").read_text("utf-8")
    done = gipr("promote", "challenger", *place)
    assert done.code == 0, done.err
    assert model_of("models") == model_of("better")

    # Read with it, by folder and by alias.
    for name, model in (("a", "models"), ("b", "models:/gipr-lines@champion")):
        done = gipr("process", report_of(FROZEN[0]), "--out", name, "--model", model)
        assert done.code == 0, done.err
        (result,) = Path(name).glob("*.json")
        assert json.loads(result.read_text("utf-8"))["model"] == model_of("better")

    # Put the poor one to work all the same, and go back twice.
    done = gipr("promote", "poor", *place, "--no-track", "--override", "试用")
    assert done.code == 0, done.err
    assert gipr("promote", "--rollback", *place).code == 0
    assert model_of("models") == model_of("better")
    assert gipr("promote", "--rollback", *place).code == 0
    assert model_of("models") == first
    done = gipr("promote", "--rollback", *place)
    assert (done.code, "no promotion in models to roll back" in done.err) == (1, True)
    log = promotions()
    assert [entry["action"] for entry in log] == ["promote"] * 3 + ["rollback"] * 2
    assert [entry["version"] for entry in log] == ["1", "2", None, "2", "1"]
    assert log[2]["reason"] == "试用"
    assert log[2]["overridden"]
    assert log[1]["figures"]["macro_f1"][1] > log[1]["figures"]["macro_f1"][0]

    # Whatever happens to a challenger or to MLflow, the champion reads.
    (model,) = Path("better").glob("lines-[!h]*.skops")
    model.write_bytes(model.read_bytes()[:-9] + b"tampered!")
    done = gipr("promote", "better", *place, "--no-track")
    assert (done.code, "is not the one that its manifest describes" in done.err) == (1, True)
    model.unlink()
    assert gipr("compare", "models", "better", "--data", "data", "--no-track").code == 1
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free.getsockname()[1]}")
    done = gipr("process", report_of(FROZEN[0]), "--out", "c", "--model", "models:/gipr-lines@x")
    assert (done.code, "check MLFLOW_TRACKING_URI" in done.err) == (1, True)
    done = gipr("promote", "first", *place)
    assert done.code == 1
    assert model_of("models") == first
    forget_models()
    assert gipr("process", report_of(FROZEN[0]), "--out", "c", "--model", "models").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["train", "--data", "."], 1, "There are no reviewed labelled lines to train on."),
        (["compare", "nobody", "models"], 2, "nobody: no model folder, and no alias"),
        (["label", "good.toml", "--reviewed-by", "x"], 2, "belong to --import"),
        (["label", "good.toml", "--import", "--suggest", "1"], 2, "give one of them"),
        (["label", "good.toml", "--import", "--data", "data"], 1, "is no label sheet"),
        (["label", "nothing.csv", "--import"], 1, "nothing.csv: cannot be opened"),
        (["promote", "--override", " "], 2, "say why"),
    ],
)
def test_wrong_calls_get_one_sentence(
    work: Path, gipr: Gipr, arguments: Sequence[str], code: int, words: str
) -> None:
    del work
    done = gipr(*arguments)
    assert (done.code, words in done.err) == (code, True), done.err


def test_a_sheet_that_somebody_may_have_worked_on_is_left(work: Path, gipr: Gipr) -> None:
    report = report_of("pingtan_2021")
    assert gipr("label", report).code == 0
    sheet = work / "labels" / "pingtan_2021.csv"
    sheet.write_text("mine")
    done = gipr("label", report)
    assert (done.code, "is there already and was left" in done.err) == (3, True)
    assert sheet.read_text() == "mine"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_training_that_is_stopped_leaves_the_model_as_it_was(
    work: Path, stop: signal.Signals
) -> None:
    models = work / "models"
    shutil.copytree(DATA.parent / "models", models)
    before = {path.name: path.read_bytes() for path in models.iterdir()}
    call = ["train", "--no-track", "--data", str(DATA), "--config", "good.toml", "--out", "models"]
    run = subprocess.Popen(
        [sys.executable, "-c", "from gipr_ml.cli import main; main()", *call],
        cwd=work,
        env={**os.environ, "PYTHONPATH": str(DATA.parent)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stderr is not None
    for line in run.stderr:
        if line.startswith("fitting trees"):
            run.send_signal(stop)
            break
    rest = run.stderr.read()
    assert run.wait() == (130 if stop is signal.SIGINT else -signal.SIGKILL)
    assert "Traceback" not in rest
    assert {path.name: path.read_bytes() for path in models.iterdir()} == before
