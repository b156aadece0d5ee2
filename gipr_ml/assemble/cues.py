"""What a piece of text says of the part of the report that it stands in.

The official headings, headers and labels come again in every report, so what was found out about a
text is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz, process

from gipr_ml.forms import Forms
from gipr_ml.match import Matcher, normalise, split_mark

STATES = ("overview", "t2", "t3", "t4", "problems")
"""The parts of a report in the order in which they stand."""
HEADING = 5.0
"""Weight of a section heading; one row label weighs at most 1.5, one header word at most 1.2."""
ROW, HEADER = 1.5, 1.2
HEADING_RATIO, HEADER_RATIO, CUT_RATIO = 0.72, 0.7, 0.9
LONGEST_CUT = 8
"""Characters of a header word that narrow cells cut in two."""
SECTION_STATES = {"other_matters": "problems"}
REMEMBERED = 20_000
"""Texts of which is kept what they say."""


class Cue(NamedTuple):
    """That a text belongs into a part of the report, and how well it fits there."""

    state: int
    """Place in `STATES`."""
    weight: float


class CueWords:
    """The words of the official report that tell its parts apart."""

    def __init__(self, forms: Forms, matcher: Matcher) -> None:
        headings = [
            (normalise(text), STATES.index(SECTION_STATES.get(section.key, section.key)))
            for section in forms.sections
            for text in section.spellings
        ]
        words = [(word, STATES.index(table)) for word, table in _header_words(forms).items()]
        self._matcher = matcher
        self._headings = _Known(lambda texts: _heading_cues(texts, headings))
        self._whole = _Known(
            lambda texts: _best(list(map(normalise, texts)), words, HEADER, HEADER_RATIO)
        )
        self._cut = _Known(lambda pairs: _best(pairs, words, HEADER, CUT_RATIO))
        self._rows = _Known(self._row_cues)

    def headings(self, texts: Sequence[str]) -> list[Cue | None]:
        """Which of the texts are section headings."""
        return self._headings.of(texts)

    def headers(self, texts: Sequence[str]) -> list[Cue | None]:
        """Which of the texts are words of table headers, whole or cut into two pieces."""
        plain = [*map(normalise, texts), ""]
        pairs = [a + b if len(a + b) <= LONGEST_CUT else "" for a, b in pairwise(plain)]
        whole = self._whole.of(texts)
        cut = self._cut.of([pair for pair, cue in zip(pairs, whole, strict=True) if cue is None])
        rest = iter(cut)
        return [next(rest) if cue is None else cue for cue in whole]

    def rows(self, texts: Sequence[str]) -> list[Cue]:
        """What the texts weigh as labels of rows."""
        return [cue for cue in self._rows.of(texts) if cue is not None]

    def _row_cues(self, texts: Sequence[str]) -> list[Cue | None]:
        found: list[Cue | None] = []
        for text, scores in zip(texts, self._matcher.scores(texts).mean(axis=0), strict=True):
            best = int(np.argmax(scores))
            table = self._matcher.categories.keys[best].split("/")[0]
            # 其他 and 总计 stand in other tables too.
            length = min(1.0, (len(normalise(text)) - 1) / 4)
            weight = ROW * length * max(0.0, float(scores[best]) - 0.3)
            found.append(Cue(STATES.index(table), weight))
        return found


@lru_cache(maxsize=4)
def cue_words(forms: Forms, matcher: Matcher) -> CueWords:
    """The words of these forms, with all that is remembered of texts."""
    return CueWords(forms, matcher)


class _Known:
    """What a function of many texts says of each, remembered."""

    def __init__(self, ask: Callable[[Sequence[str]], list[Cue | None]]) -> None:
        self._ask = ask
        self._known: dict[str, Cue | None] = {}

    def of(self, texts: Sequence[str]) -> list[Cue | None]:
        known = self._known
        unknown = [text for text in dict.fromkeys(texts) if text not in known]
        if len(known) + len(unknown) > REMEMBERED:
            known.clear()
            unknown = list(dict.fromkeys(texts))
        if unknown:
            known.update(zip(unknown, self._ask(unknown), strict=True))
        return [known[text] for text in texts]


def _heading_cues(texts: Sequence[str], headings: list[tuple[str, int]]) -> list[Cue | None]:
    bare = [split_mark(normalise(text).lstrip("#*"))[1] for text in texts]
    return _best(bare, headings, HEADING, HEADING_RATIO)


def _best(
    texts: Sequence[str], words: Sequence[tuple[str, int]], weight: float, floor: float
) -> list[Cue | None]:
    """The word that each text resembles most, where it resembles it well."""
    ratios = process.cdist(texts, [word for word, _ in words], scorer=fuzz.ratio) / 100
    best = ratios.argmax(axis=1)
    highest = ratios[np.arange(len(texts)), best]
    return [
        Cue(words[place][1], weight * ratio) if sure and text else None
        for text, place, ratio, sure in zip(
            texts, best.tolist(), highest.tolist(), (highest >= floor).tolist(), strict=True
        )
    ]


def _header_words(forms: Forms) -> dict[str, str]:
    """Words that stand in the header of one table only, with that table."""
    tables: dict[str, set[str]] = {}
    for table in forms.tables.values():
        words = [*table.header_words, *([table.note] if table.note else [])]
        for row in table.rows:
            words += [*row.group, *([row.article] if row.article else [])]
            words += [name for column in row.columns for name in (column.label, *column.aliases)]
        for word in words:
            tables.setdefault(normalise(word), set()).add(table.table)
    return {word: next(iter(where)) for word, where in tables.items() if len(where) == 1}
