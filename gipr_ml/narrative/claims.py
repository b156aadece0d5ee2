"""Which number of a sentence is taken by which pattern, and the words that say what it counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from gipr_ml.forms.narrative import Narrative
from gipr_ml.narrative.tokens import Found, Token
from gipr_ml.types.quick import quick_dataclass

NUMBERS = ("NUM", "MONEY", "PERCENT")
RESULTS = ("outcome", "detail")
"""Kinds of words for what became of a request."""


@quick_dataclass(frozen=True, slots=True)
class Claim:
    """A number, or a word for none, taken by a pattern."""

    found: Found
    at: int
    """The token that is the number, or the first word named."""
    number: Token | None
    """None where words say that there is none."""
    named: tuple[Token, ...]
    """The words of the match that name rows or columns."""

    @property
    def value(self) -> Decimal:
        """The number, without its sign."""
        value = self.number.value if self.number else None
        return Decimal(0) if value is None else value


def claims(
    found: Sequence[Found], tokens: Sequence[Token], narrative: Narrative
) -> list[list[Claim]]:
    """For each number, in reading order, the claims on it: the longest match first, then the one
    first in the file."""
    ranked = sorted(found, key=lambda f: (f.start - f.end, f.order, f.start))
    made: dict[int, list[Claim]] = {}
    for match in ranked:
        for claim in _claims_of(match, tokens, narrative):
            made.setdefault(claim.at, []).append(claim)
    return [made[at] for at in sorted(made)]


def _claims_of(found: Found, tokens: Sequence[Token], narrative: Narrative) -> Iterator[Claim]:
    entry = found.pattern.entry
    span = range(found.start, found.end)
    over = entry.over.split("|") if entry.over else []
    apart = [i for i in span if tokens[i].kind in over]
    named = [i for i in span if tokens[i].text in narrative.terms]
    shared = tuple(tokens[i] for i in named if i not in apart) if over else ()
    each = apart if over else named
    counted = [i for i in span if tokens[i].kind in NUMBERS]
    if entry.zero:
        for i in each or [next(i for i in span if tokens[i].kind != "end")]:
            words = (*shared, tokens[i]) if each else ()
            yield Claim(found, i, None, words)
    elif entry.distribute:
        same = entry.distribute == "same"
        values = counted * len(each) if same else counted
        if len(values) == len(each):
            for i, number in zip(each, values, strict=True):
                at = i if same else number
                yield Claim(found, at, tokens[number], (*shared, tokens[i]))
    elif counted and (len(counted) == 1 or entry.take or entry.compare):
        at = counted[0] if entry.take == "first" else counted[-1]
        here = span if entry.take else _clause_around(at, span, tokens)
        if tokens[at - 1].kind != "and" or at == span.start:  # else it belongs to what follows
            yield Claim(found, at, tokens[at], tuple(tokens[i] for i in named if i in here))


def _clause_around(at: int, span: range, tokens: Sequence[Token]) -> range:
    """The part of `span` in the clause of the token `at`."""
    first = next((i for i in range(at, span.start, -1) if tokens[i].kind == "end"), span.start)
    last = next((i for i in range(at, span.stop) if tokens[i].kind == "end"), span.stop)
    return range(first, last)
