"""Whether what surrounds a match allows it: the matter, the year and the body it tells of."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fnmatch import fnmatchcase

from gipr_ml.forms.narrative import Narrative, Readings
from gipr_ml.narrative.claims import NUMBERS, Claim
from gipr_ml.narrative.context import Context, clause_of, nearest
from gipr_ml.narrative.tokens import YEARS, Token

_COMPARISONS = frozenset({"up", "down", "same", "share", "last", "than"})
_ELSEWHEN = frozenset({"elsewhen", "past"})
_NO_OTHER_YEAR = frozenset({"carry", "than"})
"""After such a word a year is not the one that the sentence tells of."""
_LISTED = frozenset({"outcome", "detail", "applicant", "case"})
_HEADS = frozenset({"receive", "finish", "handle", "request", "volume"})
"""Kinds of words that say what a clause counts, of which later clauses tell the parts."""
_SEVERAL = 3
"""So many results of requests beside each other are of requests, also where none is named."""


def fits(
    claim: Claim,
    tokens: Sequence[Token],
    text: str,
    context: Context,
    rows: dict[str, list[Readings]],
    narrative: Narrative,
    year: int | None,
) -> bool:
    """Whether the sentence around the match, and those before it, allow it."""
    if _stopped(claim, tokens, narrative.stops):
        return False
    if _part_of_unknown(claim, tokens) or _part_of_elsewhen(claim, tokens):
        return False
    if _for_a_reason(claim, tokens, narrative):
        return False
    if _other_year(tokens, claim, year) or _since_then(tokens[: claim.found.end], year):
        return False
    entry = claim.found.pattern.entry
    if entry.needs == "disclosure":
        heard = context.section + context.before + text
        of_requests = any(s.statement.restates[0].startswith("t3/") for s in context.said)
        return of_requests or any(word in heard for word in narrative.file.disclosure)
    if entry.needs == "row":
        return bool(rows.get(entry.table))
    if entry.needs == "document":
        until = {t.kind for t in tokens[: claim.at]}
        return bool(rows.get(entry.table)) or ("document" in until and "aside" not in until)
    if entry.needs == "decision":
        beside = nearest(claim, tokens, context)
        return beside is not None and beside.readings[0][0].endswith("/decisions")
    if entry.needs == "changed":
        said = nearest(claim, tokens, context)
        return said is not None and said.statement.kind in ("change", "growth")
    inside = {t.kind for t in tokens[claim.found.start : claim.found.end]}
    if any(word in text for word in narrative.file.other_matters):
        return entry.needs != "request" and "request" not in inside
    if entry.needs == "request" or "bare" in inside:
        return "request" in inside or _about_requests(
            tokens[: claim.found.end], tokens, text, context, narrative
        )
    return True


def _stopped(claim: Claim, tokens: Sequence[Token], stops: frozenset[str]) -> bool:
    """Whether a word of the clause says that the number counts something else."""
    entry = claim.found.pattern.entry
    own = claim.found.pattern.kinds
    clause = clause_of(tokens, claim.found.start, claim.found.end)
    first = tokens[claim.found.start]
    span = tokens[claim.found.start : claim.found.end]
    before = {t.kind for t in clause if t.start < first.start}
    if entry.compare:
        stopped = before & (stops - _COMPARISONS)
    else:
        stopped = (before | {t.kind for t in span} - own) & stops
    if _denied_or_outdated(claim, tokens):
        return True
    if "each" not in own and _of_several(clause, before=first.start):
        return True
    around = {t.kind for t in clause if t not in span or t.kind not in own}
    if entry.opening and any(t.kind in NUMBERS for t in tokens[: claim.found.start]):
        return True
    return bool(stopped or around & _ELSEWHEN or set(entry.without) & before)


def _denied_or_outdated(claim: Claim, tokens: Sequence[Token]) -> bool:
    """Whether the number is one that there is not (无一件), or the old one (由64件增至80件)."""
    if claim.number is None:
        return False
    after = next((t.kind for t in tokens[claim.at + 1 :] if t.kind != "light"), "")
    return after == "reach" or tokens[claim.at - 1].kind in ("from", "none", "nothing")


def _of_several(clause: Sequence[Token], before: int) -> bool:
    """Whether the number is but the first of a list (分别收到5件、3件): not where a name stands
    before each number (分别为：予以公开5件、部分公开3件)."""
    for i, token in enumerate(clause):
        if token.kind == "each" and token.start < before:
            after = [t.kind for t in clause[i + 1 :] if t.kind != "light"]
            return after[0] != "colon" and not (after[0] in _LISTED and after[1] in NUMBERS)
    return False


def _part_of_unknown(claim: Claim, tokens: Sequence[Token]) -> bool:
    """Whether the first word named is joined to one that stands in no list (某某和部分公开3件)."""
    named = [t for t in claim.named if t.kind in _LISTED]
    if claim.number is None or not named:
        return False
    at = tokens.index(named[0])
    if tokens[at - 1].kind != "and":
        return False
    joined = []
    for token in reversed(tokens[: at - 1]):
        if token.kind in ("end", "and"):
            break
        joined.append(token)
    counted = any(t.kind in (*NUMBERS, "approximate") or t.text.isdigit() for t in joined)
    return bool(joined) and joined[0].kind == "x" and not counted


def _part_of_elsewhen(claim: Claim, tokens: Sequence[Token]) -> bool:
    """Whether the number is a part of one that counts something else: of the clause before that
    says what is counted (上半年收到申请20件，其中予以公开8件)."""
    if not {t.kind for t in claim.named} & _LISTED:
        return False
    at = claim.found.start
    while at > 0:
        clause = clause_of(tokens, at, at + 1)
        kinds = {t.kind for t in clause}
        if kinds & _HEADS:
            return bool(kinds & {"NUM", "approximate"} and kinds & {*_ELSEWHEN, "aside"})
        at = tokens.index(clause[0]) - 1
    return False


def _for_a_reason(claim: Claim, tokens: Sequence[Token], narrative: Narrative) -> bool:
    """Whether a result was given for a reason named before it (因不掌握，无法提供3件): it is not
    told whether others were given it too. "等" after the reason says that they were."""
    if claim.number is None or {t.kind for t in claim.named} != {"outcome"}:
        return False
    result = {row for t in claim.named for row in narrative.terms[t.text].rows[0]}
    for token in reversed(tokens[: claim.found.start + 1]):
        if token.kind in (*NUMBERS, "approximate", "etc"):
            return False
        if token.kind == "detail" and set(narrative.terms[token.text].rows[0]) < result:
            return True
    return False


def _about_requests(
    until: Sequence[Token],
    tokens: Sequence[Token],
    text: str,
    context: Context,
    narrative: Narrative,
) -> bool:
    """Whether the nearest matter spoken of is a request for information."""
    said = "".join(token.text for token in until)
    foreign = max((said.rfind(word) for word in narrative.file.foreign), default=-1)
    requests = [t for t in until if t.kind in ("request", "volume")]
    if requests:
        return requests[-1].start - until[0].start > foreign
    if foreign >= 0:
        return False
    spoken = context.section + context.before
    if any(t.kind in ("request", "bare") for t in tokens) or "申请" in spoken:
        return True
    others = (*narrative.file.foreign, *narrative.file.unmistakable.not_with)
    return not any(word in spoken + text for word in others) and _unmistakable(
        context.results, narrative
    )


def _unmistakable(words: frozenset[str], narrative: Narrative) -> bool:
    """Whether the results counted are such as only requests for information have."""
    file = narrative.file.unmistakable
    if words & set(file.words):
        return True
    results = {narrative.terms[word].rows[0] for word in words}
    together = [
        [rows for rows in results if all(fnmatchcase(row, group) for row in rows)]
        for group in file.groups
    ]
    if any(len(rows) > 1 for rows in together):
        return True
    return any(together) and len(results) >= _SEVERAL


def _other_year(tokens: Sequence[Token], claim: Claim, year: int | None) -> bool:
    """Whether the last clause that names a year names only others than the report's."""
    if year is None:
        return False
    own = claim.found.pattern.kinds
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
    return bool(years) and Decimal(year) not in years


def _since_then(until: Sequence[Token], year: int | None) -> bool:
    """Whether several years were spoken of, and not the report's own after that."""
    several = False
    for token in until:
        if token.kind == "since":
            several = True
        elif token.kind == "year" and token.value == year:
            several = False
    return several
