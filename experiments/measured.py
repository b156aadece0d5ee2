"""Figures beside their targets, as the experiments on many documents print and keep them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent


def tell(
    found: Mapping[str, str], targets: Mapping[str, str], script: str, title: str, save: bool
) -> None:
    """Print the figures as a table; `save` also writes SCRIPT_results.json and .md."""
    rows = ["| | measured | target |", "| --- | --- | --- |"]
    rows += [f"| {name} | {value} | {targets.get(name, '')} |" for name, value in found.items()]
    print("\n".join(rows))
    if save:
        (HERE / f"{script}_results.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        about = f"# {title}\n\nMade by `python experiments/{script}.py --save`.\n\n"
        (HERE / f"{script}_results.md").write_text(about + "\n".join(rows) + "\n", "utf-8")
