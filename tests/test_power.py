"""Power cuts at every step of everything that is written: it is as before, or as after."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pyarrow.parquet as pq
from power import check

import gipr_ml
from gipr_ml.batch import Engine, Input, Job, Outcome, Run, Settings, opened
from gipr_ml.batch import task as reading
from gipr_ml.batch.ledger import Ledger
from gipr_ml.batch.work import Worker
from gipr_ml.dataset.build import build
from gipr_ml.export import read_result, write
from gipr_ml.export.decisions import decided, read_decisions, write_decisions
from gipr_ml.files import put_folder, replacing, settle, write_file
from gipr_ml.pipeline import process
from gipr_ml.sandbox import Answer, Call
from gipr_ml.types import Decision
from gipr_ml.versions import versions

SAMPLES = Path(gipr_ml.__file__).parent / "samples"
TEXT = SAMPLES / "chengxi_culture_2023.txt"
NO_HISTORY = shutil.ignore_patterns("history")


def read(folder: Path) -> dict[str, str]:
    """What stands in a folder for whoever reads there."""
    settle(folder)
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and ".gipr-" not in name:
            found[name] = path.read_text()
    return found


def test_a_file(place: Path) -> None:
    number, old, new = check(place, lambda folder: write_file(folder / "a", b"new a"), read)
    assert (old, new) == ({"a": "old a"}, {"a": "new a"})
    assert number >= 4


def test_many_files_at_one_stroke(place: Path) -> None:
    (place / "gone.x").write_text("x")

    def deed(folder: Path) -> None:
        with replacing(folder, ("*.x",)) as draft:
            (draft / "below").mkdir()
            write_file(draft / "a", b"new a")
            write_file(draft / "below" / "b", b"new b")

    number, old, new = check(place, deed, read)
    assert old == {"a": "old a", "gone.x": "x"}
    assert new == {"a": "new a", "below/b": "new b"}
    assert number > 30


def test_a_folder_in_the_place_of_another(place: Path) -> None:
    (place / "set").mkdir()
    (place / "set" / "part").write_text("old")

    def deed(folder: Path) -> None:
        draft = folder / ".gipr-new"
        if draft.exists():
            (draft / "part").unlink(missing_ok=True)
        else:
            draft.mkdir()
        (draft / "part").write_text("new")
        put_folder(draft, folder / "set")

    _, old, new = check(place, deed, lambda folder: read(folder / "set"))
    assert (old, new) == ({"part": "old"}, {"part": "new"})


# ---------------------------------------------------------------- results, ledger, decisions


class Here(Worker):
    """A worker whose child is this process: what reads writes nothing anyway."""

    def warm_up(self) -> None:
        pass

    def _call(self, values: Any, blocks: Any, _seconds: float | None = None) -> Answer:
        return reading.process(Call(values, tuple(blocks), lambda *_: None))


class Alone(Engine):
    """Reads in this process, one document after the other."""

    def __init__(self, settings: Settings) -> None:
        self.worker = Here(settings)

    def run(self, jobs: Iterator[Job], _stop: Event) -> Iterator[Outcome]:
        for job in jobs:
            yield self.worker.work(job)


def process_into(folder: Path) -> None:
    settings = Settings(str(folder), str(versions()), ("json", "csv"))
    inputs = [Input(str(path), path.stem) for path in sorted((folder / "in").iterdir())]
    with opened(settings.out) as ledger:
        Run(inputs, settings, ledger).go(Alone(settings), lambda *_: None)


def results_in(folder: Path) -> dict[str, Any]:
    """Agency and year of each result that is there, and whether its table is there with it."""
    found: dict[str, Any] = {}
    for path in sorted(folder.glob("*.json")):
        result = read_result(path)
        found[path.stem] = (result.agency, result.year, path.with_suffix(".csv").exists())
    with Ledger(folder) as ledger:
        known = {record.stem for record in ledger.records()}
    assert known <= found.keys(), "the ledger knows of what is not there"
    return found


def test_results_and_the_ledger(place: Path) -> None:
    (place / "in").mkdir()
    (place / "in" / TEXT.name).write_bytes(TEXT.read_bytes())
    process(TEXT)  # what reads is loaded before any child is made
    number, old, new = check(place, process_into, results_in)
    assert (old, new) == ({}, {TEXT.stem: ("澄溪市文化局", 2023, True)})
    assert number > 20


def test_decisions(place: Path) -> None:
    path = "a.decisions.toml"
    first, second = (Decision(f"t4.row_total:{n}", "noted", "a", "b", "c", "d") for n in "12")
    write_decisions(place / path, [first])

    def deed(folder: Path) -> None:
        there = read_decisions(folder / path)
        write_decisions(folder / path, decided(there, [second]))

    _, old, new = check(place, deed, lambda folder: read_decisions(folder / path))
    assert (old, new) == ((first,), (first, second))


def test_a_data_set(place: Path) -> None:
    report = process(TEXT)
    (place / "out").mkdir()
    write(report, place / "out", ["json"])
    build(place / "out", place / "out" / "summary", workbook=False)
    write(process(SAMPLES / "lanting_transport_2024.html"), place / "out", ["json"])

    def deed(folder: Path) -> None:
        build(folder / "out", folder / "out" / "summary", workbook=False)

    def look(folder: Path) -> tuple[int, int, int]:
        made = folder / "out" / "summary"
        cells = sum(pq.read_metadata(path).num_rows for path in made.rglob("cells/**/*.parquet"))
        facts = json.loads((made / "summary.json").read_text("utf-8"))["facts"]
        assert (made / "summary.html").read_text("utf-8").rstrip().endswith("</html>")
        return facts["reports"], pq.read_metadata(made / "reports.parquet").num_rows, cells

    _, old, new = check(place, deed, look)
    assert (old, new) == ((1, 1, 200), (2, 2, 400))
