"""How fast the kinds of models get worse when held-out reports are damaged.

    pip install -e '.[experiments]'
    python experiments/noise.py [--save] [--seeds 2]

Two ladders. On the published reports, rung n misreads n times 8 % of the characters that are no
digits, as recognition does (look-alikes, characters lost, specks), and fuses n times 4 % of the
neighbouring cells. On generated reports, rung n has n kinds of damage at once (wrapped and spaced
labels, page numbers, repeated and cut headers, ...); they come from seeds that nothing is trained
on, and the models that label them have seen all reviewed reports. No damage is trained on.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
from collections.abc import Sequence
from dataclasses import replace

import jieba
from families import CERTAIN, FAMILIES
from protocol import (
    Answered,
    answered,
    finish,
    labels_of,
    leave_one_out,
    reviewed,
    scores,
    table,
    words,
)

from gipr_ml.learning.labels import LabelledDocument, document_of
from gipr_ml.learning.synthesis import HELD_OUT, LAYOUTS
from gipr_ml.learning.synthesis.corpus import compose
from gipr_ml.learning.synthesis.damage import DAMAGES, USUAL, several
from gipr_ml.learning.synthesis.damage_labels import misread
from gipr_ml.types import Cell, Line

RUNGS = range(6)
MISREAD, FUSED = 0.08, 0.04
"""Shares of characters, and of borders between cells, that each rung adds."""
GENERATED = 36
"""Generated reports a rung: each layout three times."""
TRIED = ("blend", "crf", "rapidfuzz", "keywords")


def damaged(document: LabelledDocument, rung: int, seed: int) -> LabelledDocument:
    """The report as a bad scan would have it; lines and labels stay."""
    rng = random.Random(f"{document.name} {rung} {seed}")
    return replace(document, lines=tuple(_damaged(line, rung, rng) for line in document.lines))


def _damaged(line: Line, rung: int, rng: random.Random) -> Line:
    texts: list[str] = []
    for cell in line.cells:
        text = misread(cell.text, MISREAD * rung, rng)
        if texts and rng.random() < FUSED * rung:
            texts[-1] += text
        else:
            texts.append(text)
    return replace(line, cells=tuple(Cell(text) for text in texts))


def generated(rung: int) -> list[LabelledDocument]:
    """Reports from the generator with so many kinds of damage at once."""
    damage = replace(DAMAGES["several"], name=f"rung{rung}", paper=several(*USUAL, count=rung))
    layouts = list(LAYOUTS.values())
    made = [
        compose(HELD_OUT.start + 500_000 + n, layouts[n % len(layouts)], damage)
        for n in range(GENERATED)
    ]
    return [document_of(one.name, one.lines, group=one.name) for one in made]


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--save", action="store_true", help="write noise_results.md and .json")
    ask.add_argument("--seeds", type=int, default=2)
    args = ask.parse_args()
    jieba.setLogLevel(logging.ERROR)
    documents = reviewed()
    labels, folds = labels_of(documents), leave_one_out(documents)
    made = {rung: generated(rung) for rung in RUNGS}
    found: dict[str, dict] = {"characters": {}, "layout": {}}
    for name in TRIED:
        seeds = range(1 if name in CERTAIN else args.seeds)
        fit = FAMILIES[name]
        runs: dict[int, list[list[Answered]]] = {rung: [[] for _ in seeds] for rung in RUNGS}
        ladder: dict[int, list[list[Answered]]] = {rung: [[] for _ in seeds] for rung in RUNGS}
        for seed in seeds:
            for out in folds.values():
                predict = fit([d for d in documents if d.name not in out], labels, seed)
                for document in documents:
                    if document.name not in out or document.origin != "public":
                        continue
                    for rung in RUNGS:
                        bad = damaged(document, rung, seed)
                        runs[rung][seed].append(answered(bad, predict(bad.lines), labels))
            predict = fit(documents, labels, seed)
            for rung in RUNGS:
                ladder[rung][seed] = [answered(d, predict(d.lines), labels) for d in made[rung]]
        found["characters"][name] = [scores(runs[rung], labels) for rung in RUNGS]
        found["layout"][name] = [scores(ladder[rung], labels) for rung in RUNGS]
        print(name, json.dumps([own["accuracy"]["value"] for own in found["characters"][name]]))
    finish("noise", "Labelling damaged reports", found, report(found), args.save)


def report(found: dict[str, dict]) -> str:
    """Both ladders as Markdown."""
    titles = {
        "characters": "Published reports, held out: characters misread and cells fused",
        "layout": f"Generated reports, {GENERATED} a rung: kinds of damage at once",
    }
    steps = {
        "characters": [f"{100 * MISREAD * n:.0f} % / {100 * FUSED * n:.0f} %" for n in RUNGS],
        "layout": [str(n) for n in RUNGS],
    }
    parts = ["95 % intervals over agencies."]
    for ladder, families in found.items():
        parts.append(f"\n## {titles[ladder]}")
        for figure, title in (("accuracy", "Accuracy"), ("macro_f1", "Macro-F1")):
            rows: Sequence[Sequence[str]] = [
                (name, *(words(own[figure]) for own in rungs)) for name, rungs in families.items()
            ]
            parts.append(f"\n{title}:\n\n{table(('', *steps[ladder]), rows)}")
    return "\n".join(parts)


if __name__ == "__main__":
    main()
