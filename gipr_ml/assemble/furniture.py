"""Page numbers, running heads and feet: lines of a page that belong to no table.

They stand at the edges of pages, also in the middle of a table that runs over several, and come
again with other digits on other pages: `2024-01-17 16:40 …年度报告`, `https://… 3/5`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache

from gipr_ml.assemble.numbers import clean
from gipr_ml.types import Line

EDGE = 2
"""Lines at the head and at the foot of a page among which its furniture is."""
_PAGE_NUMBER = re.compile(
    r"[\-—–－·~]+\s*\d{1,4}\s*[\-—–－·~]+"
    r"|第?\s*\d{1,4}\s*页?\s*[/／,，]?\s*共\s*\d{1,4}\s*页?|第\s*\d{1,4}\s*页"
    r"|\d{1,3}\s*[/／]\s*\d{1,3}|(?:page|p\.?)\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_WORDS = re.compile(r"[^\W\d_]{2}|://|:\d\d")
_NEVER_FIRST = frozenset("(（")
_LONGEST = 100
"""Characters of a line that is remembered."""
_COLUMNS = 4
"""Cells from which a line may be a row of a table without rules."""


def furniture(lines: Sequence[Line]) -> set[int]:
    """Numbers of the lines that are page numbers, or heads and feet that come on several pages."""
    found = {
        line.number for line in lines if _may_be_page_number(line) and _is_page_number(line.text)
    }
    if all(line.page is None for line in lines):
        return found
    found |= _repeated(lines)
    return found | _bare_page_numbers([line for line in lines if line.number not in found])


def _may_be_page_number(line: Line) -> bool:
    """Whether the first character, which NFKC leaves as it is, may begin a page number: most lines
    of a table begin with a Chinese character or a bracket."""
    first = line.cells[0].text[:1] if line.cells else ""
    return first == "第" or not ("一" <= first <= "龥" or first in _NEVER_FIRST)


def _is_page_number(text: str) -> bool:
    return _matches(text) if len(text) <= _LONGEST else _matches.__wrapped__(text)


@lru_cache(maxsize=8192)
def _matches(text: str) -> bool:
    return _PAGE_NUMBER.fullmatch(clean(text.replace("\t", " "))) is not None


def _bare_page_numbers(lines: Sequence[Line]) -> set[int]:
    """Of lines without heads and feet, those that end a page and hold nothing but its number, as
    it is or counted from elsewhere."""
    last = {line.page: line for line in lines if line.page is not None}
    found = {
        page: int(line.text)
        for page, line in last.items()
        if line.borders == "none" and re.fullmatch(r"[1-9]\d{0,2}", line.text)
    }
    offsets = Counter(number - page for page, number in found.items())
    return {
        last[page].number
        for page, number in found.items()
        if number == page or offsets[number - page] > 1
    }


def _repeated(lines: Sequence[Line]) -> set[int]:
    """Lines at the edges of pages that stand on another page too, but for their digits."""
    pages: dict[str, set[int]] = defaultdict(set)
    edges = list(_edges(lines))
    for line in edges:
        pages[_masked(line)].add(line.page or 0)
    return {line.number for line in edges if len(pages[_masked(line)]) > 1}


def _edges(lines: Sequence[Line]) -> Iterator[Line]:
    by_page: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        if line.page is not None:
            by_page[line.page].append(line)
    for own in by_page.values():
        for line in {line.number: line for line in (*own[:EDGE], *own[-EDGE:])}.values():
            words = _WORDS.search(line.text) and any(c.isdigit() for c in line.text)
            if line.borders != "explicit" and words and len(line.cells) < _COLUMNS:
                yield line


def _masked(line: Line) -> str:
    return _DIGITS.sub("0", "".join(line.text.split()))
