"""Read table 3: the requests received and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gipr_ml.assemble.candidates import Candidate, candidates
from gipr_ml.assemble.grid import (
    LABEL,
    ROW_LOST,
    Alignment,
    Readings,
    Step,
    Taken,
    align,
    align_intact,
    moves,
    skipped,
)
from gipr_ml.assemble.joint import (
    Choice,
    ColumnRules,
    choose,
    column_rules,
    differing_cells,
    lost_row,
)
from gipr_ml.assemble.labels import LabelEvidence, label_evidence
from gipr_ml.assemble.reorder import LEGIBLE, by_labels, label_fit
from gipr_ml.assemble.stream import Group, Stream, groups_of, join_cells
from gipr_ml.assemble.table import BY_COLUMNS, FROM_SPLIT, TableReading, labels, unused_numbers
from gipr_ml.assemble.trust import (
    content,
    header_texts,
    mixed_blanks,
    printed_order,
    swappable_columns,
    swappable_rows,
)
from gipr_ml.forms import FormRow, Forms, TableForm
from gipr_ml.match import Matcher
from gipr_ml.types import Proposal, State

NAMED, UNNAMED = 0.85, 0.3
"""Fit of the labels of a form's own rows that settles the form without comparing."""
MARGIN = 1.5
"""Joint readings closer than this to the best one leave the cells they disagree on open."""
OWN_ROW, LONG_LABEL = 30.0, 8
"""What the label of a row that only one form has says for that form, and how long it must be."""
CLAIM = 0.6
"""Label fit with which a group that was skipped may claim a row that is lost."""


def read_table3(stream: Stream, forms: Forms, matcher: Matcher) -> TableReading | None:
    """The table in the form that fits better, or None where the stream holds no values."""
    width = len(forms.forms_of("t3")[0].rows[0].columns)
    groups = join_cells(stream, groups_of(stream), width)
    if not groups:
        return None
    rows = {row.key: row for form in forms.forms_of("t3") for row in form.rows}
    evidence = label_evidence(stream, groups, list(rows.values()), matcher)
    places = {key: place for place, key in enumerate(rows)}
    readings = Readings(stream, groups, width)
    attempts = [
        _Attempt(stream, groups, form, forms, evidence.of_rows([places[r.key] for r in form.rows]))
        for form in forms.forms_of("t3")
    ]
    most_seen = max(attempt.own_seen(attempts) for attempt in attempts)
    for attempt in attempts:
        # A form whose own rows are named in the text is not ruled out by the other's being whole.
        likely = attempt.own_seen(attempts) >= most_seen - NAMED / 2
        if attempt.take_intact(readings) and likely:
            return attempt.reading()
    attempts = _by_own_rows(attempts)
    steps = moves(readings, len(rows))
    for attempt in attempts:
        attempt.search(steps)
        attempt.score += attempt.own_labels(attempts)
    best, *others = sorted(attempts, key=lambda attempt: -attempt.score)
    reading = best.reading()
    if any(best.score - other.score < MARGIN for other in others):
        reading.doubt("t3.form", "表三“（六）其他处理”是一行还是三行，无法确定")
    return reading


def _by_own_rows(attempts: list[_Attempt]) -> list[_Attempt]:
    """Only the attempt whose own rows are named in the text, where that is beyond doubt."""
    seen = [attempt.own_seen(attempts) for attempt in attempts]
    best = int(np.argmax(seen))
    rest = [value for i, value in enumerate(seen) if i != best]
    return [attempts[best]] if seen[best] >= NAMED and max(rest) <= UNNAMED else attempts


class _Attempt:
    """The table read in one form."""

    def __init__(
        self,
        stream: Stream,
        groups: list[Group],
        form: TableForm,
        forms: Forms,
        evidence: LabelEvidence,
    ) -> None:
        self.stream, self.groups, self.form = stream, groups, form
        self.width = len(form.rows[0].columns)
        self.evidence = evidence
        self.rules: ColumnRules = column_rules(form, forms)
        self.reordered = False
        self.score = -np.inf

    def take_intact(self, readings: Readings) -> bool:
        """Take the alignment of a table whose rows are all there; whether there is one."""
        intact = align_intact(readings, self.evidence, len(self.form.rows))
        if intact is not None:
            self._consider(intact)
        return intact is not None

    def search(self, steps: Sequence[Sequence[Step]]) -> None:
        """Look for the best alignment of a table that is not intact."""
        rows = len(self.form.rows)
        for alignment in align(self.stream, self.groups, self.evidence, rows, steps):
            self._consider(alignment)

    def own_labels(self, attempts: Sequence[_Attempt]) -> float:
        """What speaks for this form: labels of rows that the others have not."""
        return OWN_ROW * max(0.0, self.own_seen(attempts) - 0.5)

    def own_seen(self, attempts: Sequence[_Attempt]) -> float:
        """How well any text fits a row that only this form has, 0 to 1."""
        others = {row.key for other in attempts if other is not self for row in other.form.rows}
        own = [
            i
            for i, row in enumerate(self.form.rows)
            if row.key not in others and len(row.label) >= LONG_LABEL
        ]
        return max((float(self.evidence.anywhere[i]) for i in own), default=0.0)

    def _consider(self, alignment: Alignment) -> None:
        """Keep this alignment if it reads better than the ones before."""
        alignment = self._reordered(alignment)
        readings = {one.row: one.readings for one in alignment.taken}
        choices = choose(readings, self.rules, len(self.form.rows), self.width)
        local = sum(one.readings[0].score for one in alignment.taken)
        score = alignment.score - local + choices[0].score
        if score > self.score:
            rows = [one.row for one in alignment.taken]
            self.score, self.taken, self.skipped = score, alignment.taken, alignment.skipped
            self.choices, self.reordered = choices, rows != sorted(rows)

    def _reordered(self, alignment: Alignment) -> Alignment:
        """Let labels decide where they clearly contradict the official order."""
        taken = [one for one in alignment.taken if not one.by_columns]
        fixed = [one for one in alignment.taken if one.by_columns]
        claimants = self._claimants(alignment)
        windows = [*taken, *claimants]
        free = [r for r in range(len(self.form.rows)) if r not in {one.row for one in fixed}]
        fit = label_fit(self.evidence, [(one.first, one.last) for one in windows])[:, free]
        rows = by_labels(fit, [free.index(one.row) for one in taken])
        if rows is None:
            return alignment
        moved = [
            Taken(free[row], one.first, one.last, one.readings, LABEL * float(fit[i, row]))
            for i, (row, one) in enumerate(zip(rows, windows, strict=True))
        ]
        score = alignment.score + sum(one.label for one in moved)
        score -= sum(one.label for one in taken)
        for one in claimants:
            group = self.groups[one.first]
            score += one.readings[0].score - ROW_LOST
            score -= sum(map(skipped, self.stream.atoms[group.start : group.stop]))
        used = {one.first for one in claimants}
        everything = sorted([*fixed, *moved], key=lambda one: one.first)
        return Alignment(
            score, tuple(everything), tuple(g for g in alignment.skipped if g not in used)
        )

    def _claimants(self, alignment: Alignment) -> list[Taken]:
        """Skipped groups that read as a row and whose label names a row that is lost."""
        found = []
        lost = set(range(len(self.form.rows))) - {one.row for one in alignment.taken}
        for group in alignment.skipped:
            place = self.groups[group]
            readings = tuple(candidates(self.stream.atoms[place.start : place.stop], self.width))
            best = int(np.argmax(self.evidence.before[group])) if readings else -1
            if best in lost and self.evidence.before[group, best] >= CLAIM:
                found.append(Taken(best, group, group + 1, readings, 0.0))
                lost.discard(best)
        return found

    def reading(self) -> TableReading:
        """The cells, with every reason for doubt."""
        table = TableReading(self.form, self.score)
        best = self.choices[0]
        how = {one.row: one for one in self.taken}
        headers = header_texts(self.stream)
        order = self._column_order(headers)
        if order != sorted(order):
            best = _permuted(best, order)
            self.choices = [_permuted(choice, order) for choice in self.choices]
            table.doubt("t3.column_order", "表三各列的次序与官方格式不同，已按表头读取")
        for index, (row, candidate) in enumerate(zip(self.form.rows, best.rows, strict=True)):
            if candidate is not None:
                table.place(row, candidate.slots)
                self._confidences(table, row, candidate, how[index])
        self._doubt_rows(table, best, how)
        self._doubt_open(table, best)
        self._doubt_columns(table, best, headers, order)
        return table

    def _group_label(self) -> str:
        """The label over the organisations, which stands behind the first column."""
        return next((c.group[0] for c in self.form.rows[0].columns if c.group), "")

    def _column_order(self, headers: Sequence[str]) -> list[int]:
        """For each printed column the official one."""
        names = [column.label for column in self.form.rows[0].columns[:-1]]
        order = printed_order(headers, names, self._group_label())
        return [*order, len(order)]

    def _confidences(
        self, table: TableReading, row: FormRow, candidate: Candidate, taken: Taken
    ) -> None:
        value = BY_COLUMNS if taken.by_columns else FROM_SPLIT if candidate.how == "split" else None
        if value is not None:
            table.confidence.update(dict.fromkeys(row.cell_keys, value))

    def _doubt_rows(self, table: TableReading, best: Choice, how: Mapping[int, Taken]) -> None:
        rows = self.form.rows
        lost = [row for row, candidate in zip(rows, best.rows, strict=True) if candidate is None]
        if lost:
            names = "、".join(f"“{row.label}”" for row in lost[:4])
            table.doubt(
                "t3.row_lost",
                f"表三缺少{len(lost)}行：{names}{'等' if len(lost) > 4 else ''}",
                [key for row in lost for key in row.cell_keys],
            )
        if self.reordered:
            table.doubt("t3.row_order", "表三各行的次序与官方格式不同，已按行名读取")
        values = [content(c.slots) if c is not None else None for c in best.rows]
        unsure = swappable_rows(self._fit(how), values)
        if unsure:
            keys = [key for i in sorted(unsure) for key in rows[i].cell_keys]
            table.doubt("t3.label", f"表三的行名不清，可能互换：{labels(self.form, keys)}", keys)
        self._doubt_surplus(table, best)

    def _fit(self, how: Mapping[int, Taken]) -> NDArray[np.float64]:
        """Label fit of shape (rows, rows): the text beside row i's values against row j."""
        size = len(self.form.rows)
        fit = np.zeros((size, size))
        for row, taken in how.items():
            if taken.by_columns:
                continue
            before, after = self.evidence.before[taken.first], self.evidence.after[taken.last - 1]
            both = np.minimum(
                self.evidence.before_fuzzy[taken.first], self.evidence.before_trained[taken.first]
            )
            if before.max() >= LEGIBLE or after[row] <= before[row]:
                # For a row's own label both voters must speak; against it, one is enough.
                fit[row] = before
                fit[row, row] = both[row]
            else:
                fit[row] = after
        return fit

    def _doubt_surplus(self, table: TableReading, best: Choice) -> None:
        surplus = [
            row
            for row, candidate in zip(self.form.rows, best.rows, strict=True)
            if candidate is not None and candidate.unused
        ]
        for row in surplus:
            table.doubt("t3.surplus", f"表三“{row.label}”一行多出数字", row.cell_keys)
        spare = [
            raw
            for group in self.skipped
            for raw in unused_numbers(
                self.stream.atoms[self.groups[group].start : self.groups[group].stop], table.lines
            )
        ]
        if spare:
            table.doubt("t3.unused", f"表三中有未能归入单元格的数字：{'、'.join(spare[:5])}")

    def _doubt_open(self, table: TableReading, best: Choice) -> None:
        """Cells on which joint readings of nearly the same score disagree."""
        keys = {
            (row, column): self.form.rows[row].cell_keys[column]
            for row, column in differing_cells(best, self.choices[1:], MARGIN)
        }
        if not keys:
            return
        for (row, column), key in sorted(keys.items()):
            table.proposals += _proposal(key, row, column, self.choices)
        table.open_cells(keys.values())
        names = labels(self.form, keys.values())
        table.doubt("t3.open", f"表三{names}有多种读法，未予采用", keys.values())

    def _doubt_columns(
        self, table: TableReading, best: Choice, headers: Sequence[str], order: Sequence[int]
    ) -> None:
        rows = [c.slots for c in best.rows if c is not None]
        if not rows:
            return
        columns = self.form.rows[0].columns
        detail = [columns[i] for i in order[:-1]]  # the total is told by the row sums
        unsure = swappable_columns(
            headers,
            [column.label for column in detail],
            [content([slots[i] for slots in rows]) for i in order[:-1]],
            between=self._group_label(),
        )
        if unsure:
            names = "、".join(f"“{detail[i].label}”" for i in sorted(unsure))
            table.doubt("t3.header", f"表三的表头不清，无法确认列的次序：{names}")
        full = [c.slots if c is not None else lost_row(self.width).slots for c in best.rows]
        odd = mixed_blanks([[slots[i] for slots in full] for i in range(self.width)])
        if odd:
            keys = [self.form.rows[row].cell_keys[column] for row, column in sorted(odd)]
            table.doubt("t3.blank", f"表三同一列既有空白又有0：{labels(self.form, keys)}", keys)


def _permuted(choice: Choice, order: Sequence[int]) -> Choice:
    """The choice with every value in its official column."""
    rows = [
        None
        if c is None
        else replace(c, slots=tuple(c.slots[order.index(i)] for i in range(len(order))))
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
