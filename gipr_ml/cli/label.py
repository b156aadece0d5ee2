"""`gipr label`: label sheets for people, their labels back, and which report to label next."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gipr_ml.cli.codes import UNREADABLE
from gipr_ml.cli.options import AsJson, Paths
from gipr_ml.cli.train import Data
from gipr_ml.errors import InputError, LabelError, UsageError

RESULT = ".json"


def label(
    paths: Paths,
    out: Annotated[
        Path, typer.Option("--out", help="Folder for the sheets.", metavar="DIR")
    ] = Path("labels"),
    take: Annotated[
        bool,
        typer.Option(
            "--import", help="Take corrected sheets, or corrected results (.json), back as labels."
        ),
    ] = False,
    reviewed_by: Annotated[
        str | None,
        typer.Option(
            "--reviewed-by",
            help="Who read every line once more; only reviewed reports train.",
            metavar="NAME",
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put the labels in place of another's review.")
    ] = False,
    suggest: Annotated[
        int | None,
        typer.Option(
            "--suggest", min=1, help="Only name the N reports to label next.", metavar="N"
        ),
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Write what the model thinks of each line of a report, one a row, for people to correct."""
    from gipr_ml.learning.training import default_data

    folder = data or default_data()
    if take and suggest is not None:
        raise UsageError("--import and --suggest do different things; give one of them")
    if (reviewed_by is not None or replace) and not take:
        raise UsageError("--reviewed-by and --replace belong to --import")
    if reviewed_by is not None and not reviewed_by.strip():
        raise UsageError("--reviewed-by: say who reviewed the labels")
    if take:
        _take(paths, folder, reviewed_by and reviewed_by.strip(), replace, as_json)
    elif suggest is not None:
        _suggest(paths, suggest, folder, as_json)
    else:
        _write(paths, out, as_json)


def _write(paths: list[Path], out: Path, as_json: bool) -> None:
    """One sheet a report. A sheet that is there already may hold somebody's work: it stays."""
    from gipr_ml.cli.inputs import find_inputs
    from gipr_ml.files import write_file, writing_into
    from gipr_ml.learning.labelling.sheet import label_sheet
    from gipr_ml.lines import load_model
    from gipr_ml.sources import read_document
    from gipr_ml.sources.read import ARCHIVES, READERS, may_be_report

    model = load_model()
    inputs = find_inputs(paths, READERS, out, archives=ARCHIVES, worth=may_be_report)
    written, unread = [], 0
    for path, stem in zip(inputs.files, inputs.stems, strict=True):
        target = out / f"{stem}.csv"
        try:
            if target.exists():
                raise InputError(f"{target} is there already and was left; rename or delete it")
            sheet = label_sheet(read_document(path), model)
        except InputError as error:
            typer.echo(f"gipr: {error}", err=True)
            unread += 1
            continue
        with writing_into(out):
            out.mkdir(parents=True, exist_ok=True)
            write_file(target, sheet)
        written.append(str(target))
        typer.echo(str(target), err=as_json)
    if as_json:
        typer.echo(json.dumps({"sheets": written, "failed": unread}))
    elif written:
        typer.echo(
            "Correct the columns label and cell_labels (rows to look at have a ? in look), then:"
            " gipr label --import FILE --reviewed-by NAME"
        )
    raise typer.Exit(UNREADABLE if unread else 0)


def _take(
    paths: list[Path], folder: Path, reviewed_by: str | None, replace: bool, as_json: bool
) -> None:
    from datetime import date

    from gipr_ml.export import read_result
    from gipr_ml.learning.labelling.corrections import corrected_sheet
    from gipr_ml.learning.labelling.library import take_over
    from gipr_ml.learning.labelling.sheet import read_sheets
    from gipr_ml.lines import load_model

    sheets = []
    for path in paths:
        if path.suffix.lower() == RESULT:
            sheets.append(corrected_sheet(read_result(path)))
            continue
        try:
            sheets += read_sheets(path.read_bytes(), path.name)
        except OSError as error:
            raise LabelError(f"{path}: cannot be opened ({error.strerror})") from None
    taken = take_over(sheets, folder, load_model(), reviewed_by, date.today(), replace)
    if as_json:
        rows = [
            {"document": t.name, "lines": t.lines, "changed": t.changed, "status": t.status}
            for t in taken
        ]
        typer.echo(json.dumps({"labels": rows, "folder": str(folder)}))
        return
    for own in taken:
        changed = f", {own.changed} labelled otherwise than before" if own.changed else ""
        typer.echo(f"{own.name}: {own.lines} lines {own.status}{changed}")
    if reviewed_by is None:
        typer.echo("Pre-labelled lines do not train; import with --reviewed-by NAME once reviewed.")
    else:
        typer.echo(f"Labels are in {folder}; train on them with: gipr train")


def _suggest(paths: list[Path], count: int, folder: Path, as_json: bool) -> None:
    from gipr_ml.cli.inputs import find_inputs
    from gipr_ml.learning.labelling.suggesting import known_reports, suggest
    from gipr_ml.lines import load_model
    from gipr_ml.sources.read import ARCHIVES, READERS, may_be_report

    inputs = find_inputs(paths, READERS, folder, archives=ARCHIVES, worth=may_be_report)
    found, unread = suggest(inputs.files, known_reports(folder), load_model())
    for reason in unread:
        typer.echo(f"gipr: {reason}", err=True)
    chosen = found[:count]
    if as_json:
        rows = [
            {
                "report": str(own.path),
                "score": round(own.score, 3),
                "failed_checks": own.failed,
                "doubtful_lines": round(own.doubt, 3),
                "status": own.status,
            }
            for own in chosen
        ]
        typer.echo(json.dumps({"suggestions": rows, "unlabelled": len(found)}))
        return
    for place, own in enumerate(chosen, 1):
        words = f"{own.failed} failed checks, about {own.doubt:.1f} doubtful lines"
        typer.echo(f"{place:3}  {own.path}  {words}")
    typer.echo(f"{len(chosen)} of {len(found)} unlabelled reports", err=True)
