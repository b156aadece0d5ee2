"""The same results to the byte: whatever the run, its order, workers, language and clock."""

from __future__ import annotations

import io
import locale
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import gipr_ml
from gipr_ml.dataset import build
from gipr_ml.export import FORMATS

SAMPLES = Path(gipr_ml.__file__).parent / "samples"
NAMES = ("wangchuan_forestry_2022_damaged.txt", "lanting_transport_2024.html")
COMMAND = "from gipr_ml.cli import main; main()"


def there(name: str) -> bool:
    """Whether this machine has the locale."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_ALL, before)
    return True


def read(out: Path, *inputs: Path, workers: int = 1, **environment: str) -> dict[str, bytes]:
    """What one call of `gipr process` writes, by name, the summary of all results too."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "HOME") if name in os.environ}
    command = (sys.executable, "-c", COMMAND, "process", *map(str, inputs), "--out", str(out))
    subprocess.run(
        [*command, "--format", ",".join(FORMATS[1:]), "--workers", str(workers)],
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
        (seed, zone, name)
        for seed, zone, name in (
            ("1", "Pacific/Kiritimati", "C"),
            ("2", "Asia/Shanghai", "zh_CN.UTF-8"),
            ("3", "America/St_Johns", "tr_TR.UTF-8"),
        )
        if there(name)
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
    environment = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language, "LANG": language}
    found = read(tmp_path / "out", *reversed(inputs), workers=2, **environment)
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
