"""Whose figures a sentence tells: the report's own body, a part of it, or a whole area."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from gipr_ml.forms import load_forms
from gipr_ml.forms.narrative import ScopeWords
from gipr_ml.narrative.tokens import Token
from gipr_ml.types import LabelledLine

_TITLE_WITHIN = 40
"""Lines from the top among which the title is looked for."""
_YEAR = re.compile(r"(20\d\d)年")
_NAME = re.compile(r"[一-鿿]+$")
_JOINED = re.compile(r"[和及与]|其中|年度|全年|对|向|由")


@dataclass(frozen=True, slots=True)
class Body:
    """Who reports, as the title says."""

    name: str = ""
    year: int | None = None

    def is_called(self, name: str) -> bool:
        """Whether `name` may be short for the body: its characters stand in the name in order."""
        rest = iter(self.name)
        return all(character in rest for character in name)


def body_of(lines: Sequence[LabelledLine]) -> Body:
    """The body and the year in the title, or nothing known where there is no title."""
    words = load_forms().title_words
    before = ""
    for labelled in lines[:_TITLE_WITHIN]:
        text = "".join(labelled.line.text.split())
        if any(word in text for word in words):
            head = text[: min(text.find(word) for word in words if word in text)]
            year = _YEAR.search(head)
            name = head[: year.start()] + head[year.end() :] if year else head
            return Body(before + name, int(year[1]) if year else None)
        before = text if len(text) < 30 else ""
    return Body()


def scope_at(tokens: Sequence[Token], position: int, body: Body, words: ScopeWords) -> str:
    """Words before `position` that make the number count others than the body, or ""."""
    scope = ""
    wide_here = False
    for i, token in enumerate(tokens[:position]):
        if token.kind == "end":
            wide_here = False
        elif token.kind == "scope":
            wide_here = wide_here or token.text in words.wide
            if not (token.text in words.narrow and wide_here):
                scope = _of_word(token.text, body, words)
        elif token.kind in ("receive", "finish", "handle"):
            name = _name_before(tokens, i, words)
            if name:
                scope = "" if body.is_called(name) else name
    return scope


def _of_word(word: str, body: Body, words: ScopeWords) -> str:
    if word in words.narrow:
        return word
    if word in words.wide:
        return word if body.name.endswith(words.bodies) else ""
    if word in words.self:
        return word if body.name and word[-1] not in body.name else ""
    return ""


def _name_before(tokens: Sequence[Token], position: int, words: ScopeWords) -> str:
    """The name of a body that is the subject of the verb at `position`, or ""."""
    before = list(
        takewhile(lambda t: t.kind not in ("end", "and", "NUM"), reversed(tokens[:position]))
    )
    while before and before[0].kind in ("light", "year"):
        before.pop(0)
    if not before or before[0].kind != "x":
        return ""
    text = "".join(token.text for token in reversed(before))
    run = _NAME.search(text)
    name = _JOINED.split(run[0])[-1] if run else ""
    return name if len(name) > 1 and _ends_as_body(name, words.bodies) else ""


@cache
def _ends_as_body(name: str, bodies: tuple[str, ...]) -> bool:
    return name.endswith(bodies)
