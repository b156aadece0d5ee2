"""What a set of reports comes to, counted while it is read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from gipr_ml.checking import Series
from gipr_ml.dataset.results import Result, Row
from gipr_ml.forms import load_forms
from gipr_ml.types import Severity, State, Status

SummaryCell = str | int
SummaryRow = tuple[SummaryCell, ...]
MISSING = (State.LOST, State.ILLEGIBLE)


@dataclass(frozen=True, slots=True)
class SummaryTable:
    """A table of the summary. Titles and columns are in Chinese and English."""

    key: str
    title: tuple[str, str]
    columns: tuple[tuple[str, str], ...]
    rows: tuple[SummaryRow, ...]


class Counts:
    """Counts by year, rule, agency and category."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self._years: dict[int | None, Counter[str]] = defaultdict(Counter)
        self._rules: dict[str, Counter[str]] = defaultdict(Counter)
        self._rule_years: dict[tuple[str, int | None], Counter[str]] = defaultdict(Counter)
        self._agencies: dict[str, Counter[str]] = defaultdict(Counter)
        self._missing: Counter[str] = Counter()
        self._series: Sequence[Series] = ()

    def add(self, result: Result) -> None:
        """Count a report and its findings."""
        report = result.report
        self.statuses[report["status"]] += 1
        for counter in (self._years[report["year"]], self._agencies[report["agency"] or ""]):
            counter["reports"] += 1
            counter[report["status"]] += 1
        for key, state in zip(result.cells["key"], result.cells["state"], strict=True):
            if state in MISSING:
                self._missing[key] += 1
        self.add_findings(result.findings)

    def add_findings(self, findings: Sequence[Row]) -> None:
        """Count findings."""
        for finding in findings:
            severity = finding["severity"]
            self._rules[finding["rule"]][severity] += 1
            self._rule_years[finding["rule"], finding["year"]][severity] += 1
            self._agencies[finding["agency"] or ""][severity] += 1

    def add_series(self, series: Sequence[Series]) -> None:
        """Take the reports of each agency."""
        self._series = series

    def tables(self) -> list[SummaryTable]:
        """All tables, those with nothing in them too."""
        return [
            self._by_year(),
            self._by_rule(),
            self._by_rule_and_year(),
            self._by_agency(),
            self._by_category(),
            self._absent(),
            self._repeated(),
        ]

    def _by_year(self) -> SummaryTable:
        rows: list[SummaryRow] = [
            (_year(year), count["reports"], *(count[status] for status in Status))
            for year, count in sorted(self._years.items(), key=lambda item: item[0] or 0)
        ]
        return SummaryTable(
            "years",
            ("各年度的报告与结果", "Reports and outcomes by year"),
            (("年度", "year"), ("报告", "reports"), *_STATUSES),
            tuple(rows),
        )

    def _by_rule(self) -> SummaryTable:
        rows: list[SummaryRow] = [
            (rule, *_severities(count)) for rule, count in _gravest(self._rules)
        ]
        return SummaryTable(
            "rules", ("各规则的核对结果", "Findings by rule"), (_RULE, *_SEVERITIES), tuple(rows)
        )

    def _by_rule_and_year(self) -> SummaryTable:
        found = sorted(self._rule_years.items(), key=lambda item: (item[0][0], item[0][1] or 0))
        rows: list[SummaryRow] = [
            (rule, _year(year), *_severities(count)) for (rule, year), count in found
        ]
        return SummaryTable(
            "rules_years",
            ("各规则、各年度的核对结果", "Findings by rule and year"),
            (_RULE, ("年度", "year"), *_SEVERITIES),
            tuple(rows),
        )

    def _by_agency(self) -> SummaryTable:
        rows: list[SummaryRow] = [
            (agency or "—", count["reports"], count[Status.NEEDS_REVIEW], *_severities(count))
            for agency, count in _gravest(self._agencies)
        ]
        return SummaryTable(
            "agencies",
            ("各机关的报告与核对结果", "Reports and findings by agency"),
            (
                ("机关", "agency"),
                ("报告", "reports"),
                _STATUSES[1],
                *_SEVERITIES,
            ),
            tuple(rows),
        )

    def _by_category(self) -> SummaryTable:
        labels = labels_of_keys()
        rows: list[SummaryRow] = [
            (key, labels.get(key, ""), n) for key, n in self._missing.most_common()
        ]
        return SummaryTable(
            "missing",
            ("未读到或无法辨认的单元格", "Cells that are lost or illegible"),
            (("单元格", "cell"), ("名称", "label"), ("次数", "times")),
            tuple(rows),
        )

    def _absent(self) -> SummaryTable:
        rows = [
            (one.agency, f"{min(one.sources)}–{max(one.sources)}", ", ".join(map(str, one.missing)))
            for one in self._series
            if one.missing
        ]
        return SummaryTable(
            "absent",
            ("缺少的年度报告", "Years without a report"),
            (("机关", "agency"), ("年度", "years"), ("缺少", "missing")),
            tuple(rows),
        )

    def _repeated(self) -> SummaryTable:
        rows = [
            (one.agency, str(year), ", ".join(names))
            for one in self._series
            for year, names in one.repeated.items()
        ]
        return SummaryTable(
            "repeated",
            ("有多个来源的报告", "Reports from several sources"),
            (("机关", "agency"), ("年度", "year"), ("来源", "sources")),
            tuple(rows),
        )


_STATUSES = (("一致", "consistent"), ("需复核", "needs review"), ("不采用", "rejected"))
_SEVERITIES = (("错误", "errors"), ("警告", "warnings"), ("提示", "remarks"))
_RULE = ("规则", "rule")


def labels_of_keys() -> dict[str, str]:
    """The official words for each canonical cell; of two forms those of the newest."""
    found: dict[str, str] = {}
    for _, table in sorted(load_forms().tables.items()):
        for key, (row, column) in table.by_key.items():
            words = (*row.group, row.full_label, *column.group, column.label)
            found[key] = "／".join(words)
    return found


def _year(year: int | None) -> str:
    return "—" if year is None else str(year)


def _severities(count: Counter[str]) -> tuple[int, ...]:
    return tuple(count[severity] for severity in Severity)


def _gravest(counted: dict[str, Counter[str]]) -> list[tuple[str, Counter[str]]]:
    """Those with most errors first, then with most warnings, then by name."""
    return sorted(counted.items(), key=lambda item: (*(-n for n in _severities(item[1])), item[0]))
