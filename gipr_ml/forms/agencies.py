"""Which names mean one agency: spellings as data, renamings from a user's file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from gipr_ml.errors import FormsError
from gipr_ml.forms.files import FOLDER, Strict, read_file
from gipr_ml.text import compact

FILE = FOLDER / "agencies.toml"
_BRACKETS = re.compile(r"[(\[{〔【《<][^)\]}〕】》>]*[)\]}〕】》>]")


class _Spellings(Strict):
    dropped: tuple[str, ...]
    province: tuple[str, ...]
    city: tuple[str, ...]
    county: tuple[str, ...]
    short: dict[str, str]


class _Renamings(Strict):
    renamed: dict[str, str]


def normalised(name: str) -> str:
    """The name in the one spelling that names are compared in."""
    spellings = _spellings()
    text = compact(name)
    text = _BRACKETS.sub("", text) or text
    for words in spellings.dropped:
        text = text.removesuffix(words) or text
    for words, short in spellings.short.items():
        text = text.replace(words, short)
    return text


def same_agencies(names: Iterable[str], renamed: Mapping[str, str] | None = None) -> dict[str, str]:
    """Each of `names` with the name that its agency goes by here, the same for all of its names.

    `renamed` gives today's name of agencies that had another, as `read_renamings` reads it. A name
    without its province or city is that of the one agency of the same name with it; where two
    cities have such an agency it stays apart.
    """
    renamed = renamed or {}
    every = [*names, *renamed.keys(), *renamed.values()]
    spelled = {name: normalised(name) for name in dict.fromkeys(every)}
    longer: dict[str, set[str]] = {}
    for full in set(spelled.values()):
        for part in _without_places(full):
            longer.setdefault(part, set()).add(full)
    agency: dict[str, str] = {}
    for name in sorted(set(spelled.values()), key=len, reverse=True):
        known = {agency[full] for full in longer.get(name, ())}
        agency[name] = known.pop() if len(known) == 1 else name
    today = {agency[spelled[old]]: agency[spelled[new]] for old, new in renamed.items()}
    return {name: _latest(agency[text], today) for name, text in spelled.items()}


def read_renamings(path: Path) -> Mapping[str, str]:
    """The renamings in a user's file. Raises `FormsError` with what is wrong in it."""
    renamed = read_file(path, _Renamings).renamed
    today = {normalised(old): normalised(new) for old, new in renamed.items()}
    for name in today:
        if _latest(name, today) in today:
            raise FormsError(f"{path.name}: the renamings of {name} lead back to itself")
    return renamed


def _latest(name: str, today: Mapping[str, str]) -> str:
    """The last name of an agency that may have been renamed several times."""
    for _ in today:
        if name not in today:
            break
        name = today[name]
    return name


def _without_places(name: str) -> Iterator[str]:
    """The name without its province, and without its city where a county follows."""
    province, city = _places()
    for pattern in (province, city):
        found = pattern.match(name)
        if found:
            name = name[found.end() :]
            yield name


@cache
def _places() -> tuple[re.Pattern[str], re.Pattern[str]]:
    spellings = _spellings()
    province, city, county = (
        "|".join(map(re.escape, ends))
        for ends in (spellings.province, spellings.city, spellings.county)
    )
    return (
        re.compile(rf"\w{{1,6}}?(?:{province})(?=\w{{2,}})"),
        re.compile(rf"\w{{1,6}}?(?:{city})(?!市)(?=\w{{1,6}}?(?:{county})\w{{2,}})"),
    )


@cache
def _spellings() -> _Spellings:
    return read_file(FILE, _Spellings)
