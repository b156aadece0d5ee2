"""`gipr check`: check figures without reading."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from gipr_ml.cli.inputs import Inputs, find_inputs
from gipr_ml.cli.options import AsJson, Formats, Out, Paths, chosen_formats
from gipr_ml.cli.rules import RulesFile
from gipr_ml.types import Report, ReportCell

RESULT = ".json"


def check(
    paths: Paths,
    out: Out,
    formats: Formats = None,
    as_json: AsJson = False,
    rules_file: RulesFile = None,
) -> None:
    """Check results (DOCUMENT.json), also corrected ones; findings and status are made anew.

    Reports of one agency for two years, one after the other, are checked against each other too.
    """
    from gipr_ml import pipeline
    from gipr_ml.checking import check_years
    from gipr_ml.cli.run import run
    from gipr_ml.errors import UnknownFormat
    from gipr_ml.export import read_result
    from gipr_ml.forms import load_forms, with_rules

    rules = None if rules_file is None else with_rules(load_forms(), rules_file)
    inputs = find_inputs(paths, (RESULT,), out)
    years = _years(inputs)

    def read(path: Path) -> Report:
        if path.suffix.lower() != RESULT:
            raise UnknownFormat(
                f"{path.name}: this version checks results ({RESULT}) only; read a report with "
                "gipr process first"
            )
        report = pipeline.check(read_result(path), rules=rules)
        last = years.get((report.agency, (report.year or 0) - 1))
        return report if last is None else check_years(report, last)

    run(inputs, read, out, chosen_formats(formats), as_json, "checking")


def _years(inputs: Inputs) -> dict[tuple[str | None, int | None], dict[str, ReportCell]]:
    """What each report carries over to the next year, by agency and year."""
    from gipr_ml.checking import carried_cells
    from gipr_ml.errors import GiprError
    from gipr_ml.export import read_result

    found: dict[tuple[str | None, int | None], dict[str, ReportCell]] = {}
    for path in inputs.files:
        if path.suffix.lower() == RESULT:
            # What cannot be read is told when its turn comes to be checked.
            with suppress(GiprError, OSError):
                report = read_result(path)
                if report.agency is not None and report.year is not None:
                    found[report.agency, report.year] = carried_cells(report)
    return found
