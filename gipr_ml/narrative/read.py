"""Read the statements of a report's prose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from gipr_ml.forms.narrative import load_narrative
from gipr_ml.narrative.extract import Context, Extractor
from gipr_ml.narrative.paragraphs import paragraphs, sentences
from gipr_ml.narrative.scope import Body
from gipr_ml.narrative.tokens import Tokenizer
from gipr_ml.types import LabelledLine, Statement


def read_narrative(
    lines: Sequence[LabelledLine], agency: str | None = None, year: int | None = None
) -> tuple[Statement, ...]:
    """The numbers of the prose that restate cells, in reading order.

    Approximations, ranges, other years, percentages and numbers of other matters give no statement:
    rather one missed than one wrong. Where the words speak of other bodies than the report's, the
    statement carries them as its scope. `agency` and `year` say who reports on which year; without
    them no body's name and no year is taken for another's.
    """
    narrative = load_narrative()
    extractor = Extractor(narrative, _tokenizer(), Body(agency or "", year))
    return tuple(_statements(lines, extractor))


def _statements(lines: Sequence[LabelledLine], extractor: Extractor) -> Iterator[Statement]:
    worth = _worth_reading()
    section = ""
    for paragraph in paragraphs(lines):
        if paragraph.head:
            section = paragraph.text
            continue
        if not worth.search(paragraph.text):
            continue
        context = Context(section)
        for start, end in sentences(paragraph.text):
            if worth.search(paragraph.text, start, end):
                yield from extractor.read(paragraph, start, end, context)
            else:
                context.pass_over(paragraph.text[start:end])


@cache
def _tokenizer() -> Tokenizer:
    return Tokenizer(load_narrative())


@cache
def _worth_reading() -> re.Pattern[str]:
    """Finds text that has a number with a unit, or a word for none, and speaks of our matters."""
    file = load_narrative().file
    anchors = "|".join(map(re.escape, file.anchors))
    zeros = "|".join(
        re.escape(word) for kind in ("none", "nothing", "zero") for word in file.words[kind]
    )
    counted = f"[0-9零一二两三四五六七八九十百千](?:万?元|[{''.join(file.count.units)}])|{zeros}"
    return re.compile(f"(?:{counted})[^。]*?(?:{anchors})|(?:{anchors})[^。]*?(?:{counted})")
