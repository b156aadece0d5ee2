"""`gipr process`: read reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gipr_ml.cli.options import AsJson, Formats, Out, Paths, chosen_formats
from gipr_ml.types import Report


def process(
    paths: Paths,
    out: Out,
    formats: Formats = None,
    as_json: AsJson = False,
    model: Annotated[
        Path | None,
        typer.Option(help="Folder of another model than the shipped one.", metavar="FOLDER"),
    ] = None,
) -> None:
    """Read annual reports into one DOCUMENT.json each, beside the other formats asked for."""
    from gipr_ml import pipeline
    from gipr_ml.cli.inputs import find_inputs
    from gipr_ml.cli.run import run
    from gipr_ml.sources.read import ARCHIVES, READERS, may_be_report

    chosen = chosen_formats(formats)
    inputs = find_inputs(paths, READERS, out, archives=ARCHIVES, worth=may_be_report)

    def read(path: Path) -> Report:
        return pipeline.process(path, model=model)

    run(inputs, read, out, chosen, as_json, "reading")
