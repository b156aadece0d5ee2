"""What an official is told of one report: every finding in words, in Chinese."""

from __future__ import annotations

from gipr_ml.types import Finding, Report


def proof(report: Report) -> tuple[str, ...]:
    """The findings by number, the proposals and the decisions; nothing where all is well.

    The numbers are those that `gipr decide` takes.
    """
    from gipr_ml.export.marks import GONE, VERDICT_NAMES, cell_name, figure, signature
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
        lines.append(f"{GONE}  {decision.about or decision.finding}（{signature(decision)}）")
    return tuple(lines)


def _finding(number: int, finding: Finding) -> list[str]:
    from gipr_ml.export.marks import SEVERITY_NAMES, cause_words, decision_words

    lines = [f"[{number}] {SEVERITY_NAMES[finding.severity]}  {finding.message}"]
    cause, decision = cause_words(finding), decision_words(finding)
    return lines + [f"      判断：{cause}"] * bool(cause) + [f"      {decision}"] * bool(decision)
