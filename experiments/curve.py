"""Learning curve: how held-out scores grow with the number of reviewed reports.

    python experiments/curve.py [--save] [--seeds 2]

For each agency with published reports and each seed, the reports of the others are put in a random
order (all renderings of one count as one report), and models are trained on the first 1, 2, 5, ...
of them, so that every step adds reports to those before. No generated reports are added.
"""

from __future__ import annotations

import argparse
import sys
from itertools import pairwise

import numpy as np
from protocol import (
    Answered,
    answered,
    blend,
    difference,
    finish,
    labels_of,
    leave_one_out,
    reviewed,
    scores,
    table,
    words,
)

STEPS = (1, 2, 5, 10, 19)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--save", action="store_true", help="write curve_results.md and .json")
    ask.add_argument("--seeds", type=int, default=2)
    args = ask.parse_args()
    documents = reviewed()
    labels = labels_of(documents)
    runs: dict[int, list[list[Answered]]] = {n: [[] for _ in range(args.seeds)] for n in STEPS}
    for seed in range(args.seeds):
        for place, (name, out) in enumerate(leave_one_out(documents).items()):
            others = sorted({d.report for d in documents if d.name not in out})
            order = np.random.default_rng([seed, place]).permutation(others)
            for count in STEPS:
                chosen = set(order[:count])
                predict = blend([d for d in documents if d.report in chosen], labels, seed)
                runs[count][seed] += [
                    answered(d, predict(d.lines), labels)
                    for d in documents
                    if d.name in out and d.origin == "public"
                ]
            print(f"  seed {seed}: without {name}", file=sys.stderr)
    found = {str(count): scores(runs[count], labels) for count in STEPS}
    for before, count in pairwise(STEPS):
        found[str(count)]["gain"] = difference(runs[count], runs[before], len(labels))
    rows = [
        (
            count,
            words(own["accuracy"]),
            words(own["macro_f1"]),
            words(own["gain"]["accuracy"], True) if "gain" in own else "",
            words(own["gain"]["macro_f1"], True) if "gain" in own else "",
        )
        for count, own in found.items()
    ]
    head = ("reports", "accuracy", "macro-F1", "accuracy gained", "macro-F1 gained")
    each = [(count, *(f"{own['f1'][x]:.3f}" for x in labels)) for count, own in found.items()]
    text = (
        f"Means over {args.seeds} random orders; 95 % intervals over agencies. What is gained is"
        " over the row above, on the same reports.\n\n"
        + table(head, rows)
        + "\n\nF1 by label:\n\n"
        + table(("reports", *labels), each)
    )
    finish("curve", "Learning curve over reviewed reports", found, text, args.save)


if __name__ == "__main__":
    main()
