"""Power cuts at every step of what the service writes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from power import check
from sqlalchemy import update

import gipr_ml
from gipr_ml.sandbox import Answer, Call, tasks
from gipr_ml.service.changes import ValueChange
from gipr_ml.service.context import Context, open_context
from gipr_ml.service.settings import Settings as ServiceSettings
from gipr_ml.service.store.reports import Filter
from gipr_ml.service.store.schema import jobs
from gipr_ml.service.work import Worker as ServiceWorker
from gipr_ml.store import default_folder, read_arrays, save_arrays

SAMPLES = Path(gipr_ml.__file__).parent / "samples"
TEXT = SAMPLES / "chengxi_culture_2023.txt"
NO_HISTORY = shutil.ignore_patterns("history")


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
