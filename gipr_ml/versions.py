"""What a reading depends on beside the file: code, rules and model, each as a short digest.

The same file under the same three gives the same result, so it need not be read again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from gipr_ml.store import default_folder, read_manifest

_PACKAGE = Path(__file__).resolve().parent
_READING = ("types", "sources", "lines", "narrative", "match", "assemble", "checking", "forms")
_CODE = (".py", ".txt")
"""Endings of what they read by; forms and rules (.toml) have a digest of their own."""
_MODELS = ("lines", "categories")
SHORT = 12


@dataclass(frozen=True, slots=True)
class Versions:
    """Digests of what reads."""

    code: str
    """The version of the package with a digest of the code that reads."""
    rules: str
    """Of the files of forms and rules."""
    model: str
    """Of the models of lines and categories."""

    def __str__(self) -> str:
        return f"{self.code}/{self.rules}/{self.model}"


def versions(model: Path | None = None) -> Versions:
    """What reads here, with the model in the folder `model`, else the shipped one.

    Raises `ModelError` where there is none.
    """
    return Versions(_code(), _rules(), model_digest(model or default_folder()))


def model_digest(folder: Path) -> str:
    """A digest of the models in a folder. Raises `ModelError` where there are none."""
    parts = [str(read_manifest(folder, f"{name}.json").get("sha256")) for name in _MODELS]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:SHORT]


@cache
def _code() -> str:
    files = [*_PACKAGE.glob("*.py")]
    for part in _READING:
        files += (p for p in (_PACKAGE / part).rglob("*") if p.suffix in _CODE)
    return f"{version('gipr-ml')}+{_digest(files)}"


@cache
def _rules() -> str:
    return _digest([*(_PACKAGE / "forms").glob("*.toml")])


def _digest(files: list[Path]) -> str:
    seen = hashlib.sha256()
    for path in sorted(files):
        seen.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return seen.hexdigest()[:SHORT]
