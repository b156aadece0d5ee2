"""Result files: what is written is what is read, and the published schema describes it."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gipr_ml.errors import ResultError
from gipr_ml.export import dumps, from_dict, loads, read_result, to_dict, write
from gipr_ml.export.marks import number_said
from gipr_ml.export.schema import json_schema
from gipr_ml.forms import load_forms
from gipr_ml.types import (
    Decision,
    Doubt,
    Finding,
    NarrativeFigure,
    Outcome,
    Place,
    Proposal,
    Report,
    ReportCell,
    ReportLine,
    RuleCount,
    Severity,
    State,
    Statement,
    StatementKind,
    Status,
)

PUBLISHED = json.loads(files("gipr_ml.export").joinpath("result.schema.json").read_text("utf-8"))
CELL = "t3/granted/natural_person"

text = st.text(max_size=8)
numbers = st.decimals(-(10**12), 10**12, allow_nan=False, places=6) | st.integers(-9, 10**9).map(
    Decimal
)
shares = st.floats(0, 1)
index = st.none() | st.integers(0, 999)
places = st.builds(
    Place,
    index,
    index,
    index,
    index,
    index,
    st.none() | st.tuples(*[st.floats(-1e6, 1e6, allow_subnormal=False)] * 4),
)
keys = st.sampled_from(load_forms().table("t3", "2021").cell_keys)
key_lists = st.lists(keys, max_size=3).map(tuple)


@st.composite
def report_cells(draw: st.DrawFn) -> ReportCell:
    state = draw(st.sampled_from(State))
    value = draw(numbers) if state is State.READ else None
    return ReportCell(
        draw(keys),
        value,
        draw(st.none() | text),
        state,
        draw(shares),
        draw(st.none() | places),
        draw(st.none() | text),
    )


decisions = st.builds(
    Decision, text, st.sampled_from(["confirmed", "dismissed", "noted"]), text, text, text, text
)
statements = st.builds(
    Statement,
    text,
    numbers,
    key_lists,
    places,
    st.lists(key_lists, max_size=2, unique=True).map(tuple),
    text,
    st.sampled_from(get_args(StatementKind)),
    st.none() | numbers,
    st.lists(key_lists, max_size=2).map(tuple),
)


@st.composite
def told(draw: st.DrawFn) -> tuple[Statement, NarrativeFigure]:
    """A number of the prose, and the reading of it that was chosen."""
    said = draw(statements)
    readings = tuple(dict.fromkeys((said.restates, *said.alternatives)))
    said = replace(said, alternatives=readings[1:])
    chosen = draw(st.sampled_from(readings))
    others = tuple(reading for reading in readings if reading != chosen)
    figure = NarrativeFigure(
        replace(said, restates=chosen, alternatives=others), draw(st.none() | st.booleans())
    )
    return said, figure


made = st.builds(
    Report,
    name=st.text(min_size=1, max_size=8),
    sha256=text,
    media_type=text,
    pages=index,
    status=st.sampled_from(Status),
    agency=st.none() | text,
    year=st.none() | st.integers(2008, 2030),
    forms=st.just({"t3": "2021"}),
    cells=st.lists(report_cells(), max_size=4, unique_by=lambda c: c.key).map(tuple),
    findings=st.lists(
        st.builds(
            Finding,
            text,
            st.sampled_from(Severity),
            st.sampled_from(Outcome),
            key_lists,
            text,
            st.none() | numbers,
            st.none() | numbers,
            st.none() | numbers,
            st.sampled_from([None, "misreading", "source", "unclear"]),
            st.booleans(),
            text,
            st.none() | decisions,
        ),
        max_size=2,
    ).map(tuple),
    proposals=st.lists(
        st.builds(
            Proposal,
            keys,
            numbers,
            st.sampled_from(["unique", "ambiguous"]),
            st.lists(text, max_size=2).map(tuple),
            st.lists(numbers, max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    lines=st.lists(
        st.builds(
            ReportLine,
            st.integers(0, 999),
            index,
            st.lists(text, max_size=3).map(tuple),
            text,
            shares,
            st.lists(text, max_size=3).map(tuple),
            key_lists,
        ),
        max_size=3,
    ).map(tuple),
    passed=st.integers(0, 99),
    reason=st.none() | text,
    model=st.none() | text,
    doubts=st.lists(st.builds(Doubt, text, text, key_lists), max_size=2).map(tuple),
    recognised=st.booleans(),
    read_proposals=st.lists(
        st.builds(Proposal, keys, numbers, st.just("ambiguous")), max_size=2
    ).map(tuple),
    rules=st.lists(st.builds(RuleCount, text, *[st.integers(0, 99)] * 3), max_size=2).map(tuple),
    past_decisions=st.lists(decisions, max_size=2).map(tuple),
)
reports = st.builds(
    lambda report, prose: replace(
        report,
        statements=tuple(said for said, _ in prose),
        narrative=tuple(figure for _, figure in prose),
    ),
    made,
    st.lists(told(), max_size=2),
)


@given(reports)
def test_what_is_written_is_what_is_read(report):
    assert loads(dumps(report)) == report
    assert from_dict(to_dict(report)) == report


@pytest.mark.parametrize("form", ["2019", "2021"])
def test_results_follow_the_published_schema(make_report, make_damaged, form):
    validator = Draft202012Validator(PUBLISHED)
    for report in (make_report(form), make_damaged(form)):
        validator.validate(json.loads(dumps(report)))


def test_a_rejected_document_is_a_valid_result():
    report = Report("x", "", "", None, Status.REJECTED, reason="the file is empty")
    Draft202012Validator(PUBLISHED).validate(json.loads(dumps(report)))


def test_the_published_schema_is_that_of_the_code():
    assert json_schema() == PUBLISHED


def test_the_schema_describes_every_field():
    Draft202012Validator.check_schema(PUBLISHED)
    for part in [PUBLISHED, *PUBLISHED["$defs"].values()]:
        assert part["description"]
        for name, field in part.get("properties", {}).items():
            assert field.get("description"), name


def test_numbers_keep_every_digit(make_report):
    amount = Decimal("24252.311082")
    long = Decimal("99999999999999.0000000001")
    cells = [
        replace(cell, value=long) if cell.key == CELL else cell for cell in make_report().cells
    ]
    printed = dumps(make_report(cells=tuple(cells)))
    assert '"value": 24252.311082,' in printed
    assert '"value": 99999999999999.0000000001,' in printed
    assert '"value": 25,' in printed
    assert {amount, long} <= {cell.value for cell in loads(printed).cells}


def test_what_is_not_printed_is_null(make_damaged):
    cells = {cell["key"]: cell for cell in json.loads(dumps(make_damaged()))["cells"]}
    assert cells[CELL]["value"] is None
    assert cells[CELL]["state"] == "lost"


def test_the_prose_names_the_cells_it_sums(make_damaged):
    (figure,) = to_dict(make_damaged())["narrative"]
    assert figure["restates"] == (
        "t3/new_requests/natural_person + t3/new_requests/commercial_enterprise"
    )


@pytest.mark.parametrize(
    ("kind", "value", "upper", "shown"),
    [
        ("exact", "21", None, "21"),
        ("about", "200", None, "≈200"),
        ("at_least", "300", None, "≥300"),
        ("at_most", "20", None, "≤20"),
        ("range", "3", "5", "3–5"),
        ("share", "39.1", None, "39.1%"),
        ("change", "5", None, "+5"),
        ("growth", "-8.2", None, "-8.2%"),
    ],
)
def test_a_number_of_the_prose_shows_how_it_is_meant(kind, value, upper, shown):
    end = None if upper is None else Decimal(upper)
    assert number_said(Statement("", Decimal(value), (), Place(), (), "", kind, end)) == shown


def test_a_file_name_in_another_encoding_is_no_obstacle(make_report, tmp_path):
    (path,) = write(make_report(name="2023\udcc4\udcea"), tmp_path)
    assert read_result(path) == make_report(name="2023??")


# ---------------------------------------------------------------- corrected by hand


def corrected(report: Report, **changes: object) -> Report:
    data = to_dict(report)
    next(cell for cell in data["cells"] if cell["key"] == CELL).update(changes)
    return from_dict(data)


def cell_of(report: Report) -> ReportCell:
    return next(cell for cell in report.cells if cell.key == CELL)


def test_a_value_that_is_filled_in_counts_as_read(make_damaged):
    cell = cell_of(corrected(make_damaged(), value=18))
    assert (cell.value, cell.state) == (Decimal(18), State.READ)


def test_a_value_that_is_taken_out_counts_as_lost(make_report):
    assert cell_of(corrected(make_report(), value=None)).state is State.LOST


def test_only_document_forms_and_cells_are_needed():
    report = from_dict(
        {
            "document": {"name": "x"},
            "forms": {"t3": "2019"},
            "cells": [{"key": "t3/other_merged/total", "value": 3}],
            "colour": "green",
        }
    )
    assert report.cells == (ReportCell("t3/other_merged/total", Decimal(3), None, State.READ, 1.0),)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": "12"}, "value: should be a number"),
        ({"value": True}, "value: should be a number"),
        ({"value": float("nan")}, "value: should be a finite number"),
        ({"value": Decimal("1e999999999")}, "value: is out of range for a figure"),
        ({"value": 10**14 + 1}, "value: a figure lies within ±100000000000000 and has at most 10"),
        ({"value": Decimal("1.00000000001")}, "and has at most 10 decimals; correct it"),
        ({"source": {"page": 2**31}}, "source.page: Input should be less than or equal to 2147483"),
        ({"source": {"line": -1}}, "source.line: Input should be greater than or equal to 0"),
        (
            {"source": {"box": [0, 0, 1, Decimal("1e999")]}},
            "box.3: Input should be a finite number",
        ),
        ({"state": "gone"}, "state: Input should be 'read', 'blank'"),
        ({"confidence": 1.5}, "confidence: Input should be less than or equal to 1"),
        ({"key": "t3/granted/nobody"}, "t3/granted/nobody is no cell of t3 in the form of 2021"),
        ({"key": "t3/other_merged/total"}, "t3/other_merged/total is no cell of t3"),
        ({"key": "t3/granted/total"}, "t3/granted/total stands there twice"),
    ],
)
def test_a_fault_is_named(make_report, change, words):
    with pytest.raises(ResultError, match="not a result in the documented form") as caught:
        corrected(make_report(), **change)
    assert words in str(caught.value)


@pytest.mark.parametrize("year", [10**400, 2**63, 1899, -2023])
def test_a_year_that_is_none_is_named(make_report, year):
    with pytest.raises(ResultError, match=r"year: Input should be (less|greater) than or equal to"):
        from_dict({**to_dict(make_report()), "year": year})


def test_cells_that_no_form_has_together_are_named(make_report):
    data = to_dict(make_report())
    del data["forms"]["t3"]
    data["cells"].append({"key": "t3/other_merged/total", "value": 0})
    with pytest.raises(ResultError, match=r"is no cell of t3 in any one form.* \(and 173 more\)"):
        from_dict(data)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[]", b"null", b"[" * 100_000, b"1" * 5000]
)
def test_what_is_no_result_is_refused_in_words(tmp_path, content):
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(ResultError, match=r"x\.json cannot be checked: it is n"):
        read_result(path)
