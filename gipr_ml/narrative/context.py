"""What a report's sentences have spoken of so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gipr_ml.forms.narrative import Readings
from gipr_ml.narrative.claims import NUMBERS, Claim
from gipr_ml.narrative.tokens import Token
from gipr_ml.types import Statement
from gipr_ml.types.quick import quick_dataclass


@quick_dataclass(frozen=True, slots=True)
class Said:
    """What a number of the sentence was found to be."""

    at: int
    start: int
    """Of its quote in the paragraph."""
    readings: Readings
    statement: Statement


@dataclass
class Context:
    """What the sentences before have spoken of."""

    section: str = ""
    """The heading of the section."""
    before: str = ""
    """The text of the paragraph so far."""
    rows: dict[str, list[Readings]] = field(default_factory=dict)
    """By table: the rows that the present or the last sentence restated, in order."""
    results: frozenset[str] = frozenset()
    """Words for results of requests in the present sentence, one for each number."""
    said: list[Said] = field(default_factory=list)
    """In the present sentence."""

    def pass_over(self, text: str) -> None:
        """Go past a sentence without statements."""
        self.before += text
        self.rows = {}


def nearest(claim: Claim, tokens: Sequence[Token], context: Context) -> Said | None:
    """What was said last, if no number of another matter stands between."""
    if not context.said:
        return None
    last = context.said[-1]
    if claim.found.pattern.entry.compare == "share" and last.statement.kind != "exact":
        return None
    between = range(last.at + 1, claim.at)
    inside = range(claim.found.start, claim.found.end)
    foreign = any(tokens[i].kind in NUMBERS and i not in inside for i in between)
    return None if foreign else last


def clause_of(tokens: Sequence[Token], start: int, end: int) -> Sequence[Token]:
    """The tokens between the ends of clauses around `tokens[start:end]`."""
    first = start
    while first > 0 and tokens[first].kind != "end":
        first -= 1
    last = end - 1
    while last < len(tokens) - 1 and tokens[last].kind != "end":
        last += 1
    return tokens[first : last + 1]
