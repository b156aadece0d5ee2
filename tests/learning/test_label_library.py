"""Labels taken over into a folder: who, when, what, and what is refused."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gipr_ml.errors import LabelError, TrainingError
from gipr_ml.learning.labelling.corrections import corrected_sheet
from gipr_ml.learning.labelling.library import Taken, take_over
from gipr_ml.learning.labelling.sheet import Sheet, SheetLine, label_sheet, read_sheets
from gipr_ml.learning.labelling.suggesting import known_reports, suggest
from gipr_ml.learning.labels import GUIDE_VERSION
from gipr_ml.learning.training import read_training_data
from gipr_ml.lines import load_model
from gipr_ml.pipeline import process
from gipr_ml.sources import read_document
from gipr_ml.types import State

SAMPLES = Path(__file__).parents[2] / "gipr_ml" / "samples"
CLEAN = SAMPLES / "chengxi_culture_2023.txt"
DAMAGED = SAMPLES / "wangchuan_forestry_2022_damaged.txt"
TODAY = date(2026, 3, 2)


def sheet_of(path: Path) -> Sheet:
    (sheet,) = read_sheets(label_sheet(read_document(path), load_model()), path.name)
    return sheet


def relabelled(sheet: Sheet, line: int, label: str, cells: Sequence[str] = ()) -> Sheet:
    lines = list(sheet.lines)
    lines[line] = SheetLine(lines[line].line, label, tuple(cells))
    return replace(sheet, lines=tuple(lines))


def take(folder: Path, *sheets: Sheet, by: str | None = "王芳", **more: Any) -> list[Taken]:
    return take_over(sheets, folder, load_model(), by, TODAY, **more)


def entries(folder: Path) -> list[dict[str, Any]]:
    return list(tomllib.loads((folder / "manifest.toml").read_text("utf-8"))["report"])


def test_reviewed_labels_train_and_say_where_they_came_from(tmp_path: Path) -> None:
    sheet = sheet_of(CLEAN)
    take(tmp_path, relabelled(sheet, 0, "furniture"))
    (document,) = read_training_data(tmp_path)
    assert document.labels[0] == "furniture"
    assert document.lines == tuple(replace(e.line, page=None) for e in sheet.lines)
    (entry,) = entries(tmp_path)
    report = process(CLEAN)
    assert entry["annotator"] == "王芳"
    assert (entry["agency"], entry["year"]) == (report.agency, report.year)
    assert (entry["date"], entry["guide_version"]) == (TODAY, GUIDE_VERSION)
    assert report.sha256.startswith(entry["source_sha256"])
    assert report.model is not None
    assert report.model.startswith(entry["prelabelled_by"])


def test_prelabelled_lines_do_not_train(tmp_path: Path) -> None:
    take(tmp_path, sheet_of(CLEAN), by=None)
    assert entries(tmp_path)[0]["status"] == "prelabelled"
    with pytest.raises(TrainingError, match="no reviewed"):
        read_training_data(tmp_path)
    take(tmp_path, sheet_of(CLEAN))
    assert len(read_training_data(tmp_path)) == 1


def test_an_unknown_label_is_named_with_its_row_and_nothing_is_written(tmp_path: Path) -> None:
    bad = relabelled(sheet_of(DAMAGED), 3, "catgory")
    with pytest.raises(
        LabelError, match=r"row 5 of wangchuan.*'catgory' is no label; known are ca"
    ):
        take(tmp_path, sheet_of(CLEAN), bad)
    assert list(tmp_path.iterdir()) == []


def test_a_table_line_needs_a_label_for_each_cell(tmp_path: Path) -> None:
    sheet = relabelled(sheet_of(CLEAN), 0, "category", ["category", "value", "value"])
    with pytest.raises(LabelError, match="one label for each of its 1 cells"):
        take(tmp_path, sheet)
    with pytest.raises(LabelError, match="'valeu' is no label of a cell"):
        take(tmp_path, relabelled(sheet, 0, "category", ["valeu"]))


def test_labels_of_two_people_that_differ_are_settled_and_not_overwritten(tmp_path: Path) -> None:
    sheet = sheet_of(CLEAN)
    take(tmp_path, sheet)
    other = relabelled(sheet, 0, "furniture")
    with pytest.raises(LabelError, match="line 0 is labelled title by 王芳 and furniture by 李"):
        take(tmp_path, other, by="李")
    with pytest.raises(LabelError, match="was reviewed by 王芳"):
        take(tmp_path, other, by=None)
    assert take(tmp_path, other)[0].changed == 1
    assert take(tmp_path, sheet, by="李", replace=True)[0].changed == 1
    assert len(entries(tmp_path)) == 1


def test_a_copy_of_a_labelled_report_is_refused(tmp_path: Path) -> None:
    sheet = sheet_of(CLEAN)
    take(tmp_path, sheet)
    with pytest.raises(LabelError, match="copy is a copy of chengxi_culture_2023"):
        take(tmp_path, replace(sheet, document="copy"))


def test_comments_and_marks_of_people_stay_in_the_manifest(tmp_path: Path) -> None:
    take(tmp_path, sheet_of(CLEAN), sheet_of(DAMAGED))
    manifest = tmp_path / "manifest.toml"
    text = manifest.read_text("utf-8").replace("written = false", "frozen = true", 1)
    manifest.write_text("# ours\n" + text, "utf-8")
    take(tmp_path, relabelled(sheet_of(CLEAN), 0, "furniture"))
    assert manifest.read_text("utf-8").startswith("# ours\n")
    assert [entry.get("frozen") for entry in entries(tmp_path)] == [True, None]


def test_labels_that_were_changed_behind_the_manifest_are_refused(tmp_path: Path) -> None:
    take(tmp_path, sheet_of(CLEAN))
    path = tmp_path / "lines" / "chengxi_culture_2023.jsonl"
    path.write_text(path.read_text("utf-8").replace("title", "note"), "utf-8")
    with pytest.raises(TrainingError, match="import them again"):
        read_training_data(tmp_path)


# ---------------------------------------------------------------- corrected results


def test_a_corrected_result_labels_the_lines_that_its_cells_stand_on() -> None:
    report = process(CLEAN)
    row = next(line for line in report.lines if line.matched == ("t3/new_requests",))
    spoilt = replace(row, label="narrative", cell_labels=("",) * len(row.cells))
    lines = tuple(spoilt if line is row else line for line in report.lines)
    sheet = corrected_sheet(replace(report, lines=lines))
    entry = sheet.lines[row.number]
    assert entry.label == row.label
    assert entry.cell_labels == row.cell_labels
    assert [(e.line.text, e.line.borders) for e in sheet.lines] == [
        (line.text, line.borders) for line in read_document(CLEAN).lines
    ]


def test_a_value_that_a_person_found_is_a_value_where_alone_it_stands() -> None:
    report = process(CLEAN)
    cell = next(c for c in report.cells if c.key == "t2/normative_documents/in_force")
    assert cell.source is not None
    assert cell.source.line is not None
    line = report.lines[cell.source.line]
    texts = [text if n != cell.source.cell else "98765" for n, text in enumerate(line.cells)]
    lines = list(report.lines)
    lines[line.number] = replace(
        line, cells=tuple(texts), label="header", cell_labels=("header",) * len(texts)
    )
    found = replace(cell, value=98765, source=None, state=State.READ)
    cells = tuple(found if c is cell else c for c in report.cells)
    sheet = corrected_sheet(replace(report, lines=tuple(lines), cells=cells))
    assert sheet.lines[line.number].cell_labels[cell.source.cell or 0] == "value"


# ---------------------------------------------------------------- what to label next


def test_reports_with_failed_checks_come_first_and_copies_once(tmp_path: Path) -> None:
    (tmp_path / "again.txt").write_bytes(DAMAGED.read_bytes().replace(b"\n", b"\r\n"))
    paths = [CLEAN, DAMAGED, tmp_path / "again.txt"]
    found, unread = suggest(paths, known_reports(tmp_path), load_model())
    assert [own.path for own in found] == [DAMAGED, CLEAN]
    assert found[0].failed > 0
    assert found[1].failed == 0
    assert unread == []


def test_neither_labelled_nor_frozen_reports_nor_their_copies_are_suggested(tmp_path: Path) -> None:
    library = tmp_path / "library"
    take(library, sheet_of(DAMAGED))
    manifest = library / "manifest.toml"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace('status = "reviewed"', 'frozen = true\nstatus = "?"'), "utf-8")
    copy = tmp_path / "renamed.md"
    copy.write_text(DAMAGED.read_text("utf-8").replace("\n", " \n"), "utf-8")
    other = tmp_path / "another_rendering.txt"
    other.write_text(DAMAGED.read_text("utf-8").replace("平稳有序", "有序"), "utf-8")
    found, _ = suggest([DAMAGED, copy, other, CLEAN], known_reports(library), load_model())
    assert [own.path for own in found] == [CLEAN]
