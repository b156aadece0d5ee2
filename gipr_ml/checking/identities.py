"""Evaluate the identities of the forms over the cells of a report.

A blank cell prints nothing. In most reports that leave cells blank it stands for nothing to report,
so an identity counts it as 0. Two blanks are no zero: the total that the identity compares, and a
total left out beside parts that were filled in. Such an identity is not checkable. A lost or
illegible cell may have held any number from 0 up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Literal

from gipr_ml.checking.cells import Cells
from gipr_ml.forms import Identity
from gipr_ml.types import Outcome, State
from gipr_ml.types.quick import quick_dataclass

UNREAD = frozenset({State.LOST, State.ILLEGIBLE})
"""States of a cell whose number is not known."""

Reason = Literal["", "unread", "total_blank", "left_out"]
"""Why an identity is not checkable; for a failure, what was unknown and yet could not mend it."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The cells as the identities see them: every key is in exactly one of the three."""

    values: Mapping[str, Decimal]
    """Numbers read, and 0 for a blank that counts as nothing."""
    left_out: frozenset[str]
    """Blank totals whose parts do not add up to nothing."""
    unread: frozenset[str]
    """Lost, illegible, or not in the report at all."""
    printed: frozenset[str]
    """Keys of `values` whose number is printed."""


@quick_dataclass(frozen=True, slots=True)
class Evaluation:
    """What one identity says of the figures."""

    identity: Identity
    outcome: Outcome
    reason: Reason = ""
    unknown: tuple[str, ...] = ()
    """Cells without a number that counts, in the order of the identity."""
    reported: Decimal | None = None
    computed: Decimal | None = None
    """What the total would be by the other cells; the unknown ones are not in it."""

    @property
    def difference(self) -> Decimal | None:
        """Reported minus computed."""
        if self.reported is None or self.computed is None:
            return None
        return self.reported - self.computed


def figures_of(cells: Cells, identities: Sequence[Identity]) -> Figures:
    """Sort the cells that the identities name into numbers, left out totals and unread ones."""
    unread: set[str] = set()
    blank: set[str] = set()
    values: dict[str, Decimal] = {}
    for key in dict.fromkeys(chain.from_iterable(i.coefficients for i in identities)):
        cell = cells.get(key)
        if cell is None or cell.state in UNREAD:
            unread.add(key)
        elif cell.value is None:
            blank.add(key)
            values[key] = Decimal(0)
        else:
            values[key] = cell.value
    printed = frozenset(values.keys() - blank)
    left_out: set[str] = set()
    blank_totals = [i for i in identities if i.total in blank]
    grows = True
    while grows:
        grows = False
        for identity in blank_totals:
            if identity.total not in left_out and _has_parts(identity, values, left_out | unread):
                left_out.add(identity.total)
                grows = True
    for key in left_out:
        del values[key]
    return Figures(values, frozenset(left_out), frozenset(unread), printed)


def evaluate(identity: Identity, figures: Figures) -> Evaluation:
    """The identity's outcome; a blank that counts as nothing is taken as 0."""
    values = figures.values
    if identity.total in figures.printed and identity.addends:
        computed = _added(identity.addends, values)
        if computed is not None:  # nothing is unknown, as in nearly every report
            reported = values[identity.total]
            outcome = Outcome.PASS if reported == computed else Outcome.FAIL
            return Evaluation(identity, outcome, "", (), reported, computed)
    unknown = tuple([key for key in identity.coefficients if key not in values])
    blank_total = identity.total in values and identity.total not in figures.printed
    if blank_total:
        unknown = (*unknown, identity.total)
    stated = None if identity.total in unknown else values[identity.total]
    computed = computed_total(identity, values)
    if unknown:
        reason = _reason(identity, unknown, figures)
        impossible = not _can_hold(identity, values, unknown)
        outcome = Outcome.FAIL if impossible else Outcome.NOT_CHECKABLE
        return Evaluation(identity, outcome, reason, unknown, stated, computed)
    outcome = Outcome.PASS if stated == computed else Outcome.FAIL
    return Evaluation(identity, outcome, "", (), stated, computed)


def computed_total(identity: Identity, values: Mapping[str, Decimal]) -> Decimal:
    """What the total must be by the other cells; cells without a value count nothing."""
    if identity.addends and (added := _added(identity.addends, values)) is not None:
        return added
    total, rest = identity.total, Decimal(0)
    for key, coefficient in identity.coefficients.items():
        if key != total and key in values:
            rest += values[key] if coefficient == 1 else coefficient * values[key]
    divisor = -identity.coefficients[total]
    return rest if divisor == 1 else rest / divisor


def _added(keys: Sequence[str], values: Mapping[str, Decimal]) -> Decimal | None:
    """The sum of the cells, None where one has no value."""
    try:
        return sum(map(values.__getitem__, keys), Decimal(0))
    except KeyError:
        return None


def instance(identity: Identity) -> str:
    """The rule and the row or column that it is applied to: "t3.row_total[granted]"."""
    places = [key.split("/") for key in identity.coefficients]
    same_row = len({row for _, row, _ in places}) == 1
    return f"{identity.rule}[{places[0][1] if same_row else places[0][2]}]"


def _has_parts(identity: Identity, values: Mapping[str, Decimal], open_cells: set[str]) -> bool:
    parts = [key for key in identity.coefficients if key != identity.total]
    return any(key in open_cells for key in parts) or computed_total(identity, values) != 0


def _reason(identity: Identity, unknown: tuple[str, ...], figures: Figures) -> Reason:
    if any(key in figures.unread for key in unknown):
        return "unread"
    return "total_blank" if identity.total in unknown else "left_out"


def _can_hold(identity: Identity, values: Mapping[str, Decimal], unknown: tuple[str, ...]) -> bool:
    """Whether some numbers from 0 up in the unknown cells make the identity hold."""
    known = sum(
        (n * values[key] for key, n in identity.coefficients.items() if key not in unknown),
        Decimal(0),
    )
    signs = {identity.coefficients[key] > 0 for key in unknown}
    return len(signs) > 1 or known == 0 or signs != {known > 0}
