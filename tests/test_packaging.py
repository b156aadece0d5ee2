"""What is installed: pins, digests, licences, and a package that needs no repository."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
LOCKED = {
    canonicalize_name(name): (version, re.findall(r"--hash=sha256:([0-9a-f]{64})\b", rest))
    for name, version, rest in re.findall(
        r"^([\w.-]+)==([\w.]+)(.*?)(?=^\w|\Z)", LOCK, re.MULTILINE | re.DOTALL
    )
}


def load(name: str) -> ModuleType:
    """A script of docs/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


licences = load("licences")
PINNED = {canonicalize_name(name): version for name, version in licences.pins().items()}


def test_the_lock_holds_every_pin_with_the_digests_of_its_files():
    locked = {name: version for name, (version, _) in LOCKED.items()}
    assert locked == PINNED, "run make lock, and pin what it adds in constraints.txt"
    assert [name for name, (_, digests) in LOCKED.items() if not digests] == []


def test_the_lock_holds_all_that_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    for requirement in map(Requirement, asked):
        if requirement.name == project["name"]:
            continue
        version, _ = LOCKED[canonicalize_name(requirement.name)]
        assert version in requirement.specifier, f"{requirement}: {version} is pinned"


def test_the_lock_leaves_open_where_packages_come_from():
    assert not re.search(r"://|^\s*--(?!hash)", LOCK, re.MULTILINE)


def test_no_licence_is_unknown_or_binding():
    assert licences.faults({name: licences.licence(name) for name in licences.pins()}) == []


def test_the_list_of_licences_is_that_of_the_pins():
    listed = dict(
        re.findall(r"^\| ([\w.-]+) \| ([\w.]+) \|", licences.LIST.read_text("utf-8"), re.M)
    )
    del listed["package"]
    assert listed == licences.pins(), "run python docs/licences.py"


@pytest.mark.parametrize("own", [None, "AGPL-3.0", "MIT AND GPL-3.0-only", "(MIT OR Secret)"])
def test_a_binding_or_unknown_licence_is_named(own):
    assert len(licences.faults({"strange": own})) == 1


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    """The wheel of this repository, unpacked far from it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as package:
        package.extractall(folder / "site")
    return folder


def test_the_wheel_holds_models_and_every_data_file(unpacked):
    site = unpacked / "site" / "gipr_ml"
    kinds = {".toml", ".json", ".txt", ".j2", ".css", ".js", ".html", ".pdf", ".skops", ".md"}
    kinds |= {".onnx", ".LICENSE"}
    for folder, inside in ((ROOT / "gipr_ml", site), (ROOT / "models", site / "models")):
        for path in folder.rglob("*"):
            if path.suffix in kinds and "history" not in path.parts:
                assert (inside / path.relative_to(folder)).read_bytes() == path.read_bytes()
    (licence,) = (unpacked / "site").glob("*.dist-info/licenses/LICENSE")
    assert licence.read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_reads_reports_without_the_repository(unpacked):
    site = unpacked / "site"
    code = "import gipr_ml; print(gipr_ml.__file__); from gipr_ml.cli import main; main()"
    sample = site / "gipr_ml" / "samples" / "chengxi_culture_2023.txt"
    done = subprocess.run(
        [sys.executable, "-c", code, "process", sample, "--out", "out", "--format", "xlsx,html"],
        cwd=unpacked,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    where, said = done.stdout.split("\n", 1)
    assert Path(where).is_relative_to(site)
    assert said.startswith("consistent    chengxi_culture_2023  200 of 200 cells")
    written = {path.suffix for path in (unpacked / "out").glob("chengxi_culture_2023.*")}
    assert written == {".json", ".xlsx", ".html"}
