"""What can be said of the rules themselves: can they all hold, and does each say something new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gipr_ml.checking.identities import instance
from gipr_ml.forms import Forms, Identity

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
    faults: tuple[str, ...]
    """In English, one sentence each; nothing where all is well."""


def examine(forms: Forms) -> tuple[Ruling, ...]:
    """The rules of every table that has any, form by form."""
    return tuple(
        _ruling(table, form, identities)
        for table, form in sorted(forms.tables)
        if (identities := forms.identities_of(table, form))
    )


def _ruling(table: str, form: str, identities: Sequence[Identity]) -> Ruling:
    where = f"{table} of {form}"
    faults = [f"{where}: {words}" for words in (*_implied(identities), *_impossible(identities))]
    return Ruling(
        table,
        form,
        tuple(dict.fromkeys(identity.rule for identity in identities)),
        len(identities),
        len(_basis(identities)),
        tuple(faults),
    )


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
            row = _minus(row, known, factor)
    if not row:
        return None
    pivot = next(iter(row))
    basis.append((pivot, {key: n / row[pivot] for key, n in row.items()}))
    return pivot


def _minus(row: Row, known: Mapping[str, Fraction], factor: Fraction) -> Row:
    result = dict(row)
    for key, n in known.items():
        rest = result.get(key, Fraction(0)) - factor * n
        if rest:
            result[key] = rest
        else:
            result.pop(key, None)
    return result


def _impossible(identities: Sequence[Identity]) -> Iterator[str]:
    """Whether no report can fill every cell that the rules name: then a rule forces a 0."""
    import numpy as np
    from scipy.optimize import linprog

    cells = list(dict.fromkeys(key for i in identities for key in i.coefficients))
    at = {key: n for n, key in enumerate(cells)}
    matrix = np.zeros((len(identities), len(cells)))
    for n, identity in enumerate(identities):
        for key, coefficient in identity.coefficients.items():
            matrix[n, at[key]] = coefficient
    result = linprog(
        np.ones(len(cells)), A_eq=matrix, b_eq=np.zeros(len(identities)), bounds=(1, None)
    )
    if result.status == 2:
        yield "the rules contradict one another: no report with a number in every cell fits them"
