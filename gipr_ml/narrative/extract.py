"""Statements out of one sentence: which number stands for which cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from gipr_ml.forms.narrative import Narrative, Readings, Term
from gipr_ml.narrative.claims import NUMBERS, Claim, claims
from gipr_ml.narrative.paragraphs import Paragraph
from gipr_ml.narrative.rows import combined, keys_of, said_before, summed, wholes_of
from gipr_ml.narrative.scope import Body, scope_at
from gipr_ml.narrative.tokens import YEARS, Token, Tokenizer
from gipr_ml.types import Statement, StatementKind

_COMPARISONS = frozenset({"up", "down", "same", "share"})
_NO_OTHER_YEAR = frozenset({"carry", "than"})
"""After such a word a year is not the one that the sentence tells of."""


@dataclass(frozen=True, slots=True)
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
    said: list[Said] = field(default_factory=list)
    """In the present sentence."""

    def pass_over(self, text: str) -> None:
        """Go past a sentence without statements."""
        self.before += text
        self.rows = {}


class Extractor:
    """Finds the statements of sentences of one report."""

    def __init__(self, narrative: Narrative, tokenizer: Tokenizer, body: Body) -> None:
        self._narrative = narrative
        self._tokenizer = tokenizer
        self._body = body
        self._stops = frozenset(narrative.file.stops)

    def read(
        self, paragraph: Paragraph, start: int, end: int, context: Context
    ) -> Iterator[Statement]:
        """The statements of the sentence `paragraph.text[start:end]`; `context` moves on."""
        text = paragraph.text[start:end]
        tokens = self._tokenizer.tokens(text, start, self._body.year)
        last_rows, context.rows = context.rows, {}
        context.said = []
        for rivals in claims(self._tokenizer.find(tokens), tokens, self._narrative):
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
        if not self._fits(claim, tokens, text, context, rows):
            return None
        readings = self._readings(claim, tokens, rows, context)
        if not readings:
            return None
        start, end = _quoted(tokens, claim)
        last = _nearest(claim, tokens, context)
        if entry.compare and last is not None and last.readings == readings:
            start = min(start, last.start)
        statement = self._statement(claim, readings, tokens, paragraph, (start, end))
        if statement.kind == "share" and not statement.of:
            return None
        if not entry.compare:
            self._remember(claim, context)
        context.said.append(Said(claim.at, start, readings, statement))
        return statement

    def _fits(
        self,
        claim: Claim,
        tokens: Sequence[Token],
        text: str,
        context: Context,
        rows: dict[str, list[Readings]],
    ) -> bool:
        """Whether what surrounds the match allows it."""
        entry = claim.found.pattern.entry
        clause = _clause(tokens, claim.found.start, claim.found.end)
        before = {t.kind for t in clause if t.start < tokens[claim.found.start].start}
        inside = {t.kind for t in tokens[claim.found.start : claim.found.end]}
        if entry.compare:
            stopped = before & (self._stops - _COMPARISONS - {"last", "than"})
        else:
            stopped = (before | inside) & self._stops
        if stopped or "elsewhen" in {t.kind for t in clause}:
            return False
        if set(entry.without) & before or self._other_year(tokens, claim):
            return False
        if self._since_then(tokens[: claim.found.end]):
            return False
        file = self._narrative.file
        heard = context.section + context.before + text
        if entry.needs == "disclosure":
            of_requests = any(s.statement.restates[0].startswith("t3/") for s in context.said)
            return of_requests or any(word in heard for word in file.disclosure)
        if entry.needs == "row":
            return bool(rows.get(entry.table))
        if entry.needs == "document":
            until = {t.kind for t in tokens[: claim.at]}
            return bool(rows.get(entry.table)) or ("document" in until and "aside" not in until)
        if entry.needs == "changed":
            last = _nearest(claim, tokens, context)
            return last is not None and last.statement.kind in ("change", "growth")
        if any(word in text for word in file.other_matters):
            return entry.needs != "request" and "request" not in inside
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
        requests = [t for t in until if t.kind in ("request", "volume")]
        if requests:
            return requests[-1].start - until[0].start > foreign
        if foreign >= 0:
            return False
        spoken = context.section + context.before
        return any(t.kind in ("request", "bare") for t in tokens) or "申请" in spoken

    def _other_year(self, tokens: Sequence[Token], claim: Claim) -> bool:
        """Whether the last clause that names a year names only others than the report's."""
        if self._body.year is None:
            return False
        own = {kind for slots in claim.found.pattern.sequences for s in slots for kind in s.kinds}
        years: list[Decimal] = []
        fresh = False
        for i, token in enumerate(tokens[: claim.found.end]):
            if token.kind == "end":
                fresh = True
            elif token.kind in YEARS and token.value is not None:
                expected = token.kind != "year" and token.kind in own and i >= claim.found.start
                if expected or tokens[i - 1].kind in _NO_OTHER_YEAR:
                    continue
                years = [token.value] if fresh else [*years, token.value]
                fresh = False
        return bool(years) and Decimal(self._body.year) not in years

    def _since_then(self, until: Sequence[Token]) -> bool:
        """Whether several years were spoken of, and not the report's own after that."""
        several = False
        for token in until:
            if token.kind == "since":
                several = True
            elif token.kind == "year" and token.value == self._body.year:
                several = False
        return several

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
        clause = _clause(tokens, claim.found.start, claim.found.end)
        subject = [t for t in clause if t.start < tokens[claim.at].start]
        terms = [self._narrative.terms[t.text] for t in subject if t.text in self._narrative.terms]
        kinds = {token.kind for token in subject}
        spoken = next((s for kind, s in self._narrative.subjects.items() if kind in kinds), None)
        last = _nearest(claim, tokens, context)
        if any(t.kind in NUMBERS for t in subject) and last is not None:
            return last.readings
        columns = [term.columns for term in terms if term.columns]
        named = [term.rows for term in terms if term.rows]
        if named:
            return self._cells(summed(named), columns)
        if columns:
            table = "t4" if any(t.kind == "result" for t in subject) else "t3"
            before = said_before(rows.get(table, []))
            return self._cells(before or (spoken.rows if spoken else ()), columns)
        if spoken and claim.found.pattern.entry.compare != "share":
            return self._cells(spoken.rows, [])
        return last.readings if last else ()

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


def _meant(claim: Claim) -> tuple[StatementKind, Decimal]:
    """How the number of a claim is meant, and the number with its sign."""
    compare = claim.found.pattern.entry.compare
    if not compare:
        return (claim.number.how if claim.number else "exact"), claim.value
    if compare == "share":
        return "share", claim.value
    percent = claim.number is not None and claim.number.kind == "PERCENT"
    return ("growth" if percent else "change"), claim.value * (-1 if compare == "down" else 1)


def _nearest(claim: Claim, tokens: Sequence[Token], context: Context) -> Said | None:
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


def _clause(tokens: Sequence[Token], start: int, end: int) -> Sequence[Token]:
    """The tokens between the ends of clauses around `tokens[start:end]`."""
    first = start
    while first > 0 and tokens[first].kind != "end":
        first -= 1
    last = end - 1
    while last < len(tokens) - 1 and tokens[last].kind != "end":
        last += 1
    return tokens[first : last + 1]


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
