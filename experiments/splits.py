"""Scores on agencies, years and kinds of source that nothing was trained on.

    python experiments/splits.py [--save] [--seeds 2]

All reports, published or written, of one agency, year or kind of source (`manifest.toml`) are held
out together, and with them all renderings of the same report; the published ones are tested on.
Other years of an agency stay where a year is held out, as they do when the next year comes.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from protocol import (
    Answered,
    Spent,
    blend,
    finish,
    held_out,
    labels_of,
    reviewed,
    scores,
    table,
    words,
)

from gipr_ml.learning.labels import LabelledDocument
from gipr_ml.learning.training import default_data

KINDS = {
    "word_text": "Word document",
    "pdf_text": "PDF with text",
    "ocr_text": "scan",
    "web_text": "web page",
    "web_page": "web page",
}
"""What the kinds of the manifest come from; the others were written for their layout."""


def folds_by(
    documents: Sequence[LabelledDocument], value: Callable[[str], str]
) -> dict[str, set[str]]:
    """Documents to hold out by the value that they share; never one rendering of a report alone."""
    folds = {}
    for wanted in sorted({value(d.name) for d in documents if d.origin == "public"}):
        groups = {d.group for d in documents if value(d.name) == wanted}
        folds[wanted] = {d.name for d in documents if d.group in groups or value(d.name) == wanted}
    return folds


def manifest() -> Mapping[str, Mapping[str, Any]]:
    """Entries of the manifest by the name of their report."""
    data = tomllib.loads((default_data() / "manifest.toml").read_text("utf-8"))
    return {entry["name"]: entry for entry in data["report"]}


def by_report(documents: Sequence[LabelledDocument]) -> list[LabelledDocument]:
    """The documents grouped by the report that they render, not by its agency."""
    return [replace(d, group=d.report) for d in documents]


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--save", action="store_true", help="write splits_results.md and .json")
    ask.add_argument("--seeds", type=int, default=2)
    args = ask.parse_args()
    documents, entries = reviewed(), manifest()
    labels, reports = labels_of(documents), by_report(documents)
    ways = {
        "agency": folds_by(reports, lambda name: entries[name].get("agency", "no agency")),
        "year": folds_by(reports, lambda name: str(entries[name].get("year", "no year"))),
        "kind of source": folds_by(
            reports, lambda name: KINDS.get(entries[name]["kind"], entries[name]["kind"])
        ),
    }
    found: dict[str, dict] = {}
    for way, folds in ways.items():
        print(way)
        runs = [
            held_out(blend, documents, folds, seed, Spent([]), reports)
            for seed in range(args.seeds)
        ]
        found[way] = {"together": scores(runs, labels), "parts": {}}
        for name, out in folds.items():
            test = {d.group for d in reports if d.name in out and d.origin == "public"}
            part = [[answer for answer in run if answer.unit in test] for run in runs]
            found[way]["parts"][name] = _part(part, labels)
    finish("splits", "Agencies, years and sources not trained on", found, report(found), args.save)


def _part(runs: Sequence[Sequence[Answered]], labels: Sequence[str]) -> dict[str, Any]:
    own = scores(runs, labels)
    return own | {"reports": len({answer.unit for answer in runs[0]})}


def report(found: Mapping[str, Any]) -> str:
    """The results as Markdown."""
    rows = [
        (way, words(own["together"]["accuracy"]), words(own["together"]["macro_f1"]))
        for way, own in found.items()
    ]
    parts = [
        (way, name, part["reports"], part["lines"], f"{part['accuracy']['value']:.3f}")
        for way, own in found.items()
        for name, part in own["parts"].items()
    ]
    return "\n".join(
        [
            "95 % intervals over agencies. Single reports held out: the blend in"
            " families_results.md.\n",
            table(("held out together", "accuracy", "macro-F1"), rows),
            "\nBy what was held out:\n",
            table(("", "", "reports", "lines", "accuracy"), parts),
        ]
    )


if __name__ == "__main__":
    main()
