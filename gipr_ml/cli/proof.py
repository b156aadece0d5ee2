"""What an official is told of one report: every finding in words, in Chinese."""

from __future__ import annotations

from gipr_ml.types import Decision, Finding, Report

_CAUSES = {
    "misreading": "判断：疑为读取有误，请对照原文",
    "source": "判断：读取可靠，应为原文自身矛盾",
    "unclear": "判断：读取有误还是原文有误尚难确定",
}
_DECIDED = {
    "confirmed": "已确认属实",
    "dismissed": "已排除",
    "noted": "备注",
    "stale": "曾作决定，但数字已变，请重新判断",
}


def proof(report: Report) -> tuple[str, ...]:
    """The findings by number, the proposals and the decisions; nothing where all is well.

    The numbers are those that `gipr decide` takes.
    """
    from gipr_ml.export.marks import VERDICT_NAMES, cell_name, figure
    from gipr_ml.forms import load_forms

    lines = [line for number, f in enumerate(report.findings, 1) for line in _finding(number, f)]
    cells = {cell.key: cell for cell in report.cells}
    tables = load_forms().tables_of(cells, report.forms)
    for proposal in report.proposals:
        table = tables.get(proposal.cell.partition("/")[0])
        name = cell_name(table, proposal.cell) if table else proposal.cell
        here = cells.get(proposal.cell)
        printed = "未读出" if here is None or here.value is None else f"现为 {figure(here.value)}"
        others = "".join(f"、{figure(value)}" for value in proposal.alternatives)
        lines.append(
            f"建议值  {name}：{printed}，应为 {figure(proposal.value)}"
            f"（{VERDICT_NAMES[proposal.verdict]}{'，或为 ' + others[1:] if others else ''}）"
        )
    for decision in report.past_decisions:
        lines.append(f"已无此项  {decision.about or decision.finding}（{_who(decision)}）")
    return tuple(lines)


def _finding(number: int, finding: Finding) -> list[str]:
    from gipr_ml.export.marks import SEVERITY_NAMES

    lines = [f"[{number}] {SEVERITY_NAMES[finding.severity]}  {finding.message}"]
    if finding.cause and not finding.rule.startswith("fault."):
        lines.append(f"      {_CAUSES[finding.cause]}")
    if finding.decision is not None:
        lines.append(f"      {_DECIDED[finding.decided]}：{_who(finding.decision)}")
    return lines


def _who(decision: Decision) -> str:
    return " ".join(part for part in (decision.who, decision.when, decision.why) if part)
