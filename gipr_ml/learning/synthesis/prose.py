"""The words around the tables: titles, sections, sentences that restate figures, furniture."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from gipr_ml.forms import load_forms
from gipr_ml.learning.synthesis.figures import Figures
from gipr_ml.learning.synthesis.paper import Prose

NUMERALS = "零一二三四五六七八九"
SECTION_MARKS = "一二三四五六"
TABLE_SECTIONS = ("t2", "t3", "t4")


@cache
def words() -> Mapping[str, Any]:
    """The sentences and names in prose.toml."""
    return tomllib.loads((Path(__file__).parent / "prose.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Text:
    """The prose of a report, by the part that it stands in."""

    agency: str
    year: int
    before: tuple[Prose, ...]
    """Furniture, title, introduction and section one."""
    headings: Mapping[str, Prose]
    """Of the three table sections."""
    after: tuple[Prose, ...]
    """Sections five and six, furniture."""
    statements: tuple[dict[str, object], ...]


def write_text(rng: Random, figures: Figures) -> Text:
    """All prose of a report with these figures."""
    body = rng.choice(words()["bodies"])
    place = rng.choice(words()["provinces"]) + rng.choice(words()["places"])
    writer = _Writer(rng, place, place + body, words()["selves"].get(body, "我局"))
    headings = _headings(rng)
    statements = _statements(rng, writer, figures)
    return Text(
        writer.agency,
        writer.year,
        (
            *writer.furniture(0.3),
            Prose("title", writer.fill(rng.choice(words()["titles"])), 1),
            *writer.furniture(0.25),
            *writer.some("intro", 0, 2),
            headings["overview"],
            *_mixed(rng, writer.some("overview", 2, 7), statements),
        ),
        {key: headings[key] for key in TABLE_SECTIONS},
        (
            headings["problems"],
            *writer.some("problems", 1, 3),
            headings["other_matters"],
            *writer.some("other", 1, 2),
            *writer.furniture(0.3),
        ),
        tuple(entry for _, entries in statements for entry in entries),
    )


class _Writer:
    def __init__(self, rng: Random, place: str, agency: str, self_name: str) -> None:
        self.rng, self.place, self.agency, self.self_name = rng, place, agency, self_name
        self.year = rng.randint(2019, 2025)

    def fill(self, template: str, **more: str) -> str:
        """The template with its blanks filled; numbers that restate nothing are drawn anew."""
        day = f"{self.year + 1}-0{self.rng.randint(1, 3)}-{self.rng.randint(10, 28)}"
        return template.format(
            **{
                "y": self.year,
                "a": self.agency,
                "w": self.self_name,
                "p": self.place,
                "d": day,
                "n": self.rng.randint(11, 999),
                "m": self.rng.randint(2, 9),
            }
            | more
        )

    def some(self, part: str, fewest: int, most: int) -> list[Prose]:
        """Some paragraphs of a part, in the order of the file."""
        sentences: Sequence[str] = words()[part]
        count = min(len(sentences), self.rng.randint(fewest, most))
        chosen = sorted(self.rng.sample(range(len(sentences)), count))
        return [Prose("narrative", self.fill(sentences[number])) for number in chosen]

    def furniture(self, probability: float) -> list[Prose]:
        """What a website prints around a report, sometimes."""
        lines: list[Prose] = []
        while self.rng.random() < probability:
            lines.append(Prose("furniture", self.fill(self.rng.choice(words()["furniture"]))))
        return lines


def _headings(rng: Random) -> dict[str, Prose]:
    """The six section headings; other spellings, now and then another or no number."""
    style = rng.choices(
        ("{m}、{t}", "{m}、 {t}", "{m}．{t}", "{t}", "（{m}）{t}"), (80, 6, 4, 6, 4)
    )[0]
    headings = {}
    for mark, section in zip(SECTION_MARKS, load_forms().sections, strict=True):
        spelling = section.spellings[0] if rng.random() < 0.75 else rng.choice(section.spellings)
        headings[section.key] = Prose("section", style.format(m=mark, t=spelling), 2)
    return headings


def _statements(
    rng: Random, writer: _Writer, figures: Figures
) -> list[tuple[Prose, list[dict[str, object]]]]:
    """Sentences that restate cells of these figures, with their gold entries."""
    unit, documents = rng.choice(("件", "件", "件", "宗")), rng.choice(("件", "件", "份", "项"))
    chosen = []
    for statement in words()["statement"]:
        keys = [key.strip() for key in statement["restates"].split("+")]
        if rng.random() > 0.22 or any(key not in figures.values for key in keys):
            continue
        value = sum((figures.values[key] for key in keys), Decimal(0))
        shown = chinese(int(value)) if value < 100 and rng.random() < 0.08 else str(value)
        if rng.random() < 0.25:
            shown = f" {shown} "
        text = writer.fill(statement["text"], v=shown, u=unit, d=documents)
        entry = {
            "quote": text.rstrip("。"),
            "value": int(value),
            "restates": " + ".join(keys),
        }
        chosen.append((Prose("narrative", text), [entry]))
    return chosen


def _mixed(
    rng: Random, paragraphs: list[Prose], statements: list[tuple[Prose, list[dict[str, object]]]]
) -> list[Prose]:
    """The statements in between or at the end of the paragraphs."""
    mixed = list(paragraphs)
    for prose, _ in statements:
        at = rng.randrange(len(mixed))
        if rng.random() < 0.5:
            mixed[at] = Prose("narrative", mixed[at].text + prose.text)
        else:
            mixed.insert(at + 1, prose)
    return mixed


def chinese(number: int) -> str:
    """A number below 100 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    if not tens:
        return NUMERALS[ones]
    return ("" if tens == 1 else NUMERALS[tens]) + "十" + (NUMERALS[ones] if ones else "")
