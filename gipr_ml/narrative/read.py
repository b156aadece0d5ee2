"""Read the statements of a report's prose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from gipr_ml.forms.narrative import load_narrative
from gipr_ml.narrative.context import Context
from gipr_ml.narrative.extract import Extractor
from gipr_ml.narrative.numbers import NUMERALS
from gipr_ml.narrative.paragraphs import paragraphs, sentences
from gipr_ml.narrative.scope import Body
from gipr_ml.narrative.tokens import Tokenizer
from gipr_ml.types import LabelledLine, Statement

LONGEST = 3_000
"""Characters of a sentence that is read. The longest of real reports has some 400; what each of its
numbers means is looked for in all of it."""


def read_narrative(
    lines: Sequence[LabelledLine], agency: str | None = None, year: int | None = None
) -> tuple[Statement, ...]:
    """The numbers of the prose that restate cells, in reading order.

    Each says how it is meant: exactly or about, as a share, as a change against the year before.
    Numbers of other years and of other matters give no statement: rather one missed than one wrong.
    Where the words speak of other bodies than the report's, the statement carries them as its
    scope. `agency` and `year` say who reports on which year; without them no body's name and no
    year is taken for another's.
    """
    narrative = load_narrative()
    extractor = Extractor(narrative, _tokenizer(), Body(agency or "", year))
    return tuple(_statements(lines, extractor))


def _statements(lines: Sequence[LabelledLine], extractor: Extractor) -> Iterator[Statement]:
    counted, anchored = _counted(), _anchored()
    section = ""
    for paragraph in paragraphs(lines):
        text = paragraph.text
        if paragraph.head:
            section = text
        elif counted.search(text) and anchored.search(text):
            context = Context(section)
            for start, end in sentences(text):
                if end - start > LONGEST:
                    context.pass_over(text[start : start + LONGEST])
                elif counted.search(text, start, end) and anchored.search(text, start, end):
                    yield from extractor.read(paragraph, start, end, context)
                else:
                    context.pass_over(text[start:end])


@cache
def _tokenizer() -> Tokenizer:
    return Tokenizer(load_narrative())


@cache
def _counted() -> re.Pattern[str]:
    """Finds a number with a unit, or a word for none."""
    narrative = load_narrative()
    words = narrative.file.words
    zeros = (w for kind in ("none", "nothing", "zero") for w in words[kind])
    count = narrative.file.count
    units = "".join({unit[0] for unit in count.units})
    chinese = f"(?<![第{NUMERALS}万])[{NUMERALS}][{NUMERALS}万]*"
    rounded = "".join(word[0] for word in (*count.inner.about, *count.inner.at_least))
    number = f"(?:[0-9０-９][{rounded}]?|{chinese})(?:[万亿元%％、和{units}])"
    nil = [word for word, kind in narrative.kinds.items() if kind == "nil"]
    return re.compile(
        "|".join([number, "百分之", *nil, *(_alone(word, narrative.kinds) for word in zeros)])
    )


@cache
def _anchored() -> re.Pattern[str]:
    """Finds a word of the matters that the tables count."""
    return re.compile("|".join(map(re.escape, load_narrative().file.anchors)))


def _alone(word: str, words: Iterable[str]) -> str:
    """Finds `word` where no longer word begins with it: 无, but not in 无法提供."""
    longer = [
        re.escape(other[len(word) :]) for other in words if other != word and other.startswith(word)
    ]
    return re.escape(word) + (f"(?!{'|'.join(longer)})" if longer else "")
