"""Call `gipr` as a shell does, without starting a process for each call."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import gipr_ml
from gipr_ml.cli import main

SAMPLES = Path(gipr_ml.__file__).parent / "samples"


class Result(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def gipr(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Result]:
    def call(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["gipr", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        assert isinstance(stopped.value.code, int)
        result = Result(stopped.value.code, *capfd.readouterr())
        assert "Traceback" not in result.out + result.err
        return result

    return call


@pytest.fixture
def samples() -> Path:
    """The folder of the sample reports."""
    return SAMPLES


@pytest.fixture
def clean() -> bytes:
    """A sample report that is consistent."""
    return (SAMPLES / "chengxi_culture_2023.txt").read_bytes()


@pytest.fixture
def damaged() -> bytes:
    """A sample report with a lost cell and a wrong total."""
    return (SAMPLES / "wangchuan_forestry_2022_damaged.txt").read_bytes()


@pytest.fixture
def shown() -> Callable[[Path], set[str]]:
    """Gives the names in a folder that are not hidden."""
    return lambda folder: {path.name for path in folder.iterdir() if path.name[0] != "."}
