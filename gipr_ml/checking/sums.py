"""What several parts of the checker ask of sums: coefficients by cell, and what connects them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

_Number = TypeVar("_Number", int, Fraction)
_Member = TypeVar("_Member", bound=Hashable)
_Thing = TypeVar("_Thing")


def minus(
    row: Mapping[str, _Number], other: Mapping[str, _Number], factor: _Number
) -> dict[str, _Number]:
    """The coefficients of `row` less `factor` times those of `other`, without any that are 0."""
    result = dict(row)
    for key, n in other.items():
        rest = result.get(key, 0) - factor * n
        if rest:
            result[key] = rest
        else:
            result.pop(key, None)
    return result


def connected(
    parts: Iterable[tuple[Iterable[_Member], Sequence[_Thing]]],
) -> list[tuple[set[_Member], list[_Thing]]]:
    """Things in groups that share no member, each group with its members.

    A part is the members and the things that it connects; it may be of no thing at all.
    """
    groups: list[tuple[set[_Member], list[_Thing]]] = []
    for members, things in parts:
        own, held = set(members), list(things)
        apart = []
        for group in groups:
            if own & group[0]:
                own, held = group[0] | own, group[1] + held
            else:
                apart.append(group)
        groups = [*apart, (own, held)]
    return groups
