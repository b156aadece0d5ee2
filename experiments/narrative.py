"""Read the test sentences and print how many of the numbers that restate cells are found.

    python experiments/narrative.py
    python experiments/narrative.py --faults

A number counts as found where its value, the cells that it restates and the scope are all as
written in tests/narrative/sentences.toml. Precision: found out of all that were read. Recall: found
out of all that are written there.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections import Counter
from pathlib import Path

from gipr_ml.narrative import read_narrative
from gipr_ml.types import Cell, LabelledLine, Line, Statement

SENTENCES = Path(__file__).parent.parent / "tests" / "narrative" / "sentences.toml"
AGENCY = "云岭市水务局"
YEAR = 2023


def main() -> None:
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ask.add_argument("--faults", action="store_true", help="print every sentence read otherwise")
    args = ask.parse_args()
    cases = tomllib.loads(SENTENCES.read_text(encoding="utf-8"))["case"]
    found = read = written = 0
    for case in cases:
        got = Counter(said(s) for s in statements(case["text"], case.get("agency", AGENCY)))
        wanted = Counter(case["says"])
        found += (got & wanted).total()
        read += got.total()
        written += wanted.total()
        if args.faults and got != wanted:
            print(case["text"])
            print(*(f"    missed {s}" for s in (wanted - got)), sep="\n")
            print(*(f"    wrong  {s}" for s in (got - wanted)), sep="\n")
    silent = sum(not case["says"] for case in cases)
    print(f"{len(cases)} sentences, {silent} of them without any number that restates a cell")
    print(f"precision {found / max(1, read):.3f} ({found} of {read} read)")
    print(f"recall    {found / max(1, written):.3f} ({found} of {written} written)")


def statements(text: str, agency: str) -> tuple[Statement, ...]:
    """The statements of one sentence as a report's only line of prose."""
    line = Line(1, (Cell(text),))
    labelled = LabelledLine(line, "narrative", 1.0, {}, ("",), (1.0,))
    return read_narrative([labelled], agency, YEAR)


def said(statement: Statement) -> str:
    """A statement as the file writes it."""
    scope = f" @ {statement.scope}" if statement.scope else ""
    return f"{statement.value.normalize():f} = {' + '.join(statement.restates)}{scope}"


if __name__ == "__main__":
    sys.exit(main())
