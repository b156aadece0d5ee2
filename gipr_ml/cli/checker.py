"""What `gipr check` does with one input: by itself, and beside the others of the same agency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from gipr_ml import pipeline
from gipr_ml.checking import Outline, Set, carried_cells
from gipr_ml.checking.years import carried_keys
from gipr_ml.export import glance, read_result
from gipr_ml.forms import Forms
from gipr_ml.types import PageImage, Report, ReportCell

RESULT = ".json"


@dataclass(frozen=True)
class Checker:
    """Checks the inputs of one call. It can be sent to another process."""

    names: Mapping[Path, str]
    """What messages call each input."""
    drafts: Mapping[Path, Report]
    """Inputs that are no results and had to be read for the sake of the others."""
    linked: Set
    rules: Forms | None

    @classmethod
    def of(
        cls, files: Sequence[Path], rules: Forms | None, renamed: Mapping[str, str] | None
    ) -> Checker:
        """The checker of `files`; `renamed` as `Set` takes it."""
        stems = Counter(path.stem for path in files)
        names = {path: path.stem if stems[path.stem] == 1 else str(path) for path in files}
        off = () if rules is None else rules.off
        if len(files) == 1:
            return cls(names, {}, Set(()), rules)
        drafts = {
            path: report
            for path in files
            if not _is_result(path) and (report := _read_ahead(path)) is not None
        }
        return cls(names, drafts, Set(_outlines(names, drafts), renamed, off), rules)

    def read(self, path: Path) -> Report:
        """The checked report. Raises `ResultError` for what is no result."""
        if _is_result(path):
            report = pipeline.check(read_result(path), rules=self.rules)
        else:
            report = self.drafts.get(path) or pipeline.process(path)
            report = report if self.rules is None else pipeline.check(report, rules=self.rules)
        return self.linked.check(report, self.names[path], self._cells)

    def images(self, path: Path) -> tuple[PageImage, ...]:
        """The pages of an input that has any."""
        return () if _is_result(path) else pipeline.page_images(path)

    def _cells(self, name: str) -> Mapping[str, ReportCell] | None:
        """All cells of the input of that name; None where they cannot be read any more."""
        path = next(path for path, known in self.names.items() if known == name)
        if path in self.drafts:
            return {cell.key: cell for cell in self.drafts[path].cells}
        return _glanced(path)


def _is_result(path: Path) -> bool:
    return path.suffix.lower() == RESULT


@lru_cache(maxsize=64)
def _glanced(path: Path) -> dict[str, ReportCell] | None:
    found = glance(path)
    return None if found is None else found[2]


def _read_ahead(path: Path) -> Report | None:
    """The report in a file; what cannot be read is told when its turn comes to be checked."""
    try:
        return pipeline.process(path)
    except Exception:
        return None


def _outlines(names: Mapping[Path, str], drafts: Mapping[Path, Report]) -> Iterator[Outline]:
    for path, name in names.items():
        if path in drafts:
            report = drafts[path]
            if report.agency is not None and report.year is not None:
                yield Outline(name, report.agency, report.year, carried_cells(report))
        elif _is_result(path) and (found := glance(path, carried_keys())) is not None:
            yield Outline(name, *found)
