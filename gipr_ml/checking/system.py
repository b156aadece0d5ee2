"""The identities of connected cells as parity checks: what is violated, and by how much.

Numbers that are not known (lost, illegible, a total left out) are eliminated first, so that every
check that is left speaks of known numbers alone. An eliminated number is computed back at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gipr_ml.checking.sums import connected, minus

Row = dict[str, int]
"""Coefficients by cell key."""


@dataclass
class Check:
    """Coefficients times numbers should add up to 0; `residual` is what they add up to."""

    coefficients: Row
    unknown: Row
    residual: int
    rules: frozenset[str]
    """Instances of rules that it was made from."""
    group: str = ""
    """Checks of one group have no cell in common; "" where that is not known."""


@dataclass
class System:
    """Checks over known numbers, and what computes the unknown ones back."""

    values: Mapping[str, int]
    checks: list[Check]
    solved: list[tuple[str, Check]]
    """Each unknown that a check was spent on, in the order of elimination."""
    columns: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """By cell: the checks (index) that it stands in, with its coefficient."""

    def __post_init__(self) -> None:
        for i, check in enumerate(self.checks):
            for key, coefficient in check.coefficients.items():
                self.columns.setdefault(key, []).append((i, coefficient))
        self.violated = [i for i, check in enumerate(self.checks) if check.residual]

    def unknowns(self, changes: Mapping[str, int]) -> dict[str, int] | None:
        """The unknown numbers that follow once `changes` (differences by cell) are made.

        None where one of them would be negative or broken. What does not follow is left out.
        """
        found: dict[str, int] = {}
        for key, check in reversed(self.solved):
            rest = check.residual + sum(
                n * changes[k] for k, n in check.coefficients.items() if k in changes
            )
            open_signs = set()
            for k, n in check.unknown.items():
                if k == key:
                    continue
                if k in found:
                    rest += n * found[k]
                else:
                    open_signs.add(n > 0)
            own = check.unknown[key]
            if open_signs:
                if open_signs == {own > 0} and rest and (rest > 0) == (own > 0):
                    return None
                continue
            if rest % own:
                return None
            value = -rest // own
            if value < 0:
                return None
            found[key] = value
        return found

    def redundancy(self, keys: Iterable[str]) -> int:
        """How many checks more than cells there are in the least confirmed group of `keys`.

        Cells that share a check are one group. 0 means that nothing but the checks that were used
        to compute the numbers speaks for them.
        """
        groups = connected(([i for i, _ in self.columns.get(key, ())], [key]) for key in keys)
        return min((len(checks) - len(cells) for checks, cells in groups), default=0)


@dataclass(frozen=True, slots=True)
class Law:
    """An identity as the system takes it."""

    name: str
    """The instance of its rule."""
    group: str
    coefficients: Mapping[str, int]


def build(laws: Sequence[Law], values: Mapping[str, int]) -> System:
    """The system of `laws`; a cell without a value is unknown."""
    checks = []
    for law in laws:
        known: Row = {}
        unknown: Row = {}
        residual = 0
        for key, n in law.coefficients.items():
            value = values.get(key)
            if value is None:
                unknown[key] = n
            else:
                known[key] = n
                residual += n * value
        checks.append(Check(known, unknown, residual, frozenset({law.name}), law.group))
    return _eliminated(checks, values)


def _eliminated(checks: list[Check], values: Mapping[str, int]) -> System:
    solved: list[tuple[str, Check]] = []
    for key in dict.fromkeys(key for check in checks for key in check.unknown):
        holding = [check for check in checks if key in check.unknown]
        if not holding:
            continue
        pivot = min(holding, key=lambda c: (len(c.unknown), len(c.coefficients)))
        solved.append((key, pivot))
        checks = [
            _cancelled(check, pivot, key) if key in check.unknown else check
            for check in checks
            if check is not pivot
        ]
    return System(values, [check for check in checks if check.coefficients], solved)


def _cancelled(check: Check, pivot: Check, key: str) -> Check:
    mine, its = check.unknown[key], pivot.unknown[key]
    if mine % its == 0:
        scale, factor = 1, mine // its
    else:
        scale, factor = its, mine
    return Check(
        _combined(check.coefficients, pivot.coefficients, scale, factor),
        _combined(check.unknown, pivot.unknown, scale, factor),
        scale * check.residual - factor * pivot.residual,
        check.rules | pivot.rules,
    )


def _combined(left: Row, right: Row, scale: int, factor: int) -> Row:
    return minus({key: scale * n for key, n in left.items()}, right, factor)
