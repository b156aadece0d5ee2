"""`gipr summary`: a set of results as data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gipr_ml.cli.options import AsJson

PRINTED = 12
"""Rows of a table that are printed."""
FOLDER = "summary"


def summary(
    folder: Annotated[
        Path, typer.Argument(help="Folder of results, as gipr process writes them.", metavar="OUT")
    ],
    target: Annotated[
        Path | None,
        typer.Option("--to", help="Folder for the summary; OUT/summary by itself.", metavar="DIR"),
    ] = None,
    agencies: Annotated[
        Path | None,
        typer.Option(
            "--agencies", help="A file of agencies that were renamed (TOML).", metavar="FILE"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make one data set (Parquet), one workbook (XLSX) with a data dictionary, and a summary with
    plots of all results in a folder.

    The reports of each agency are checked against each other.
    """
    from gipr_ml.dataset import build
    from gipr_ml.errors import UsageError
    from gipr_ml.forms.agencies import read_renamings

    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    to = target or folder / FOLDER
    if to.exists() and not (to / "summary.json").exists() and any(to.iterdir()):
        raise UsageError(f"--to: {to} holds something else; choose another folder")
    renamed = None if agencies is None else read_renamings(agencies)
    built = build(folder, to, renamed=renamed)
    for path in built.unusable:
        typer.echo(f"{path.name}: is no result, left out", err=True)
    if as_json:
        typer.echo((to / "summary.json").read_text("utf-8"), nl=False)
    else:
        for table in built.tables:
            _print(table.title[1], [en for _, en in table.columns], table.rows)
    typer.echo(f"{built.facts['reports']:,} reports. Data set and summary in {to}.", err=as_json)


def _print(title: str, columns: list[str], rows: tuple[tuple[str | int, ...], ...]) -> None:
    from gipr_ml.cli.summary import width

    if not rows:
        return
    shown = [columns, *([str(cell) for cell in row] for row in rows[:PRINTED])]
    widths = [max(width(line[i]) for line in shown) for i in range(len(columns))]
    typer.echo(title)
    for line in shown:
        cells = (cell + " " * (w - width(cell)) for cell, w in zip(line, widths, strict=True))
        typer.echo("  " + "  ".join(cells).rstrip())
    if len(rows) > PRINTED:
        typer.echo(f"  … and {len(rows) - PRINTED:,} more")
    typer.echo()
