"""Which reports to label next: those whose labels would teach the model most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gipr_ml.errors import InputError
from gipr_ml.heading import agency_and_year
from gipr_ml.learning.labelling.library import MANIFEST
from gipr_ml.learning.labelling.sheet import margin_of
from gipr_ml.learning.labels import (
    REVIEWED,
    content_digest,
    document_of,
    labelled_rows,
    manifest_entries,
)
from gipr_ml.lines import LineModel
from gipr_ml.pipeline import process_document
from gipr_ml.sources import read_document
from gipr_ml.types import Outcome, Severity, Status


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A report that nobody has labelled, and why it would teach something."""

    path: Path
    failed: int
    """Rules that its figures break."""
    doubt: float
    """Sum over its lines of 1 - margin, where the margin is how far the likeliest label is ahead of
    the next: about the number of lines that the model cannot tell (margin sampling: Scheffer,
    Decomain and Wrobel 2001; Settles 2009, Active Learning Literature Survey)."""
    status: str

    @property
    def score(self) -> float:
        """Both count things that somebody would have to look at, so they are added."""
        return self.failed + self.doubt


@dataclass(frozen=True, slots=True)
class Known:
    """Reports that need not, or must not, be labelled: reviewed ones and frozen ones."""

    digests: frozenset[str]
    frozen: frozenset[tuple[str, int]]
    """Agency and year of each frozen report, so that other renderings of it are known too."""


def known_reports(folder: Path) -> Known:
    """What a folder of labelled reports holds. Nothing, where it holds no labels yet."""
    manifest = folder / MANIFEST
    if not manifest.exists():
        return Known(frozenset(), frozenset())
    entries = manifest_entries(manifest)
    done = {n: e for n, e in entries.items() if e.get("status") == REVIEWED or e.get("frozen")}
    rows = labelled_rows([folder / "lines"])
    digests = {
        content_digest(document_of(name, list(rows[name].values()), name).lines)
        for name in done
        if name in rows
    }
    stated = {str(e["content_sha256"]) for e in done.values() if "content_sha256" in e}
    frozen = {_body(e) for e in done.values() if e.get("frozen") and "agency" in e and "year" in e}
    return Known(frozenset(digests | stated), frozenset(frozen))


def _body(entry: Mapping[str, Any]) -> tuple[str, int]:
    return str(entry["agency"]), int(entry["year"])


def suggest(
    paths: Iterable[Path], known: Known, model: LineModel, folder: Path | None = None
) -> tuple[list[Suggestion], Sequence[str]]:
    """Unlabelled reports, the most instructive first, and why others could not be read.

    `folder` is where `model` and its category voter lie. A report that lies there several times is
    suggested once. What is no annual report is passed over.
    """
    found: dict[str, Suggestion] = {}
    unread = []
    for path in paths:
        try:
            document = read_document(path)
            digest = content_digest(document.lines)
            if digest in known.digests or digest in found:
                continue
            report = process_document(document, model=folder)
        except InputError as error:
            unread.append(str(error))
            continue
        labelled = model.label(document.lines)
        if report.status is Status.REJECTED or agency_and_year(labelled) in known.frozen:
            continue
        failed = sum(
            f.severity is Severity.ERROR and f.outcome is Outcome.FAIL for f in report.findings
        )
        doubt = sum(1 - margin_of(answer)[0] for answer in labelled)
        found[digest] = Suggestion(path, failed, doubt, str(report.status))
    return sorted(found.values(), key=lambda own: (-own.score, str(own.path))), unread
