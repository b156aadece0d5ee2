"""Table 3 as read from the rows that were found: which column is which, and what stays open."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from gipr_ml.assemble.joint import Choice, differing_cells, lost_row
from gipr_ml.assemble.stream import Stream
from gipr_ml.assemble.table import BY_COLUMNS, FROM_SPLIT, TableReading, labels
from gipr_ml.assemble.trust import (
    content,
    header_texts,
    mixed_blanks,
    printed_order,
    swappable_columns,
)
from gipr_ml.forms import TableForm
from gipr_ml.types import Proposal, State

MARGIN = 1.5
"""Joint readings closer than this to the best one leave the cells they disagree on open."""


class Layout:
    """The joint readings of a table with every value in the column that its header names."""

    def __init__(self, form: TableForm, stream: Stream, choices: Sequence[Choice]) -> None:
        self.form = form
        self.width = len(form.rows[0].columns)
        self.headers = header_texts(stream)
        names = [column.label for column in form.rows[0].columns[:-1]]
        order = printed_order(self.headers, names, self._group_label())
        self.order = [*order, self.width - 1]
        """For each printed column the official one."""
        self.exchanged = order != sorted(order)
        self.choices = [self._permuted(c) for c in choices] if self.exchanged else choices

    def table(self, score: float, by_columns: Collection[int] = ()) -> TableReading:
        """The cells of the best reading; `by_columns` are rows that stand column by column."""
        table = TableReading(self.form, score)
        if self.exchanged:
            table.doubt("t3.column_order", "表三各列的次序与官方格式不同，已按表头读取")
        rows = self.choices[0].rows
        for index, (row, candidate) in enumerate(zip(self.form.rows, rows, strict=True)):
            if candidate is None:
                continue
            table.place(row, candidate.slots)
            if index in by_columns:
                table.confidence.update(dict.fromkeys(row.cell_keys, BY_COLUMNS))
            elif candidate.how == "split":
                table.confidence.update(dict.fromkeys(row.cell_keys, FROM_SPLIT))
        return table

    def doubt_open(self, table: TableReading) -> None:
        """Cells on which joint readings of nearly the same score disagree."""
        keys = {
            (row, column): self.form.rows[row].cell_keys[column]
            for row, column in differing_cells(self.choices[0], self.choices[1:], MARGIN)
        }
        if not keys:
            return
        for (row, column), key in sorted(keys.items()):
            table.proposals += _proposal(key, row, column, self.choices)
        table.open_cells(keys.values())
        names = labels(self.form, keys.values())
        table.doubt("t3.open", f"表三{names}有多种读法，未予采用", keys.values())

    def doubt_columns(self, table: TableReading) -> None:
        """Columns whose order the header does not tell, and blanks amid zeros."""
        best = self.choices[0].rows
        rows = [c.slots for c in best if c is not None]
        if not rows:
            return
        columns = list(zip(*rows, strict=True))
        detail = [self.form.rows[0].columns[i] for i in self.order[:-1]]
        unsure = swappable_columns(
            self.headers,
            [column.label for column in detail],
            [content(columns[i]) for i in self.order[:-1]],  # the total is told by the row sums
            between=self._group_label(),
        )
        if unsure:
            names = "、".join(f"“{detail[i].label}”" for i in sorted(unsure))
            table.doubt("t3.header", f"表三的表头不清，无法确认列的次序：{names}")
        full = [c.slots if c is not None else lost_row(self.width).slots for c in best]
        odd = mixed_blanks(list(zip(*full, strict=True)))
        if odd:
            keys = [self.form.rows[row].cell_keys[column] for row, column in sorted(odd)]
            table.doubt("t3.blank", f"表三同一列既有空白又有0：{labels(self.form, keys)}", keys)

    def _group_label(self) -> str:
        """The label over the organisations, which stands behind the first column."""
        return next((c.group[0] for c in self.form.rows[0].columns if c.group), "")

    def _permuted(self, choice: Choice) -> Choice:
        """The choice with every value in its official column."""
        places = [self.order.index(i) for i in range(self.width)]
        rows = [
            None if c is None else c._replace(slots=tuple([c.slots[i] for i in places]))
            for c in choice.rows
        ]
        return Choice(tuple(rows), choice.score)


def _proposal(key: str, row: int, column: int, choices: Sequence[Choice]) -> list[Proposal]:
    """The values that near readings give a cell, the likeliest first."""
    values = []
    for choice in choices:
        candidate = choice.rows[row]
        if choice.score < choices[0].score - MARGIN or candidate is None:
            continue
        slot = candidate.slots[column]
        if slot.state is State.READ and slot.value is not None and slot.value not in values:
            values.append(slot.value)
    if not values:
        return []
    return [Proposal(key, values[0], "ambiguous", ("多种读法均符合勾稽关系",), tuple(values[1:]))]
