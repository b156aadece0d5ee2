"""Statements out of one sentence: which number stands for which cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from gipr_ml.forms.narrative import Narrative, Readings, Term
from gipr_ml.narrative.claims import NUMBERS, RESULTS, Claim, claims
from gipr_ml.narrative.context import Context, Said, clause_of, nearest
from gipr_ml.narrative.fitting import fits
from gipr_ml.narrative.paragraphs import Paragraph
from gipr_ml.narrative.rows import combined, keys_of, said_before, summed, wholes_of
from gipr_ml.narrative.scope import Body, scope_at
from gipr_ml.narrative.tokens import Token, Tokenizer
from gipr_ml.types import Statement, StatementKind

_UNKNOWN = frozenset({"x", "other"})


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
        tokens = self._tokenizer.tokens(text, start, self._body.year)
        last_rows, context.rows = context.rows, {}
        context.said = []
        claimed = claims(self._tokenizer.find(tokens), tokens, self._narrative)
        context.results = _results(claimed)
        for rivals in claimed:
            for claim in rivals:
                statement = self._take(claim, tokens, paragraph, text, context, last_rows)
                if statement is not None:
                    yield statement
                    break
        context.before += text

    def _take(
        self,
        claim: Claim,
        tokens: Sequence[Token],
        paragraph: Paragraph,
        text: str,
        context: Context,
        last_rows: dict[str, list[Readings]],
    ) -> Statement | None:
        """The statement that the claim makes, if it fits; `context` remembers it."""
        entry = claim.found.pattern.entry
        rows = context.rows or last_rows
        if entry.compare and claim.number and claim.number.how != "exact":
            return None
        if not fits(claim, tokens, text, context, rows, self._narrative, self._body.year):
            return None
        readings = self._readings(claim, tokens, rows, context)
        if not readings:
            return None
        start, end = _quoted(tokens, claim)
        last = nearest(claim, tokens, context)
        if entry.compare and last is not None and last.readings == readings:
            start = min(start, last.start)
        statement = self._statement(claim, readings, tokens, paragraph, (start, end))
        if statement.kind == "share" and not statement.of:
            return None
        if not entry.compare:
            self._remember(claim, context)
        context.said.append(Said(claim.at, start, readings, statement))
        return statement

    def _readings(
        self,
        claim: Claim,
        tokens: Sequence[Token],
        rows: dict[str, list[Readings]],
        context: Context,
    ) -> Readings:
        """The sums of cells that the number may stand for, the most literal first."""
        pattern = claim.found.pattern
        if pattern.entry.needs == "sum":
            return _added_up(claim, context)
        if pattern.entry.compare or pattern.entry.needs == "changed":
            return self._compared(claim, tokens, rows, context)
        terms = [(token, self._term(token)) for token in claim.named]
        named = [(token.kind, term.rows) for token, term in terms if term.rows]
        if pattern.rows:
            row_readings = pattern.rows
        elif named:
            row_readings = combined(named, pattern.entry.first)
        else:
            row_readings = said_before(rows.get(pattern.entry.table, [])) or self._documents(
                tokens[: claim.at]
            )
        return self._cells(row_readings, [term.columns for _, term in terms if term.columns])

    def _compared(
        self,
        claim: Claim,
        tokens: Sequence[Token],
        rows: dict[str, list[Readings]],
        context: Context,
    ) -> Readings:
        """What a share or a change is of: named in its clause, else what was said just before."""
        clause = clause_of(tokens, claim.found.start, claim.found.end)
        subject = [t for t in clause if t.start < tokens[claim.at].start]
        terms = [self._narrative.terms[t.text] for t in subject if t.text in self._narrative.terms]
        spoken = self._spoken(subject)
        last = nearest(claim, tokens, context)
        if any(t.kind in NUMBERS for t in subject) and last is not None:
            return last.readings
        columns = [term.columns for term in terms if term.columns]
        named = [term.rows for term in terms if term.rows]
        if named:
            return self._cells(summed(named), columns)
        if columns:
            table = "t4" if any(t.kind == "result" for t in subject) else "t3"
            before = said_before(rows.get(table, []))
            spoken = spoken or self._spoken(tokens[: claim.at])
            return self._cells(before or (spoken.rows if spoken else ()), columns)
        if any(t.kind in _UNKNOWN for t in subject):
            return ()
        if spoken and claim.found.pattern.entry.compare != "share":
            return self._cells(spoken.rows, [])
        return last.readings if last else ()

    def _spoken(self, subject: Sequence[Token]) -> Term | None:
        """What the words of a subject speak of, where they name no cells."""
        kinds = {token.kind for token in subject}
        return next((s for kind, s in self._narrative.subjects.items() if kind in kinds), None)

    def _documents(self, until: Sequence[Token]) -> Readings:
        """The kind of documents named last."""
        named = [t.text for t in until if t.kind == "document"]
        return self._narrative.terms[named[-1]].rows if named else ()

    def _term(self, token: Token) -> Term:
        return self._narrative.terms.get(token.text) or self._narrative.subjects[token.kind]

    def _cells(self, row_readings: Readings, columns: Sequence[Readings]) -> Readings:
        readings: dict[tuple[str, ...], None] = {}
        for column_reading in summed(columns) or ((),):
            for row_reading in row_readings:
                keys = keys_of(row_reading, column_reading)
                if keys and set(keys) <= self._narrative.cells:
                    readings[keys] = None
        return tuple(readings)

    def _remember(self, claim: Claim, context: Context) -> None:
        """Note the rows, so that the columns of a later clause can be told."""
        named = [self._term(token) for token in claim.named]
        rows = claim.found.pattern.rows or summed([term.rows for term in named if term.rows])
        if rows:
            context.rows.setdefault(rows[0][0].split("/")[0], []).append(rows)

    def _statement(
        self,
        claim: Claim,
        readings: Readings,
        tokens: Sequence[Token],
        paragraph: Paragraph,
        quoted: tuple[int, int],
    ) -> Statement:
        start, end = quoted
        at = tokens[claim.at].start
        scope = scope_at(tokens, claim.at, self._body, self._narrative.file.scope)
        kind, value = _meant(claim)
        return Statement(
            paragraph.quote(start, end),
            value,
            readings[0],
            paragraph.place(start, end, at),
            readings[1:],
            scope,
            kind,
            claim.number.upper if claim.number else None,
            wholes_of(readings[0], self._narrative) if kind == "share" else (),
        )


def _results(claimed: Sequence[Sequence[Claim]]) -> frozenset[str]:
    """For each number that counts results of requests, the first word for them."""
    named = (
        [t.text for claim in rivals if claim.number for t in claim.named if t.kind in RESULTS]
        for rivals in claimed
    )
    return frozenset(words[0] for words in named if words)


def _meant(claim: Claim) -> tuple[StatementKind, Decimal]:
    """How the number of a claim is meant, and the number with its sign."""
    compare = claim.found.pattern.entry.compare
    if not compare:
        return (claim.number.how if claim.number else "exact"), claim.value
    if compare == "share":
        return "share", claim.value
    percent = claim.number is not None and claim.number.kind == "PERCENT"
    return ("growth" if percent else "change"), claim.value * (-1 if compare == "down" else 1)


def _added_up(claim: Claim, context: Context) -> Readings:
    """The cells of the last few numbers of the sentence whose sum this number is."""
    total = Decimal(0)
    for i in range(len(context.said) - 1, -1, -1):
        statement = context.said[i].statement
        if statement.kind != "exact" or statement.scope:
            return ()
        total += statement.value
        if total == claim.value and i < len(context.said) - 1:
            return (tuple(k for said in context.said[i:] for k in said.statement.restates),)
    return ()


def _quoted(tokens: Sequence[Token], claim: Claim) -> tuple[int, int]:
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
