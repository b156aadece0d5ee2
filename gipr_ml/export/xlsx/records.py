"""The sheets beside the tables: overview with legend, findings, proposals, prose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from gipr_ml.export.marks import (
    GONE,
    OUTCOME_NAMES,
    SEVERITY_NAMES,
    VERDICT_NAMES,
    Mark,
    cause_words,
    decision_words,
    figure,
    number_said,
    signature,
    status_words,
)
from gipr_ml.export.reasons import reason_in_chinese
from gipr_ml.export.xlsx.style import (
    BOLD,
    CENTRE,
    FIRST_ROW,
    FRAME,
    HEAD,
    LINE_HEIGHT,
    LINK,
    fill,
    line_count,
    put,
    put_title,
    set_page,
)
from gipr_ml.export.xlsx.tables import Spot
from gipr_ml.forms import TABLE_NAMES
from gipr_ml.types import Finding, Report, Severity, State

NAMED_AT_MOST = 8
"""More cells than this are counted instead of named."""

Spots = Mapping[str, Spot]


def draw_overview(sheet: Worksheet, report: Report) -> None:
    """What the report is, what came out, and what the colours mean."""
    sheet.title = "概况"
    put_title(sheet, f"{report.agency or report.name} {report.year or ''}".strip(), 2)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 22, 72
    row = FIRST_ROW
    for name, value in _facts(report):
        put(sheet, row, 1, name).font = BOLD
        put(sheet, row, 2, value)
        for column in (1, 2):
            sheet.cell(row, column).border = FRAME
        sheet.row_dimensions[row].height = 6 + LINE_HEIGHT * line_count(str(value), 72)
        row += 1
    put(sheet, row + 1, 1, "图例").font = BOLD
    for offset, mark in enumerate(Mark, start=2):
        sample = put(sheet, row + offset, 1, None)
        sample.fill, sample.border = fill(mark), FRAME
        put(sheet, row + offset, 2, mark.value)
    put(
        sheet,
        row + 3 + len(Mark),
        2,
        "需要查看的单元格附有批注，说明原因。数字均为原文所印，未作改动。",
    )
    set_page(sheet, landscape=False)


def _facts(report: Report) -> Iterable[tuple[str, str | int]]:
    read = sum(cell.state not in (State.LOST, State.ILLEGIBLE) for cell in report.cells)
    counts = "，".join(
        f"{name} {sum(f.severity is severity for f in report.findings)}"
        for severity, name in SEVERITY_NAMES.items()
    )
    forms = "，".join(f"{TABLE_NAMES[t]}：{year} 年" for t, year in sorted(report.forms.items()))
    yield "填报单位", report.agency or "文件未说明"
    yield "年份", report.year or "文件未说明"
    yield "结论", status_words(report)
    if report.reason:
        yield "原因", f"{reason_in_chinese(report.reason)} {report.reason}"
    yield "读出的单元格", f"{read} / {len(report.cells)}"
    yield "成立的勾稽关系", report.passed
    yield "核对结果", counts
    yield "建议值", len(report.proposals)
    yield "表格格式", forms or "未找到官方表格"
    yield "文件", report.name
    yield "文件类型", report.media_type
    yield "页数", report.pages or "不分页"
    yield "SHA-256", report.sha256


def _list(
    sheet: Worksheet,
    title: str,
    heads: Mapping[str, int],
    rows: Sequence[Sequence[str | Decimal | None]],
) -> None:
    """A sheet of records under a header; `heads` gives the width of each column."""
    put_title(sheet, title, len(heads))
    for column, (name, width) in enumerate(heads.items(), start=1):
        head = put(sheet, FIRST_ROW, column, name)
        head.font, head.fill, head.alignment, head.border = BOLD, HEAD, CENTRE, FRAME
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, record in enumerate(rows, start=FIRST_ROW + 1):
        lines = 1
        for column, (value, width) in enumerate(zip(record, heads.values(), strict=True), start=1):
            put(sheet, row, column, value).border = FRAME
            lines = max(lines, line_count(str(value), width))
        sheet.row_dimensions[row].height = 6 + LINE_HEIGHT * lines
    if not rows:
        put(sheet, FIRST_ROW + 1, 1, "无")
    sheet.freeze_panes = sheet.cell(FIRST_ROW + 1, 1)
    sheet.print_title_rows = f"{FIRST_ROW}:{FIRST_ROW}"
    set_page(sheet, landscape=True)


def _link(sheet: Worksheet, column: int, keys: Sequence[str], spots: Spots) -> None:
    """Make the records lead to their first cell in the tables."""
    for row, key in enumerate(keys, start=FIRST_ROW + 1):
        if key in spots:
            address = spots[key].address
            cell = put(sheet, row, column, address.replace("'", ""))
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=address)
            cell.font, cell.alignment = LINK, CENTRE


def _names(keys: Sequence[str], spots: Spots) -> str:
    """Cells by name, one a line; more than a few are counted."""
    names = [spots[key].name if key in spots else key for key in keys[:NAMED_AT_MOST]]
    more = [f"等 {len(keys)} 个单元格"] if len(keys) > NAMED_AT_MOST else []
    return "\n".join(names + more)


def _first(keys: Sequence[str]) -> str:
    return keys[0] if keys else ""


def draw_findings(sheet: Worksheet, report: Report, spots: Spots) -> None:
    """What the rules say, the gravest first."""
    numbered = enumerate(report.findings, 1)  # as `gipr decide` counts them
    findings = sorted(numbered, key=lambda one: one[1].severity.rank)
    rows = [_finding(number, finding, spots) for number, finding in findings]
    rows += [
        (None, None, GONE, d.about or d.finding, *(None,) * 7, signature(d))
        for d in report.past_decisions
    ]
    _list(sheet, "核对结果", _FINDINGS, rows)
    _link(sheet, 9, [_first(f.cells) for _, f in findings], spots)
    for row, (_, finding) in enumerate(findings, start=FIRST_ROW + 1):
        if finding.severity is Severity.ERROR and finding.decided != "dismissed":
            sheet.cell(row, 2).fill = fill(Mark.FAILS)


_FINDINGS = {
    "序号": 6,
    "级别": 8,
    "结果": 11,
    "说明": 60,
    "报告值": 11,
    "计算值": 11,
    "差": 9,
    "单元格": 46,
    "位置": 10,
    "规则": 20,
    "判断": 24,
    "人工决定": 30,
}
"""Columns of the findings, with their widths in characters."""


def _finding(number: int, finding: Finding, spots: Spots) -> tuple[str | Decimal | None, ...]:
    return (
        Decimal(number),
        SEVERITY_NAMES[finding.severity],
        OUTCOME_NAMES[finding.outcome],
        finding.message,
        finding.reported,
        finding.computed,
        finding.difference,
        _names(finding.cells, spots),
        None,
        finding.rule,
        cause_words(finding),
        decision_words(finding),
    )


def draw_proposals(sheet: Worksheet, report: Report, spots: Spots) -> None:
    """Values that cells should probably have."""
    heads = {"单元格": 46, "位置": 10, "建议值": 12, "是否唯一": 12, "依据": 50, "其他可能": 24}
    rows = [
        (
            _names([p.cell], spots),
            None,
            p.value,
            VERDICT_NAMES[p.verdict],
            "\n".join(p.basis),
            "、".join(figure(value) for value in p.alternatives),
        )
        for p in report.proposals
    ]
    _list(sheet, "建议值（未写入表格，供复核）", heads, rows)
    _link(sheet, 2, [p.cell for p in report.proposals], spots)


def draw_narrative(sheet: Worksheet, report: Report, spots: Spots) -> None:
    """Numbers of the prose beside the cells that they restate."""
    heads = {"原文": 60, "数值": 12, "对应的单元格（之和）": 46, "位置": 10, "与表格": 12}
    agreement = {True: "相符", False: "不相符", None: "无法核对"}
    rows = [
        (
            f.statement.quote,
            f.statement.value if f.statement.kind == "exact" else number_said(f.statement),
            _names(f.statement.restates, spots),
            None,
            agreement[f.agrees],
        )
        for f in report.narrative
    ]
    _list(sheet, "文字中重述表格的数字", heads, rows)
    _link(sheet, 4, [_first(f.statement.restates) for f in report.narrative], spots)
