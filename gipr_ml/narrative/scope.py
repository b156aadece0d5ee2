"""Whose figures a sentence tells: the report's own body, a part of it, or a whole area."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from gipr_ml.forms.narrative import ScopeWords
from gipr_ml.narrative.tokens import YEARS, Token

_NAME = re.compile(r"[一-鿿]+$")
_JOINED = re.compile(r"[和及与]|其中|年度|全年|对|向|由")


@dataclass(frozen=True, slots=True)
class Body:
    """Who reports on which year, as far as the document says."""

    name: str = ""
    year: int | None = None

    def is_called(self, name: str) -> bool:
        """Whether `name` may be short for the body: its characters stand in the name in order."""
        rest = iter(self.name)
        return all(character in rest for character in name)


def scope_at(tokens: Sequence[Token], position: int, body: Body, words: ScopeWords) -> str:
    """Words before `position` that make the number count others than the body, or ""."""
    scope = ""
    wide_here = False
    for i, token in enumerate(tokens[:position]):
        if token.kind == "end":
            wide_here = False
        elif token.kind == "scope":
            wide_here = wide_here or token.text in words.wide
            of_it = token.text in words.own and tokens[i - 1].text in words.narrow
            if not of_it and not (token.text in words.narrow and wide_here):
                scope = _of_word(token.text, body, words)
        elif token.kind in ("receive", "finish", "handle", "make", "outcome"):
            name = _name_before(tokens, i, words)
            if name and body.name:
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
    while before and before[0].kind in ("light", "total", *YEARS):
        before.pop(0)
    if not before or before[0].kind != "x":
        return ""
    nearest = list(takewhile(lambda token: token.kind not in YEARS, before))
    text = "".join(token.text for token in reversed(nearest))
    run = _NAME.search(text)
    name = _JOINED.split(run[0])[-1] if run else ""
    return name if len(name) > 1 and name.endswith(words.bodies) else ""
