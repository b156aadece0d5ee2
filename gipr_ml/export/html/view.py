"""What the page for people shows, as plain data for its template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from gipr_ml.export.html import english
from gipr_ml.export.html.cells import SYMBOLS, Both, CellView, cell_views
from gipr_ml.export.html.places import LineView, PageView, line_views, page_view, worth_showing
from gipr_ml.export.layout import GridBox, official_grid
from gipr_ml.export.marks import (
    GONE,
    OUTCOME_NAMES,
    SEVERITY_NAMES,
    Mark,
    cause_words,
    decision_words,
    figure,
    is_settled,
    number_said,
    signature,
    status_words,
)
from gipr_ml.export.reasons import reason_in_chinese
from gipr_ml.forms import TABLE_NAMES, TableForm, load_forms
from gipr_ml.types import (
    Decision,
    Finding,
    PageImage,
    Report,
    Severity,
    State,
    Status,
)

_STATUS_ENGLISH = {
    Status.CONSISTENT: "Consistent: everything was read and every rule holds",
    Status.NEEDS_REVIEW: "Needs review",
    Status.REJECTED: "Could not be read as an annual report",
}
_SETTLED = "Consistent: what needed review was dismissed by a person"
_LISTED_CELLS = 40
"""A finding over more cells than this links to the first ones."""


@dataclass(frozen=True)
class BoxView:
    """One cell of a printed table: a text of the form, or a figure."""

    words: Both
    rows: int
    columns: int
    kind: str
    """head, label or figure."""
    cell: CellView | None = None


@dataclass(frozen=True)
class TableView:
    """One official table as it is printed."""

    name: str
    title: Both
    rows: list[list[BoxView]]


class FindingView(NamedTuple):
    """One finding with links to its cells."""

    number: int
    """As `gipr decide` counts them."""
    severity: str
    severity_words: Both
    outcome: Both
    message: Both
    reported: str
    computed: str
    difference: str
    cells: list[CellView]
    more: int
    cause: Both
    """What the evidence blames; empty where nothing was looked into."""
    decided: str
    """Verdict of a person, "stale" where the figures have changed since, or empty."""
    decision: Both


class FigureView(NamedTuple):
    """A number of the prose beside its cells."""

    quote: str
    value: str
    agrees: Both
    kind: str
    cells: list[CellView]


@dataclass(frozen=True)
class View:
    """Everything on the page."""

    title: str
    status: str
    status_words: Both
    reason: Both
    facts: list[tuple[Both, Both]]
    tables: list[TableView]
    look: list[CellView]
    findings: list[FindingView]
    past_decisions: list[Both]
    narrative: list[FigureView]
    pages: list[PageView]
    lines: list[LineView]
    legend: list[tuple[str, str, Both]]


def build_view(report: Report, images: Sequence[PageImage] = ()) -> View:
    """The view of a report; `images` are the pages of its source."""
    tables = load_forms().tables_of([cell.key for cell in report.cells], report.forms)
    shown = {image.number for image in images}
    cells = cell_views(report, tables, shown)
    return View(
        title=f"{report.agency or report.name} {report.year or ''}".strip(),
        status=str(report.status),
        status_words=Both(
            status_words(report),
            _SETTLED if is_settled(report) else _STATUS_ENGLISH[report.status],
        ),
        reason=Both(reason_in_chinese(report.reason), report.reason)
        if report.reason
        else Both("", ""),
        facts=list(_facts(report)),
        tables=[_table(name, table, cells) for name, table in tables.items()],
        look=[cell for cell in cells.values() if cell.needs_look],
        findings=[_finding(n, finding, cells) for n, finding in enumerate(report.findings, 1)],
        past_decisions=[_past(decision) for decision in report.past_decisions],
        narrative=_narrative(report, cells),
        pages=[page_view(image, report, cells) for image in worth_showing(images, report)],
        lines=line_views(report, cells),
        legend=[
            (mark.name.lower(), SYMBOLS[mark], Both(mark.value, english.mark_words(mark)))
            for mark in Mark
        ],
    )


def _facts(report: Report) -> Iterator[tuple[Both, Both]]:
    read = sum(cell.state not in (State.LOST, State.ILLEGIBLE) for cell in report.cells)
    unsaid = Both("文件未说明", "not stated")
    yield Both("填报单位", "Agency"), _same(report.agency) if report.agency else unsaid
    yield Both("年份", "Year"), _same(report.year) if report.year else unsaid
    if report.cells:
        yield Both("读出的单元格", "Cells read"), _same(f"{read} / {len(report.cells)}")
        yield Both("成立的勾稽关系", "Rules that hold"), _same(report.passed)
        forms = sorted(report.forms.items())
        zh = "，".join(f"{TABLE_NAMES[t]} {year} 年" for t, year in forms)
        en = ", ".join(f"{english.words()['tables'][t]}: {year}" for t, year in forms)
        yield Both("表格格式", "Official form"), Both(zh or "未找到", en or "none found")
    yield Both("文件", "Document"), _same(report.name)
    pages = _same(report.pages) if report.pages else Both("不分页", "has no pages")
    yield Both("页数", "Pages"), pages
    yield Both("文件类型", "Kind of file"), _same(report.media_type)
    yield Both("SHA-256", "SHA-256"), _same(report.sha256)


def _same(value: object) -> Both:
    return Both(str(value), str(value))


# ---------------------------------------------------------------- tables


def _table(name: str, table: TableForm, cells: Mapping[str, CellView]) -> TableView:
    grid = official_grid(table)
    rows: list[list[BoxView]] = [[] for _ in range(grid.height)]
    for box in sorted(grid.boxes, key=lambda box: (box.top, box.left)):
        rows[box.top].append(_box(box, cells))
    return TableView(name, Both(table.title, english.label(table.title)), rows)


def _box(box: GridBox, cells: Mapping[str, CellView]) -> BoxView:
    kind = "figure" if box.key else "label" if box.label else "head"
    words = Both(box.text, english.label(box.text))
    cell = cells.get(box.key) if box.key else None
    return BoxView(words, box.height, box.width, kind, cell)


# ---------------------------------------------------------------- findings and prose


def _finding(number: int, finding: Finding, cells: Mapping[str, CellView]) -> FindingView:
    linked = _known(finding.cells, cells)
    severity, outcome = finding.severity, finding.outcome
    return FindingView(
        number=number,
        severity=str(severity),
        severity_words=Both(SEVERITY_NAMES[severity], str(severity)),
        outcome=Both(OUTCOME_NAMES[outcome], str(outcome).replace("_", " ")),
        message=Both(finding.message, english.finding_words(finding)),
        reported=figure(finding.reported),
        computed=figure(finding.computed),
        difference=_signed(finding.difference),
        cells=linked[:_LISTED_CELLS],
        more=max(0, len(linked) - _LISTED_CELLS),
        cause=Both(cause_words(finding), english.cause_words(finding)),
        decided=finding.decided,
        decision=Both(decision_words(finding), english.decision_words(finding)),
    )


def _past(decision: Decision) -> Both:
    """A decision on a finding that is no longer made."""
    about, by = decision.about or decision.finding, signature(decision)
    return Both(
        f"{GONE}：{about}（{by}）", f"{english.words()['decisions']['gone']}: {about} ({by})"
    )


def _signed(value: Decimal | None) -> str:
    return "" if value is None else f"{value:+f}"


def _known(keys: Iterable[str], cells: Mapping[str, CellView]) -> list[CellView]:
    return [cells[key] for key in keys if key in cells]


def _narrative(report: Report, cells: Mapping[str, CellView]) -> list[FigureView]:
    agreement = {
        True: Both("相符", "agrees"),
        False: Both("不相符", "differs"),
        None: Both("无法核对", "not checkable"),
    }
    return [
        FigureView(
            f.statement.quote,
            number_said(f.statement),
            agreement[f.agrees],
            str(Severity.WARNING) if f.agrees is False else "",
            _known(f.statement.restates, cells),
        )
        for f in report.narrative
    ]
