"""Rules between the reports of one agency for two years, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import Field

from gipr_ml.forms.files import FOLDER, Strict, read_file
from gipr_ml.forms.model import Rule
from gipr_ml.types import Severity

FILE = FOLDER / "years.toml"


class _Entry(Strict):
    id: str = Field(pattern=r"^years\.[a-z_]+$")
    each: tuple[str, ...] = Field(min_length=1)
    last: dict[str, int] = Field(min_length=1)
    this: dict[str, int] = Field(min_length=1)
    total: str
    severity: Severity
    zh: str
    en: str
    source: str


class _File(Strict):
    rule: tuple[_Entry, ...]


@dataclass(frozen=True)
class YearIdentity(Rule):
    """Coefficients times the cells of last year and of this year add up to 0."""

    last: Mapping[str, int]
    this: Mapping[str, int]
    total: str
    """The cell of this year that the others are compared with."""


@cache
def load_year_rules(path: Path = FILE) -> tuple[YearIdentity, ...]:
    """The rules, once for each of the cells they are for. Raises `FormsError` with every fault."""
    return tuple(
        YearIdentity(
            entry.id,
            entry.severity,
            entry.zh,
            entry.en,
            entry.source,
            {key.format(x=x): n for key, n in entry.last.items()},
            {key.format(x=x): n for key, n in entry.this.items()},
            entry.total.format(x=x),
        )
        for entry in read_file(path, _File).rule
        for x in entry.each
    )
