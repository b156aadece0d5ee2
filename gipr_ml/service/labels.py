"""What was reviewed, on its way into training.

A worker writes each reviewed report into a folder (`write_reviewed`), and the process that trains
makes labels of it (`add_reviewed`), in the format and by the rules of `learning.labelling`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from gipr_ml.errors import LabelError
from gipr_ml.export import dumps, loads
from gipr_ml.files import write_file
from gipr_ml.learning.labelling.corrections import Given, corrected_sheet
from gipr_ml.learning.labelling.library import take_over
from gipr_ml.learning.labelling.sheet import Sheet
from gipr_ml.learning.labelling.suggesting import known_reports
from gipr_ml.learning.labels import content_digest
from gipr_ml.lines import UNRESOLVED, LineModel
from gipr_ml.service.changes import LabelChange
from gipr_ml.service.state import REVIEWED, ReportState
from gipr_ml.types import Report

UNLABELLED, COPY, REFUSED = "unlabelled", "copy", "refused"
"""Why a reviewed report is passed over: lines without a label, lines that are labelled already,
labels that do not fit."""


@dataclass(frozen=True)
class Reviewed:
    """A report with the labels that people gave, and who read all of it when."""

    report: str
    """Its id in the service."""
    result: Report
    given: Given
    by: str
    on: date

    @property
    def document(self) -> str:
        """Its name among labelled reports."""
        return f"service_{self.result.sha256[:12]}"

    def sheet(self) -> Sheet:
        """Its lines with their labels. Raises `LabelError` where it has no lines."""
        return replace(corrected_sheet(self.result, self.given), document=self.document)


def reviewed_of(report: str, state: ReportState) -> Reviewed | None:
    """A report whose review is done; None for any other."""
    if state.review not in REVIEWED:
        return None
    last = state.reviewers[-1]
    on = datetime.fromtimestamp(last.at, UTC).date()
    return Reviewed(report, state.report, _given(state), last.by, on)


def _given(state: ReportState) -> Given:
    changes = {line: entry.change for line, entry in state.labels.items()}
    return {
        line: (change.label, change.cell_labels)
        for line, change in changes.items()
        if isinstance(change, LabelChange)
    }


def write_reviewed(reviewed: Reviewed, folder: Path) -> None:
    """Write a reviewed report into a folder."""
    kept = {
        "report": reviewed.report,
        "given": {line: [label, list(cells)] for line, (label, cells) in reviewed.given.items()},
        "by": reviewed.by,
        "on": reviewed.on.isoformat(),
        "result": dumps(reviewed.result),
    }
    folder.mkdir(exist_ok=True)
    write_file(folder / f"{reviewed.document}.json", json.dumps(kept).encode())


def read_reviewed(folder: Path) -> Iterator[Reviewed]:
    """The reports that `write_reviewed` has written, in the order of their names."""
    for path in sorted(folder.glob("*.json")):
        kept = json.loads(path.read_text("utf-8"))
        yield Reviewed(
            kept["report"],
            loads(kept["result"].encode("utf-8", "replace")),
            {int(line): (label, tuple(cells)) for line, (label, cells) in kept["given"].items()},
            kept["by"],
            date.fromisoformat(kept["on"]),
        )


def add_reviewed(source: Path, data: Path, model: LineModel) -> tuple[list[str], dict[str, str]]:
    """Add the reviewed reports in `source` to the labelled reports in `data`.

    Gives the ids of those that were added, and of the others with why not. A report trains only
    where every line of it has a label.
    """
    seen = set(known_reports(data).digests)
    passed: dict[str, str] = {}
    groups: dict[tuple[str, date], dict[str, Sheet]] = {}
    for one in read_reviewed(source):
        try:
            sheet = one.sheet()
        except LabelError:
            passed[one.report] = UNLABELLED
            continue
        digest = content_digest([entry.line for entry in sheet.lines])
        if any(entry.label == UNRESOLVED for entry in sheet.lines):
            passed[one.report] = UNLABELLED
        elif digest in seen:
            passed[one.report] = COPY
        else:
            seen.add(digest)
            groups.setdefault((one.by, one.on), {})[one.report] = sheet
    added = []
    for (by, on), sheets in groups.items():
        taken = _take(sheets, data, model, by, on)
        added += taken
        passed |= dict.fromkeys(sheets.keys() - set(taken), REFUSED)
    return added, passed


def _take(sheets: dict[str, Sheet], data: Path, model: LineModel, by: str, on: date) -> list[str]:
    """Take sheets over, all of them at once or, where one does not fit, each by itself."""
    try:
        take_over([*sheets.values()], data, model, by, on)
    except LabelError:
        if len(sheets) == 1:
            return []
        alone = ({report: sheet} for report, sheet in sheets.items())
        return [report for one in alone for report in _take(one, data, model, by, on)]
    return [*sheets]
