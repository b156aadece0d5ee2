"""Few labelled reports to learn from, quickly."""

from __future__ import annotations

import shutil
from pathlib import Path

BASE = Path(__file__).parents[2] / "training_data"
FROZEN = ("shuyang_fgj_2023", "panyu_data_bureau_2024")
FEW = (*FROZEN, "shihong_police_2023", "yunlu_county_2023")
QUICK = (
    "[lines]\nbits = 4\ntrees = 1\nleast = 200\nsynthetic = 0\nfolds = 2\ntext_strength = 0.001\n"
)
"""Settings of a training that takes a second and makes a model much worse than the shipped one."""


def copy_few(folder: Path) -> Path:
    """A folder of labelled reports with four of them, two of which are frozen."""
    for kind in ("lines", "gold", "reports"):
        (folder / kind).mkdir(parents=True)
        for path in (BASE / kind).iterdir():
            if path.name.partition(".")[0] in FEW:
                shutil.copy(path, folder / kind)
    blocks = (BASE / "manifest.toml").read_text("utf-8").split("[[report]]\n")[1:]
    kept = [block for block in blocks if any(f'name = "{name}"\n' in block for name in FEW)]
    text = "".join(f"[[report]]\n{block}" for block in kept)
    (folder / "manifest.toml").write_text(text, "utf-8")
    return folder
