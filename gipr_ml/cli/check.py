"""`gipr check`: check figures: of results, and of reports that are not published yet."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gipr_ml.cli.inputs import Inputs, find_inputs
from gipr_ml.cli.options import AsJson, Formats, Paths, chosen_formats
from gipr_ml.cli.rules import RulesFile
from gipr_ml.types import PageImage, Report, ReportCell

if TYPE_CHECKING:
    from gipr_ml.checking import Set

RESULT = ".json"


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
    published (a .docx, .xlsx, .html … named by itself).

    The reports of one agency are also checked against each other: what one year carries over to the
    next, documents in force, missing years, and the sources of one report cell by cell.
    """
    from gipr_ml import pipeline
    from gipr_ml.cli.proof import proof
    from gipr_ml.cli.run import run
    from gipr_ml.errors import UsageError
    from gipr_ml.export import read_result
    from gipr_ml.forms import load_forms, with_rules

    if out is None and formats:
        raise UsageError("--format: say with --out DIR where the files are to go")
    rules = None if rules_file is None else with_rules(load_forms(), rules_file)
    inputs = find_inputs(paths, (RESULT,), out)
    sources = {path.stem if n == 1 else str(path): path for path, n in _stems(inputs).items()}
    names = {path: name for name, path in sources.items()}
    linked = _linked(sources, agencies)

    @lru_cache(maxsize=64)
    def load(name: str) -> dict[str, ReportCell] | None:
        from gipr_ml.export import glance

        found = glance(sources[name])
        return None if found is None else found[2]

    def read(path: Path) -> Report:
        if path.suffix.lower() == RESULT:
            report = pipeline.check(read_result(path), rules=rules)
        else:
            report = pipeline.process(path)
            report = report if rules is None else pipeline.check(report, rules=rules)
        return linked.check(report, names[path], load)

    def images(path: Path) -> tuple[PageImage, ...]:
        return () if path.suffix.lower() == RESULT else pipeline.page_images(path)

    told = chosen_formats(formats)
    run(inputs, read, out, told, as_json, "checking", images, proof, linked.series())


def _stems(inputs: Inputs) -> dict[Path, int]:
    """Each input with how many inputs have its stem."""
    counts: dict[str, int] = {}
    for path in inputs.files:
        counts[path.stem] = counts.get(path.stem, 0) + 1
    return {path: counts[path.stem] for path in inputs.files}


def _linked(sources: dict[str, Path], agencies: Path | None) -> Set:
    """The results of the call, by agency and year."""
    from gipr_ml.checking import Outline, Set
    from gipr_ml.checking.years import carried_keys
    from gipr_ml.export import glance
    from gipr_ml.forms.agencies import read_renamings

    renamed = None if agencies is None else read_renamings(agencies)
    outlines = []
    if len(sources) > 1:
        for name, path in sources.items():
            # What cannot be read is told when its turn comes to be checked.
            found = glance(path) if path.suffix.lower() == RESULT else None
            if found is not None:
                agency, year, cells = found
                carried = {key: cells[key] for key in carried_keys() if key in cells}
                outlines.append(Outline(name, agency, year, carried))
    return Set(outlines, renamed)
