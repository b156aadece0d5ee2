"""Damage to the headers of tables; the values stay in their order."""

from __future__ import annotations

from random import Random

from gipr_ml.learning.synthesis.damage_labels import misread
from gipr_ml.learning.synthesis.paper import Paper, Row


def _headers(paper: Paper, name: str) -> list[Row]:
    return [row for row in paper.table(name).rows if row.role == "header"]


def missing(paper: Paper, rng: Random) -> set[str]:
    """The header of table 3 or of table 4 is gone."""
    table = paper.table(rng.choice(("t3", "t4")))
    table.rows = [row for row in table.rows if row.role != "header"]
    return set()


def illegible(paper: Paper, rng: Random) -> set[str]:
    """Most characters of the headers of tables 3 and 4 are misread."""
    for name in ("t3", "t4"):
        for row in _headers(paper, name):
            for head in row.heads:
                head.text = misread(head.text, 0.6, rng)
    return set()


def total_twice(paper: Paper, _rng: Random) -> set[str]:
    """总计 twice in the header of table 3, 其他 not at all."""
    for row in _headers(paper, "t3"):
        for head in row.heads:
            if head.text == "其他":
                head.text = "总计"
    return set()


def cut(paper: Paper, rng: Random) -> set[str]:
    """The second line of the header cells of table 2 is lost."""
    size = rng.choice((3, 4))
    for row in _headers(paper, "t2"):
        for head in row.heads[1:]:
            head.text = head.text[:size]
    return set()


def instructions(paper: Paper, rng: Random) -> set[str]:
    """Directions for filling in, with numbers, inside header cells of table 2."""
    hints = ("（减用负值表示，如-8）", "（没有填0）", "（截至12月31日）", "（单位：件，如10）")
    for row in _headers(paper, "t2"):
        for head in row.heads[1:]:
            if rng.random() < 0.5:
                head.text += rng.choice(hints)
    return set()
