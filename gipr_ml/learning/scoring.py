"""Scores of a processed report against its gold, by the rules that every gold file is used with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from gipr_ml.types import Report, Status

UNSCORED = ("ambiguous", "uncertain")
"""States of gold cells that the document alone does not settle."""


@dataclass(frozen=True)
class Score:
    """How many gold cells were read right, and what went wrong with the others."""

    cells: int
    right: int
    wrong: int
    missed: int
    """Gold has a value, the result has none."""
    invented: int
    """Gold has none, the result has one."""
    forced: int
    """Lost cells whose value the identities force."""
    forced_right: int
    """Those that were proposed right."""
    consistent: bool
    """The report calls itself consistent."""
    guessed: int
    """Cells that the document does not settle and that were read with another value than the true
    one; they count in nothing else."""
    faults: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Every scored cell right, and none too many."""
        return self.right == self.cells and not self.invented

    @property
    def silent(self) -> bool:
        """Called consistent, but not exact."""
        return self.consistent and not self.exact


def score(report: Report, gold: Mapping[str, Any]) -> Score:
    """Compare a report with a gold record of the same document."""
    read = {cell.key: cell.value for cell in report.cells}
    states: Mapping[str, str] = gold.get("states", {})
    counts = dict.fromkeys(("right", "wrong", "missed", "invented"), 0)
    faults: list[str] = []
    guessed = cells = 0
    for key, printed in gold["cells"].items():
        want, got = number(printed), read.get(key)
        if states.get(key) in UNSCORED:
            guessed += got is not None and got != want
            continue
        cells += 1
        kind = _compare(want, got)
        counts[kind] += 1
        if kind != "right":
            faults.append(f"{kind} {key}: gold {printed}, result {got}")
    for key in sorted(read.keys() - gold["cells"].keys()):
        if read[key] is not None:
            counts["invented"] += 1
            faults.append(f"invented {key}: not in this document, result {read[key]}")
    proposed = {proposal.cell: proposal.value for proposal in report.proposals}
    forced: Mapping[str, Any] = gold.get("forced", {})
    return Score(
        cells=cells,
        forced=len(forced),
        forced_right=sum(proposed.get(key) == number(value) for key, value in forced.items()),
        consistent=report.status == Status.CONSISTENT,
        guessed=guessed,
        faults=tuple(faults),
        **counts,
    )


def _compare(want: Decimal | None, got: Decimal | None) -> str:
    if want == got:
        return "right"
    if got is None:
        return "missed"
    return "invented" if want is None else "wrong"


def number(value: object) -> Decimal | None:
    """A gold value as a number; None where nothing is printed or what is printed is no number."""
    if value is None or isinstance(value, bool):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
