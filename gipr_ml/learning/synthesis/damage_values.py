"""Damage to values: lost, blank, one too many, misread, with notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random

from gipr_ml.learning.synthesis.ambiguity import lost_in_row, surplus_in_row
from gipr_ml.learning.synthesis.paper import OUTSIDE, Paper, Row, Value

WIDTH = 7
"""Cells in a row of table 3."""
LETTERS = {"0": "OoO〇", "1": "lI"}
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def _body(paper: Paper) -> list[Row]:
    return [row for row in paper.table("t3").body() if len(row.values) == WIDTH]


def _busy(rng: Random, rows: list[Row]) -> Row:
    """A row, more often one that holds more than zeros."""
    busy = [row for row in rows if any(value.number for value in row.values)]
    return rng.choice(busy if busy and rng.random() < 0.75 else rows)


def _numbers(row: Row) -> list[Decimal]:
    return [value.number or Decimal(0) for value in row.values]


def row_adds_up(row: Sequence[Decimal]) -> bool:
    """Whether the last cell is the sum of the others."""
    return sum(row[:-1], Decimal(0)) == row[-1]


def blocks_add_up(row: Sequence[Decimal]) -> bool:
    """Whether each five cells of table 4 do."""
    return all(row_adds_up(row[start : start + 5]) for start in (0, 5, 10))


def _fits_table(paper: Paper, own: Row) -> Callable[[Sequence[Decimal]], bool]:
    """Whether a row in place of `own` adds up, and the columns of table 3 with it."""
    others = {row.key: _numbers(row) for row in _body(paper) if row is not own}

    def fits(numbers: Sequence[Decimal]) -> bool:
        rows = {**others, own.key: list(numbers)}
        for column in range(WIDTH):
            new, carried_in, carried_out, total = (rows[key][column] for key in OUTSIDE)
            results = sum((r[column] for key, r in rows.items() if key not in OUTSIDE), Decimal(0))
            if results != total or new + carried_in != carried_out + total:
                return False
        return row_adds_up(numbers)

    return fits


def _lose(row: Row, place: int, fits: Callable[[Sequence[Decimal]], bool]) -> set[str]:
    keys = [value.key for value in row.values]
    del row.values[place]
    doubtful = lost_in_row(_numbers(row), WIDTH, fits)
    return {key for number, key in enumerate(keys) if key and number in doubtful}


def lose_total(paper: Paper, rng: Random) -> set[str]:
    """One or two rows of table 3 lose their last cell."""
    first = _busy(rng, _body(paper))
    if rng.random() < 0.5:
        return _lose(first, WIDTH - 1, _fits_table(paper, first))
    second = rng.choice([row for row in _body(paper) if row is not first])
    return _lose(first, WIDTH - 1, row_adds_up) | _lose(second, WIDTH - 1, row_adds_up)


def lose_cell(paper: Paper, rng: Random) -> set[str]:
    """A row of table 3 loses a cell that is not its last."""
    row = _busy(rng, _body(paper))
    return _lose(row, rng.randrange(WIDTH - 1), _fits_table(paper, row))


def lose_total_column(paper: Paper, _rng: Random) -> set[str]:
    """The column 总计 of table 3 with its header."""
    table = paper.table("t3")
    for row in table.rows:
        row.heads = [head for head in row.heads if head.text != "总计"]
        if len(row.values) == WIDTH:
            row.values.pop()
    table.rows[0].heads[-1].columns = WIDTH - 1
    return set()


def swap_columns(paper: Paper, rng: Random) -> set[str]:
    """Two columns of organisations change places, header and values together."""
    one, other = rng.sample(range(1, WIDTH - 1), 2)
    table = paper.table("t3")
    heads = next(row.heads for row in table.rows if len(row.heads) == WIDTH - 2)
    heads[one - 1], heads[other - 1] = heads[other - 1], heads[one - 1]
    for row in _body(paper):
        row.values[one], row.values[other] = row.values[other], row.values[one]
    return set()


def blank_block(paper: Paper, rng: Random) -> set[str]:
    """One of the three blocks of table 4 is empty."""
    start = rng.choice((0, 0, 5, 10))
    for value in paper.table("t4").body()[0].values[start : start + 5]:
        value.text, value.number, value.state = "", None, "blank"
    return set()


def surplus_in_table4(paper: Paper, rng: Random) -> set[str]:
    """A sixteenth value in table 4."""
    row = paper.table("t4").body()[0]
    keys = [value.key for value in row.values]
    number = rng.choice((0, 0, 0, rng.randint(1, 9)))
    place = rng.choice((15, 15, rng.randrange(15)))
    row.values.insert(place, Value(str(number), None, None))
    printed = [Decimal(value.text) for value in row.values]
    doubtful = surplus_in_row(printed, 15, blocks_add_up)
    return {key for number, key in enumerate(keys) if key and number in doubtful}


def surplus_in_table3(paper: Paper, rng: Random) -> set[str]:
    """An eighth number in a row of table 3."""
    row = _busy(rng, _body(paper))
    keys = [value.key for value in row.values]
    row.values.insert(rng.randrange(WIDTH + 1), Value(str(rng.choice((0, 0, 1, 3))), None, None))
    printed = [Decimal(value.text) for value in row.values]
    doubtful = surplus_in_row(printed, WIDTH, _fits_table(paper, row))
    return {key for number, key in enumerate(keys) if key and number in doubtful}


def _zeros(paper: Paper, tables: Sequence[str]) -> list[Value]:
    values = [v for name in tables for row in paper.table(name).body() for v in row.values]
    return [value for value in values if value.number == 0]


def double_zeros(paper: Paper, rng: Random) -> set[str]:
    """Some zeros as 00."""
    for value in rng.sample(_zeros(paper, ("t3", "t4")), 3):
        value.text = "00"
    return set()


def dashes(paper: Paper, rng: Random) -> set[str]:
    """Strokes for zeros, here and there or throughout table 4: not applicable, not 0."""
    stroke = rng.choice(("/", "-", "—", "／"))
    if rng.random() < 0.5:
        values = _zeros(paper, ("t4",))
    else:
        zeros = _zeros(paper, ("t3", "t4"))
        values = rng.sample(zeros, min(len(zeros), rng.randint(2, 12)))
    for value in values:
        value.text, value.number, value.state = stroke, None, "not_applicable"
    return set()


def letters(paper: Paper, rng: Random) -> set[str]:
    """O, o, 〇, l, I in place of the digits they look like."""
    values = [v for v in _plain_values(paper) if set(v.text) & LETTERS.keys()]
    for value in rng.sample(values, min(len(values), rng.randint(1, 25))):
        value.text = "".join(rng.choice(LETTERS[d]) if d in LETTERS else d for d in value.text)
    return set()


def wide_digits(paper: Paper, _rng: Random) -> set[str]:
    """Full-width digits."""
    for value in paper.values():
        value.text = value.text.translate(WIDE)
    return set()


def notes(paper: Paper, rng: Random) -> set[str]:
    """Remarks behind a number, in its cell: 22（其中修订 16 件）."""
    rows = [row for row in paper.table("t2").body() if row.key == "normative_documents"]
    values = [value for row in rows for value in row.values if value.text.isdecimal()]
    for value in rng.sample(values, rng.randint(1, len(values))):
        part = rng.randint(0, int(value.text))
        remark = rng.choice(
            ("其中修订 {} 件", "含自然失效{}件", "其中{}件为联合发文", "含{}件续期")
        )
        value.text += f"（{remark.format(part)}）"
    return set()


def change_digit(paper: Paper, rng: Random) -> set[str]:
    """A digit of a number in table 3 or 4 is another one; gold is what is printed."""
    values = _plain_values(paper)
    value = rng.choice([value for value in values if value.number] or values)
    place = rng.randrange(len(value.text))
    first = place == 0 and len(value.text) > 1
    others = [d for d in "0123456789" if d != value.text[place] and not (first and d == "0")]
    value.text = value.text[:place] + rng.choice(others) + value.text[place + 1 :]
    value.number = Decimal(value.text)
    return set()


def _plain_values(paper: Paper) -> list[Value]:
    values = [v for name in ("t3", "t4") for row in paper.table(name).body() for v in row.values]
    return [value for value in values if value.text.isdecimal()]
