"""Findings that say where a contradiction lies, in words for an official."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from gipr_ml.checking.cells import Cells
from gipr_ml.checking.faults import Explanation, Fault
from gipr_ml.checking.words import Names, figure
from gipr_ml.types import Cause, Finding, Outcome, ReportCell, Severity

TOLD = 3
"""Explanations that a message spells out."""

_MOVES = {
    "left": "整行左移了一格",
    "right": "整行右移了一格",
    "closed_up": "漏了一格，其后各格左移",
    "joined": "两格的数字连在了一起，其后各格左移",
    "surplus": "多出了一个数，其后各格右移",
}
_BLAME: Mapping[Cause, str] = {
    "misreading": "疑为读取有误，请对照原文",
    "source": "读取可靠，应为原文自身矛盾，请与填报单位核实",
    "unclear": "读取有误还是原文有误尚难判断，请对照原文",
}


def fault_finding(fault: Fault, cells: Cells, names: Names) -> Finding:
    """One finding a fault: what is wrong, or what might be, and whom the evidence points to."""
    rule = f"fault.{fault.cause}"
    if fault.verdict == "unresolved":
        about = tuple(dict.fromkeys(key for keys in fault.rules.values() for key in keys))
        words = (
            f"{len(fault.rules)} 条勾稽关系不成立，牵涉的数字太多，未能判断哪一个有误，请逐项核对。"
        )
        return Finding(
            "fault.unresolved", Severity.INFO, Outcome.NOT_CHECKABLE, about, words, cause="unclear"
        )
    severity = Severity.WARNING if fault.cause == "misreading" else Severity.INFO
    keys = tuple(dict.fromkeys(key for e in fault.explanations for key in e.values))
    told = [_explained(e, cells, names) for e in fault.explanations[:TOLD]]
    if len(fault.explanations) == 1:
        words = f"最简单的解释：{told[0]}；{_BLAME[fault.cause]}。"
        if fault.verdict != "unique":
            words += "另无佐证，不能确定。"
    else:
        listed = "；".join(f"（{i}）{text}" for i, text in enumerate(told, 1))
        more = f"，其中 {TOLD} 种为" if len(fault.explanations) > TOLD else ""
        words = f"同样简单的解释有 {len(fault.explanations)} 种{more}：{listed}。"
        words += f"{_BLAME[fault.cause]}。"
    reported, computed = _single(fault, cells)
    return Finding(
        rule,
        severity,
        Outcome.FAIL,
        keys,
        words,
        reported,
        computed,
        None if reported is None or computed is None else reported - computed,
        cause=fault.cause,
    )


def _explained(explanation: Explanation, cells: Cells, names: Names) -> str:
    moved = {row for row, _ in explanation.rows}
    parts = [
        f"{names.row(row)}一行{_MOVES[kind]}，应依次为 {_numbers(row, explanation, cells, names)}"
        for row, kind in explanation.rows
    ]
    parts += [
        f"{names.cell(key)}读作 {_read(cells.get(key))}，应为 {value}"
        for key, value in explanation.values.items()
        if key.rsplit("/", 1)[0] not in moved
    ]
    parts += [f"正文“{statement.quote}”有误" for statement in explanation.prose]
    return "，".join(parts)


def _numbers(row: str, explanation: Explanation, cells: Cells, names: Names) -> str:
    return "、".join(
        str(explanation.values[key]) if key in explanation.values else _read(cells.get(key))
        for key in names.keys(row)
    )


def _read(cell: ReportCell | None) -> str:
    return "空白" if cell is None or cell.value is None else figure(cell.value)


def _single(fault: Fault, cells: Cells) -> tuple[Decimal | None, Decimal | None]:
    """Both values where one cell alone is wrong for sure."""
    values = fault.explanations[0].values
    if fault.verdict != "unique" or len(values) != 1:
        return None, None
    ((key, value),) = values.items()
    cell = cells.get(key)
    return (None if cell is None else cell.value), Decimal(value)
