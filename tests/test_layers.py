"""The architecture, kept by looking at every import of the package."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "gipr_ml"
FILES = sorted(PACKAGE.rglob("*.py"))

LAYERS = (
    {"types", "errors", "files", "store", "text"},
    {"forms"},
    {"sources", "lines", "narrative", "heading", "match", "assemble", "checking", "export"},
    {"pipeline", "versions", "client"},
    {"learning", "sandbox", "dataset"},
    {"service"},
    {"batch"},
    {"cli"},
)
"""From the bottom up. A part imports what lies below it; only the lowest may import each other."""

USES = {("assemble", "match")}
"""Within a layer: assembling asks the matcher about as many joins of lines as it needs."""

ONLY_IN = {
    "sklearn": {"learning"},
    "skops": {"store.py", "learning"},
    "spacy": {"narrative"},
    "mlflow": {"learning/tracking.py"},
    "matplotlib": {"learning/plots.py", "dataset/plots.py"},
    "pandas": {"learning/tracking.py", "lines/pyfunc.py"},
    "openpyxl": {"export", "dataset/workbook.py"},
    "pyarrow": {"export", "dataset", "forms/patterns.py"},
    "jinja2": {"export", "learning/comparison/page.py", "dataset/page.py"},
    "lxml": {"sources"},
    "pypdfium2": {"sources"},
    "cv2": {"sources"},
    "onnxruntime": {"sources/scan/ocr.py"},
    "fastapi": {"service/api"},
    "starlette": {"service/api"},
    "uvicorn": {"service/serve.py", "service/connection.py"},
    "sqlalchemy": {"service"},
    "alembic": {"service/store"},
    "prometheus_client": {"service/api"},
    "pydantic_settings": {"service/settings.py"},
    "httpx": {"client.py"},
    "fsspec": {"batch/places.py"},
    "distributed": {"batch/engines/cluster.py"},
    "sqlite3": {"batch/ledger.py"},
    "typer": {"cli"},
    "rich": {"cli"},
}
"""Libraries that one part of the program alone knows."""

LONGEST = 400


@cache
def imports(path: Path) -> frozenset[str]:
    """Names of the modules that a file imports, anywhere in it."""
    return frozenset(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module
            if node.module == "gipr_ml":
                yield from (f"gipr_ml.{alias.name}" for alias in node.names)
            else:
                yield node.module


def part(path: Path) -> str:
    """The part of the program that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def layer(name: str) -> int:
    return next(number for number, parts in enumerate(LAYERS) if name in parts)


def inner(path: Path) -> set[str]:
    """Other parts of the program that a file imports."""
    names = {name.split(".")[1] for name in imports(path) if name.startswith("gipr_ml.")}
    return names - {part(path)}


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_point_one_way(path):
    if path == PACKAGE / "__init__.py":
        assert inner(path) == {"pipeline"}
        return
    own = layer(part(path))
    wrong = {
        name
        for name in inner(path)
        if own > 0 and layer(name) >= own and (part(path), name) not in USES
    }
    assert not wrong, f"{name_of(path)} must not import {wrong}"


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_known_in_one_place(library):
    users = {name_of(p) for p in FILES if any(i.split(".")[0] == library for i in imports(p))}
    strangers = {user for user in users if not {user, *_folders(user)} & ONLY_IN[library]}
    assert not strangers


def _folders(name: str) -> set[str]:
    return {str(folder) for folder in Path(name).parents}


def test_files_stay_short():
    root = PACKAGE.parent
    files = [
        p for f in ("gipr_ml", "tests", "experiments", "docs") for p in root.glob(f"{f}/**/*.py")
    ]
    lengths = {str(p): len(p.read_text(encoding="utf-8").splitlines()) for p in files}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_modules_outside_the_package_have_names_of_their_own():
    """The tests import each other's helpers, and the experiments', by their bare names."""
    root = PACKAGE.parent
    paths = (p for folder in ("tests", "experiments") for p in root.glob(f"{folder}/**/*.py"))
    names = Counter(path.name for path in paths if path.name != "conftest.py")
    assert {name for name, number in names.items() if number > 1} == set()


def test_importing_the_package_loads_no_library():
    code = "import sys, gipr_ml; print(*{n.split('.')[0] for n in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not {*ONLY_IN, "numpy", "pydantic"} & set(loaded.stdout.split())
