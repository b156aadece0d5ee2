"""The straight line: file → document → labelled lines → cells → checked report."""

from __future__ import annotations

import gc
import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path

from gipr_ml.assemble import assemble
from gipr_ml.checking import check as check_cells
from gipr_ml.errors import InputError
from gipr_ml.forms import Forms, load_forms
from gipr_ml.heading import agency_and_year, compact_texts, why_not_a_report
from gipr_ml.lines import LineModel, forget_line_models, load_model
from gipr_ml.match import Matcher, load_matcher
from gipr_ml.narrative import read_narrative
from gipr_ml.sources import beside, read_bytes, read_path
from gipr_ml.sources import page_images as pictures_of
from gipr_ml.store import default_folder
from gipr_ml.types import (
    Document,
    LabelledLine,
    PageImage,
    Reading,
    Report,
    ReportLine,
    Statement,
    Status,
)


def process(path: str | Path, *, model: Path | None = None) -> Report:
    """Read one file. `model` is the folder of another model than the shipped one.

    A file inside of a ZIP archive has a path too: `reports.zip/2023/report.pdf`.

    A file that is no such report, or cannot be read, gives a report of status "rejected" with the
    reason. Raises `ModelError` where the model is unusable and `FileNotFoundError` where the file
    is not there.
    """
    path = Path(path)
    try:
        data = read_path(path)
    except InputError as error:
        return rejected(path.name, b"", error)
    try:
        return process_document(read_bytes(data, path.name, beside(path)), model=model)
    except InputError as error:
        return rejected(path.name, data, error)


def process_bytes(data: bytes, name: str, *, model: Path | None = None) -> Report:
    """Read the content of a file of the given name; see `process`."""
    try:
        return process_document(read_bytes(data, name), model=model)
    except InputError as error:
        return rejected(name, data, error)


def process_document(document: Document, *, model: Path | None = None) -> Report:
    """Everything behind the source: label, read the prose, assemble, check."""
    line_model, matcher = _models(model or default_folder())
    forms = load_forms()
    lines = line_model.label(document.lines)
    texts = compact_texts(lines)
    reason = why_not_a_report(lines, texts)
    agency, year = agency_and_year(lines, texts)
    statements = read_narrative(lines, agency, year)
    of_the_body = tuple(s for s in statements if s.kind == "exact" and not s.scope)
    reading = assemble(lines, of_the_body, forms, matcher, agency, year)
    if not reading.cells:
        reason = (
            reason
            or "None of the three official tables was found; check that this is the whole report"
        )
    _settle()
    report = Report(
        name=document.name,
        sha256=document.sha256,
        media_type=document.media_type,
        pages=len(document.pages) if document.paged else None,
        status=Status.REJECTED,
        agency=agency,
        year=year,
        forms=reading.forms,
        lines=tuple(_report_line(line, reading) for line in lines),
        reason=reason,
        model=line_model.digest,
        recognised=document.recognised,
        unit=document.unit,
        page_sizes=tuple(page.size for page in document.pages) if document.paged else (),
    )
    return report if reason else check(_with_reading(report, reading, statements))


def _with_reading(report: Report, reading: Reading, statements: tuple[Statement, ...]) -> Report:
    """The report with what was read of its tables and prose, not yet checked."""
    return replace(
        report,
        status=Status.NEEDS_REVIEW,
        cells=reading.cells,
        doubts=reading.doubts,
        statements=statements,
        read_proposals=reading.proposals,
    )


def page_images(path: str | Path) -> tuple[PageImage, ...]:
    """The pages of a file as pictures, for `gipr_ml.export.write` with the format "html".

    Empty where the source has no pages to show, or cannot be read. Raises `FileNotFoundError` where
    the file is not there.
    """
    path = Path(path)
    try:
        return pictures_of(read_path(path), path.name)
    except InputError:
        return ()


def check(report: Report, *, rules: Forms | None = None) -> Report:
    """The report checked anew from the cells it holds: findings, proposals and status.

    `rules`: the forms with other rules than the program's own, as `forms.with_rules` makes them.
    """
    if report.status is Status.REJECTED:
        return report
    checked = check_cells(
        report.cells,
        report.forms,
        report.doubts,
        report.statements or tuple(figure.statement for figure in report.narrative),
        report.read_proposals,
        recognised=report.recognised,
        rules=rules,
    )
    return replace(
        report,
        status=checked.status,
        findings=checked.findings,
        proposals=checked.proposals,
        narrative=checked.narrative,
        passed=checked.passed,
        rules=checked.rules,
        past_decisions=(),
    )


def rejected(name: str, data: bytes, error: InputError) -> Report:
    """The result of an input that could not be read, with the reason."""
    return Report(
        name=Path(name).stem,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type="application/octet-stream",
        pages=None,
        status=Status.REJECTED,
        reason=error.message,
    )


@cache
def _settle() -> None:
    """Once everything is loaded that stays loaded, spare the garbage collector looking at it."""
    gc.collect()
    gc.freeze()


@cache
def _models(folder: Path) -> tuple[LineModel, Matcher]:
    return load_model(folder), load_matcher(folder)


def warm_up(*, model: Path | None = None) -> None:
    """Load what reading a text needs, so that the first document does not wait for it."""
    _models(model or default_folder())
    load_forms()


def forget_models() -> None:
    """Read models anew from their folders the next time: one of them was replaced."""
    _models.cache_clear()
    forget_line_models()


def _report_line(labelled: LabelledLine, reading: Reading) -> ReportLine:
    line = labelled.line
    return ReportLine(
        line.number,
        line.page,
        tuple([cell.text for cell in line.cells]),
        labelled.label,
        labelled.confidence,
        labelled.cell_labels,
        reading.matched.get(line.number, ()),
        line.borders,
    )
