"""Damage to the rows of a table: lost, swapped, repeated, interrupted."""

from __future__ import annotations

from copy import deepcopy
from random import Random

from gipr_ml.learning.synthesis.paper import Paper, Row, Table


def _cuts(rng: Random, table: Table, most: int) -> list[int]:
    """Places between rows of values, from the last to the first."""
    places = [
        number
        for number in range(1, len(table.rows))
        if table.rows[number].values and table.rows[number - 1].values
    ]
    return sorted(rng.sample(places, min(len(places), rng.randint(1, most))), reverse=True)


def repeat_headers(paper: Paper, rng: Random) -> set[str]:
    """The header of table 3 again in mid-table, once or twice."""
    table = paper.table("t3")
    header = [row for row in table.rows if row.role == "header"]
    for place in _cuts(rng, table, 2):
        table.rows[place:place] = deepcopy(header)
    return set()


def page_numbers(paper: Paper, rng: Random) -> set[str]:
    """Page numbers and running heads between the rows of tables 2 and 3."""
    style = rng.choice(("- {} -", "-{}-", "第{}页", "— {} —", "{}"))
    page = rng.randint(2, 6)
    for name in ("t2", "t3"):
        table = paper.table(name)
        for place in _cuts(rng, table, 2):
            lines = [Row("furniture", style.format(page))]
            if rng.random() < 0.4:
                lines.append(Row("furniture", f"{paper.agency}{paper.year}年度报告"))
            table.rows[place:place] = lines
    return set()


def detail_rows(table: Table) -> list[int]:
    """Places of the rows of results in table 3."""
    outside = ("new_requests", "carried_in", "carried_out", "total_processed")
    return [n for n, row in enumerate(table.rows) if row.key and row.key not in outside]


def lose_row(paper: Paper, rng: Random) -> set[str]:
    """One row of results vanishes, label and values."""
    table = paper.table("t3")
    del table.rows[rng.choice(detail_rows(table))]
    return set()


def _adjacent(rng: Random, table: Table, differ: bool) -> int | None:
    """The first of two rows of results side by side in one group."""
    places = [
        a
        for a in detail_rows(table)
        if a + 1 < len(table.rows)
        and table.rows[a + 1].key
        and table.rows[a].groups == table.rows[a + 1].groups
        and (not differ or _numbers(table.rows[a]) != _numbers(table.rows[a + 1]))
    ]
    return rng.choice(places) if places else None


def _numbers(row: Row) -> list[object]:
    return [value.number for value in row.values]


def swap_rows(paper: Paper, rng: Random) -> set[str]:
    """Two adjacent rows of one group change places, label and values together."""
    rows = paper.table("t3").rows
    place = _adjacent(rng, paper.table("t3"), differ=True)
    if place is None:
        place = _adjacent(rng, paper.table("t3"), differ=False)
    if place is not None:
        rows[place], rows[place + 1] = rows[place + 1], rows[place]
    return set()


def swap_labels(paper: Paper, rng: Random) -> set[str]:
    """The labels of two adjacent rows change places, the values stay: the text says so."""
    table = paper.table("t3")
    place = _adjacent(rng, table, differ=True)
    if place is not None:
        one, other = table.rows[place], table.rows[place + 1]
        one.label, other.label = other.label, one.label
        one.mark, other.mark = other.mark, one.mark
        one.key, other.key = other.key, one.key
        relabel(one)
        relabel(other)
    return set()


def relabel(row: Row) -> None:
    """Let the values be those of the row's own key."""
    for value in row.values:
        if value.key:
            table, _, column = value.key.split("/")
            value.key = f"{table}/{row.key}/{column}"
