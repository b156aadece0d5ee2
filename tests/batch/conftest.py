"""Runs on a folder of results, with documents that tell their reader what to do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from distributed import LocalCluster

import gipr_ml
from gipr_ml.batch import Engine, Input, Local, Run, Settings, opened
from gipr_ml.batch.engines.cluster import Cluster
from gipr_ml.batch.ledger import Record
from gipr_ml.sandbox import Limits
from gipr_ml.versions import versions

HERE = Path(__file__).parent
SAMPLES = Path(gipr_ml.__file__).parent / "samples"
LIMITS = Limits(seconds=120, memory=1_500_000_000)

Make = Callable[[Settings], Engine]


class Desk:
    """A folder of documents, one of results, and what reads."""

    def __init__(self, folder: Path, make: Make) -> None:
        self.documents, self.out, self._make = folder / "in", folder / "out", make
        self.documents.mkdir()
        self.settings = Settings(
            str(self.out), str(versions()), limits=LIMITS, task="batch_tasks:process"
        )

    def put(self, **documents: str | bytes) -> None:
        for name, content in documents.items():
            data = content.encode() if isinstance(content, str) else content
            (self.documents / f"{name}.txt").write_bytes(data)

    def run(self, retry: bool = False, **changes: object) -> dict[str, Record]:
        """Read every document; gives the ledger."""
        settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        paths = sorted(path for path in self.documents.iterdir() if not path.is_dir())
        inputs = [Input(str(path), path.stem) for path in paths]
        with opened(settings.out) as ledger:
            run = Run(inputs, settings, ledger, retry)
            run.go(self._make(settings), lambda *_: None)
            self.tally = run.tally
            self.entries = list(run.entries())
            return {record.stem: record for record in ledger.records()}

    def results(self) -> Mapping[str, bytes]:
        found = sorted(self.out.iterdir())
        return {path.name: path.read_bytes() for path in found if path.name[0] != "."}


@pytest.fixture(autouse=True)
def _tasks_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    path = os.pathsep.join([str(HERE), str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)


@pytest.fixture(params=["local", "dask"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """Every engine, with two workers."""
    made: Desk = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def local(tmp_path: Path) -> Desk:
    """Two workers of this machine."""
    return Desk(tmp_path, lambda settings: Local(settings, 2))


@pytest.fixture(scope="session")
def cluster() -> Iterator[LocalCluster]:
    """Two Dask workers of one thread, each a process of its own."""
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=":0",
        env={"PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])])},
    ) as made:
        yield made


@pytest.fixture
def dask(tmp_path: Path, cluster: LocalCluster) -> Iterator[Desk]:
    """A Dask cluster."""
    with ExitStack() as open_ones:
        yield Desk(
            tmp_path,
            lambda settings: open_ones.enter_context(Cluster(settings, cluster.scheduler_address)),
        )
