"""`gipr check`: check figures without reading."""

from __future__ import annotations

from pathlib import Path

from gipr_ml.cli.options import AsJson, Formats, Out, Paths, chosen_formats
from gipr_ml.types import Report

RESULT = ".json"


def check(paths: Paths, out: Out, formats: Formats = None, as_json: AsJson = False) -> None:
    """Check results (DOCUMENT.json), also corrected ones; findings and status are made anew."""
    from gipr_ml import pipeline
    from gipr_ml.cli.inputs import find_inputs
    from gipr_ml.cli.run import run
    from gipr_ml.errors import UnknownFormat
    from gipr_ml.export import read_result

    def read(path: Path) -> Report:
        if path.suffix.lower() != RESULT:
            raise UnknownFormat(
                f"{path.name}: this version checks results ({RESULT}) only; read a report with "
                "gipr process first"
            )
        return pipeline.check(read_result(path))

    chosen = chosen_formats(formats)
    run(find_inputs(paths, (RESULT,), out), read, out, chosen, as_json, "checking")
