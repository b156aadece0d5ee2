"""`gipr check`: check figures: of results, and of reports that are not published yet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gipr_ml.cli.inputs import find_inputs
from gipr_ml.cli.options import AsJson, Formats, Paths, chosen_formats
from gipr_ml.cli.rules import RulesFile

RESULT = ".json"
DRAFTS = (".docx", ".xlsx", ".html", ".htm", ".doc", ".wps", ".rtf", ".xls", ".et")
"""Endings of files in a folder that are drafts; any other file must be named by itself."""
LOCK = "~$"
"""What the names of files begin with that office programs put beside an open document."""


def check(
    paths: Paths,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Folder for the results; without it nothing is written, only told.",
            metavar="DIR",
        ),
    ] = None,
    formats: Formats = None,
    as_json: AsJson = False,
    rules_file: RulesFile = None,
    agencies: Annotated[
        Path | None,
        typer.Option(
            "--agencies", help="A file of agencies that were renamed (TOML).", metavar="FILE"
        ),
    ] = None,
) -> None:
    """Check results (DOCUMENT.json) again, also corrected ones, or proof-read a report before it is
    published (a .docx, .xlsx, .html …).

    The reports of one agency are also checked against each other: what one year carries over to the
    next, documents in force, changes that the prose tells, missing years, and the sources of one
    report cell by cell. In a folder, a document that has its result beside it is passed over.
    """
    from gipr_ml.cli.checker import Checker
    from gipr_ml.cli.proof import proof
    from gipr_ml.cli.run import run
    from gipr_ml.errors import UsageError
    from gipr_ml.forms import load_forms, with_rules
    from gipr_ml.forms.agencies import read_renamings

    if out is None and formats:
        raise UsageError("--format: say with --out DIR where the files are to go")
    told = chosen_formats(formats)
    rules = None if rules_file is None else with_rules(load_forms(), rules_file)
    renamed = None if agencies is None else read_renamings(agencies)
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: no such file or folder")
    inputs = find_inputs(paths, (RESULT, *DRAFTS), out, worth=_worth)
    checker = Checker.of(inputs.files, rules, renamed)
    series = checker.linked.series()
    run(inputs, checker.read, out, told, as_json, checker.images, proof, series)


def _worth(path: Path) -> bool:
    """Whether a file in a folder is to be checked: a result, or a draft that has none."""
    if path.suffix.lower() == RESULT:
        return True
    return not path.name.startswith(LOCK) and not path.with_suffix(RESULT).exists()
