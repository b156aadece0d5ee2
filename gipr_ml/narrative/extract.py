"""Statements out of one sentence: which number stands for which cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from gipr_ml.forms.narrative import Narrative, Readings
from gipr_ml.narrative.paragraphs import Paragraph
from gipr_ml.narrative.scope import Body, scope_at
from gipr_ml.narrative.tokens import Found, Token, Tokenizer
from gipr_ml.types import Statement

_DEFAULT_COLUMN = {"t3": "total", "t4": "total"}
_TELLS = frozenset({"receive", "finish", "handle"})


@dataclass
class Context:
    """What the sentences before have spoken of."""

    section: str = ""
    """The heading of the section."""
    before: str = ""
    """The text of the paragraph so far."""
    rows: dict[str, list[Readings]] = field(default_factory=dict)
    """By table: the rows that the present or the last sentence restated, in order."""

    def pass_over(self, text: str) -> None:
        """Go past a sentence without statements."""
        self.before += text
        self.rows = {}


@dataclass(frozen=True, slots=True)
class _Claim:
    """A number, or a word for none, taken by a pattern."""

    found: Found
    at: int
    """The token that is the number, or the first word named."""
    value: Decimal
    named: tuple[Token, ...]
    """The words of the match that name rows or columns."""


class Extractor:
    """Finds the statements of sentences of one report."""

    def __init__(self, narrative: Narrative, tokenizer: Tokenizer, body: Body) -> None:
        self._narrative = narrative
        self._tokenizer = tokenizer
        self._body = body

    def read(
        self, paragraph: Paragraph, start: int, end: int, context: Context
    ) -> Iterator[Statement]:
        """The statements of the sentence `paragraph.text[start:end]`; `context` moves on."""
        text = paragraph.text[start:end]
        tokens = self._tokenizer.tokens(text, start)
        last_rows, context.rows = context.rows, {}
        for claim in _claims(self._tokenizer.find(tokens), tokens, self._narrative):
            rows = context.rows or last_rows
            if not self._fits(claim, tokens, text, context, rows):
                continue
            readings = self._readings(claim, rows)
            if not readings:
                continue
            self._remember(claim, context)
            yield self._statement(claim, readings, tokens, paragraph)
        context.before += text

    def _fits(
        self,
        claim: _Claim,
        tokens: Sequence[Token],
        text: str,
        context: Context,
        rows: dict[str, list[Readings]],
    ) -> bool:
        """Whether what surrounds the match allows it."""
        entry = claim.found.pattern.entry
        clause = _clause(tokens, claim.found.start, claim.found.end)
        before = [t.kind for t in clause if t.start < tokens[claim.found.start].start]
        inside = [t.kind for t in tokens[claim.found.start : claim.found.end]]
        if "elsewhen" in [t.kind for t in clause] or "stop" in (*before, *inside):
            return False
        if set(entry.without) & set(before) or self._other_year(tokens, claim.found.end):
            return False
        file = self._narrative.file
        heard = context.section + context.before + text
        if entry.needs == "disclosure":
            return any(word in heard for word in file.disclosure)
        if entry.needs == "row":
            return bool(rows.get(entry.table))
        if entry.needs == "request" or "bare" in inside:
            return "request" in inside or self._about_requests(
                tokens[: claim.found.end], tokens, context
            )
        return True

    def _about_requests(
        self, until: Sequence[Token], tokens: Sequence[Token], context: Context
    ) -> bool:
        """Whether the nearest matter spoken of is a request for information."""
        said = "".join(token.text for token in until)
        foreign = max((said.rfind(word) for word in self._narrative.file.foreign), default=-1)
        requests = [t for t in until if t.kind == "request"]
        if requests:
            return requests[-1].start - until[0].start > foreign
        if foreign >= 0:
            return False
        spoken = context.section + context.before
        return any(t.kind in ("request", "bare") for t in tokens) or "申请" in spoken

    def _other_year(self, tokens: Sequence[Token], position: int) -> bool:
        """Whether the last clause that names a year names only others than the report's."""
        if self._body.year is None:
            return False
        years: list[Decimal] = []
        fresh = False
        for token in tokens[:position]:
            if token.kind == "end":
                fresh = True
            elif token.kind == "year" and token.value is not None:
                years = [token.value] if fresh else [*years, token.value]
                fresh = False
        return bool(years) and Decimal(self._body.year) not in years

    def _readings(self, claim: _Claim, rows: dict[str, list[Readings]]) -> Readings:
        """The sums of cells that the number may stand for, the most literal first."""
        pattern = claim.found.pattern
        terms = [(token, self._narrative.terms[token.text]) for token in claim.named]
        named = [(token.kind, term.rows) for token, term in terms if term.rows]
        if pattern.rows:
            row_readings = pattern.rows
        elif named:
            row_readings = _combined(named, pattern.entry.first)
        else:
            row_readings = _from_context(rows.get(pattern.entry.table, []))
        columns = [term.columns for _, term in terms if term.columns]
        readings: dict[tuple[str, ...], None] = {}
        for column_reading in _summed(columns) or ((),):
            for row_reading in row_readings:
                keys = _keys(row_reading, column_reading)
                if keys and set(keys) <= self._narrative.cells:
                    readings[keys] = None
        return tuple(readings)

    def _remember(self, claim: _Claim, context: Context) -> None:
        """Note the rows, so that the columns of a later clause can be told."""
        pattern = claim.found.pattern
        named = [self._narrative.terms[token.text] for token in claim.named]
        rows = pattern.rows or _summed([term.rows for term in named if term.rows])
        if rows:
            context.rows.setdefault(rows[0][0].split("/")[0], []).append(rows)

    def _statement(
        self, claim: _Claim, readings: Readings, tokens: Sequence[Token], paragraph: Paragraph
    ) -> Statement:
        start, end = _quoted(tokens, claim)
        at = tokens[claim.at].start
        scope = scope_at(tokens, claim.at, self._body, self._narrative.file.scope)
        return Statement(
            paragraph.quote(start, end),
            claim.value,
            readings[0],
            paragraph.place(start, end, at),
            readings[1:],
            scope,
        )


def _claims(found: Sequence[Found], tokens: Sequence[Token], narrative: Narrative) -> list[_Claim]:
    """One claim a number: the longest match, then the one first in the file; in reading order."""
    ranked = sorted(found, key=lambda f: (f.start - f.end, f.order, f.start))
    taken: dict[int, _Claim] = {}
    for match in ranked:
        for claim in _claims_of(match, tokens, narrative):
            taken.setdefault(claim.at, claim)
    return [taken[at] for at in sorted(taken)]


def _claims_of(found: Found, tokens: Sequence[Token], narrative: Narrative) -> Iterator[_Claim]:
    entry = found.pattern.entry
    span = range(found.start, found.end)
    named = [i for i in span if tokens[i].text in narrative.terms]
    counted = [i for i in span if tokens[i].kind in ("NUM", "MONEY")]
    if entry.zero:
        groups = [[i] for i in named] or [[]]
        for group in groups:
            at = group[0] if group else next(i for i in span if tokens[i].kind != "end")
            yield _Claim(found, at, Decimal(0), tuple(tokens[i] for i in group))
        return
    if entry.distribute:
        same = entry.distribute == "same"
        values = counted * len(named) if same else counted
        if len(values) == len(named):
            for i, number in zip(named, values, strict=True):
                yield _Claim(found, i if same else number, _value(tokens[number]), (tokens[i],))
        return
    if len(counted) == 1:
        yield _Claim(found, counted[0], _value(tokens[counted[0]]), tuple(tokens[i] for i in named))


def _value(token: Token) -> Decimal:
    assert token.value is not None
    return token.value


def _summed(parts: Sequence[Readings]) -> Readings:
    """Readings of several words whose cells are added: the first of each, the second of each …"""
    if not parts:
        return ()
    longest = max(len(readings) for readings in parts)
    return tuple(
        tuple(key for readings in parts for key in readings[min(i, len(readings) - 1)])
        for i in range(longest)
    )


def _combined(named: Sequence[tuple[str, Readings]], first: str) -> Readings:
    """Rows of the words of a match: added up, or those of kind `first` before the others'."""
    if not first:
        return _summed([rows for _, rows in named])
    literal = _summed([rows for kind, rows in named if kind == first])
    return (*literal, *_summed([rows for kind, rows in named if kind != first]))


def _from_context(said: Sequence[Readings]) -> Readings:
    """The last row said, else an earlier one, else all of them together."""
    readings = dict.fromkeys(reading for rows in reversed(said) for reading in rows)
    if len(said) > 1:
        readings |= dict.fromkeys(_summed(said))
    return tuple(readings)


def _keys(rows: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        f"{row}/{column}"
        for row in rows
        for column in columns or [_DEFAULT_COLUMN.get(row.split("/")[0], "")]
    )


def _clause(tokens: Sequence[Token], start: int, end: int) -> Sequence[Token]:
    """The tokens between the ends of clauses around `tokens[start:end]`."""
    first = start
    while first > 0 and tokens[first].kind != "end":
        first -= 1
    last = end - 1
    while last < len(tokens) - 1 and tokens[last].kind != "end":
        last += 1
    return tokens[first : last + 1]


def _quoted(tokens: Sequence[Token], claim: _Claim) -> tuple[int, int]:
    """From the start of the clause, or of its last part, to the end of the match."""
    found = claim.found
    first = min(found.start, claim.at)
    if tokens[first].kind in ("end", "and"):
        first += 1
    while first > 0 and tokens[first - 1].kind != "end":
        if tokens[first - 1].kind == "and" and tokens[first - 2].kind in ("NUM", "approximate"):
            break
        first -= 1
    last = found.end - 1
    while tokens[last].kind in ("end", "and"):
        last -= 1
    return tokens[first].start, max(tokens[last].end, tokens[claim.at].end)
