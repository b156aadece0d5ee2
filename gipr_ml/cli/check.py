"""`gipr check`: check figures without reading."""

from __future__ import annotations

from pathlib import Path

from gipr_ml.cli.options import AsJson, Formats, Out, Paths, chosen_formats
from gipr_ml.cli.rules import RulesFile
from gipr_ml.types import Report

RESULT = ".json"


def check(
    paths: Paths,
    out: Out,
    formats: Formats = None,
    as_json: AsJson = False,
    rules_file: RulesFile = None,
) -> None:
    """Check results (DOCUMENT.json), also corrected ones; findings and status are made anew."""
    from gipr_ml import pipeline
    from gipr_ml.cli.inputs import find_inputs
    from gipr_ml.cli.run import run
    from gipr_ml.errors import UnknownFormat
    from gipr_ml.export import read_result
    from gipr_ml.forms import load_forms, with_rules

    rules = None if rules_file is None else with_rules(load_forms(), rules_file)

    def read(path: Path) -> Report:
        if path.suffix.lower() != RESULT:
            raise UnknownFormat(
                f"{path.name}: this version checks results ({RESULT}) only; read a report with "
                "gipr process first"
            )
        return pipeline.check(read_result(path), rules=rules)

    chosen = chosen_formats(formats)
    run(find_inputs(paths, (RESULT,), out), read, out, chosen, as_json, "checking")
