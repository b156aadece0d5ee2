"""The line classifier on public sets of labelled table lines, within each set and across sets.

    python experiments/lines_public.py --folder FOLDER

FOLDER holds files of labelled lines in the format of `training_data/lines/`, one set a file: SAUS
and Troy as published with Strudel (Jiang et al., EDBT 2021; repository
HPI-Information-Systems/Strudel, commit 765570b, Apache-2.0). The sets stay out of this repository;
the results lie beside this script. The settings are those that the shipped model is trained with.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from gipr_ml.learning.fitting import Settings, fit_model
from gipr_ml.learning.labels import LabelledDocument, digest_of, read_labels
from gipr_ml.learning.metrics import answers_of, joined, score
from gipr_ml.learning.preparation import prepare

FOLDS = 10
SINGLED_OUT = "derived"
"""Totals: the class that the published models find hardest."""
PUBLISHED = {
    "saus": {"strudel": (0.886, 0.958, 0.478), "first blend": (0.959, 0.982, 0.847)},
    "troy": {"strudel": (0.879, 0.947, 0.522), "first blend": (0.941, 0.978, 0.837)},
}
"""Macro-F1, accuracy and F1 of `derived` on the same labels, in ten folds by document."""


def within(documents: Sequence[LabelledDocument], settings: Settings, seed: int) -> dict[str, Any]:
    """Scores in ten folds by document."""
    data = prepare(documents, settings.bits, settings.weights)
    every = np.ones(len(data.documents), bool)
    answers = []
    for place, fold in enumerate(data.folds(every, FOLDS, seed), 1):
        print(f"  fold {place} of {FOLDS}", file=sys.stderr)
        model = fit_model(data, every & ~fold, settings, seed).model
        answers += [answers_of(model, data.documents[i])[0] for i in np.nonzero(fold)[0]]
    return score(joined(answers))


def across(
    train: Sequence[LabelledDocument],
    test: Sequence[LabelledDocument],
    settings: Settings,
    seed: int,
) -> dict[str, Any]:
    """Scores on one set of a model trained on another."""
    data = prepare(train, settings.bits, settings.weights)
    model = fit_model(data, np.ones(len(data.documents), bool), settings, seed).model
    return score(joined([answers_of(model, document)[0] for document in test]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="folder of labelled sets")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    settings = Settings(synthetic=0)
    sets = {path.name.split(".")[0]: read_labels([path]) for path in _files(chosen.folder)}
    found: dict[str, Any] = {
        "settings": asdict(settings),
        "seed": chosen.seed,
        "sets": {
            name: {
                "documents": len(documents),
                "lines": sum(len(document.lines) for document in documents),
                "sha256": digest_of(documents),
            }
            for name, documents in sets.items()
        },
        "within": {},
        "across": {},
    }
    for name, documents in sets.items():
        print(f"{name}: within", file=sys.stderr)
        found["within"][name] = within(documents, settings, chosen.seed)
    for one in sets:
        for other in sets:
            if one != other:
                print(f"{one} to {other}", file=sys.stderr)
                scores = across(sets[one], sets[other], settings, chosen.seed)
                found["across"][f"{one} to {other}"] = scores
    beside = Path(__file__).with_suffix("")
    beside.with_suffix(".json").write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    text = report(found)
    beside.with_suffix(".md").write_text(text, "utf-8")
    print(text)


def report(found: dict[str, Any]) -> str:
    """The results as Markdown."""
    rows = [
        "# The line classifier on public sets",
        "",
        "Written by `python experiments/lines_public.py --folder FOLDER`; what the sets are and"
        " where they come from stands in the script. Macro-F1 / accuracy (F1 of `derived`).",
        "",
        "| within a set, ten folds by document | " + " | ".join(found["within"]) + " |",
        "| --- |" + " --- |" * len(found["within"]),
    ]
    for rival in ("strudel", "first blend"):
        figures = [PUBLISHED.get(name, {}).get(rival) for name in found["within"]]
        rows.append(f"| {rival} | " + " | ".join(_three(*f) if f else "–" for f in figures) + " |")
    rows.append(f"| this model | {' | '.join(_cell(s) for s in found['within'].values())} |")
    rows += ["", "| trained on one, tested on the other | this model |", "| --- | --- |"]
    rows += [f"| {name} | {_cell(scores)} |" for name, scores in found["across"].items()]
    for name, scores in found["within"].items():
        rows += ["", f"## {name}", "", "| | precision | recall | F1 | support |"]
        rows.append("| --- | --- | --- | --- | --- |")
        for label, own in scores["classes"].items():
            figures = " | ".join(f"{own[part]:.3f}" for part in ("precision", "recall", "f1"))
            rows.append(f"| {label} | {figures} | {own['support']} |")
        rows.append(f"\nCalibration error {scores['calibration_error']:.4f}.")
    return "\n".join(rows) + "\n"


def _cell(scores: dict[str, Any]) -> str:
    derived = scores["classes"].get(SINGLED_OUT, {"f1": float("nan")})
    return _three(scores["macro_f1"], scores["accuracy"], derived["f1"])


def _three(macro: float, accuracy: float, derived: float) -> str:
    return f"{macro:.3f} / {accuracy:.3f} ({derived:.3f})"


def _files(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")])


if __name__ == "__main__":
    main()
