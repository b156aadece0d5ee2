"""The line classifier on public sets of labelled table lines, within each set and across sets.

    python experiments/lines_public.py --folder FOLDER [--save]

FOLDER holds files of labelled lines in the format of `training_data/lines/`, one set a file: SAUS
and Troy as published with Strudel (Jiang et al., EDBT 2021; repository
HPI-Information-Systems/Strudel, commit 765570b, Apache-2.0). The sets stay out of this repository.
Training and settings are those of the program.

The features of the model were chosen on one half of the documents of both sets, within and across
the halves: those whose name has an even SHA-256. Figures of the other half stand by themselves.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from protocol import (
    SETTINGS,
    Answered,
    answered,
    blend,
    finish,
    labels_of,
    scores,
    table,
    words,
)

from gipr_ml.learning.fitting import fit_model
from gipr_ml.learning.labels import LabelledDocument, digest_of, read_labels
from gipr_ml.learning.preparation import prepare

FOLDS = 10
SINGLED_OUT = "derived"
"""Totals: the class that the published models find hardest."""
PUBLISHED = {
    "saus": {"Strudel": (0.886, 0.958, 0.478), "an earlier blend": (0.959, 0.982, 0.847)},
    "troy": {"Strudel": (0.879, 0.947, 0.522), "an earlier blend": (0.941, 0.978, 0.837)},
}
"""Macro-F1, accuracy and F1 of `derived` on the same labels, in ten folds by document. Strudel is a
random forest over features of lines; the earlier blend averages a regression on n-grams with
extremely randomised trees."""


def within(documents: Sequence[LabelledDocument], seed: int) -> list[Answered]:
    """Answers in ten folds by document."""
    data = prepare(documents, SETTINGS.bits, SETTINGS.weights)
    every = np.ones(len(data.documents), bool)
    answers = []
    for place, fold in enumerate(data.folds(every, FOLDS, seed), 1):
        print(f"  fold {place} of {FOLDS}", file=sys.stderr)
        model = fit_model(data, every & ~fold, SETTINGS, seed).model
        for document in (data.documents[i] for i in np.flatnonzero(fold)):
            found = model.probabilities(document.lines)
            answers.append(answered(document, found, model.labels))
    return answers


def across(
    train: Sequence[LabelledDocument], test: Sequence[LabelledDocument], seed: int
) -> list[Answered]:
    """Answers on one set of a model trained on another."""
    labels = labels_of([*train, *test])
    predict = blend(train, labels, seed)
    return [answered(document, predict(document.lines), labels) for document in test]


def looked_at(name: str) -> bool:
    """Whether a document was among those that features were chosen on."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 == 0


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--folder", type=Path, required=True, help="folder of labelled sets")
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--save", action="store_true", help="write lines_public_results.md and .json")
    args = ask.parse_args()
    files = sorted([*args.folder.glob("*.jsonl"), *args.folder.glob("*.jsonl.gz")])
    sets = {path.name.split(".")[0]: read_labels([path]) for path in files}
    found: dict[str, Any] = {"sets": {}, "within": {}, "unseen": {}, "across": {}}
    for name, documents in sets.items():
        print(f"{name}: within", file=sys.stderr)
        labels = labels_of(documents)
        answers = within(documents, args.seed)
        found["sets"][name] = {"documents": len(documents), "sha256": digest_of(documents)}
        found["within"][name] = scores([answers], labels)
        unseen = [answer for answer in answers if not looked_at(answer.unit)]
        found["unseen"][name] = scores([unseen], labels)
    for one in sets:
        for other in sets:
            if one != other:
                print(f"{one} to {other}", file=sys.stderr)
                answers = across(sets[one], sets[other], args.seed)
                found["across"][f"{one} to {other}"] = scores(
                    [answers], labels_of([*sets[one], *sets[other]])
                )
    title = "The line classifier on public sets"
    finish("lines_public", title, found, report(found), args.save, "--folder FOLDER ")


def report(found: dict[str, Any]) -> str:
    """The results as Markdown."""
    names = list(found["within"])
    rows = [
        (rival, *(_three(PUBLISHED.get(name, {}).get(rival)) for name in names))
        for rival in ("Strudel", "an earlier blend")
    ]
    rows.append(("this model", *(_cell(found["within"][name]) for name in names)))
    rows.append(("this model, the half not looked at", *(_cell(found["unseen"][n]) for n in names)))
    each = [
        (kind, name, label, f"{f1:.3f}")
        for kind in ("within", "across")
        for name, own in found[kind].items()
        for label, f1 in own["f1"].items()
    ]
    return "\n".join(
        [
            "What the sets are and where they come from stands in the script. Macro-F1 / accuracy"
            " (F1 of `derived`).\n",
            table(("within a set, ten folds by document", *names), rows),
            "",
            table(
                ("trained on one, tested on the other", "this model"),
                [(name, _cell(own)) for name, own in found["across"].items()],
            ),
            "\n95 % intervals over documents:\n",
            table(
                ("", "macro-F1", "accuracy", "calibration error"),
                [
                    (
                        name,
                        words(own["macro_f1"]),
                        words(own["accuracy"]),
                        f"{own['calibration_error']:.3f}",
                    )
                    for kind in ("within", "across")
                    for name, own in found[kind].items()
                ],
            ),
            "\nF1 by label:\n",
            table(("", "set", "label", "F1"), each),
        ]
    )


def _cell(own: dict[str, Any]) -> str:
    derived = own["f1"].get(SINGLED_OUT, float("nan"))
    return _three((own["macro_f1"]["value"], own["accuracy"]["value"], derived))


def _three(figures: tuple[float, float, float] | None) -> str:
    if figures is None:
        return "–"
    macro, accuracy, derived = figures
    return f"{macro:.3f} / {accuracy:.3f} ({derived:.3f})"


if __name__ == "__main__":
    main()
