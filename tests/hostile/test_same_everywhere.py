"""The same results to the byte: whatever the run, its order, workers, language and clock."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

import gipr_ml
from gipr_ml.dataset import build
from gipr_ml.export import FORMATS

ROOT = Path(__file__).parents[2]
SAMPLES = Path(gipr_ml.__file__).parent / "samples"
NAMES = ("wangchuan_forestry_2022_damaged.txt", "lanting_transport_2024.html")
COMMAND = "from gipr_ml.cli import main; main()"


ONE = ("--workers", "1")


def compiled(name: str, folder: Path) -> str:
    """A folder with the locale, made of what the C library brings; "" where it brings nothing."""
    language, _, encoding = name.partition(".")
    made = shutil.which("localedef") and subprocess.run(
        ["localedef", "--no-archive", "-c", "-i", language, "-f", encoding, str(folder / name)],
        capture_output=True,
        check=False,
    )
    return str(folder) if made and (folder / name).is_dir() else ""


def known(name: str, folder: str) -> bool:
    """Whether a program that starts with the locale has it."""
    command = "import locale; locale.setlocale(locale.LC_ALL, '')"
    environment = {"LOCPATH": folder} if folder else {}
    environment |= {"LC_ALL": name}
    tried = subprocess.run(
        [sys.executable, "-c", command], env=environment, capture_output=True, check=False
    )
    return tried.returncode == 0


def read(
    out: Path, *inputs: Path, options: Sequence[str] = ONE, **environment: str
) -> dict[str, bytes]:
    """What one call of `gipr process` writes, by name, the summary of all results too."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "HOME") if name in os.environ}
    command = (sys.executable, "-c", COMMAND, "process", *map(str, inputs), "--out", str(out))
    subprocess.run(
        [*command, "--format", ",".join(FORMATS[1:]), *options],
        env={**kept, "OMP_NUM_THREADS": "1", **environment},
        cwd=out.parent,
        capture_output=True,
        check=False,
    )
    return files_of(out)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("in")
    return [Path(shutil.copy(SAMPLES / name, folder / name)) for name in NAMES]


@pytest.fixture(scope="module")
def usual(inputs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("usual") / "out"
    return read(out, *inputs, PYTHONHASHSEED="0", TZ="UTC", LC_ALL="C.UTF-8")


def test_everything_that_was_asked_for_is_there(usual: dict[str, bytes]) -> None:
    assert set(usual) == {f"{Path(name).stem}.{kind}" for name in NAMES for kind in FORMATS}


@pytest.mark.parametrize(
    ("seed", "zone", "language"),
    [
        ("1", "Pacific/Kiritimati", "C"),
        ("2", "Asia/Shanghai", "zh_CN.GBK"),
        ("3", "America/St_Johns", "tr_TR.UTF-8"),
    ],
)
def test_neither_hashes_nor_clock_nor_language_change_a_byte(
    inputs: list[Path],
    usual: dict[str, bytes],
    tmp_path: Path,
    seed: str,
    zone: str,
    language: str,
) -> None:
    folder = compiled(language, tmp_path) if language != "C" else ""
    if not known(language, folder):
        pytest.skip(f"this machine has neither {language} nor what it is made of")
    environment = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language, "LANG": language}
    environment |= {"PYTHONUTF8": "0", **({"LOCPATH": folder} if folder else {})}
    two = ("--workers", "2")
    found = read(tmp_path / "out", *reversed(inputs), options=two, **environment)
    assert [name for name in usual if found.get(name) != usual[name]] == []


def test_a_cluster_reads_as_this_machine_does(
    inputs: list[Path], usual: dict[str, bytes], tmp_path: Path
) -> None:
    distributed = pytest.importorskip("distributed")
    paths = {"PYTHONPATH": os.environ.get("PYTHONPATH", str(ROOT))}
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", env=paths
    ) as cluster:
        options = ("--engine", "dask", "--scheduler", cluster.scheduler_address)
        found = read(tmp_path / "out", *inputs, options=options)
    assert [name for name in usual if found.get(name) != usual[name]] == []


def test_a_workbook_says_nothing_of_when_it_was_written(
    usual: dict[str, bytes], tmp_path: Path
) -> None:
    results = tmp_path / "out"
    results.mkdir()
    for name, data in usual.items():
        (results / name).write_bytes(data)
    build(results, tmp_path / "summary")
    whole = (tmp_path / "summary" / "reports.xlsx").read_bytes()
    for data in (whole, *(data for name, data in usual.items() if name.endswith(".xlsx"))):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            assert {member.date_time for member in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert b"dcterms" not in book.read("docProps/core.xml")


def test_a_data_set_is_the_same_whenever_it_is_made(
    usual: dict[str, bytes], tmp_path: Path
) -> None:
    for number in (1, 2):
        results = tmp_path / f"out{number}"
        results.mkdir()
        for name in sorted(usual, reverse=number == 2):
            (results / name).write_bytes(usual[name])
        build(results, tmp_path / f"summary{number}")
    one, two = files_of(tmp_path / "summary1"), files_of(tmp_path / "summary2")
    assert [name for name in one if one[name] != two.get(name)] == []
    assert "reports.xlsx" in one
