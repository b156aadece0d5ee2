"""`gipr compare`: two models on the same frozen reports."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gipr_ml.cli.options import AsJson
from gipr_ml.cli.train import Data, Track

if TYPE_CHECKING:
    from rich.table import Table as RichTable

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


def _show(table: Mapping[str, Any]) -> None:
    """The comparison as tables in the terminal."""
    from rich.console import Console

    console = Console(soft_wrap=True)
    if not console.is_terminal:
        console = Console(width=WIDE, soft_wrap=True)
    console.print(_together(table))
    console.print(_documents(table))
    for line in _changed(table):
        console.print(line, markup=False, highlight=False)
    frozen = table["frozen"]
    console.print(
        f"{frozen['lines']} lines of {frozen['reports']} reports of {frozen['agencies']} agencies;"
        " neither model scored has learnt from these agencies.",
        highlight=False,
    )


def _together(table: Mapping[str, Any]) -> RichTable:
    """The figures of both models over all frozen reports."""
    from rich.markup import escape
    from rich.table import Table

    names = escape(table["first"]["name"]), escape(table["second"]["name"])
    shown = Table(
        "", *names, "difference", "95 % interval", title="Frozen reports", title_justify="left"
    )
    for row in table["figures"]:
        figures = (f"{row[part]:.3f}".removesuffix(".000") for part in ("first", "second"))
        shown.add_row(row["words"], *figures, f"{row['difference']:+.3f}", _interval(row))
    for row in table["labels"]:
        if "difference" in row:
            figures = (f"{row[part]['f1']:.3f}" for part in ("first", "second"))
            words = escape(f"F1 of {row['label']} ({row['support']} lines)")
            shown.add_row(words, *figures, f"{row['difference']:+.3f}", _interval(row))
    return shown


def _interval(row: Mapping[str, Any]) -> str:
    return f"{row['low']:+.3f} to {row['high']:+.3f}" if "low" in row else ""


def _documents(table: Mapping[str, Any]) -> RichTable:
    """What became of each report."""
    from rich.markup import escape
    from rich.table import Table

    shown = Table("document", "", "lines right", "figures right", "read exactly")
    for row in table["documents"]:
        one, other = row["first"], row["second"]
        whole = ("", "")
        if "cells" in one:
            exact = " → ".join("yes" if own["exact"] else "no" for own in (one, other))
            whole = f"{one['cells_right']} → {other['cells_right']} of {one['cells']}", exact
        lines = f"{one['lines_right']} → {other['lines_right']} of {row['lines']}"
        shown.add_row(escape(row["document"]), row["verdict"], lines, *whole)
    return shown


def _changed(table: Mapping[str, Any]) -> Iterator[str]:
    """The lines that one model labels right and the other does not, the first ones of them."""
    changed = [row for row in table["lines"] if row["verdict"] != "wrong in both"]
    for row in changed[:SHOWN]:
        text = " | ".join(row["text"].split("\t"))[:40]
        yield (
            f"{row['verdict']:7}{row['document']}:{row['line']} {row['label']}: {row['first']} →"
            f" {row['second']}  {text}"
        )
    if len(changed) > SHOWN:
        yield f"… and {len(changed) - SHOWN} more lines"
