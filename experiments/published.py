"""Check real reports with known answers: what is called an error, and is it one that was published.

    python experiments/published.py
    python experiments/published.py --reports FOLDER --gold FOLDER

Every report FOLDER/NAME.* with an answer NAME.json is read. false: an identity is called broken
that gold does not list under published_errors. missed: gold lists a broken identity that is not
found. source: of the errors found, how many are attributed to what the document itself prints;
sure: whether all of the cells were read with a confidence of 0.9 or more. Exits with 1 where
anything is false, missed, or surely read and not attributed to the source.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import gipr_ml
from gipr_ml.types import Finding, Outcome, Report, Severity

DATA = Path(__file__).parent.parent / "training_data"
SURE = 0.9


def main() -> int:
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ask.add_argument("--reports", type=Path, default=DATA / "reports")
    ask.add_argument("--gold", type=Path, default=DATA / "gold")
    args = ask.parse_args()
    print("| report | errors | published | false | missed | source | unattributed |")
    print("|" + " --- |" * 7)
    totals = dict.fromkeys(("errors", "published", "false", "missed", "source", "unattributed"), 0)
    for path in sorted(args.reports.iterdir()):
        answer = args.gold / f"{path.stem}.json"
        if answer.exists():
            counts = compare(gipr_ml.process(path), json.loads(answer.read_text("utf-8")))
            totals = {name: totals[name] + n for name, n in counts.items()}
            if any(counts.values()):
                print(f"| {path.name} | {' | '.join(map(str, counts.values()))} |")
    print(f"| all | {' | '.join(map(str, totals.values()))} |")
    return int(bool(totals["false"] or totals["missed"] or totals["unattributed"]))


def compare(report: Report, gold: dict[str, Any]) -> dict[str, int]:
    """What the errors found in a report are beside those published."""
    published = [e for e in gold["published_errors"] if e["kind"] == "identity"]
    listed = {key for error in published for key in error["cells"]}
    errors = [
        f for f in report.findings if f.severity is Severity.ERROR and f.outcome is Outcome.FAIL
    ]
    sure = {cell.key for cell in report.cells if cell.confidence >= SURE}
    return {
        "errors": len(errors),
        "published": len(published),
        "false": sum(not listed & {*error.cells} for error in errors),
        "missed": sum(not any(found(e, keys["cells"]) for e in errors) for keys in published),
        "source": sum(error.cause == "source" for error in errors),
        "unattributed": sum(
            error.cause != "source" and sure.issuperset(error.cells) for error in errors
        ),
    }


def found(error: Finding, cells: list[str]) -> bool:
    """Whether an error speaks of all of the cells."""
    return {*cells} <= {*error.cells}


if __name__ == "__main__":
    sys.exit(main())
