"""Make the data set and the summary of a folder of results."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gipr_ml.dataset.across import Across, Kept, kept_of
from gipr_ml.dataset.counts import Counts, SummaryTable
from gipr_ml.dataset.dictionary import dictionary
from gipr_ml.dataset.page import page
from gipr_ml.dataset.parquet import CellFiles, TableFile
from gipr_ml.dataset.plots import plots
from gipr_ml.dataset.results import results
from gipr_ml.dataset.workbook import Book
from gipr_ml.errors import OutputError, UsageError
from gipr_ml.files import LOCK, locked, make_folder, put_folder

PARTS = (
    "cells",
    "reports.parquet",
    "findings.parquet",
    "reports.xlsx",
    "dictionary.md",
    "summary.html",
    "summary.json",
)
"""What the folder holds, beside the plots (SVG)."""
_DRAFT = ".gipr-new-"

Tick = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Built:
    """What was made."""

    folder: Path
    facts: Mapping[str, int]
    tables: tuple[SummaryTable, ...]
    unusable: tuple[Path, ...]
    """JSON files that are no results."""


def build(
    source: Path,
    target: Path,
    *,
    renamed: Mapping[str, str] | None = None,
    workbook: bool = True,
    tick: Tick = lambda _: None,
) -> Built:
    """Make `target` of the results in the folder `source`; it appears whole, or stays as it was.

    `renamed` as of `forms.agencies.read_renamings`; `tick` is told how many results were read.
    Raises `UsageError` where there is no result, `OutputError` where `target` cannot be written.
    """
    try:
        make_folder(target.parent)
        with locked(target.with_name(f"{LOCK}-{target.name}"), str(target)):
            draft = target.with_name(f"{_DRAFT}{target.name}")
            shutil.rmtree(draft, ignore_errors=True)  # of a call that was broken off
            try:
                draft.mkdir()
                built = _fill(source, draft, renamed, workbook, tick)
                put_folder(draft, target)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        words = error.strerror or str(error)
        raise OutputError(f"cannot make the summary in {target} ({words})") from error
    return Built(target, *built)


def _fill(
    source: Path, folder: Path, renamed: Mapping[str, str] | None, workbook: bool, tick: Tick
) -> tuple[Mapping[str, int], tuple[SummaryTable, ...], tuple[Path, ...]]:
    counts, kept = Counts(), list[Kept]()
    cells, book = CellFiles(folder / "cells"), Book() if workbook else None
    reports = TableFile(folder / "reports.parquet", "reports")
    findings = TableFile(folder / "findings.parquet", "findings")
    unusable: list[Path] = []
    read = 0
    for result in results(source):
        if isinstance(result, Path):
            unusable.append(result)
            continue
        read += 1
        counts.add(result)
        cells.add(result.report["year"], result.cells)
        reports.add_rows([result.report])
        findings.add_rows(result.findings)
        if book is not None:
            book.add(result)
        own = kept_of(result)
        if own is not None:
            kept.append(own)
        tick(read)
    if not read:
        raise UsageError(f"there is no result in {source}; make some with: gipr process")
    across = Across(source, kept, renamed)
    counts.add_series(across.series())
    for row in across.findings():
        findings.add_rows([row])
        counts.add_findings([row])
    for table in (cells, reports, findings):
        table.close()
    if book is not None:
        book.save(folder / "reports.xlsx")
    tables, facts = tuple(counts.tables()), _facts(counts, read)
    drawn = dict(plots(tables))
    for name, svg in drawn.items():
        (folder / f"{name}.svg").write_bytes(svg)
    (folder / "dictionary.md").write_text(dictionary(), "utf-8")
    (folder / "summary.html").write_bytes(page(tables, drawn, facts))
    (folder / "summary.json").write_text(_json(facts, tables), "utf-8")
    return facts, tables, tuple(unusable)


def _facts(counts: Counts, read: int) -> dict[str, int]:
    return {"reports": read, **{str(name): n for name, n in sorted(counts.statuses.items())}}


def _json(facts: Mapping[str, int], tables: tuple[SummaryTable, ...]) -> str:
    rows = {
        table.key: [
            dict(zip((en for _, en in table.columns), row, strict=True)) for row in table.rows
        ]
        for table in tables
    }
    return json.dumps({"facts": facts, **rows}, ensure_ascii=False, indent=1) + "\n"
