"""Label sheets: what a person does not touch comes back as it was, or is refused by its row."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gipr_ml.errors import LabelError
from gipr_ml.learning.fitting import Settings, fit_model
from gipr_ml.learning.labelling.protection import protected, unprotected
from gipr_ml.learning.labelling.sheet import label_sheet, read_sheets
from gipr_ml.learning.labels import document_of
from gipr_ml.learning.preparation import prepare
from gipr_ml.lines import LineModel
from gipr_ml.types import Cell, Document, Line, Page

Rows = list[dict[str, str]]

ODD = [
    ["=1+1", "+86", "-8", "@SUM(A1)", "007", "1e5", "3-4", "0.10"],
    ["  two  spaces ", "\u3000全角　１２３\u3000", "nbsp\xa0", "zero\u200bwidth", ""],
    ["tab\there", "line\nbreak\r\n", "nul\x00", "\x85\u2028\u2029", "\ufeff"],
    ['a "quote", comma; semicolon', "「brackets」", "back\\slash\\u0041", "\\"],
    ["\ud800 lone", "😀", "e\u0301 combining"],
    [],
]


@pytest.fixture(scope="module")
def model() -> LineModel:
    rows = [
        {
            "line": 0,
            "cells": ["规章", "0"],
            "label": "category",
            "cell_labels": ["category", "value"],
        },
        {"line": 1, "cells": ["一、总体情况"], "label": "section", "cell_labels": [""]},
        {"line": 2, "cells": ["7"], "label": "value", "cell_labels": ["value"]},
    ]
    documents = [document_of(f"d{n}", rows, f"d{n}") for n in range(4)]
    tiny = Settings(bits=8, trees=3, least=1, folds=2)
    data = prepare(documents, tiny.bits, tiny.weights)
    return replace(fit_model(data, np.ones(4, bool), tiny, 0).model, digest="cd" * 32)


def document(cells: list[list[str]], name: str = "=报告") -> Document:
    lines = tuple(Line(n, tuple(map(Cell, texts)), page=n) for n, texts in enumerate(cells))
    return Document(name, "ab" * 32, "text/plain", (Page(None, lines),))


def edited(
    data: bytes, change: Callable[[Rows], object], delimiter: str = ",", encoding: str = "utf-8-sig"
) -> bytes:
    """The sheet as a spreadsheet saves it after somebody changed rows."""
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    change(rows)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, quoting=csv.QUOTE_MINIMAL)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def texts_of(data: bytes) -> list[list[str]]:
    (sheet,) = read_sheets(data, "x.csv")
    return [[cell.text for cell in entry.line.cells] for entry in sheet.lines]


def test_texts_that_spreadsheets_mangle_come_back(model: LineModel) -> None:
    sheet = label_sheet(document(ODD), model)
    assert sheet.startswith(b"\xef\xbb\xbf")
    assert texts_of(sheet) == ODD
    # As a spreadsheet shows and saves it: nothing starts like a formula, number or date.
    for row in csv.reader(io.StringIO(sheet.decode("utf-8-sig"), newline="")):
        assert not any(field.startswith(("=", "+", "-", "@", " ")) for field in row)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=12), max_size=5))
def test_any_text_survives_protection(texts: list[str]) -> None:
    shown = protected(texts)
    assert unprotected(shown) == tuple(texts)
    assert shown.isprintable() or not shown or "\u3000" in shown
    shown.encode("utf-8")


@pytest.mark.parametrize("field", ["text", "「a", "「a」b", "「\\x」", "「a」「"])
def test_a_text_without_its_brackets_is_refused(field: str) -> None:
    with pytest.raises(LabelError):
        unprotected(field)


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(";", "utf-8-sig"), ("\t", "utf-16"), (",", "gb18030")]
)
def test_what_spreadsheets_save_is_read(model: LineModel, delimiter: str, encoding: str) -> None:
    cells = [["规章", "007"], ["无。"]]
    data = edited(label_sheet(document(cells), model), list, delimiter, encoding)
    assert texts_of(data) == cells


def test_rows_may_be_sorted_and_columns_added(model: LineModel) -> None:
    def change(rows: Rows) -> None:
        rows.reverse()
        for row in rows:
            row["remark"] = "看过"

    assert texts_of(edited(label_sheet(document(ODD), model), change)) == ODD


def test_labels_are_what_the_model_says_until_somebody_changes_them(model: LineModel) -> None:
    cells = [["规章", "0"], ["一、总体情况"], ["7"]]
    sheet = label_sheet(document(cells), model)
    assert [e.label for e in read_sheets(sheet, "x")[0].lines] == ["category", "section", "value"]

    def change(rows: Rows) -> None:
        rows[1]["label"] = " category "
        rows[1]["cell_labels"] = "category"

    (changed,) = read_sheets(edited(sheet, change), "x")
    assert [(e.label, e.cell_labels) for e in changed.lines] == [
        ("category", ("category", "value")),
        ("category", ("category",)),
        ("value", ("value",)),
    ]


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        (0, "text", "「规章」「7」"),
        (0, "text", "「规章」「007 」"),
        (0, "text", "规章 007"),
        (0, "line", "1"),
        (0, "document", "「other」"),
        (0, "document", ""),
        (0, "document", "「=报告」「=报告」"),
        (0, "borders", "explicit"),
        (0, "page", "9"),
        (0, "check", "#0000"),
        (0, "line", "first"),
    ],
)
def test_anything_but_labels_that_was_changed_is_refused(
    model: LineModel, row: int, field: str, value: str
) -> None:
    sheet = label_sheet(document([["规章", "007"], ["无。"]]), model)
    with pytest.raises(LabelError, match=r"sheet\.csv cannot be taken over:\n  row 2: "):
        read_sheets(edited(sheet, lambda rows: rows[row].update({field: value})), "sheet.csv")


def test_rows_that_are_missing_or_there_twice_are_named(model: LineModel) -> None:
    sheet = label_sheet(document([["a"], ["b"], ["c"]], "d"), model)
    with pytest.raises(LabelError, match="1 of 3 lines of d are missing: 1"):
        read_sheets(edited(sheet, lambda rows: rows.pop(1)), "x.csv")
    with pytest.raises(LabelError, match="row 5: line 0 of d stands there twice"):
        read_sheets(edited(sheet, lambda rows: rows.append(rows[0])), "x.csv")
    with pytest.raises(LabelError, match="row 5: line 0 of d is labelled both"):
        read_sheets(edited(sheet, lambda rows: rows.append({**rows[0], "label": "q"})), "x.csv")


def test_a_report_that_claims_countless_lines_costs_no_more_than_its_own(model: LineModel) -> None:
    def claim(rows: Rows) -> None:
        own = ["d", "ab" * 16, "cd" * 6, 10**15, 0, 0, "none"]
        check = hashlib.sha256(json.dumps([own, ["a"]]).encode()).hexdigest()[:16]
        rows[0].update({"of": str(10**15), "check": f"#{check}"})

    sheet = edited(label_sheet(document([["a"]], "d"), model), claim)
    with pytest.raises(LabelError, match=r"999999999999999 of 1000000000000000 lines .* 1, 2, 3, "):
        read_sheets(sheet, "x.csv")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no label sheet"),
        (b"a,b\n1,2\n", "columns .* are missing"),
        (b"\x00\x01\xff\xfe\xfd", "no text|no label sheet"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(LabelError, match=words):
        read_sheets(data, "x.csv")
