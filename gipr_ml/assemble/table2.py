"""Read table 2: what was disclosed without being asked.

No identities hold here and the blocks have headers of their own, so labels and borders must say
everything. Glued digits that can be cut in more than one way are left open unless the prose names
at least two of the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz

from gipr_ml.assemble.candidates import Slot
from gipr_ml.assemble.labels import LabelEvidence, label_evidence
from gipr_ml.assemble.reorder import by_labels, label_fit
from gipr_ml.assemble.row2 import RowReading, read_row
from gipr_ml.assemble.stream import Group, Kind, Stream, groups_of, is_blank
from gipr_ml.assemble.table import FROM_SPLIT, TableReading, labels, unused_numbers
from gipr_ml.assemble.transpose import by_rows
from gipr_ml.assemble.trust import content, swappable_columns, swappable_rows, text_before
from gipr_ml.assemble.untouched2 import AFTER, LABEL, NAMED, WRONG_LABEL, untouched
from gipr_ml.forms import FormRow, Forms, TableForm
from gipr_ml.match import Matcher, normalise
from gipr_ml.types import Proposal, State, Statement

NUMBER_SKIPPED, BLANK_SKIPPED = -2.0, -0.05
ROW_LOST, CROSSES = -4.0, -1.5
HEADER_FIT = 6.0
"""How much the wording of the headers counts in telling the forms apart."""
INTACT_HEADER = 0.8
"""Share of the header fit from which an intact table needs no comparison with the other form."""
MARGIN = 1.0
WEAK = 0.6


class _Path(NamedTuple):
    score: float
    rows: tuple[tuple[int, int, int, RowReading], ...] = ()
    """(row, first group, last group + 1, reading)."""
    skipped: tuple[int, ...] = ()


def read_table2(
    stream: Stream, forms: Forms, matcher: Matcher, statements: Sequence[Statement]
) -> TableReading | None:
    """The table in the form that fits better, or None where the stream holds no values."""
    groups = _tabular(stream)
    if not groups:
        return None
    words = _words(stream)
    attempts = [_Attempt(stream, groups, words, form, matcher) for form in forms.forms_of("t2")]
    attempts.sort(key=lambda attempt: -attempt.header_fit)
    readings = []
    for attempt in attempts:
        readings.append(attempt.read(statements))
        if attempt.intact:
            return readings[-1]
    best, other = sorted(readings, key=lambda reading: -reading.score)
    if best.score - other.score < MARGIN:
        best.doubt("t2.form", "表二属于2019年还是2021年格式，无法确定")
    return best


def _tabular(stream: Stream) -> list[Group]:
    """The groups of values that are probably no prose."""
    return [g for g in groups_of(stream) if stream.atoms[g.start].weak < WEAK]


def _words(stream: Stream) -> str:
    """The text between the values; that of a whole table is not worth remembering."""
    return normalise.__wrapped__("".join([p.text for gap in stream.gaps for p in gap]))


class _Attempt:
    """The table read in one form."""

    def __init__(
        self, stream: Stream, groups: list[Group], words: str, form: TableForm, matcher: Matcher
    ) -> None:
        self.stream = by_rows(stream, form)
        if self.stream is not stream:
            groups, words = _tabular(self.stream), _words(self.stream)
        self.groups, self.form, self.matcher = groups, form, matcher
        self.header_fit = self._header_fit(words)
        self.intact = False
        self._known: dict[tuple[int, int, tuple[str, ...]], tuple[RowReading | None, bool]] = {}

    def _align(self) -> _Path:
        """Rows in the official order first, then lost rows by their labels wherever they stand."""
        rows = len(self.form.rows)
        table: list[list[_Path | None]] = [[None] * (rows + 1) for _ in range(len(self.groups) + 1)]
        table[0][0] = _Path(0.0)
        for first in range(len(self.groups) + 1):
            for row in range(rows + 1):
                path = table[first][row]
                if path is None:
                    continue
                score, taken, skipped = path
                if row < rows and _better(table[first][row + 1], score + ROW_LOST):
                    table[first][row + 1] = _Path(score + ROW_LOST, taken, skipped)
                if first == len(self.groups):
                    continue
                without = score + self._skips[first]
                if _better(table[first + 1][row], without):
                    table[first + 1][row] = _Path(without, taken, (*skipped, first))
                for last, reading in self._options(first, row) if row < rows else ():
                    own = score + reading.score + self._label(first, last, row)
                    if _better(table[last][row + 1], own):
                        added = (row, first, last, reading)
                        table[last][row + 1] = _Path(own, (*taken, added), skipped)
        best = table[-1][rows]
        assert best is not None
        best = self._reordered(best)
        named = self._by_labels()
        return named if named.score > best.score else self._claimed(best)

    def _reordered(self, path: _Path) -> _Path:
        """The rows that labels clearly name where the official order has others."""
        places = [(first, last) for _, first, last, _ in path.rows]
        fit = label_fit(self.evidence, places)
        named = by_labels(fit, [row for row, *_ in path.rows])
        if named is None:
            return path
        rows, score = [], path.score
        for (old, first, last, before), row in zip(path.rows, named, strict=True):
            options = [reading for stop, reading in self._options(first, row) if stop == last]
            if not options:
                return path
            rows.append((row, first, last, options[0]))
            score += options[0].score + self._label(first, last, row)
            score -= before.score + self._label(first, last, old)
        return _Path(score, tuple(sorted(rows, key=lambda one: one[0])), path.skipped)

    def _by_labels(self) -> _Path:
        """Every group to the row that the label before it names, in whatever order they stand."""
        before = self.evidence.before
        taken: dict[int, tuple[int, int, int, RowReading]] = {}
        score, skipped, group = 0.0, [], 0
        while group < len(self.groups):
            row = int(before[group].argmax())
            options = list(self._options(group, row))
            if options and row not in taken and before[group, row] >= NAMED:
                last, reading = max(options, key=lambda option: option[1].score)
                taken[row] = (row, group, last, reading)
                score += reading.score + LABEL * float(before[group, row])
                group = last
            else:
                skipped.append(group)
                score += self._skips[group]
                group += 1
        score += ROW_LOST * (len(self.form.rows) - len(taken))
        return _Path(score, tuple(taken[row] for row in sorted(taken)), tuple(skipped))

    def _claimed(self, path: _Path) -> _Path:
        """Give lost rows the skipped groups whose label names them."""
        lost = set(range(len(self.form.rows))) - {row for row, *_ in path.rows}
        rows, skipped, score = list(path.rows), list(path.skipped), path.score
        for group in path.skipped:
            for row in sorted(lost, key=lambda r: -self.evidence.before[group, r])[:1]:
                options = [o for o in self._options(group, row) if o[0] == group + 1]
                named = self.evidence.before[group]
                if options and named[row] >= NAMED and named.argmax() == row:
                    last, reading = options[0]
                    rows.append((row, group, last, reading))
                    skipped.remove(group)
                    lost.discard(row)
                    score += reading.score - ROW_LOST - self._skips[group] + LABEL * named[row]
        return _Path(score, tuple(rows), tuple(skipped))

    def _skip(self, place: Group) -> float:
        return sum(
            BLANK_SKIPPED if atom.kind is Kind.BLANK else NUMBER_SKIPPED * (1 - atom.weak)
            for atom in self.stream.atoms[place.start : place.stop]
        )

    def _label(self, first: int, last: int, row: int) -> float:
        before, after = self._before[first], self._after[last - 1]
        ahead = LABEL * before[row] + WRONG_LABEL * max(0.0, max(before) - before[row])
        behind = AFTER + LABEL * after[row] + WRONG_LABEL * max(0.0, max(after) - after[row])
        return max(ahead, behind)

    def _options(self, first: int, row: int) -> Iterator[tuple[int, RowReading]]:
        """Readings of the groups from `first` on as the row."""
        form_row = self.form.rows[row]
        width = len(form_row.columns)
        cost = 0.0
        for last in range(first + 1, min(first + width, len(self.groups)) + 1):
            if last > first + 1:
                left, right = self.groups[last - 2], self.groups[last - 1]
                if self.stream.gaps[right.start]:
                    return
                singles = left.stop - left.start == 1 and right.stop - right.start == 1
                cost += -0.05 if singles else CROSSES
            reading, blank = self._reading(first, last, form_row)
            if blank and self._before[first][row] < NAMED:
                reading = None  # the empty cells of a header
            if reading is not None and reading.splits and self._shares_line(first, last):
                reading = None  # borders are shown on this line, so digits are not run together
            if reading is not None:
                yield last, RowReading(reading.slots, reading.score + cost, reading.splits)

    def _reading(self, first: int, last: int, row: FormRow) -> tuple[RowReading | None, bool]:
        """What the groups are as the row, or as any row of such columns; whether all is blank."""
        key = (first, last, tuple([column.type for column in row.columns]))
        if key not in self._known:
            atoms = self.stream.atoms[self.groups[first].start : self.groups[last - 1].stop]
            self._known[key] = read_row(atoms, row), is_blank(atoms)
        return self._known[key]

    def _shares_line(self, first: int, last: int) -> bool:
        """Whether other numbers stand on the lines of these groups."""
        start, stop = self.groups[first].start, self.groups[last - 1].stop
        lines = {atom.line for atom in self.stream.atoms[start:stop]}
        others = [*self.stream.atoms[:start], *self.stream.atoms[stop:]]
        return any(atom.line in lines and atom.kind is not Kind.BLANK for atom in others)

    def read(self, statements: Sequence[Statement]) -> TableReading:
        """The cells, with every reason for doubt."""
        path = self._untouched()
        if path is not None:
            table = self._table(path, statements)
            if self.intact:
                return table
        self.evidence: LabelEvidence = label_evidence(
            self.stream, self.groups, self.form.row_paths, self.matcher
        )
        self._before: list[list[float]] = self.evidence.before.tolist()
        self._after: list[list[float]] = self.evidence.after.tolist()
        self._skips = [self._skip(group) for group in self.groups]
        return self._table(self._align(), statements, self.evidence)

    def _untouched(self) -> _Path | None:
        """The alignment of a table that nothing has happened to, its score left out."""

        def alone(number: int, row: FormRow) -> RowReading | None:
            return self._reading(number, number + 1, row)[0]

        numbers = untouched(self.stream, self.groups, self.form, self.matcher, alone)
        if numbers is None:
            return None
        rows = []
        for row, number in enumerate(numbers):
            reading = alone(number, self.form.rows[row])
            assert reading is not None
            rows.append((row, number, number + 1, reading))
        return _Path(
            0.0, tuple(rows), tuple(sorted({*range(len(self.groups))}.difference(numbers)))
        )

    def _table(
        self, path: _Path, statements: Sequence[Statement], evidence: LabelEvidence | None = None
    ) -> TableReading:
        """The cells along a path; `evidence` where its labels are not sure."""
        table = TableReading(self.form, path.score + self.header_fit)
        where = {}
        for index, first, last, reading in path.rows:
            row = self.form.rows[index]
            where[index] = (first, last)
            chosen = _settled(row, reading, statements)
            table.place(row, chosen)
            if reading.splits:
                table.confidence.update(dict.fromkeys(row.cell_keys, FROM_SPLIT))
                if chosen is reading.slots:
                    _leave_open(table, row, reading.splits)
        if evidence is not None:
            self._doubt_rows(table, where, evidence)
        self._doubts(table, path, where)
        self.intact = not table.doubts and self.header_fit >= INTACT_HEADER * HEADER_FIT
        return table

    def _header_fit(self, text: str) -> float:
        """How well the text between the values fits the form's column headers."""
        fits = [
            1.0 if name in text else fuzz.partial_ratio(name, text) / 100
            for name in _column_names(self.form)
        ]
        return HEADER_FIT * sum(fits) / len(fits)

    def _doubt_rows(
        self, table: TableReading, where: dict[int, tuple[int, int]], evidence: LabelEvidence
    ) -> None:
        rows = self.form.rows
        lost = [row for i, row in enumerate(rows) if i not in where]
        if lost:
            keys = [key for row in lost for key in row.cell_keys]
            table.doubt("t2.row_lost", f"表二缺少：{labels(self.form, keys)}", keys)
        values = [content(table.rows[r.key]) if r.key in table.rows else None for r in rows]
        fit = np.zeros((len(rows), len(rows)))
        for i, (first, last) in where.items():
            before, after = evidence.before[first], evidence.after[last - 1]
            fit[i] = before if before.max() >= after[i] else after
        unsure = swappable_rows(fit, values)
        if unsure:
            keys = [key for i in sorted(unsure) for key in rows[i].cell_keys]
            table.doubt("t2.label", f"表二的行名不清，可能互换：{labels(self.form, keys)}", keys)

    def _doubts(self, table: TableReading, path: _Path, where: dict[int, tuple[int, int]]) -> None:
        read = [one for slots in table.rows.values() for one in slots]
        blank = [key for key in self.form.cell_keys if _blank(table, key)]
        if blank and any(one.value == 0 for one in read):
            table.doubt("t2.blank", f"表二既有空白又有0：{labels(self.form, blank)}", blank)
        spare = [
            raw
            for group in path.skipped
            for raw in unused_numbers(
                self.stream.atoms[self.groups[group].start : self.groups[group].stop], table.lines
            )
        ]
        if spare:
            table.doubt("t2.unused", f"表二中有未能归入单元格的数字：{'、'.join(spare[:5])}")
        self._doubt_headers(table, where)

    def _doubt_headers(self, table: TableReading, where: dict[int, tuple[int, int]]) -> None:
        """Columns of a block whose order the header does not tell, where it matters."""
        for block in sorted({row.block for row in self.form.rows}):
            members = [i for i, row in enumerate(self.form.rows) if row.block == block]
            columns = self.form.rows[members[0]].columns
            read = [i for i in members if i in where]
            if len(columns) < 2 or not read:
                continue
            starts = [self.groups[where[i][0]].start for i in read]
            slots = [table.rows[self.form.rows[i].key] for i in read]
            unsure = swappable_columns(
                [text_before(self.stream, start) for start in starts],
                [column.label for column in columns],
                [content([row[i] for row in slots]) for i in range(len(columns))],
            )
            if unsure:
                names = "、".join(f"“{columns[i].label}”" for i in sorted(unsure))
                keys = [self.form.rows[m].cell_keys[i] for m in read for i in sorted(unsure)]
                table.doubt("t2.header", f"表二的表头不清，无法确认列的次序：{names}", keys)


@lru_cache(maxsize=4)
def _column_names(form: TableForm) -> list[str]:
    """The names of the form's columns, as texts are compared."""
    return sorted({normalise(column.label) for row in form.rows for column in row.columns})


def _blank(table: TableReading, key: str) -> bool:
    row, column = table.form.by_key[key]
    slots = table.rows.get(row.key)
    return slots is not None and slots[row.columns.index(column)].state is State.BLANK


def _better(known: _Path | None, score: float) -> bool:
    return known is None or score > known.score


def _settled(
    row: FormRow, reading: RowReading, statements: Sequence[Statement]
) -> tuple[Slot, ...]:
    """The cut that the prose confirms in at least two numbers of two digits, if there is one."""
    said = {s.restates[0]: s.value for s in statements if len(s.restates) == 1 and s.value >= 10}
    agreeing = []
    for slots in reading.splits:
        named = [(slots[i].value, said[k]) for i, k in enumerate(row.cell_keys) if k in said]
        if len(named) >= 2 and all(value == word for value, word in named):
            agreeing.append(slots)
    return agreeing[0] if len(agreeing) == 1 else reading.slots


def _leave_open(table: TableReading, row: FormRow, splits: Sequence[tuple[Slot, ...]]) -> None:
    """Cells on which the cuts disagree are illegible; their values become proposals.

    A single cut of other digits than zeros is doubted too: no sum speaks for it, and one long
    number whose neighbours were taken for notes can be cut in one way as well.
    """
    if len(splits) == 1:
        if any(slot.value for slot in splits[0]):
            told = labels(table.form, list(row.cell_keys))
            table.doubt("t2.split", f"表二{told}的数字连在一起，分割无从核对", list(row.cell_keys))
        return
    keys = []
    for index, key in enumerate(row.cell_keys):
        cuts = [cut[index].value for cut in splits]
        values = list(dict.fromkeys(value for value in cuts if value is not None))
        if len(values) > 1:
            keys.append(key)
            basis = ("数字连在一起，有多种分割",)
            table.proposals.append(Proposal(key, values[0], "ambiguous", basis, tuple(values[1:6])))
    if keys:
        table.open_cells(keys)
        table.doubt("t2.open", f"表二{labels(table.form, keys)}的数字连在一起，无法分割", keys)
