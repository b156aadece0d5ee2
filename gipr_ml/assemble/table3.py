"""Read table 3: the requests received and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gipr_ml.assemble.bounds import ROUNDING, bounds_of
from gipr_ml.assemble.candidates import candidates
from gipr_ml.assemble.grid import (
    LABEL,
    OWN_LABEL,
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
from gipr_ml.assemble.joint import Choice, ColumnRules, choose, column_rules
from gipr_ml.assemble.labels import LabelEvidence, label_evidence
from gipr_ml.assemble.layout3 import MARGIN, Layout
from gipr_ml.assemble.reorder import LEGIBLE, by_labels, label_fit
from gipr_ml.assemble.stream import Group, Stream, groups_of, join_cells
from gipr_ml.assemble.table import TableReading, labels, unused_numbers
from gipr_ml.assemble.trust import content, swappable_rows
from gipr_ml.forms import Forms, TableForm
from gipr_ml.match import Matcher

NAMED, UNNAMED = 0.85, 0.3
"""Fit of the labels of a form's own rows that settles the form without comparing."""
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
    readings = Readings(stream, groups, width)
    untouched = _untouched(readings, forms, matcher)
    return untouched if untouched is not None else _searched(readings, forms, matcher)


def _untouched(readings: Readings, forms: Forms, matcher: Matcher) -> TableReading | None:
    """The table that nothing has happened to: every row of one form in the official order, each
    with one reading and surely under its own label. None where that cannot be told at once; where
    it can, `_searched` reads the same.
    """
    numbers = [number for number in range(len(readings.groups)) if not readings.is_blank(number)]
    fitting = [form for form in forms.forms_of("t3") if len(form.rows) == len(numbers)]
    if len(fitting) != 1 or not all(map(readings.is_single, numbers)):
        return None
    form, union = fitting[0], _rows(forms)
    bounds = bounds_of(readings.stream, readings.groups, union, matcher)
    if not _is_likely(form, forms, bounds.anywhere):
        return None
    # Empty cells that might be a row: with a name, and as many as a row has.
    empty = [n for n in range(len(readings.groups)) if readings.is_blank(n) and readings.of(n)]
    if empty and bounds.high[empty].max() >= OWN_LABEL - ROUNDING:
        return None
    own = bounds.of(numbers, [union.index(path) for path in form.row_paths])
    rows = tuple([readings.of(number)[0] for number in numbers])
    if not own.in_order(OWN_LABEL) or any(
        content(rows[i].slots) != content(rows[j].slots)
        for i, j in own.exchangeable(own.voters.diagonal())
    ):
        return None
    layout = Layout(form, readings.stream, [Choice(rows, 0.0)])
    table = layout.table(0.0)
    layout.doubt_columns(table)
    return table


def _searched(readings: Readings, forms: Forms, matcher: Matcher) -> TableReading:
    """The table by the best alignment of all, in whichever form it is."""
    stream, groups = readings.stream, readings.groups
    rows = _rows(forms)
    evidence = label_evidence(stream, groups, rows, matcher)
    attempts = [
        _Attempt(
            stream, groups, form, forms, evidence.of_rows(list(map(rows.index, form.row_paths)))
        )
        for form in forms.forms_of("t3")
    ]
    for attempt in attempts:
        if attempt.take_intact(readings) and _is_likely(attempt.form, forms, evidence.anywhere):
            return attempt.reading()
    attempts = _by_own_rows(attempts, forms, evidence.anywhere)
    steps = moves(readings, len(rows))
    for attempt in attempts:
        attempt.search(steps)
        seen = _own_seen(attempt.form, forms, evidence.anywhere)
        attempt.score += OWN_ROW * max(0.0, seen - 0.5)
    best, *others = sorted(attempts, key=lambda attempt: -attempt.score)
    reading = best.reading()
    if any(best.score - other.score < MARGIN for other in others):
        reading.doubt("t3.form", "表三“（六）其他处理”是一行还是三行，无法确定")
    return reading


@lru_cache(maxsize=4)
def _rows(forms: Forms) -> tuple[str, ...]:
    """The rows of all forms, each once."""
    return tuple(dict.fromkeys(path for form in forms.forms_of("t3") for path in form.row_paths))


@lru_cache(maxsize=8)
def _own_rows(form: TableForm, forms: Forms) -> list[int]:
    """The rows with long labels that only this form has, by their place in `_rows`."""
    others = {
        path for other in forms.forms_of("t3") if other is not form for path in other.row_paths
    }
    return [
        _rows(forms).index(row.path)
        for row in form.rows
        if row.path not in others and len(row.label) >= LONG_LABEL
    ]


def _own_seen(form: TableForm, forms: Forms, anywhere: NDArray[np.float64]) -> float:
    """How well any text fits a row that only this form has, 0 to 1."""
    return max([float(anywhere[place]) for place in _own_rows(form, forms)], default=0.0)


def _is_likely(form: TableForm, forms: Forms, anywhere: NDArray[np.float64]) -> bool:
    """A form whose own rows are named in the text is not ruled out by the other's being whole."""
    most = max([_own_seen(other, forms, anywhere) for other in forms.forms_of("t3")])
    return _own_seen(form, forms, anywhere) >= most - NAMED / 2


def _by_own_rows(
    attempts: list[_Attempt], forms: Forms, anywhere: NDArray[np.float64]
) -> list[_Attempt]:
    """Only the attempt whose own rows are named in the text, where that is beyond doubt."""
    seen = [_own_seen(attempt.form, forms, anywhere) for attempt in attempts]
    best = int(np.argmax(seen))
    rest = [value for i, value in enumerate(seen) if i != best]
    return [attempts[best]] if seen[best] >= NAMED and max(rest) <= UNNAMED else attempts


class _Attempt:
    """The table read in one form."""

    def __init__(
        self,
        stream: Stream,
        groups: Sequence[Group],
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
        layout = Layout(self.form, self.stream, self.choices)
        table = layout.table(self.score, {one.row for one in self.taken if one.by_columns})
        self._doubt_rows(table, layout.choices[0])
        layout.doubt_open(table)
        layout.doubt_columns(table)
        return table

    def _doubt_rows(self, table: TableReading, best: Choice) -> None:
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
        unsure = swappable_rows(self._fit(), values)
        if unsure:
            keys = [key for i in sorted(unsure) for key in rows[i].cell_keys]
            table.doubt("t3.label", f"表三的行名不清，可能互换：{labels(self.form, keys)}", keys)
        self._doubt_surplus(table, best)

    def _fit(self) -> NDArray[np.float64]:
        """Label fit of shape (rows, rows): the text beside row i's values against row j."""
        size = len(self.form.rows)
        fit = np.zeros((size, size))
        taken = [one for one in self.taken if not one.by_columns]
        if not taken:
            return fit
        rows = [one.row for one in taken]
        first, last = [one.first for one in taken], [one.last - 1 for one in taken]
        evidence, order = self.evidence, np.arange(len(taken))
        before, after = evidence.before[first], evidence.after[last]
        both = np.minimum(evidence.before_fuzzy[first], evidence.before_trained[first])
        own, behind = before[order, rows], after[order, rows]
        ahead = (before.max(axis=1) >= LEGIBLE) | (behind <= own)
        # For a row's own label both voters must speak; against it, one is enough.
        before[order, rows] = both[order, rows]
        fit[rows] = np.where(ahead[:, None], before, after)
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
