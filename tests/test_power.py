"""Power cuts at every step of everything that is written: it is as before, or as after."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from power import check
from sqlalchemy import update

import gipr_ml
from gipr_ml.batch import Engine, Input, Job, Outcome, Run, Settings, opened
from gipr_ml.batch import task as reading
from gipr_ml.batch.ledger import Ledger
from gipr_ml.batch.work import Worker
from gipr_ml.dataset.build import build
from gipr_ml.export import read_result, write
from gipr_ml.export.decisions import decided, read_decisions, write_decisions
from gipr_ml.files import put_folder, replacing, settle, write_file
from gipr_ml.learning.fitting import Settings as FitSettings
from gipr_ml.learning.fitting import fit_model
from gipr_ml.learning.frozen import HELDOUT
from gipr_ml.learning.labelling.library import take_over
from gipr_ml.learning.labelling.sheet import Sheet, SheetLine
from gipr_ml.learning.labels import document_of
from gipr_ml.learning.metrics import Answers
from gipr_ml.learning.preparation import prepare
from gipr_ml.learning.promotion import Gate, promote, rollback
from gipr_ml.learning.promotion_log import read_log
from gipr_ml.learning.training import Trained, read_training_data, save_trained
from gipr_ml.lines import forget_line_models, load_model, load_part, save_model
from gipr_ml.pipeline import process
from gipr_ml.sandbox import Answer, Call, tasks
from gipr_ml.service.changes import ValueChange
from gipr_ml.service.context import Context, open_context
from gipr_ml.service.settings import Settings as ServiceSettings
from gipr_ml.service.store.reports import Filter
from gipr_ml.service.store.schema import jobs
from gipr_ml.service.work import Worker as ServiceWorker
from gipr_ml.store import default_folder, read_arrays, read_manifest, save_arrays
from gipr_ml.types import Decision
from gipr_ml.versions import model_digest, versions

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


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a file; in memory where that is possible, for databases sync without end."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        made = Path(folder) / "place"
        made.mkdir()
        (made / "a").write_text("old a")
        yield made


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


# ---------------------------------------------------------------- labels and models


def sheet_of(name: str, label: str) -> Sheet:
    lines = document_of(
        name, [{"line": 0, "cells": [f"{name} 渡口统计表"], "label": label}], name
    ).lines
    return Sheet(name, "ab" * 6, "cd" * 6, tuple(SheetLine(line, label, ("",)) for line in lines))


def test_labels(place: Path) -> None:
    model = load_model()

    def take(folder: Path, label: str, *names: str) -> None:
        sheets = [sheet_of(name, label) for name in names]
        take_over(sheets, folder, model, "王芳", date(2024, 3, 4))

    take(place, "title", "one", "two")

    def look(folder: Path) -> dict[str, tuple[str, ...]]:
        return {one.name: one.labels for one in read_training_data(folder)}

    _, old, new = check(place, lambda f: take(f, "furniture", "two", "three"), look)
    assert old == {"one": ("title",), "two": ("title",)}
    assert new == {"one": ("title",), "two": ("furniture",), "three": ("furniture",)}


TINY = FitSettings(bits=6, trees=2, least=1, folds=2, synthetic=0)
ROWS = [
    {"line": 0, "cells": ["渡口统计表"], "label": "title"},
    {"line": 1, "cells": ["项目", "上午"], "label": "header"},
    {"line": 2, "cells": ["行人", "7"], "label": "data"},
]


@pytest.fixture(scope="module")
def candidates(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two model folders, each with a twin."""
    documents = [document_of(f"d{n}", ROWS, f"d{n}") for n in range(4)]
    data = prepare(documents, TINY.bits, TINY.weights)
    folders = []
    for seed in range(2):
        model = fit_model(data, np.ones(4, bool), TINY, seed).model
        folder = tmp_path_factory.mktemp("candidate")
        save_model(model, folder, {"seed": seed}, {HELDOUT: model})
        (folder / "CARD.md").write_text(f"model {seed}")
        folders.append(folder)
    return folders


def champion(folder: Path) -> tuple[str, str, int, tuple[str, ...]]:
    """The model in a folder, what its card says, and its log."""
    forget_line_models()
    load_model(folder)
    load_part(folder, HELDOUT)
    log = tuple(f"{entry['action']} {entry['model'][:12]}" for entry in read_log(folder))
    card = (folder / "CARD.md").read_text()
    return model_digest(folder), card, read_manifest(folder, "lines.json")["seed"], log


def test_a_promotion(place: Path, candidates: list[Path]) -> None:
    first, second = candidates
    promote(first, place, Gate((), None), None, None)

    def deed(folder: Path) -> None:
        promote(second, folder, Gate((), None), None, None)

    _, old, new = check(place, deed, champion)
    assert (old[1:3], new[1:3]) == (("model 0", 0), ("model 1", 1))
    assert new[3] == (*old[3], f"promote {read_manifest(second, 'lines.json')['sha256'][:12]}")


def test_a_rollback(place: Path, candidates: list[Path]) -> None:
    for folder in candidates:
        promote(folder, place, Gate((), None), None, None)

    def deed(folder: Path) -> None:
        if len(read_log(folder)) == 2:
            rollback(folder)

    _, old, new = check(place, deed, champion)
    assert (old[1:3], new[1:3]) == (("model 1", 1), ("model 0", 0))


def test_a_model_that_is_trained(
    place: Path, candidates: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays, _ = read_arrays(default_folder(), "categories")

    def save_voter(folder: Path, seed: int) -> None:
        """Instead of fitting a voter anew in each child."""
        save_arrays(folder, "categories", {**arrays, "seed": np.array(seed)}, {"seed": seed})

    monkeypatch.setattr("gipr_ml.learning.categories.train_categories", save_voter)
    documents = [document_of(f"d{n}", ROWS, f"d{n}") for n in range(4)]
    made = [
        Trained(
            model=load_model(folder), heldout=load_part(folder, HELDOUT),
            answers=Answers((), (), np.zeros(0), np.zeros(0, bool)), places=[], scores={},
            spread={}, data=prepare(documents, TINY.bits, TINY.weights), settings=TINY, seed=seed,
            data_digest="ab",
        )
        for seed, folder in enumerate(candidates)
    ]  # fmt: skip
    save_trained(made[0], place)

    def look(folder: Path) -> tuple[str, int, int]:
        forget_line_models()
        load_model(folder)
        load_part(folder, HELDOUT)
        seeds = [int(read_manifest(folder, f"{k}.json")["seed"]) for k in ("lines", "categories")]
        assert int(read_arrays(folder, "categories")[0]["seed"]) == seeds[1]
        return model_digest(folder), seeds[0], seeds[1]

    _, old, new = check(place, lambda folder: save_trained(made[1], folder), look)
    assert (old[1:], new[1:]) == ((0, 0), (1, 1))


# ---------------------------------------------------------------- the service


def opened_in(folder: Path) -> Context:
    return open_context(ServiceSettings(data=folder / "data"))


def stored(folder: Path) -> dict[str, Any]:
    """All that a service says of its reports; each has its file, and no file is nobody's."""
    context = opened_in(folder)
    told: dict[str, Any] = {}
    with context.database.read() as connection:
        page = context.reports.listed(connection, Filter(), "newest", 100, None)
        for row in page.rows:
            assert context.files.path(row.sha256).read_bytes(), "a report without its file"
            steps = [step.kind for step in context.history.steps(connection, row.id)]
            told[row.name] = (row.state, row.status, steps)
            if steps:
                served = json.loads(context.history.served(row.id).body())  # type: ignore[union-attr]
                told[row.name] += (served["review"]["entry"],)
    kept = {path.name for path in (folder / "data" / "files").rglob("*") if len(path.name) == 64}
    named = {row.sha256 for row in page.rows}
    context.database.close()
    return {"reports": told, "files of nobody": len(kept - named)}


def send(folder: Path, name: str) -> None:
    context = opened_in(folder)
    data = TEXT.read_bytes() + name.encode()
    context.reports.send(name, data, "a", str(context.versions()), None)
    context.database.close()


def work(folder: Path) -> None:
    """Read what waits; what was begun by a worker that is gone waits too."""
    context = opened_in(folder)
    with context.database.write() as connection:
        connection.execute(update(jobs).values(lease=0))
    worker = ServiceWorker(context, Event())
    worker.sandbox.call = lambda task, values, blocks, **_: answer_of(task, values, blocks)  # type: ignore[method-assign]
    while worker.step():
        pass
    context.database.close()


def answer_of(task: str, values: Any, blocks: Any) -> Answer:
    assert task == "gipr_ml.sandbox.tasks:read"
    return tasks.read(Call(values, tuple(blocks), lambda *_: None))


@pytest.fixture
def service(place: Path) -> Path:
    send(place, "one.txt")
    work(place)
    return place


READ = ("done", "consistent", ["read"], 1)


def test_what_is_sent(service: Path) -> None:
    _, old, new = check(service, lambda folder: send(folder, "two.txt"), reports_of)
    assert old == {"one.txt": READ}
    assert new == {"one.txt": READ, "two.txt": ("queued", None, [])}


def reports_of(folder: Path) -> Any:
    return stored(folder)["reports"]


def test_what_is_read(service: Path) -> None:
    send(service, "two.txt")

    def look(folder: Path) -> Any:
        """Begun is as good as not begun: the lease runs out."""
        two = reports_of(folder)["two.txt"]
        return ("waits", *two[1:]) if two[0] in ("queued", "running") else two

    _, old, new = check(service, work, look)
    assert (old, new) == (("waits", None, []), READ)


def test_a_correction(service: Path) -> None:
    def deed(folder: Path) -> None:
        context = opened_in(folder)
        with context.database.write() as connection:
            page = context.reports.listed(connection, Filter(), "newest", 1, None)
            change = ValueChange(cell="t4/reconsideration/total", value=5)
            context.history.add(connection, page.rows[0].id, [change, change], "a", key="the key")
        context.database.close()

    _, old, new = check(service, deed, reports_of)
    assert old == {"one.txt": READ}
    assert new == {"one.txt": ("done", "needs_review", ["read", "value", "value"], 3)}


def test_a_deletion(service: Path) -> None:
    send(service, "two.txt")

    def deed(folder: Path) -> None:
        context = opened_in(folder)
        with context.database.read() as connection:
            page = context.reports.listed(connection, Filter(text="one"), "newest", 1, None)
        for row in page.rows:
            context.reports.delete(row.id, "a")
        context.database.close()

    _, old, new = check(service, deed, stored)
    assert old["reports"].keys() == {"one.txt", "two.txt"}
    assert new["reports"].keys() == {"two.txt"}
    assert old["files of nobody"] == new["files of nobody"] == 0


def test_a_promotion_in_the_service(service: Path) -> None:
    def deed(folder: Path) -> None:
        context = opened_in(folder)
        with context.database.write() as connection:
            champion = context.models.champion(connection)
            other = context.models.add(connection, "own", {}, "a")
            if champion != other:
                context.models.enter(connection, {"model": other}, champion, "a")
        context.database.close()

    def look(folder: Path) -> tuple[str, int]:
        context = opened_in(folder)
        with context.database.read() as connection:
            log = len(context.models.promotions(connection))
        used = context.models.in_use().name
        context.database.close()
        return used, log

    shutil.copytree(default_folder(), service / "data" / "models" / "own", ignore=NO_HISTORY)
    own = service / "data" / "models" / "own"
    arrays, _ = read_arrays(own, "categories")
    save_arrays(own, "categories", {**arrays, "more": np.zeros(1)}, {})
    _, old, new = check(service, deed, look)
    assert (old, new) == ((default_folder().name, 0), ("own", 1))
