"""Arguments that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gipr_ml.errors import UsageError

Paths = Annotated[
    list[Path],
    typer.Argument(help="Files or folders; folders are searched through.", metavar="PATH..."),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        help="Formats to write beside json: csv, xlsx, parquet, html. Give it several times or "
        "separate by commas.",
        metavar="FORMAT",
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print a machine-readable summary on standard output.")
]


def chosen_formats(given: list[str] | None) -> tuple[str, ...]:
    """The formats asked for, json first. Raises `UsageError` for one that is not known."""
    from gipr_ml.export import FORMATS

    asked = [name.strip().lower() for text in given or () for name in text.split(",")]
    for name in asked:
        if name not in FORMATS:
            raise UsageError(f"--format: {name!r} is not known; choose from {', '.join(FORMATS)}")
    return tuple(name for name in FORMATS if name == "json" or name in asked)
