"""Which cells of a report a person should look at, and why: the marks of every page for people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from gipr_ml.forms import TABLE_NAMES, TableForm
from gipr_ml.types import (
    Cause,
    Decision,
    Doubt,
    Finding,
    Outcome,
    Proposal,
    Report,
    Severity,
    State,
    Statement,
    Status,
)

STATUS_NAMES = {
    Status.CONSISTENT: "一致：各项均已读出，勾稽关系全部成立",
    Status.NEEDS_REVIEW: "需要复核",
    Status.REJECTED: "未能作为年度报告读取",
}
SETTLED = "一致：需要复核之处均已由人工排除"
SEVERITY_NAMES = {Severity.ERROR: "错误", Severity.WARNING: "警告", Severity.INFO: "提示"}
OUTCOME_NAMES = {Outcome.PASS: "成立", Outcome.FAIL: "不成立", Outcome.NOT_CHECKABLE: "无法核对"}
LOW_CONFIDENCE = "reading.low_confidence"
"""Rule of the findings that name cells which were not read surely enough."""
CAUSE_NAMES: Mapping[Cause, str] = {
    "misreading": "疑为读取有误，请对照原文",
    "source": "读取可靠，应为原文自身矛盾",
    "unclear": "读取有误还是原文有误尚难确定",
}
DECISION_NAMES = {
    "confirmed": "已确认属实",
    "dismissed": "已排除",
    "noted": "备注",
    "stale": "曾作决定，但数字已变，请重新判断",
}
GONE = "已无此项"
"""Before a decision on a finding that is no longer made."""
_MEANT = {"about": "≈", "at_least": "≥", "at_most": "≤"}
VERDICT_NAMES = {"unique": "唯一", "ambiguous": "不唯一"}


class Mark(StrEnum):
    """What is the matter with a cell, the gravest first."""

    FAILS = "与其他数字矛盾"
    LOST = "缺失：文件中没有找到"
    ILLEGIBLE = "无法辨认"
    DOUBTFUL = "存疑，请核对"
    NOT_APPLICABLE = "印为“/”或“-”"
    BLANK = "印为空白"


_OF_STATE = {
    State.LOST: Mark.LOST,
    State.ILLEGIBLE: Mark.ILLEGIBLE,
    State.NOT_APPLICABLE: Mark.NOT_APPLICABLE,
    State.BLANK: Mark.BLANK,
}
_NEEDS_REASON = {Mark.FAILS, Mark.LOST, Mark.ILLEGIBLE, Mark.DOUBTFUL}


@dataclass(frozen=True, slots=True)
class CellMark:
    """The mark of one cell with its reasons, a sentence each."""

    mark: Mark
    reasons: tuple[str, ...]


def cell_marks(report: Report) -> Mapping[str, CellMark]:
    """The cells that are not simply read, by key. A cell gets the gravest mark that applies."""
    failing = _messages(_failing(report, Severity.ERROR))
    unsure = [f for f in report.findings if f.rule == LOW_CONFIDENCE]
    doubtful = _messages([*report.doubts, *unsure, *_failing(report, Severity.WARNING)])
    proposed = {proposal.cell: proposal_words(proposal) for proposal in report.proposals}
    marks: dict[str, CellMark] = {}
    for cell in report.cells:
        applying = [
            mark
            for mark, applies in (
                (Mark.FAILS, cell.key in failing),
                (_OF_STATE.get(cell.state, Mark.BLANK), cell.state in _OF_STATE),
                (Mark.DOUBTFUL, cell.key in doubtful),
            )
            if applies
        ]
        if not applying:
            continue
        mark = min(applying, key=list(Mark).index)
        reasons = [*failing.get(cell.key, ()), *doubtful.get(cell.key, ())]
        if cell.key in proposed:
            reasons.append(proposed[cell.key])
        if mark in _NEEDS_REASON:
            reasons.insert(0, mark.value)
        marks[cell.key] = CellMark(mark, tuple(dict.fromkeys(reasons)))
    return marks


def proposal_words(proposal: Proposal) -> str:
    """The value that is proposed, and whether it is the only one."""
    return f"建议值 {figure(proposal.value)}（{VERDICT_NAMES[proposal.verdict]}）"


def cause_words(finding: Finding) -> str:
    """What the evidence blames; empty where nothing was looked into, or the message says it."""
    return (
        "" if not finding.cause or finding.rule.startswith("fault.") else CAUSE_NAMES[finding.cause]
    )


def decision_words(finding: Finding) -> str:
    """What a person has decided of a finding, who, when and why; empty where nobody has."""
    if finding.decision is None:
        return ""
    return f"{DECISION_NAMES[finding.decided]}：{signature(finding.decision)}"


def signature(decision: Decision) -> str:
    """Who has decided, when (to the minute) and why."""
    when = decision.when[:16].replace("T", " ")
    return " ".join(part for part in (decision.who, when, decision.why) if part)


def is_settled(report: Report) -> bool:
    """Whether a report is consistent only because a person has dismissed what was found."""
    dismissed = any(f.review and f.decided == "dismissed" for f in report.findings)
    return report.status is Status.CONSISTENT and dismissed


def status_words(report: Report) -> str:
    """What came out, in Chinese."""
    return SETTLED if is_settled(report) else STATUS_NAMES[report.status]


def cell_name(table: TableForm, key: str) -> str:
    """A cell by the labels of its table: 表三 （一）予以公开 自然人."""
    row, column = table.by_key[key]
    return f"{TABLE_NAMES[table.table]} {row.full_label} {column.label}"


def figure(value: Decimal | None) -> str:
    """The number in plain digits, nothing for None."""
    return "" if value is None else f"{value:f}"


def number_said(statement: Statement) -> str:
    """The number of the prose with what it is meant to be: ≈200, ≥300, 3–5, 39.1%, +12."""
    number = figure(statement.value)
    if statement.kind == "range":
        return f"{number}–{figure(statement.upper)}"
    if statement.kind in ("change", "growth") and statement.value >= 0:
        number = f"+{number}"
    percent = "%" if statement.kind in ("share", "growth") else ""
    return _MEANT.get(statement.kind, "") + number + percent


def _failing(report: Report, severity: Severity) -> list[Finding]:
    """Findings of rules that do not hold; one that cannot be checked says nothing of its cells, and
    one that a person has dismissed nothing any more."""
    return [
        f
        for f in report.findings
        if f.outcome is Outcome.FAIL and f.severity is severity and f.decided != "dismissed"
    ]


def _messages(sources: Iterable[Doubt | Finding]) -> dict[str, list[str]]:
    by_cell: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        for key in source.cells:
            by_cell[key].append(source.message)
    return by_cell
