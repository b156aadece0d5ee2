"""Damage to values: lost, changed, misread."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from gipr_ml.learning.synthesis.ambiguity import row_of_six
from gipr_ml.learning.synthesis.paper import Paper, Row


def _body(paper: Paper) -> list[Row]:
    return [row for row in paper.table("t3").body() if len(row.values) == 7]


def _busy(rng: Random, rows: list[Row]) -> Row:
    """A row, more often one that holds more than zeros."""
    busy = [row for row in rows if any(value.number for value in row.values)]
    return rng.choice(busy if busy and rng.random() < 0.75 else rows)


def lose_total(paper: Paper, rng: Random) -> set[str]:
    """One or two rows of table 3 lose their last cell."""
    unsure: set[str] = set()
    for row in {
        id(r): r for r in (_busy(rng, _body(paper)) for _ in range(rng.randint(1, 2)))
    }.values():
        unsure |= _lose(row, 6)
    return unsure


def lose_cell(paper: Paper, rng: Random) -> set[str]:
    """A row of table 3 loses a cell that is not its last."""
    row = _busy(rng, _body(paper))
    return _lose(row, rng.randrange(6))


def _lose(row: Row, place: int) -> set[str]:
    keys = [value.key for value in row.values]
    del row.values[place]
    numbers = [value.number for value in row.values]
    if None in numbers:
        return set()
    doubtful = row_of_six([n for n in numbers if n is not None], 7, _row_may_hold)
    return {key for number, key in enumerate(keys) if key and number in doubtful}


def _row_may_hold(row: object) -> bool:
    cells = list(row) if isinstance(row, list) else []
    rest = sum((c for c in cells[:6] if c is not None), Decimal(0))
    if cells[6] is None:
        return True
    missing = cells[6] - rest
    return missing >= 0 if None in cells else missing == 0


def change_digit(paper: Paper, rng: Random) -> set[str]:
    """A digit of a number in table 3 or 4 is another one; gold is what is printed."""
    values = [
        value
        for name in ("t3", "t3", "t4")
        for row in paper.table(name).body()
        for value in row.values
        if value.number is not None and value.text.isdecimal()
    ]
    busy = [value for value in values if value.number] or values
    value = rng.choice(busy)
    place = rng.randrange(len(value.text))
    first = place == 0 and len(value.text) > 1
    others = [d for d in "0123456789" if d != value.text[place] and not (first and d == "0")]
    value.text = value.text[:place] + rng.choice(others) + value.text[place + 1 :]
    value.number = Decimal(value.text)
    return set()
