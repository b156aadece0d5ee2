"""What people correct is learned from: review, train, compare, promote, read with the new model."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import SAMPLES
from learning import BASE, FEW, FROZEN, QUICK, copy_few

from gipr_ml.learning.labels import GUIDE_VERSION, LabelledDocument
from gipr_ml.learning.training import read_training_data
from gipr_ml.lines import load_model
from gipr_ml.pipeline import process
from gipr_ml.service.changes import LabelChange, ReviewChange, ValueChange
from gipr_ml.service.context import Context, open_context
from gipr_ml.service.labels import COPY, UNLABELLED, add_reviewed, write_reviewed
from gipr_ml.service.settings import Settings
from gipr_ml.service.store.jobs import Job
from gipr_ml.service.work import Worker
from gipr_ml.service.work.learning import reviewed
from gipr_ml.store import default_folder

CLEAN = SAMPLES / "chengxi_culture_2023.txt"
DAMAGED = SAMPLES / "wangchuan_forestry_2022_damaged.txt"


@pytest.fixture
def few(tmp_path: Path) -> Path:
    return copy_few(tmp_path / "few")


@pytest.fixture
def learner(tmp_path: Path, few: Path) -> Iterator[Context]:
    (tmp_path / "quick.toml").write_text(QUICK)
    how = {"training_data": str(few), "training_config": str(tmp_path / "quick.toml")}
    made = open_context(Settings(data=tmp_path / "data", **how))
    yield made
    made.database.close()


def do(worker: Worker, kind: str, **arguments: Any) -> Job:
    """Have a worker do a job."""
    context = worker.context
    with context.database.write() as connection:
        key = f"{kind}:{context.database.now(connection)}"
        name = context.jobs.submit(connection, kind, key, arguments, "li").id
    assert worker.step()
    with context.database.read() as connection:
        return context.jobs.get(connection, name)


def promote(worker: Worker, model: str, override: str | None = None) -> dict[str, Any]:
    job = do(worker, "promote", model=model, margin=None, override=override)
    assert (job.state, job.reason) == ("done", None)
    return dict(job.result or {})


def champion(context: Context) -> str:
    with context.database.read() as connection:
        return context.models.champion(connection)


def test_what_was_reviewed_trains_a_model_that_is_compared_promoted_and_taken_back(
    learner: Context, never
):
    worker = Worker(learner, never)
    before = str(learner.versions())
    shipped = champion(learner)
    sent = learner.reports.send(CLEAN.name, CLEAN.read_bytes(), "li", before, None)
    assert worker.step()
    with learner.database.write() as connection:
        learner.history.add(connection, sent.report, [ReviewChange(review="done")], "li")
    trained = do(worker, "train", seed=1)
    assert (trained.state, trained.reason) == ("done", None)
    assert trained.result["reviewed_reports"] == 1
    assert trained.result["passed_over"] == []
    poor = trained.result["model"]
    made = json.loads((learner.files.models / trained.id / "lines.json").read_text("utf-8"))
    assert {one["name"] for one in made["trained_on"]} == {
        *FEW,
        f"service_{hashlib.sha256(CLEAN.read_bytes()).hexdigest()[:12]}",
    }

    compared = do(worker, "compare", champion=shipped, challenger=poor)
    (f1,) = (row for row in compared.result["table"]["figures"] if row["name"] == "macro_f1")
    assert f1["second"] < f1["first"]
    assert f1["low"] <= f1["difference"] <= f1["high"]
    assert compared.result["table"]["frozen"]["reports"] == len(FROZEN)
    assert b"<svg" in learner.files.comparison(compared.id).read_bytes()

    refused = promote(worker, poor)
    assert refused["promoted"] is False
    assert "figure" in {reason["kind"] for reason in refused["reasons"]}
    assert champion(learner) == shipped

    taken = promote(worker, poor, "for a trial")
    assert (taken["promoted"], champion(learner)) == (True, poor)
    now = learner.versions()
    assert (now.model, str(now) != before) == (poor, True)
    again = learner.reports.send(CLEAN.name, CLEAN.read_bytes(), "li", str(now), None)
    assert (again.report, again.known) == (sent.report, False)
    assert worker.step()
    with learner.database.read() as connection:
        assert learner.reports.get(connection, sent.report).version == str(now)

    # The shipped model is better than this one, so nothing stands against it.
    assert promote(worker, shipped)["promoted"] is True
    for before_that in (poor, shipped):
        assert do(worker, "rollback").state == "done"
        assert champion(learner) == before_that
    nothing = do(worker, "rollback")
    assert (nothing.state, nothing.reason) == ("failed", "there is no promotion to take back")
    worker.sandbox.close()
    with learner.database.read() as connection:
        log = [one.entry for one in learner.models.promotions(connection)]
    assert [entry["action"] for entry in log] == ["promote", "promote", "rollback", "rollback"]
    assert [entry["model"] for entry in log] == [poor, shipped, poor, shipped]
    assert log[0]["reason"] == "for a trial"
    assert log[0]["overridden"] == [reason["words"] for reason in refused["reasons"]]


def enter(context: Context, path: Path, changes: list[Any]) -> str:
    """A report that is read here and reviewed."""
    sent = context.reports.send(path.name, path.read_bytes(), "li", "v", None)
    with context.database.write() as connection:
        context.history.add_reading(connection, sent.report, process(path), "v", "gipr-ml")
        done = [*changes, ReviewChange(review="done", leave_open=True)]
        context.history.add(connection, sent.report, done, "王芳")
    return sent.report


def added(context: Context, folder: Path) -> tuple[list[str], dict[str, str]]:
    """Write what was reviewed, and add it to a copy of the labelled reports in `folder`."""
    for one in reviewed(context):
        write_reviewed(one, folder / "reviewed")
    shutil.copytree(context.training_data, folder / "set")
    return add_reviewed(folder / "reviewed", folder / "set", load_model(default_folder()))


def documents(folder: Path) -> dict[str, LabelledDocument]:
    return {document.name: document for document in read_training_data(folder / "set")}


def test_labels_say_who_gave_them_when_and_by_which_guide(learner: Context, tmp_path):
    total = ValueChange(cell="t4/reconsideration/total", value=5)
    report = enter(learner, DAMAGED, [total, LabelChange(line=0, label="note")])
    assert added(learner, tmp_path) == ([report], {})
    found = documents(tmp_path)
    (name,) = found.keys() - {*FEW}
    assert found[name].labels[0] == "note"
    entries = tomllib.loads((tmp_path / "set" / "manifest.toml").read_text("utf-8"))["report"]
    (entry,) = (one for one in entries if one["name"] == name)
    assert (entry["annotator"], entry["status"]) == ("王芳", "reviewed")
    assert entry["guide_version"] == GUIDE_VERSION
    assert (entry["agency"], entry["year"]) == ("望川县林业局", 2022)


def test_a_table_line_that_a_person_labelled_has_cells_with_labels(learner: Context, tmp_path):
    enter(learner, CLEAN, [LabelChange(line=0, label="header")])
    added(learner, tmp_path)
    (name,) = documents(tmp_path).keys() - {*FEW}
    assert documents(tmp_path)[name].cell_labels[0] == ("header",)


def test_neither_copies_nor_lines_without_a_label_train(learner: Context, tmp_path, make_report):
    copy = enter(learner, BASE / "reports" / "shihong_police_2023.txt", [])
    sent = learner.reports.send("b.txt", b"b", "li", "v", None).report
    report = make_report()
    (first, *others) = report.lines
    open_line = replace(report, lines=(replace(first, label="unresolved"), *others))
    with learner.database.write() as connection:
        learner.history.add_reading(connection, sent, open_line, "v", "gipr-ml")
        learner.history.add(connection, sent, [ReviewChange(review="done")], "li")
    waiting = learner.reports.send("c.txt", b"c", "li", "v", None).report
    with learner.database.write() as connection:
        learner.history.add_reading(connection, waiting, report, "v", "gipr-ml")
    assert added(learner, tmp_path) == ([], {copy: COPY, sent: UNLABELLED})
    assert {*documents(tmp_path)} == {*FEW}


def test_a_folder_without_labels_is_named(learner: Context, few: Path, never):
    (few / "manifest.toml").unlink()
    worker = Worker(learner, never)
    job = do(worker, "train", seed=0)
    worker.sandbox.close()
    assert job.state == "failed"
    assert str(few) in str(job.reason)
    assert "manifest.toml is missing" in str(job.reason)
