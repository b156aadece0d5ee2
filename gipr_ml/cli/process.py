"""`gipr process`: read reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gipr_ml.cli.options import AsJson, Formats, Out, Paths, chosen_formats
from gipr_ml.types import Document, Report


def process(
    paths: Paths,
    out: Out,
    formats: Formats = None,
    as_json: AsJson = False,
    model: Annotated[
        str | None,
        typer.Option(
            help="Another model than the shipped one: its folder, or an MLflow URI such as "
            "models:/gipr-lines@champion.",
            metavar="MODEL",
        ),
    ] = None,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug", help="Save each page with the rules, boxes and cells that were seen on it."
        ),
    ] = False,
) -> None:
    """Read annual reports into one DOCUMENT.json each, beside the other formats asked for."""
    from gipr_ml import pipeline
    from gipr_ml.cli.inputs import find_inputs
    from gipr_ml.cli.run import run
    from gipr_ml.sources import read_document
    from gipr_ml.sources.read import ARCHIVES, READERS, may_be_report

    chosen = chosen_formats(formats)
    inputs = find_inputs(paths, READERS, out, archives=ARCHIVES, worth=may_be_report)
    folder = None if model is None else _folder(model)
    stems = dict(zip(inputs.files, inputs.stems, strict=True))

    def read(path: Path) -> Report:
        if not debug:
            return pipeline.process(path, model=folder)
        document = read_document(path)
        report = pipeline.process_document(document, model=folder)
        _save_pictures(path, document, report, out / f"{stems[path]}.debug")
        return report

    run(inputs, read, out, chosen, as_json, "reading", pipeline.page_images)


def _folder(model: str) -> Path:
    """Where the model lies; MLflow is loaded only for a URI."""
    if not model.startswith(("models:/", "runs:/")):
        return Path(model)
    from gipr_ml.learning.tracking import fetch

    return fetch(model)


def _save_pictures(path: Path, document: Document, report: Report, folder: Path) -> None:
    """Write page-1.png and so on into `folder`, or say that there is nothing to draw on."""
    from gipr_ml import pipeline
    from gipr_ml.export.debug import debug_pictures
    from gipr_ml.files import write_file

    images = pipeline.page_images(path)
    if not images:
        typer.echo(f"{path.name}: has no page images, so --debug draws nothing", err=True)
        return
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in debug_pictures(report, document.pages, images):
        write_file(folder / f"page-{number}.png", data)
