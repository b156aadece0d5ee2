"""`gipr compare`: two models on the same frozen reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from gipr_ml.cli.options import AsJson
from gipr_ml.cli.train import Data, Track

Model = Annotated[
    str,
    typer.Argument(
        help="A model folder, champion, challenger, a run's id, or a runs:/ or models:/ URI."
    ),
]
WIDE = 120
"""Columns of the tables where no terminal says how wide it is."""
SHOWN = 20
"""Lines that the terminal lists; the page has all of them."""


def compare(
    first: Model,
    second: Model,
    out: Annotated[
        Path, typer.Option("--out", help="Folder for comparison.json and comparison.html.")
    ] = Path("comparison"),
    data: Data = None,
    track: Track = True,
    as_json: AsJson = False,
) -> None:
    """Score two models on the frozen reports and show what differs, down to the lines."""
    from gipr_ml.files import write_file, writing_into
    from gipr_ml.learning.comparison.compare import compare as compare_models
    from gipr_ml.learning.comparison.compare import flat
    from gipr_ml.learning.comparison.judging import judge, read_exam
    from gipr_ml.learning.comparison.page import files_of
    from gipr_ml.learning.naming import folder_of
    from gipr_ml.learning.training import default_data

    exam = read_exam(data or default_data())
    verdicts = [judge(name, folder_of(name), exam) for name in (first, second)]
    table = compare_models(*verdicts)
    files = files_of(table)
    with writing_into(out):
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            write_file(out / name, content)
    if as_json:
        typer.echo(json.dumps(table))
    else:
        _show(table)
        typer.echo(f"All of it, with plots: {out / 'comparison.html'}")
    if track:
        from gipr_ml.learning.tracking import log_comparison

        log_comparison(
            (first, second),
            [own.digest for own in verdicts],
            flat(table),
            files,
            [own.table() for own in verdicts],
        )


def _show(table: dict[str, Any]) -> None:
    """The comparison as tables in the terminal."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(soft_wrap=True)
    if not console.is_terminal:
        console = Console(width=WIDE, soft_wrap=True)
    names = escape(table["first"]["name"]), escape(table["second"]["name"])
    frozen = table["frozen"]
    together = Table(
        "", *names, "difference", "95 % interval", title="Frozen reports", title_justify="left"
    )
    for row in table["figures"]:
        spread = f"{row['low']:+.3f} to {row['high']:+.3f}" if "low" in row else ""
        figures = (f"{row[part]:.3f}".removesuffix(".000") for part in ("first", "second"))
        together.add_row(row["words"], *figures, f"{row['difference']:+.3f}", spread)
    for row in table["labels"]:
        if "difference" in row:
            figures = (f"{row[part]['f1']:.3f}" for part in ("first", "second"))
            spread = f"{row['low']:+.3f} to {row['high']:+.3f}"
            words = escape(f"F1 of {row['label']} ({row['support']} lines)")
            together.add_row(words, *figures, f"{row['difference']:+.3f}", spread)
    console.print(together)
    documents = Table("document", "", "lines right", "figures right", "read exactly")
    for row in table["documents"]:
        one, other = row["first"], row["second"]
        whole = ("", "")
        if "cells" in one:
            exact = " → ".join("yes" if own["exact"] else "no" for own in (one, other))
            whole = f"{one['cells_right']} → {other['cells_right']} of {one['cells']}", exact
        lines = f"{one['lines_right']} → {other['lines_right']} of {row['lines']}"
        documents.add_row(escape(row["document"]), row["verdict"], lines, *whole)
    console.print(documents)
    changed = [row for row in table["lines"] if row["verdict"] != "wrong in both"]
    for row in changed[:SHOWN]:
        text = " | ".join(row["text"].split("\t"))[:40]
        console.print(
            f"{row['verdict']:7}{row['document']}:{row['line']} {row['label']}: {row['first']} →"
            f" {row['second']}  {text}",
            markup=False,
            highlight=False,
        )
    if len(changed) > SHOWN:
        console.print(f"… and {len(changed) - SHOWN} more lines")
    console.print(
        f"{frozen['lines']} lines of {frozen['reports']} reports of {frozen['agencies']} agencies;"
        " neither model scored has learnt from these agencies.",
        highlight=False,
    )
