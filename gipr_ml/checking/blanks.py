"""Totals left blank among totals that are printed.

Some bodies leave every total of a kind blank; that is their way of printing. A single total left
blank beside parts that are filled in, where the same totals of other rows or columns are printed,
has more likely been lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from gipr_ml.checking.identities import Figures
from gipr_ml.checking.words import Names
from gipr_ml.forms import Identity
from gipr_ml.types import Finding, Outcome, Severity


def odd_blanks(identities: Sequence[Identity], figures: Figures, names: Names) -> Iterator[Finding]:
    """A finding for each rule whose totals are mostly printed, but some left out."""
    for _, members in groupby(identities, key=lambda identity: (identity.rule, identity.form)):
        totals = list(dict.fromkeys(identity.total for identity in members))
        filled = [k for k in totals if k in figures.printed and figures.values.get(k)]
        blank = [k for k in totals if k in figures.left_out]
        if blank and len(blank) <= len(filled):
            yield Finding(
                "completeness.total_left_out",
                Severity.WARNING,
                Outcome.NOT_CHECKABLE,
                tuple(blank),
                f"其他合计均已填写，而{names.cells(blank)}空白，其所含各项却有数，请对照原文。",
                review=True,
            )
