"""What every engine keeps to: each document once, and a bad one costs itself alone."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

import gipr_ml
from gipr_ml import process
from gipr_ml.errors import EngineError, ModelError, OutputError
from gipr_ml.export import dumps

SAMPLES = Path(gipr_ml.__file__).parent / "samples"


def test_every_document_has_its_result_once(desk):
    desk.put(**{f"d{number:02}": "ok" for number in range(40)})
    records = desk.run()
    assert list(records) == [f"d{number:02}" for number in range(40)]
    assert desk.results() == {f"d{number:02}.json": b"ok read" for number in range(40)}
    assert [entry.name for entry in desk.entries] == list(records)
    assert (desk.tally.done, desk.tally.unchanged) == (40, 0)


def test_results_are_those_of_reading_alone(desk):
    for sample in ("chengxi_culture_2023.txt", "wangchuan_forestry_2022_damaged.txt"):
        (desk.documents / sample).write_bytes((SAMPLES / sample).read_bytes())
    (desk.documents / "empty.txt").write_bytes(b"")
    desk.settings = replace(desk.settings, task="gipr_ml.batch.task:process")
    records = desk.run(formats=("json", "csv"))
    assert {name: record.status for name, record in records.items()} == {
        "chengxi_culture_2023": "consistent",
        "empty": "rejected",
        "wangchuan_forestry_2022_damaged": "needs_review",
    }
    for path in desk.documents.iterdir():
        assert desk.results()[f"{path.stem}.json"].decode() == dumps(process(path))
    assert len(desk.results()) == 6


@pytest.mark.parametrize(
    ("deed", "failure", "words"),
    [
        ("die", "crash", "the reading process was ended by SIGSEGV, 2 times"),
        ("hang", "time", "it took longer than 2 seconds, 2 times"),
        ("grow", "memory", "it needed more than 300 MB of memory, 2 times"),
    ],
)
def test_a_poisoned_document_costs_itself_alone(desk, deed, failure, words):
    desk.put(a="ok", b=deed, c="ok", d="ok")
    seconds = 2 if deed == "hang" else 120
    records = desk.run(limits=replace(desk.settings.limits, seconds=seconds, memory=300_000_000))
    assert {name: record.failure for name, record in records.items()} == {
        "a": None,
        "b": failure,
        "c": None,
        "d": None,
    }
    assert (records["b"].status, records["b"].tries) == ("rejected", 2)
    assert f"b.txt: could not be read: {words}" in str(records["b"].entry.reason)
    assert len(desk.results()) == 4


def test_a_reader_that_dies_once_is_replaced(desk, tmp_path):
    desk.put(a=f"once {tmp_path / 'marker'}", b="ok")
    records = desk.run()
    assert (records["a"].status, records["a"].failure, records["a"].tries) == (
        "consistent",
        None,
        2,
    )
    assert desk.results()["a.json"] == b"once read"


def test_an_error_of_ours_is_logged_and_the_rest_goes_on(desk):
    desk.put(a="ok", b="fault", c="ok")
    records = desk.run()
    log = desk.out / "gipr-errors.log"
    assert records["b"].status == "failed"
    assert records["b"].entry.reason == (
        f"internal error (ZeroDivisionError); please report it with {log}"
    )
    assert "ZeroDivisionError: secret" in log.read_text("utf-8")
    assert set(desk.results()) == {"a.json", "c.json", "gipr-errors.log"}


def test_a_document_that_is_gone_is_told(desk):
    desk.put(a="ok")
    (desk.documents / "b.txt").symlink_to(desk.documents / "nowhere")
    records = desk.run()
    assert (records["b"].status, records["b"].failure) == ("rejected", "source")
    assert desk.run()["b"].failure == "source"
    assert desk.tally.unchanged == 1


def test_without_a_model_nothing_is_read(desk, tmp_path):
    desk.put(a="real")
    with pytest.raises(ModelError, match="There is no model in"):
        desk.run(model=str(tmp_path))
    assert desk.results() == {}


def test_a_worker_of_another_version_refuses(desk):
    desk.put(a="ok")
    with pytest.raises(EngineError, match="another version of gipr-ml or of the model"):
        desk.run(versions="0/0/0")
    assert desk.results() == {}


@pytest.mark.skipif(os.name == "nt", reason="a folder cannot take the place of a file's there")
def test_results_that_cannot_be_written_stop_the_run(desk):
    desk.put(a="ok", b="ok")
    (desk.out / "b.json" / "in the way").mkdir(parents=True)
    with pytest.raises(OutputError, match=rf"cannot write into {desk.out} \(Is a directory\)"):
        desk.run()
    (desk.out / "b.json" / "in the way").rmdir()
    (desk.out / "b.json").rmdir()
    assert {name: record.status for name, record in desk.run().items()} == {
        "a": "consistent",
        "b": "consistent",
    }
