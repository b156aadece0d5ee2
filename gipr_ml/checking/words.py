"""The words of findings: cells by their official labels, numbers as a report prints them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from gipr_ml.checking.identities import Evaluation
from gipr_ml.forms import FormRow, TableForm, load_forms
from gipr_ml.types import Outcome, Report

NAMED_AT_MOST = 4
"""More cells than this are counted instead of named."""


class Names:
    """Names of cells in the tables of one report."""

    def __init__(self, tables: Iterable[TableForm]) -> None:
        self._names: dict[str, tuple[str, str]] = {}
        self._parts: dict[str, list[str]] = {}
        self._rows: dict[str, tuple[str, tuple[str, ...]]] = {}
        for table in tables:
            for row in table.rows:
                for key, column in zip(row.cell_keys, row.columns, strict=True):
                    self._names[key] = _row_name(row), "·".join((*column.group, column.label))
                name = row.cell_keys[0].rsplit("/", 1)[0]
                self._rows[name] = _row_name(row), row.cell_keys
                parts = [key for key in row.cell_keys if not key.endswith("/total")]
                self._parts[name] = parts

    def cell(self, key: str) -> str:
        """The cell by its row and column: “（七）总计”的“自然人”."""
        if key not in self._names:
            return key
        row, column = self._names[key]
        return f"“{row}”的“{column}”"

    def row(self, name: str) -> str:
        """The row "t3/granted" by its label."""
        return f"“{self._rows[name][0]}”" if name in self._rows else name

    def keys(self, row: str) -> tuple[str, ...]:
        """The cells of the row "t3/granted", left to right."""
        return self._rows[row][1] if row in self._rows else ()

    def cells(self, keys: Sequence[str]) -> str:
        """Several cells, the first few by name."""
        return _some([self.cell(key) for key in keys], "项")

    def sum_of(self, keys: Sequence[str]) -> str:
        """The sum of cells; a single cell is itself."""
        return self._addends(keys) + ("之和" if len(keys) > 1 else "")

    def _addends(self, keys: Sequence[str]) -> str:
        """The cells of a sum; rows by name where each has all of its parts there."""
        rows = list(dict.fromkeys(key.rsplit("/", 1)[0] for key in keys))
        every_part = [part for row in rows for part in self._parts.get(row, ())]
        if len(keys) < 2 or list(keys) != every_part:
            return self.cells(keys)
        return _some([f"“{self._names[self._parts[row][0]][0]}”" for row in rows], "行") + "各栏"


def names_of(tables: Iterable[TableForm]) -> Names:
    """The names of the cells in `tables`, which are made once for each choice of forms."""
    found = tuple(tables)
    forms = tuple((table.table, table.form) for table in found)
    if forms not in _NAMES:
        _NAMES[forms] = Names(found)
    return _NAMES[forms]


_NAMES: dict[tuple[tuple[str, str], ...], Names] = {}


def names_in(report: Report) -> Names:
    """The names of the cells in the tables of a report."""
    keys = [cell.key for cell in report.cells]
    return names_of(load_forms().tables_of(keys, report.forms).values())


def figure(value: Decimal) -> str:
    """The number without exponent and trailing zeros; -0 is 0."""
    text = format(value or Decimal(0), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def identity_message(evaluation: Evaluation, names: Names) -> str:
    """What an identity that did not hold, or could not be checked, says to an official."""
    rule = evaluation.identity.zh
    unknown = names.cells(evaluation.unknown)
    if evaluation.outcome is Outcome.NOT_CHECKABLE:
        why = {
            "unread": f"{unknown}未能读出",
            "total_blank": f"{unknown}未填写",
            "left_out": f"{unknown}未填写，而其所含各项有数",
        }
        return f"{rule}。{why[evaluation.reason]}，无法核对。"
    return f"{rule}。{_contradiction(evaluation, names, unknown)}"


def _contradiction(evaluation: Evaluation, names: Names, unknown: str) -> str:
    reported, computed = evaluation.reported, evaluation.computed
    total = names.cell(evaluation.identity.total)
    assert computed is not None
    if reported is None:
        return f"已读出的各项计算得 {figure(computed)}，{total}无论为何数都不相符。"
    difference = reported - computed
    if unknown:
        return (
            f"{total}报告值为 {figure(reported)}，已读出的其余各项计算得 {figure(computed)}；"
            f"{unknown}无论为何数都不相符。"
        )
    return (
        f"{total}报告值为 {figure(reported)}，其余各项计算得 {figure(computed)}，"
        f"报告值{'多' if difference > 0 else '少'} {figure(abs(difference))}。"
    )


def _row_name(row: FormRow) -> str:
    under = row.group[-1] if row.group and not row.mark.startswith("（") else ""
    return f"{under} {row.full_label}".strip()


def _some(names: Sequence[str], counted: str) -> str:
    named = "、".join(names[:NAMED_AT_MOST])
    return named if len(names) <= NAMED_AT_MOST else f"{named}等 {len(names)} {counted}"
