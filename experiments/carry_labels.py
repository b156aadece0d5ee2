"""Read the training reports anew and carry the labels of their lines over.

    python experiments/carry_labels.py

Needed when the program has learnt to read a layout differently. A line keeps its labels where its
cells are unchanged; every other line gets the label "" and is listed, for a person to label by
training_data/GUIDE.md. Until that is done the tests fail.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from gipr_ml.sources import read_document
from gipr_ml.types import Line

FOLDER = Path(__file__).parent.parent / "training_data"


def carry(name: str, lines: Sequence[Line], old: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """`lines` with the labels of the `old` lines that have the same cells in the same order."""
    cells = [[cell.text for cell in line.cells] for line in lines]
    labelled: list[dict[str, Any]] = [
        {
            "document": name,
            "line": number,
            "cells": texts,
            "borders": line.borders,
            "label": "",
            "cell_labels": [""] * len(texts),
        }
        for number, (line, texts) in enumerate(zip(lines, cells, strict=True))
    ]
    matcher = SequenceMatcher(
        None, [tuple(line["cells"]) for line in old], [tuple(c) for c in cells], autojunk=False
    )
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            source = old[block.a + offset]
            labelled[block.b + offset]["label"] = source["label"]
            labelled[block.b + offset]["cell_labels"] = source["cell_labels"]
    return labelled


def main() -> None:
    """Rewrite training_data/lines and list the lines that are left to label."""
    manifest = tomllib.loads((FOLDER / "manifest.toml").read_text(encoding="utf-8"))
    for entry in manifest["report"]:
        path = FOLDER / "lines" / f"{entry['name']}.jsonl"
        old = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        new = carry(entry["name"], read_document(FOLDER / entry["file"]).lines, old)
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in new)
        path.write_text(text, encoding="utf-8")
        for line in new:
            if not line["label"]:
                print(f"{path.name}:{line['line'] + 1}: {' | '.join(line['cells'])}")


if __name__ == "__main__":
    main()
