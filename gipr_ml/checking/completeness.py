"""What a report must have to be called consistent: every table, every cell, surely read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gipr_ml.checking.cells import Cells
from gipr_ml.checking.words import Names
from gipr_ml.forms import TABLE_NAMES, TableForm
from gipr_ml.types import Finding, Outcome, Severity, State

CONFIDENCE_THRESHOLD = 0.8
"""A cell whose reading is less sure than this needs a look."""


def complete(
    cells: Cells,
    tables: Mapping[str, TableForm],
    wanted: Sequence[str],
    names: Names,
) -> tuple[Finding, ...]:
    """What is missing or unsure, table by table; nothing where all is there."""
    return tuple(
        finding
        for name in wanted
        for finding in (
            _gaps(name, tables[name], cells, names) if name in tables else (_no_table(name),)
        )
    )


def _gaps(name: str, table: TableForm, cells: Cells, names: Names) -> Iterator[Finding]:
    title = TABLE_NAMES[name]
    lost: list[str] = []
    illegible: list[str] = []
    unsure: list[str] = []
    empty = True
    for key in table.cell_keys:
        cell = cells.get(key)
        state = State.LOST if cell is None else cell.state
        if cell is None or state is State.LOST:
            lost.append(key)
        elif state is State.ILLEGIBLE:
            illegible.append(key)
        elif cell.confidence < CONFIDENCE_THRESHOLD:
            unsure.append(key)
        empty = empty and (cell is None or cell.value is None)
    if not lost and not illegible and empty:
        yield _finding("completeness.empty_table", (), f"{title}没有填写任何数字。")
    if lost:
        words = f"{title}缺少 {len(lost)} 个单元格：{names.cells(lost)}。"
        yield _finding("completeness.lost_cells", tuple(lost), words)
    if illegible:
        words = f"{title}有 {len(illegible)} 个单元格辨认不清：{names.cells(illegible)}。"
        yield _finding("completeness.illegible_cells", tuple(illegible), words)
    if unsure:
        words = f"{title}有 {len(unsure)} 个单元格读取把握不足，请对照原文：{names.cells(unsure)}。"
        yield _finding("reading.low_confidence", tuple(unsure), words)


def _no_table(name: str) -> Finding:
    words = f"文中未找到{TABLE_NAMES[name]}。"
    return _finding("completeness.missing_table", (), words)


def _finding(rule: str, cells: tuple[str, ...], message: str) -> Finding:
    return Finding(rule, Severity.WARNING, Outcome.NOT_CHECKABLE, cells, message, review=True)
