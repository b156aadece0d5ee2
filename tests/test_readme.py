"""What the README shows is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_python_example_runs(tmp_path, monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gipr_ml").symlink_to(ROOT / "gipr_ml")
    exec(code, {})
    assert len(list((tmp_path / "out").iterdir())) == 2


@pytest.mark.parametrize("folder", re.findall(r"^\| `((?:gipr_ml/)?\w+/)`", README, re.MULTILINE))
def test_folders_that_are_named_are_there(folder):
    assert (ROOT / folder).is_dir()
