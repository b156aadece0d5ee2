"""Damage to the labels of rows; the figures and their places stay."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from random import Random

from gipr_ml.learning.synthesis.paper import Paper, Row


@cache
def confusable() -> tuple[Mapping[str, str], Sequence[str]]:
    """By character those that look like it, and the specks that get in between."""
    file = Path(__file__).parent / "confusions.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    alike: dict[str, str] = {}
    for group in data["groups"]:
        for character in group:
            alike[character] = alike.get(character, "") + group.replace(character, "")
    return alike, data["inserted"]


def misread(text: str, share: float, rng: Random) -> str:
    """The text with about `share` of its characters replaced, dropped or followed by a speck."""
    alike, specks = confusable()
    result = []
    for character in text:
        if rng.random() >= share or character.isdecimal():
            result.append(character)
            continue
        what = rng.random()
        if what < 0.6:
            result.append(rng.choice(alike.get(character, "亻口曰囗丬")))
        elif what < 0.85:
            continue
        else:
            result.append(character + rng.choice(specks))
    return "".join(result) or text


def scramble(share: float) -> Callable[[Paper, Random], set[str]]:
    """Misread characters in the labels of all three tables, group labels and headers."""

    def change(paper: Paper, rng: Random) -> set[str]:
        for table in paper.tables():
            groups: dict[str, str] = {}
            for row in table.rows:
                row.label = misread(row.label, share, rng)
                for head in row.heads:
                    head.text = misread(head.text, share / 2, rng)
                for group in row.groups:
                    groups.setdefault(group, misread(group, share, rng))
                row.groups = tuple(groups[group] for group in row.groups)
        return set()

    return change


def labelled(paper: Paper) -> list[Row]:
    """The rows of all tables that carry a label and values."""
    return [row for table in paper.tables() for row in table.body() if row.label]


def wrap(paper: Paper, rng: Random) -> set[str]:
    """Labels over two to four lines, before, beside or around their values."""
    place = rng.choice(("same", "same", "above", "around"))
    for row in labelled(paper):
        if len(row.label) > 8 and rng.random() < 0.7:
            count = min(4, 2 + len(row.label) // 14)
            size = -(-len(row.label) // count)
            row.parts = [row.label[i : i + size] for i in range(0, len(row.label), size)]
            row.place = place  # type: ignore[assignment]
    return set()


def marks_apart(paper: Paper, _rng: Random) -> set[str]:
    """Item numbers in cells of their own."""
    for row in labelled(paper):
        row.mark_apart = bool(row.mark)
    return set()


def after_values(paper: Paper, rng: Random) -> set[str]:
    """Some labels on a line below their values."""
    for row in labelled(paper):
        if rng.random() < 0.3:
            row.place = "below"
    return set()


def spaced(paper: Paper, rng: Random) -> set[str]:
    """Stray spaces inside labels and headers, as justified text leaves them."""
    share = rng.choice((0.1, 0.3))
    for table in paper.tables():
        for row in table.rows:
            row.label = _with_spaces(row.label, share, rng)
            for head in row.heads:
                head.text = _with_spaces(head.text, share, rng)
    return set()


def _with_spaces(text: str, share: float, rng: Random) -> str:
    return "".join(c + (" " if rng.random() < share else "") for c in text).strip()


def glue(paper: Paper, rng: Random) -> set[str]:
    """Two neighbouring labels of table 3 in one cell, their values on the next two lines."""
    rows = paper.table("t3").rows
    pairs = [n for n in range(len(rows) - 1) if _same_group(rows[n], rows[n + 1])]
    chosen: list[int] = []
    for place in rng.sample(pairs, 2):
        if all(abs(place - other) > 2 for other in chosen):
            chosen.append(place)
    for place in chosen:
        rows[place].label += rows[place + 1].label
        rows[place].place = "above"
        rows[place + 1].label = ""
    return set()


def _same_group(one: Row, other: Row) -> bool:
    return bool(one.values and other.values and one.groups == other.groups)


def cut_group(paper: Paper, rng: Random) -> set[str]:
    """The label of a group of table 3 cut by a page: 三、本年度办理结 above, 果 below."""
    rows = paper.table("t3").rows
    inside = [n for n, row in enumerate(rows) if row.groups]
    cut = rng.choice(inside[2:-2])
    whole = rows[cut].groups[0]
    size = rng.randint(len(whole) - 4, len(whole) - 1)
    for number in inside:
        row = rows[number]
        row.groups = (whole[:size] if number < cut else whole[size:], *row.groups[1:])
    page = Row("furniture", f"- {rng.randint(2, 6)} -")
    header = [deepcopy(row) for row in rows if row.role == "header"]
    rows[cut:cut] = [page, *header] if rng.random() < 0.5 else [page]
    return set()


def cut_row(paper: Paper, rng: Random) -> set[str]:
    """A page break inside the label of a row; the values stand on the page before or after."""
    rows = paper.table("t3").rows
    place = rng.choice([n for n, row in enumerate(rows) if row.values and len(row.label) > 6])
    row = rows[place]
    size = rng.randint(3, len(row.label) - 2)
    first, second = row.label[:size], row.label[size:]
    page = Row("furniture", f"- {rng.randint(2, 6)} -")
    rest = Row("category", groups=row.groups)
    if rng.random() < 0.5:
        row.label, rest.label = first, second
        rows[place + 1 : place + 1] = [page, rest]
    else:
        row.label, rest.label = second, first
        rows[place:place] = [rest, page]
    return set()
