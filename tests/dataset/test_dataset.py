"""A set of results as data: what stands in it, and what is told of it."""

from __future__ import annotations

import json
from decimal import Decimal

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from gipr_ml.cli import main
from gipr_ml.dataset import PARTS, build
from gipr_ml.dataset.dictionary import columns, dictionary
from gipr_ml.dataset.parquet import SCHEMAS
from gipr_ml.errors import OutputError, UsageError
from gipr_ml.export import write
from gipr_ml.forms import load_forms
from gipr_ml.types import Report, State, Status


def with_values(report, **values):
    """The cells of a report with other figures; __ stands for the strokes of a key."""
    wanted = {name.replace("__", "/"): value for name, value in values.items()}
    return tuple(
        cell.__class__(cell.key, Decimal(wanted[cell.key]), str(wanted[cell.key]), State.READ, 1.0)
        if cell.key in wanted
        else cell
        for cell in report.cells
    )


@pytest.fixture
def folder(tmp_path, make_report, make_damaged):
    """Results of one agency over three years, one from two sources, one damaged, one rejected."""
    out = tmp_path / "out"
    later = make_report(year=2025)
    write(make_report(year=2022), out, stem="a2022")
    write(make_damaged(), out, stem="a2023")
    cells = with_values(later, t3__carried_in__total=9)
    write(make_report(year=2025, cells=cells), out, stem="a2025")
    write(make_report(year=2024), out, stem="a2024")
    other = with_values(later, t2__normative_documents__in_force=18)
    write(make_report(year=2025, cells=other), out, stem="a2025-copy")
    write(Report("x", "", "", None, Status.REJECTED, reason="=1+1"), out, stem="=x")
    (out / "notes.json").write_text("[]")
    return out


def test_every_cell_of_every_report_stands_in_the_data_set(folder, tmp_path):
    built = build(folder, tmp_path / "summary")
    assert {path.name for path in (tmp_path / "summary").iterdir()} >= set(PARTS)
    assert [path.name for path in built.unusable] == ["notes.json"]
    cells = ds.dataset(tmp_path / "summary" / "cells", partitioning="hive").to_table().to_pylist()
    assert len(cells) == 5 * 200
    found = {(c["document"], c["key"]): c for c in cells}
    (fees,) = [k for d, k in found if d == "a2022" and k.endswith("administrative_fees/amount")]
    assert found["a2022", fees]["value"] == 24252.311082
    assert found["a2022", fees]["raw"] == "24252.311082"
    lost = found["a2023", "t3/granted/natural_person"]
    assert (lost["year"], lost["value"], lost["state"]) == (2023, None, "lost")
    reports = pq.read_table(tmp_path / "summary" / "reports.parquet").to_pylist()
    assert [(r["document"], r["status"]) for r in reports] == [
        ("=x", "rejected"),
        ("a2022", "consistent"),
        ("a2023", "needs_review"),
        ("a2024", "consistent"),
        ("a2025-copy", "consistent"),
        ("a2025", "consistent"),
    ]
    assert (reports[2]["lost"], reports[2]["errors"], reports[2]["warnings"]) == (1, 1, 1)


def test_the_reports_of_an_agency_are_held_against_each_other(folder, tmp_path):
    built = build(folder, tmp_path / "summary")
    rows = pq.read_table(tmp_path / "summary" / "findings.parquet").to_pylist()
    found = {(row["document"], row["rule"]) for row in rows if row["within"] == "set"}
    assert ("a2025", "years.carry_over") in found
    assert {d for d, rule in found if rule == "set.duplicate"} == {"a2025", "a2025-copy"}
    tables = {table.key: table.rows for table in built.tables}
    assert tables["years"] == (
        ("—", 1, 0, 0, 1),
        ("2022", 1, 1, 0, 0),
        ("2023", 1, 0, 1, 0),
        ("2024", 1, 1, 0, 0),
        ("2025", 2, 2, 0, 0),
    )
    assert tables["repeated"] == (("清溪市文化局", "2025", "a2025-copy, a2025"),)
    assert ("t3/granted/natural_person", 1) in {(row[0], row[2]) for row in tables["missing"]}
    assert ("t4.row_total", "2023", 1, 0, 0) in tables["rules_years"]


def test_the_workbook_has_a_row_a_report_and_no_formula(folder, tmp_path):
    build(folder, tmp_path / "summary")
    sheet = load_workbook(tmp_path / "summary" / "reports.xlsx").active
    rows = list(sheet.iter_rows(values_only=True))
    keys = rows[1]
    assert len(rows) == 2 + 6
    assert rows[2][0] == "'=x"
    assert rows[2][keys.index("reason")] == "'=1+1"
    assert rows[3][keys.index("t3/new_requests/total")] == 30
    assert rows[4][keys.index("t3/granted/natural_person")] is None
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_the_page_opens_alone_and_escapes_what_reports_say(tmp_path, make_report):
    out = tmp_path / "out"
    write(make_report(agency="<script>alert(1)</script>$x^2$局"), out)
    build(out, tmp_path / "summary")
    page = (tmp_path / "summary" / "summary.html").read_text("utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<svg" in page
    assert "default-src 'none'" in page
    assert "src=" not in page.replace("default-src", "").replace("img-src", "")
    svg = (tmp_path / "summary" / "agencies.svg").read_text("utf-8")
    assert "&lt;script&gt;alert(1)" in svg


def test_the_same_results_make_the_same_plots_and_pages(folder, tmp_path):
    for name in ("one", "two"):
        build(folder, tmp_path / name, workbook=False)
    for part in ("summary.html", "summary.json", "years.svg", "reports.parquet", "dictionary.md"):
        assert (tmp_path / "one" / part).read_bytes() == (tmp_path / "two" / part).read_bytes()


def test_a_summary_is_made_anew_or_stays_as_it_was(folder, tmp_path):
    target = tmp_path / "summary"
    build(folder, target)
    before = (target / "summary.json").read_bytes()
    with pytest.raises(UsageError, match="there is no result in"):
        build(tmp_path, target)
    assert (target / "summary.json").read_bytes() == before
    with pytest.raises(OutputError, match="cannot make the summary in"):
        build(folder, folder / "a2022.json" / "below")
    (folder / "a2024.json").unlink()
    build(folder, target)
    assert json.loads((target / "summary.json").read_text("utf-8"))["facts"]["reports"] == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "summary"]


def test_the_dictionary_names_every_column_and_every_cell():
    for table, schema in SCHEMAS.items():
        assert set(columns()[table]) == {*schema.names, "year"}
    text = dictionary()
    for form in load_forms().tables.values():
        for key in form.cell_keys:
            assert f"| `{key}` | " in text
    for rule in load_forms().rules:
        assert f"| `{rule}` | " in text


def test_the_command_tells_what_it_made(folder, capfd, monkeypatch):
    monkeypatch.setattr("sys.argv", ["gipr", "summary", str(folder)])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code in (None, 0)
    done = capfd.readouterr()
    assert f"6 reports. Data set and summary in {folder / 'summary'}." in done.out
    assert "Reports and outcomes by year" in done.out
    assert "notes.json: is no result, left out" in done.err
    monkeypatch.setattr("sys.argv", ["gipr", "summary", str(folder), "--json", "--to", str(folder)])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert "holds something else" in capfd.readouterr().err
