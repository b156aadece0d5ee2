"""Damage to the rows of a table: lost, swapped, repeated, interrupted."""

from __future__ import annotations

from copy import deepcopy
from random import Random

from gipr_ml.learning.synthesis.paper import OUTSIDE, Head, Paper, Prose, Row, Table, Value
from gipr_ml.learning.synthesis.prose import words


def _cuts(rng: Random, table: Table, most: int) -> list[int]:
    """Places between rows of values, from the last to the first."""
    places = [
        number
        for number in range(1, len(table.rows))
        if table.rows[number].values and table.rows[number - 1].values
    ]
    return sorted(rng.sample(places, min(len(places), rng.randint(1, most))), reverse=True)


def repeat_headers(paper: Paper, rng: Random) -> set[str]:
    """The header of table 3 again in mid-table, that of table 2 twice at its top."""
    table = paper.table("t3")
    header = [row for row in table.rows if row.role == "header"]
    for place in _cuts(rng, table, 2):
        table.rows[place:place] = deepcopy(header)
    if rng.random() < 0.3:
        rows = paper.table("t2").rows
        rows[:0] = deepcopy(rows[:2])
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
    return [n for n, row in enumerate(table.rows) if row.key and row.key not in OUTSIDE]


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


def shuffle_group(paper: Paper, rng: Random) -> set[str]:
    """The rows of one group of table 3 in any order, labels and values together."""
    rows = paper.table("t3").rows
    groups: dict[tuple[str, ...], list[int]] = {}
    for place in detail_rows(paper.table("t3")):
        groups.setdefault(rows[place].groups, []).append(place)
    places = rng.choice([p for g, p in groups.items() if len(p) > 2 and len(g) > 1])
    mixed = places[:]
    while mixed == places:
        rng.shuffle(mixed)
    for place, row in zip(places, [rows[number] for number in mixed], strict=True):
        rows[place] = row
    return set()


def shift_cells(paper: Paper, rng: Random) -> set[str]:
    """Fragments of table 3 whose values stand one cell left or right of their header."""
    shift = 0
    for row in paper.table("t3").body():
        if rng.random() < 0.2:
            shift = rng.choice((-1, 0, 1))
        row.lead = shift
        row.trail = max(0, -shift)
    return set()


def labels_above(paper: Paper, _rng: Random) -> set[str]:
    """Every label of table 3 on a line above its values."""
    for row in paper.table("t3").body():
        row.place = "above"
    return set()


def reorder_blocks(paper: Paper, rng: Random) -> set[str]:
    """The blocks of table 2 in another order."""
    blocks: list[list[Row]] = []
    table = paper.table("t2")
    for row in table.rows:
        if row.role == "header" and (not blocks or blocks[-1][-1].role != "header"):
            blocks.append([])
        blocks[-1].append(row)
    order = blocks[:]
    while order == blocks:
        rng.shuffle(order)
    table.rows = [row for block in order for row in block]
    return set()


def extra_row(paper: Paper, rng: Random) -> set[str]:
    """A row that the official table 2 does not have."""
    table = paper.table("t2")
    place = next(n for n, row in enumerate(table.rows) if row.key == "normative_documents")
    numbers = [rng.randint(0, 90) for _ in table.rows[place].values]
    values = [Value(str(number), None, None) for number in numbers]
    table.rows.insert(place + 1, Row("category", "其他主动公开文件", values=values))
    return set()


def split_table4(paper: Paper, _rng: Random) -> set[str]:
    """Table 4 as three small tables, one a block."""
    table = paper.table("t4")
    top, middle, _ = (row.heads for row in table.rows[:3])
    names = [[top[0].text], [top[1].text, middle[5].text], [top[1].text, middle[6].text]]
    values = table.rows[3].values
    rows: list[Row] = []
    for number, titles in enumerate(names):
        rows += [Row("header", heads=[Head(title, 5)]) for title in titles]
        rows.append(Row("header", heads=[Head(head.text) for head in middle[:5]]))
        rows.append(Row("category", values=values[5 * number : 5 * number + 5]))
    table.rows = rows
    return set()


def note_in_table4(paper: Paper, rng: Random) -> set[str]:
    """A line of explanation between the header and the values of table 4, or below them."""
    rows = paper.table("t4").rows
    note = rng.choice(words()["t4_notes"]).format(y=paper.year)
    rows.insert(rng.choice((3, 3, 4)), Row("note", note))
    return set()


def prose_for_table4(paper: Paper, rng: Random) -> set[str]:
    """A sentence where table 4 should be; its cells are not there."""
    table = paper.table("t4")
    sentence = rng.choice(words()["t4_sentences"]).format(y=paper.year)
    paper.blocks[paper.blocks.index(table)] = Prose("narrative", sentence)
    return set()


def numbers_beside(paper: Paper, rng: Random) -> set[str]:
    """Sentences full of numbers directly before and after tables 3 and 4."""
    for name in ("t3", "t4"):
        place = paper.blocks.index(paper.table(name))
        for at in (place + 1, place):
            if rng.random() < 0.7:
                numbers = [rng.randint(0, 400) for _ in range(4)]
                sentence = rng.choice(words()["beside"]).format(*numbers, y=paper.year)
                paper.blocks.insert(at, Prose("narrative", sentence))
    return set()


def no_headings(paper: Paper, _rng: Random) -> set[str]:
    """The section headings are gone."""
    paper.blocks = [b for b in paper.blocks if isinstance(b, Table) or b.tag != "section"]
    return set()


def split_title(paper: Paper, rng: Random) -> set[str]:
    """The title over two or three lines."""
    place = next(n for n, b in enumerate(paper.blocks) if isinstance(b, Prose) and b.tag == "title")
    title = paper.blocks[place]
    if isinstance(title, Prose):
        end = title.text.index(str(paper.year)) + rng.choice((0, 5, 6))
        parts = [title.text[:end].strip(), title.text[end:].strip()]
        paper.blocks[place : place + 1] = [Prose("title", part, title.level) for part in parts]
    return set()


def prose_disagrees(paper: Paper, rng: Random) -> set[str]:
    """Sentences that restate cells name other numbers than the tables."""
    for entry in paper.statements:
        quote, value = str(entry["quote"]), str(entry["value"])
        if value not in quote.replace(str(paper.year), ""):
            continue
        wrong = str(int(value) + rng.choice((1, 2, 10, 100)))
        head, _, tail = quote.rpartition(value)
        for block in paper.blocks:
            if isinstance(block, Prose):
                block.text = block.text.replace(quote, head + wrong + tail)
        entry |= {"quote": head + wrong + tail, "value": int(wrong)}
    return set()
