"""What a second run reads again, and what it does not."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

import gipr_ml
from gipr_ml.export import read_result

SAMPLES = Path(gipr_ml.__file__).parent / "samples"


@pytest.fixture
def done(local):
    """Three documents that have been read."""
    local.put(a="ok", b="ok", c="ok")
    local.run()
    return local


def read_again(desk, **changes):
    """How many documents a run reads."""
    desk.run(**changes)
    return desk.tally.done - desk.tally.unchanged


def test_nothing_is_read_twice(done):
    before = done.results()
    stamps = {path: path.stat().st_mtime_ns for path in done.out.glob("*.json")}
    assert read_again(done) == 0
    assert done.results() == before
    assert {path: path.stat().st_mtime_ns for path in done.out.glob("*.json")} == stamps
    assert [entry.status for entry in done.entries] == ["consistent"] * 3


def test_other_content_is_read_even_if_its_size_and_time_are_the_same(done):
    path = done.documents / "b.txt"
    found = path.stat()
    path.write_text("hm")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert read_again(done) == 1
    assert done.results()["b.json"] == b"hm read"


def test_the_same_content_written_anew_is_not(done):
    path = done.documents / "b.txt"
    path.unlink()
    path.write_text("ok")
    assert read_again(done) == 0


def test_another_place_of_the_same_documents_is_no_reason(done):
    done.documents = done.documents.rename(done.documents.with_name("moved"))
    assert read_again(done) == 0


@pytest.mark.parametrize(
    "changes", [{"formats": ("json", "csv")}, {"debug": True}], ids=["formats", "debug"]
)
def test_what_is_asked_for_and_is_not_there_is_made(done, changes):
    assert read_again(done, **changes) == 3
    assert read_again(done) == 0, "less is asked for"


def test_another_program_reads_everything_again(done, monkeypatch):
    monkeypatch.setattr("gipr_ml.batch.work._same_version", lambda _: None)
    assert read_again(done, versions="another") == 3


def test_a_result_that_is_gone_is_made_anew(done):
    (done.out / "c.json").unlink()
    assert read_again(done) == 1
    assert done.results()["c.json"] == b"ok read"


def test_decisions_of_people_count(local):
    sample = SAMPLES / "chengxi_culture_2023.txt"
    (local.documents / sample.name).write_bytes(sample.read_bytes())
    local.settings = replace(local.settings, task="gipr_ml.batch.task:process")
    local.run()
    decisions = local.out / "chengxi_culture_2023.decisions.toml"
    decisions.write_text('[[decision]]\nfinding = "x:1"\nverdict = "noted"\nabout = "y"\n', "utf-8")
    assert read_again(local) == 1
    (kept,) = read_result(local.out / "chengxi_culture_2023.json").past_decisions
    assert kept.finding == "x:1"
    assert read_again(local) == 0


def test_pictures_beside_a_page_count(local):
    page = local.documents / "page.html"
    page.write_text('<html><body><p>年报</p><img src="img/t.png"></body></html>', "utf-8")
    local.settings = replace(local.settings, task="gipr_ml.batch.task:process")
    local.run()
    assert read_again(local) == 0
    (local.documents / "img").mkdir()
    (local.documents / "img" / "t.png").write_bytes(b"no picture")
    assert read_again(local) == 1
    assert read_again(local) == 0


def test_what_failed_is_tried_again_when_it_is_asked_for(local, tmp_path):
    local.put(a=f"once {tmp_path / 'none' / 'marker'}", b="ok")
    assert local.run()["a"].status == "rejected"
    (tmp_path / "none").mkdir()
    assert read_again(local) == 0
    assert local.run(retry=True)["a"].status == "consistent"
    assert local.tally.unchanged == 1


def test_results_of_a_name_that_has_moved_are_removed(local):
    local.put(b="ok")
    local.documents.joinpath("b.txt").rename(local.documents / "b.md")
    local.run()
    (local.documents / "b.md").rename(local.documents / "c.md")
    local.put(b="hm")
    local.run()
    assert local.results() == {"b.json": b"hm read", "c.json": b"ok read"}


def test_a_format_that_is_no_longer_asked_for_does_not_stay_behind_old(local):
    sample = SAMPLES / "chengxi_culture_2023.txt"
    path = local.documents / sample.name
    path.write_bytes(sample.read_bytes())
    local.settings = replace(local.settings, task="gipr_ml.batch.task:process")
    local.run(formats=("json", "csv"))
    path.write_bytes(sample.read_bytes() + b"\n")
    local.run()
    assert set(local.results()) == {"chengxi_culture_2023.json"}
