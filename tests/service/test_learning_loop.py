"""What people correct is learned from: review, train, promote, read with the new model."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, SAMPLES

from gipr_ml.errors import TrainingError
from gipr_ml.service.changes import LabelChange, ReviewChange
from gipr_ml.service.context import Context, open_context
from gipr_ml.service.settings import Settings
from gipr_ml.service.training import gather
from gipr_ml.service.work import Worker
from gipr_ml.service.work.kinds import reviewed_labels

BASE = ROOT / "training_data"
FEW = ("hongze_2023_layout", "linxi_water_2024", "liuxi_education_2023")
TINY = "[lines]\nbits = 9\nrounds = 4\nsynthetic = 2\nfolds = 2\n"


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """A folder of labelled lines with three reports."""
    folder = tmp_path / "few"
    (folder / "lines").mkdir(parents=True)
    for name in FEW:
        shutil.copy(BASE / "lines" / f"{name}.jsonl", folder / "lines")
    listed = tomllib.loads((BASE / "manifest.toml").read_text("utf-8"))["report"]
    entries = [
        f'[[report]]\nname = "{one["name"]}"\ngroup = "{one["group"]}"\nstatus = "reviewed"\n'
        for one in listed
        if one["name"] in FEW
    ]
    (folder / "manifest.toml").write_text("\n".join(entries), "utf-8")
    return folder


@pytest.fixture
def learner(tmp_path: Path, few: Path) -> Iterator[Context]:
    made = open_context(Settings(data=tmp_path / "data", training_data=str(few)))
    yield made
    made.database.close()


def submit(context: Context, kind: str, **arguments: object) -> str:
    with context.database.write() as connection:
        return context.jobs.submit(connection, kind, f"{kind}:test", arguments, "li").id


def test_what_was_reviewed_makes_another_model_that_reads(learner, tmp_path, never):
    worker = Worker(learner, never)
    sample = SAMPLES / "chengxi_culture_2023.txt"
    shipped = str(learner.versions())
    sent = learner.reports.send(sample.name, sample.read_bytes(), "li", shipped, None)
    assert worker.step()
    changes = [LabelChange(line=0, label="title"), ReviewChange(review="done")]
    with learner.database.write() as connection:
        learner.history.add(connection, sent.report, changes, "li")
    (tmp_path / "tiny.toml").write_text(TINY)
    job = submit(learner, "train", seed=1, config=str(tmp_path / "tiny.toml"))
    assert worker.step()
    with learner.database.read() as connection:
        trained = learner.jobs.get(connection, job)
    assert (trained.state, trained.reason) == ("done", None)
    assert trained.result["reviewed_reports"] == 1
    digest = trained.result["model"]

    submit(learner, "promote", model=digest)
    assert worker.step()
    now = learner.versions()
    assert (now.model, str(now) != shipped) == (digest, True)
    again = learner.reports.send(sample.name, sample.read_bytes(), "li", str(now), None)
    assert (again.report, again.known) == (sent.report, False)
    assert worker.step()
    worker.sandbox.close()
    with learner.database.read() as connection:
        assert learner.reports.get(connection, sent.report).version == str(now)
        kinds = [step.kind for step in learner.history.steps(connection, sent.report)]
        assert kinds == ["read", "label", "review", "read"]
        assert learner.history.state(connection, sent.report).review == "started"


def test_reviewed_lines_join_those_there_are(learner, few, tmp_path, make_report):
    from gipr_ml.learning.training import read_training_data

    sent = learner.reports.send("a.txt", b"a", "li", "v", None)
    with learner.database.write() as connection:
        learner.history.add_reading(connection, sent.report, make_report(), "v", "gipr-ml")
        learner.history.add(connection, sent.report, [ReviewChange(review="done")], "li")
    gather(few, reviewed_labels(learner), tmp_path / "all")
    found = {document.name: document for document in read_training_data(tmp_path / "all")}
    assert {*found} == {*FEW, "service_abababababab"}
    new = found["service_abababababab"]
    assert (new.labels, new.group) == (("title", "category"), "清溪市文化局 2023")


def test_a_folder_without_labels_is_named(tmp_path):
    with pytest.raises(TrainingError, match=r"manifest\.toml is missing"):
        gather(tmp_path, [], tmp_path / "all")
