"""The model card: every figure in it comes from `scores.json` and the model's manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gipr_ml.files import write_file

SCORES = "scores.json"
CARD = "CARD.md"
MODEL_FILES = ("*.skops", SCORES, CARD)
"""What goes with a model that is replaced: they would be a lie about the one that came."""

_CARD = """# The line and cell model

Says of every line of an annual report what it is ({labels}) and of every cell of a table line
whether it is {cells}, with calibrated probabilities. Below its threshold the model abstains:
the line is kept as `unresolved`, with its text.

A logistic regression on hashed character n-grams (1 to 4; NFKC, no spaces, digits masked) looks
at each line by itself; extremely randomised trees then see its answers for the line and two lines
on either side, with layout and arithmetic of the line and its two neighbours. A second regression
labels cells. The folder holds plain arrays in the skops format; nothing in it can be executed.

## Data

Labelled reports in `training_data/` (guide version {guide}; digest of the labelled lines
`{digest}`), with {generated} generated damaged reports for each model, which count
{weight} of a real line. Only published reports are tested on. A second model in the folder
(`lines-heldout-*`) has not learnt from the frozen reports; it is what comparisons score.

## Scores

{protocol}. Means over seeds {seeds}, smallest and largest in brackets. Written by
`gipr evaluate --seeds {count}`.

### Lines

{lines}

### Cells of table lines

{cell_table}

### Accuracy by report

{reports}

## Limits

- Few published reports are labelled, by one annotator; the rarest labels rest on a handful of
  lines.
- The generator and the written reports share the imagination of their makers. A layout that none of
  them shows is labelled by its neighbours and its text alone.
- A line's label does not say that its figures were read right: sums and matching decide that.

## How to make it again

    gipr train --out models
    gipr evaluate --seeds {count}
"""


def write_card(scores: dict[str, Any], folder: Path) -> str:
    """Write `scores.json` and `CARD.md` into a model folder. Returns the tables as Markdown."""
    text = json.dumps(scores, ensure_ascii=False, indent=2) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    write_file(folder / SCORES, text.encode())
    lines, cells = scores_table(scores["lines"]), scores_table(scores["cells"])
    card = _CARD.format(
        labels=", ".join(scores["lines"]["classes"]),
        cells=", ".join(scores["cells"].get("classes", {})) or "nothing (no cells are labelled)",
        guide=scores["guide_version"],
        digest=scores["data_sha256"][:12],
        generated=scores["settings"]["synthetic"],
        weight=scores["settings"]["synthetic_weight"],
        protocol=scores["protocol"].capitalize(),
        seeds=", ".join(str(seed) for seed in scores["seeds"]),
        count=len(scores["seeds"]),
        lines=lines,
        cell_table=cells,
        reports=_reports(scores["line_accuracy_by_report"]),
    )
    write_file(folder / CARD, card.encode())
    return f"{lines}\n\n{cells}"


def scores_table(scores: dict[str, Any]) -> str:
    """Scores as Markdown: a table of classes, and one line with what concerns them all."""
    if not scores:
        return "No labels."
    rows = ["| | precision | recall | F1 | support |", "| --- | --- | --- | --- | --- |"]
    for label, own in scores["classes"].items():
        figures = " | ".join(_spread(own[name]) for name in ("precision", "recall", "f1"))
        rows.append(f"| {label} | {figures} | {own['support']} |")
    together = "; ".join(
        f"{words} {_spread(scores[name])}"
        for name, words in (
            ("macro_f1", "macro-F1"),
            ("accuracy", "accuracy"),
            ("calibration_error", "calibration error"),
            ("abstained", "share abstained"),
            ("accuracy_of_kept", "accuracy of the rest"),
        )
    )
    return "\n".join(rows) + f"\n\n{together[0].upper()}{together[1:]}."


def _reports(accuracies: dict[str, Any]) -> str:
    rows = ["| report | accuracy |", "| --- | --- |"]
    return "\n".join(rows + [f"| {name} | {_spread(own)} |" for name, own in accuracies.items()])


def _spread(value: Any) -> str:
    """A mean with its range, or one number."""
    if not isinstance(value, dict):
        return "–" if value is None else f"{value:g}"
    if value["min"] == value["max"]:
        return f"{value['mean']:.3f}"
    return f"{value['mean']:.3f} ({value['min']:.3f}–{value['max']:.3f})"
