"""What can be said of the rules themselves: can they all hold, and does each say something new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gipr_ml.checking.identities import instance
from gipr_ml.checking.sums import minus
from gipr_ml.forms import Forms, Identity, Limit
from gipr_ml.forms.model import Rule

Row = dict[str, Fraction]


@dataclass(frozen=True)
class Ruling:
    """What was found out about the rules of one table in one form."""

    table: str
    form: str
    rules: tuple[str, ...]
    identities: int
    independent: int
    """How many of the identities do not follow from the others."""
    limits: int
    """How many cells and sums have a limit."""
    faults: tuple[str, ...]
    """In English, one sentence each; nothing where all is well."""


def examine(forms: Forms) -> tuple[Ruling, ...]:
    """The rules of every table that has any, form by form."""
    rulings = (_ruling(forms, table, form) for table, form in sorted(forms.tables))
    return tuple(ruling for ruling in rulings if ruling.rules)


def _ruling(forms: Forms, table: str, form: str) -> Ruling:
    where = f"{table} of {form}"
    identities = forms.identities_of(table, form)
    limits = _limits(forms, table, form)
    texts = [rule for rule in forms.texts if rule.table == table]
    # A limit over several tables is judged by the identities of all of them.
    every = [i for i in forms.identities if i.form == form]
    possible = _Possible(
        every, [x for t, f in forms.tables if f == form for x in _limits(forms, t, f)]
    )
    faults = [f"{where}: {words}" for words in _implied(identities)]
    faults += [f"{where}: {x.rule} allows no number" for x in limits if _empty(x)]
    own = _Possible(identities, limits)
    if not own.can_be_full(limits):
        faults.append(
            f"{where}: the rules contradict one another: no report with a number in every cell "
            "fits them"
        )
    else:  # from a contradiction everything would follow
        faults += _of_limits(where, possible, limits)
    rules: list[Rule] = [*identities, *limits, *texts]
    return Ruling(
        table,
        form,
        tuple(dict.fromkeys(rule.rule for rule in rules)),
        len(identities),
        len(_basis(identities)),
        len(limits),
        tuple(dict.fromkeys(faults)),
    )


def _limits(forms: Forms, table: str, form: str) -> tuple[Limit, ...]:
    """The limits of one table whose cells the form has."""
    known = {k for (_, f), t in forms.tables.items() if f == form for k in t.cell_keys}
    return tuple(x for x in forms.limits if x.table == table and known.issuperset(x.coefficients))


def _implied(identities: Sequence[Identity]) -> Iterator[str]:
    """Identities that follow from the others and are not marked so, or are and do not."""
    basis: list[tuple[str, Row]] = []
    for identity in sorted(identities, key=lambda i: i.implied):
        pivot = _extend(basis, identity)
        if pivot is None and not identity.implied:
            yield f"{instance(identity)} follows from the other rules and is not marked as implied"
        if pivot is not None and identity.implied:
            yield f"{instance(identity)} is marked as implied and does not follow from the others"


def _basis(identities: Sequence[Identity]) -> list[tuple[str, Row]]:
    basis: list[tuple[str, Row]] = []
    for identity in identities:
        _extend(basis, identity)
    return basis


def _extend(basis: list[tuple[str, Row]], identity: Identity) -> str | None:
    """Add what is new in an identity; the cell that it is solved for, or None where nothing is."""
    row = {key: Fraction(n) for key, n in identity.coefficients.items() if n}
    for pivot, known in basis:
        factor = row.get(pivot)
        if factor:
            row = minus(row, known, factor)
    if not row:
        return None
    pivot = next(iter(row))
    basis.append((pivot, {key: n / row[pivot] for key, n in row.items()}))
    return pivot


class _Possible:
    """The figures that fit all identities and limits of a form, as linear programs see them."""

    def __init__(self, identities: Sequence[Identity], limits: Sequence[Limit]) -> None:
        from scipy.optimize import linprog

        self._linprog = linprog
        named = [*(i.coefficients for i in identities), *(x.coefficients for x in limits)]
        self._at = {key: n for n, key in enumerate(dict.fromkeys(k for row in named for k in row))}
        self._identities = identities
        self._equal = [self._row(i.coefficients) for i in identities]

    def can_be_full(self, limits: Sequence[Limit]) -> bool:
        """Whether a report with a number from 1 up in every cell fits; else a rule forces a 0."""
        rows: list[list[float]] = []
        most: list[float] = []
        for limit in limits:
            row = self._row(limit.coefficients)
            if limit.at_most is not None:
                rows.append(row)
                most.append(float(limit.at_most))
            if limit.at_least is not None:
                rows.append([-n for n in row])
                most.append(-float(limit.at_least))
        return bool(self._solve([1.0] * len(self._at), 1.0, rows, most).status != 2)

    def implies(self, limit: Limit) -> bool:
        """Whether figures from 0 up that fit the identities cannot break the limit.

        The identities have no constants, so a sum that they let grow at all grows over any limit.
        """
        if len(limit.coefficients) == 1 or limit.at_most is None or limit.at_least is not None:
            return False
        if limit.at_most < 0 or not self._at:
            return False
        if any(_covers(identity, limit) for identity in self._identities):
            return True
        aim = [-n for n in self._row(limit.coefficients)]
        result = self._solve(aim, 0.0, [[-n for n in aim]], [1.0])
        return bool(result.status == 0 and -result.fun < 1e-6)

    def _row(self, coefficients: Mapping[str, int]) -> list[float]:
        row = [0.0] * len(self._at)
        for key, n in coefficients.items():
            row[self._at[key]] = float(n)
        return row

    def _solve(
        self, aim: list[float], least: float, rows: list[list[float]], most: list[float]
    ) -> Any:
        equal = self._equal or None
        return self._linprog(
            aim,
            A_ub=rows or None,
            b_ub=most or None,
            A_eq=equal,
            b_eq=[0.0] * len(self._equal) if equal else None,
            bounds=(least, None),
        )


def _covers(identity: Identity, limit: Limit) -> bool:
    """Whether the limit follows from one identity alone, every figure being from 0 up."""
    total = identity.coefficients.get(identity.total, 0)
    wanted = limit.coefficients.get(identity.total, 0)
    if not total or not wanted:
        return False
    factor = Fraction(-wanted, total)
    cells = {*identity.coefficients, *limit.coefficients}
    return all(
        limit.coefficients.get(key, 0) + factor * identity.coefficients.get(key, 0) <= 0
        for key in cells
    )


def _of_limits(where: str, possible: _Possible, limits: Sequence[Limit]) -> Iterator[str]:
    """Limits that follow from the identities and are not marked so, or are and do not."""
    for limit in limits:
        implied = possible.implies(limit)
        name = f"{limit.rule}[{', '.join(limit.coefficients)}]"
        if implied and not limit.implied:
            yield f"{where}: {name} follows from the identities and is not marked as implied"
        if limit.implied and not implied:
            yield f"{where}: {name} is marked as implied and does not follow from the identities"


def _empty(limit: Limit) -> bool:
    return (
        limit.at_least is not None and limit.at_most is not None and limit.at_least > limit.at_most
    )
