"""`gipr process`: every input gets a result, and the exit code tells what came out."""

from __future__ import annotations

import csv
import io
import json
import os
import re

import pytest
from jsonschema import Draft202012Validator

from gipr_ml.export.schema import json_schema


def result(out, stem):
    return json.loads((out / f"{stem}.json").read_text("utf-8"))


def test_the_samples_are_read_as_the_readme_says(gipr, tmp_path, samples, shown):
    done = gipr("process", samples, "--out", tmp_path, "--format", "csv,xlsx", "--format=parquet")
    assert done.code == 4
    assert shown(tmp_path) == {
        f"{sample.stem}.{kind}"
        for sample in samples.iterdir()
        for kind in ("json", "csv", "xlsx", "parquet")
    }
    assert result(tmp_path, "chengxi_culture_2023")["status"] == "consistent"
    assert result(tmp_path, "lanting_transport_2024")["status"] == "consistent"
    assert "consistent    chengxi_culture_2023  " in done.out
    assert result(tmp_path, "jintang_housing_2022_scan")["status"] == "consistent"
    assert "4 inputs: 3 consistent, 1 needs review." in done.out
    validator = Draft202012Validator(json_schema())
    for sample in samples.iterdir():
        validator.validate(result(tmp_path, sample.stem))


def test_the_damaged_sample_shows_what_is_wrong_with_it(gipr, tmp_path, damaged):
    (tmp_path / "in.txt").write_bytes(damaged)
    assert gipr("process", tmp_path / "in.txt", "--out", tmp_path).code == 4
    report = result(tmp_path, "in")
    assert report["agency"] == "望川县林业局"
    assert report["year"] == 2022
    assert report["status"] == "needs_review"
    lost = [cell["key"] for cell in report["cells"] if cell["state"] == "lost"]
    assert lost == ["t3/unavailable_not_held/natural_person"]
    (proposal,) = [p for p in report["proposals"] if p["cell"] in lost]
    assert (proposal["value"], proposal["verdict"]) == (12, "unique")
    (contradiction,) = [f for f in report["findings"] if f["severity"] == "error"]
    assert (contradiction["reported"], contradiction["computed"]) == (6, 5)


def test_a_page_for_people_is_written_beside_the_result(gipr, tmp_path, damaged):
    (tmp_path / "in.txt").write_bytes(damaged)
    done = gipr("process", tmp_path / "in.txt", "--out", tmp_path / "out", "--format", "html")
    assert done.code == 4
    page = (tmp_path / "out" / "in.html").read_text("utf-8")
    assert "望川县林业局 2022" in page
    assert 'id="cell-t3-unavailable_not_held-natural_person" class="figure lost proposed"' in page


def test_debug_has_nothing_to_draw_on_for_a_text(gipr, tmp_path, clean, shown):
    (tmp_path / "in.txt").write_bytes(clean)
    done = gipr("process", tmp_path / "in.txt", "--out", tmp_path / "out", "--debug")
    assert done.code == 0
    assert "in.txt: has no page images, so --debug draws nothing" in done.err
    assert shown(tmp_path / "out") == {"in.json"}


def test_bad_inputs_cost_themselves_alone(gipr, tmp_path, clean):
    inputs = {
        "good.txt": clean,
        "empty.txt": b"",
        "binary.txt": bytes(range(256)) * 8,
        "scan.pdf": b"%PDF-1.7\n" + bytes(64),
        "notes.txt": "明天下午三点开会，请带上材料。".encode(),
        "half.txt": clean[: len(clean) // 2],
    }
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name, data in inputs.items():
        (folder / name).write_bytes(data)
    done = gipr("process", *(folder / name for name in inputs), "--out", out)
    assert done.code == 3
    status = {name: result(out, name.split(".")[0])["status"] for name in inputs}
    assert status.pop("good.txt") == "consistent"
    assert status.pop("half.txt") == "needs_review"
    assert set(status.values()) == {"rejected"}
    assert "empty.txt: the file is empty" in done.out
    for name in status:
        assert result(out, name.split(".")[0])["reason"]


def test_json_is_the_only_thing_on_standard_output(gipr, tmp_path, clean, damaged):
    (tmp_path / "a.txt").write_bytes(clean)
    (tmp_path / "b.txt").write_bytes(damaged)
    (tmp_path / "c.txt").write_bytes(b"")
    out = tmp_path / "out"
    done = gipr("process", tmp_path, "--out", out, "--json")
    summary = json.loads(done.out)
    assert done.code == summary["exit_code"] == 3
    assert summary["totals"] == {
        "inputs": 3,
        "consistent": 1,
        "needs_review": 1,
        "rejected": 1,
        "failed": 0,
    }
    good, torn, empty = summary["documents"]
    assert good["input"] == str(tmp_path / "a.txt")
    assert good["result"] == str(out / "a.json")
    assert (good["cells"], good["read"], good["look_first"]) == (200, 200, None)
    assert (torn["read"], torn["findings"]["error"], torn["proposals"]) == (199, 1, 1)
    assert "报告值多 1" in torn["look_first"]
    assert "empty" in empty["reason"]
    assert "3 inputs" in done.err


def test_folders_are_searched_in_order_without_hidden_and_foreign_files(gipr, tmp_path, clean):
    for name in ("b/2.txt", "a/1.md", "3.HTML", ".hidden.txt", ".git/x.txt", "b/photo.gif"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(clean)
    done = gipr("process", tmp_path, "--out", tmp_path / "out", "--json")
    summary = json.loads(done.out)
    assert [entry["document"] for entry in summary["documents"]] == ["3", "1", "2"]
    assert summary["skipped"] == [str(tmp_path / "b/photo.gif")]
    assert "1 file of other kinds passed over" in done.err


def test_inputs_of_the_same_stem_keep_apart(gipr, tmp_path, clean, shown):
    names = ["a/r.txt", "b/r.txt", "c/R.md", "d/r.txt"]
    for name in names:
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(clean)
    gipr("process", tmp_path / "a/r.txt", tmp_path, "--out", tmp_path / "out")
    assert shown(tmp_path / "out") == {
        "r.json",
        "r.txt.json",
        "R.md.json",
        "r.txt-2.json",
    }


@pytest.mark.skipif(os.name == "nt", reason="file names are text there")
def test_file_names_of_any_length_and_encoding_are_read(gipr, tmp_path, clean):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    long = "年" * 83
    (folder / f"{long}.txt").write_bytes(clean)
    (folder / f"{long}.md").write_bytes(clean)
    (folder / os.fsdecode("年报.txt".encode("gb18030"))).write_bytes(clean)
    done = gipr("process", folder, "--out", out, "--format", "csv,xlsx,parquet", "--json")
    assert json.loads(done.out)["totals"]["consistent"] == 3
    assert {os.fsencode(path.name) for path in out.glob("*.json")} == {
        f"{'年' * 80}.json".encode(),
        f"{'年' * 79}-2.json".encode(),
        "年报.json".encode("gb18030"),
    }


def test_a_second_run_does_not_read_the_results_of_the_first(gipr, tmp_path, clean):
    (tmp_path / "a.txt").write_bytes(clean)
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_bytes(clean)
    summary = json.loads(gipr("process", tmp_path, "--out", out, "--json").out)
    assert [entry["document"] for entry in summary["documents"]] == ["a"]


def test_the_same_input_gives_the_same_bytes(gipr, tmp_path, damaged):
    (tmp_path / "a.txt").write_bytes(damaged)
    for name in ("one", "two"):
        gipr("process", tmp_path / "a.txt", "--out", tmp_path / name)
    assert (tmp_path / "one/a.json").read_bytes() == (tmp_path / "two/a.json").read_bytes()


# ---------------------------------------------------------------- many documents


def test_a_second_call_reads_what_is_new(gipr, tmp_path, clean, damaged):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "a.txt").write_bytes(clean)
    first = json.loads(gipr("process", folder, "--out", out, "--json").out)
    (folder / "b.txt").write_bytes(damaged)
    done = gipr("process", folder, "--out", out, "--json")
    summary = json.loads(done.out)
    assert (done.code, summary["run"]["unchanged"]) == (4, 1)
    assert summary["documents"][0] == first["documents"][0]
    assert "2 inputs: 1 consistent, 1 needs review." in done.err
    assert "1 unchanged since last time, not read again." in done.err


def test_lists_and_patterns_name_inputs(gipr, tmp_path, clean, monkeypatch):
    for name in ("a1.txt", "a2.txt", "b1.txt", "[c].txt"):
        (tmp_path / name).write_bytes(clean)
    (tmp_path / "list").write_text(f"{tmp_path / 'b1.txt'}\n\n{tmp_path / 'gone.txt'}\n")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"[c].txt\0a1.txt")))
    monkeypatch.chdir(tmp_path)
    done = gipr("process", "a?.txt", "--list", "list", "--list", "-", "--out", "out", "--json")
    assert done.code == 3
    found = json.loads(done.out)["documents"]
    assert [(entry["document"], entry["status"]) for entry in found] == [
        ("a1", "consistent"),
        ("a2", "consistent"),
        ("b1", "consistent"),
        ("gone", "rejected"),
        ("[c]", "consistent"),
    ]
    assert "gone.txt: cannot be opened (No such file or directory)" in found[3]["reason"]


def test_of_many_inputs_those_that_failed_are_listed(gipr, tmp_path, clean):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for number in range(41):
        (folder / f"{number:02}.txt").write_bytes(b"")
    (folder / "good.txt").write_bytes(clean)
    done = gipr("process", folder, "--out", out)
    assert "… and 2 more" in done.out
    assert re.search(r"^consistent +1 +2.4%$", done.out, re.MULTILINE)
    assert re.search(r"^rejected +41 +97.6%$", done.out, re.MULTILINE)
    rows = list(csv.DictReader((out / "gipr-failures.csv").open(encoding="utf-8-sig")))
    assert [row["document"] for row in rows] == [f"{number:02}" for number in range(41)]
    assert rows[7]["reason"] == "07.txt: the file is empty"
    for number in range(41):
        (folder / f"{number:02}.txt").unlink()
    assert gipr("process", folder, "--out", out).code == 0
    assert not (out / "gipr-failures.csv").exists()


# ---------------------------------------------------------------- called wrongly


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.txt", "--out", "out"], "nowhere.txt: no such file or folder"),
        (["x" * 300, "--out", "out"], "x: no such file or folder"),
        (["http://[/a.txt", "--out", "out"], "http://[/a.txt: no such URL can be (Invalid IPv6"),
        (["memory://a/b**", "--out", "out"], "memory://a/b**: Invalid pattern: '**' can only be"),
        (["{samples}"], "--out"),
        (["--out", "out"], "PATH"),
        (["{samples}", "--out", "out", "--format", "pdf"], "'pdf' is not known; choose from json"),
        (["{samples}", "--out", "out", "--colour"], "--colour"),
        (["{empty}", "--out", "out"], "nothing to read in"),
        (["no*.txt", "--out", "out"], "no*.txt: no file fits the pattern"),
        (["--list", "nowhere", "--out", "out"], "nowhere cannot be read (No such file"),
        (["{samples}", "--out", "{file}"], "choose another folder"),
        (["{samples}", "--out", "{file}/below"], "choose another folder"),
    ],
)
def test_a_wrong_call_is_told_in_a_sentence(gipr, tmp_path, monkeypatch, arguments, words, samples):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    known = {"samples": samples, "empty": "empty", "file": "file"}
    done = gipr("process", *(text.format(**known) for text in arguments))
    assert done.code == 2
    assert words in done.err
    assert not done.out


def test_a_model_that_is_not_there_stops_the_run(gipr, tmp_path, samples):
    done = gipr("process", samples, "--out", tmp_path / "out", "--model", tmp_path / "nothing")
    assert done.code == 1
    assert done.err.startswith("gipr: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_that_may_not_be_read_is_rejected(gipr, tmp_path, clean):
    path = tmp_path / "a.txt"
    path.write_bytes(clean)
    path.chmod(0)
    done = gipr("process", path, "--out", tmp_path / "out")
    assert done.code == 3
    assert "a.txt: cannot be opened (Permission denied)" in done.out
