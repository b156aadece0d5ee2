"""Sentences as spaCy documents: jieba cuts them by our own word list, each token has its kind.

jieba's own dictionary is left alone: it takes a second to load, and the official terms are long
words that it would cut apart. With our words alone the cheapest path has the fewest tokens.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from gipr_ml.forms.narrative import Narrative, Pattern, Slot
from gipr_ml.narrative.libraries import import_jieba, import_spacy
from gipr_ml.narrative.numbers import numbers
from gipr_ml.types import StatementKind
from gipr_ml.types.quick import quick_dataclass

if TYPE_CHECKING:
    from spacy.matcher import Matcher
    from spacy.vocab import Vocab

_COUNTS = frozenset({"NUM", "MONEY", "PERCENT", "none", "nothing", "zero", "nil", "level"})
"""Without a token of these kinds no pattern fits."""
_YEAR = re.compile(r"(?<!\d)(20\d\d)年度?")
YEARS = frozenset({"year", "last_year", "next_year"})
_MONTHS = re.compile(r"(?<!\d)(\d{1,2})月?[\-－—–~～至到](\d{1,2})月(?!\d)")
_WHOLE_YEAR = ("1", "12")
REMEMBERED, SHORT = 8192, 60
"""Pieces of sentences that are remembered, and characters of the longest."""
_FREQUENCY = 1000
"""Of each word of ours; characters that are no word count once."""


@quick_dataclass(frozen=True, slots=True)
class Token:
    """A piece of a sentence."""

    text: str
    kind: str
    """As in narrative.toml; "x" for what stands in no list; NUM, MONEY, PERCENT or approximate;
    year, last_year or next_year."""
    start: int
    end: int
    value: Decimal | None = None
    """Of a number; the year of a year."""
    how: StatementKind = "exact"
    """Of a number."""
    upper: Decimal | None = None


@quick_dataclass(frozen=True, slots=True)
class Found:
    """A pattern found at `tokens[start:end]`."""

    order: int
    """Position of the pattern in the file."""
    pattern: Pattern
    start: int
    end: int


class Tokenizer:
    """Cuts sentences and finds patterns in them. Loading it imports jieba and spaCy."""

    def __init__(self, narrative: Narrative) -> None:
        self._narrative = narrative
        self._known: dict[tuple[str, ...], tuple[tuple[int, int, int], ...]] = {}
        self._cuts: dict[str, tuple[str, ...]] = {}
        self._needed = [
            [frozenset(slot.kinds) for slot in slots if slot.often == "{1}"]
            for pattern in narrative.patterns
            for slots in pattern.sequences
        ]

    def tokens(self, text: str, offset: int = 0, year: int | None = None) -> list[Token]:
        """The tokens of a sentence of a report on `year`; positions count from `offset`.

        An empty token of kind "end" stands before the first and after the last, so that a pattern
        can ask for the borders of a clause.
        """
        fixed = [
            Token(
                text[n.start : n.end],
                n.kind,
                offset + n.start,
                offset + n.end,
                n.value,
                n.how,
                n.upper,
            )
            for n in numbers(text, self._narrative.file.count)
        ]
        for y in _YEAR.finditer(text) if "20" in text else ():
            start, end = y.span()
            kind = _year_kind(int(y[1]), year)
            fixed.append(Token(y[0], kind, offset + start, offset + end, Decimal(y[1])))
        for m in _MONTHS.finditer(text) if "月" in text else ():
            start, end = m.span()
            kind = "year" if m.groups() == _WHOLE_YEAR else "elsewhen"
            fixed.append(Token(m[0], kind, offset + start, offset + end))
        result = [Token("", "end", offset, offset)]
        position = 0
        for token in sorted(fixed, key=lambda token: token.start):
            result += self._words(text, position, token.start - offset, offset)
            result.append(token)
            position = token.end - offset
        result += self._words(text, position, len(text), offset)
        result.append(Token("", "end", len(text) + offset, len(text) + offset))
        return result

    def find(self, tokens: Sequence[Token]) -> list[Found]:
        """All places where a pattern fits, also overlapping ones."""
        kept = _clauses_that_count(tokens)
        if not kept:
            return []
        patterns = self._narrative.patterns
        return [
            Found(order, patterns[order], kept[start], kept[end - 1] + 1)
            for order, start, end in self._matches(tuple([tokens[i].kind for i in kept]))
        ]

    def _matches(self, kinds: tuple[str, ...]) -> tuple[tuple[int, int, int], ...]:
        """The patterns that fit tokens of these kinds: which, and from where to where.

        Sentences that say the same of other numbers have the same kinds, so answers are kept.
        """
        known = self._known.get(kinds)
        if known is None:
            known = self._asked(kinds) if self._may_fit(frozenset(kinds)) else ()
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            if len(kinds) <= SHORT:
                self._known[kinds] = known
        return known

    def _may_fit(self, kinds: frozenset[str]) -> bool:
        """Whether some pattern finds a token for each place that it cannot do without."""
        return any(all(not kinds.isdisjoint(place) for place in places) for places in self._needed)

    def _asked(self, kinds: Sequence[str]) -> tuple[tuple[int, int, int], ...]:
        """What spaCy finds."""
        doc = import_spacy().tokens.Doc(
            self._vocab, words=[kind or "\n" for kind in kinds], tags=list(kinds)
        )
        return tuple(
            (int(self._vocab.strings[key]), start, end) for key, start, end in self._matcher(doc)
        )

    def _words(self, text: str, start: int, end: int, offset: int) -> list[Token]:
        """Cut `text[start:end]` along jieba's best path through the graph of known words."""
        kinds = self._narrative.kinds
        where = start + offset
        tokens: list[Token] = []
        for word in self._cut(text[start:end]):
            after = where + len(word)
            tokens.append(Token(word, kinds.get(word, "x"), where, after))
            where = after
        return tokens

    def _cut(self, part: str) -> tuple[str, ...]:
        known = self._cuts.get(part)
        if known is None:
            jieba = self._jieba
            route: dict[int, tuple[float, int]] = {}
            jieba.calc(part, jieba.get_DAG(part), route)
            words, position = [], 0
            while position < len(part):
                after = route[position][1] + 1
                words.append(part[position:after])
                position = after
            known = tuple(words)
            if len(self._cuts) >= REMEMBERED:
                self._cuts.clear()
            if len(part) <= SHORT:
                self._cuts[part] = known
        return known

    @cached_property
    def _jieba(self):  # type: ignore[no-untyped-def]
        jieba = import_jieba()
        jieba.setLogLevel(logging.ERROR)
        tokenizer = jieba.Tokenizer()
        tokenizer.initialized = True
        for word in self._narrative.kinds:
            tokenizer.add_word(word, _FREQUENCY)
        tokenizer.total = _FREQUENCY * (len(self._narrative.kinds) + 1)
        return tokenizer

    @cached_property
    def _vocab(self) -> Vocab:
        vocab: Vocab = import_spacy().vocab.Vocab()
        return vocab

    @cached_property
    def _matcher(self) -> Matcher:
        matcher: Matcher = import_spacy().matcher.Matcher(self._vocab)
        for order, pattern in enumerate(self._narrative.patterns):
            matcher.add(str(order), [_token_pattern(s) for s in pattern.sequences])
        return matcher


def _year_kind(year: int, reported: int | None) -> str:
    if reported is None:
        return "year"
    return {reported - 1: "last_year", reported + 1: "next_year"}.get(year, "year")


def _clauses_that_count(tokens: Sequence[Token]) -> list[int]:
    """Positions of the tokens of clauses that have a number or a word for none.

    Each clause keeps the ends on both sides; no pattern reaches over an end.
    """
    kept: dict[int, None] = {}
    first = 0
    kinds = [token.kind for token in tokens]
    for last in range(1, len(kinds)):
        if kinds[last] == "end":
            if not _COUNTS.isdisjoint(kinds[first:last]):
                kept |= dict.fromkeys(range(first, last + 1))
            first = last
    return list(kept)


def _token_pattern(slots: Sequence[Slot]) -> list[dict[str, object]]:
    return [{"TAG": {"IN": list(slot.kinds)}, "OP": slot.often} for slot in slots]
