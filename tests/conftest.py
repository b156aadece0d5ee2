"""Reports made by hand, for tests of what comes after reading."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from gipr_ml.forms import load_forms
from gipr_ml.types import (
    Doubt,
    Finding,
    NarrativeFigure,
    Outcome,
    Place,
    Proposal,
    Report,
    ReportCell,
    ReportLine,
    Severity,
    State,
    Statement,
    Status,
)

T2 = {"2021": "t2/normative_documents/in_force", "2019": "t2/normative_documents/newly_made"}
FEES = {"2021": "t2/administrative_fees/amount", "2019": "t2/government_procurement/amount"}


def figures(form: str) -> dict[str, Decimal]:
    """Figures of an invented office in which every identity holds."""
    forms = load_forms()
    values = {
        key: Decimal(0)
        for table in ("t2", "t3", "t4")
        for key in forms.table(table, form).cell_keys
    }
    for row, person, enterprise in (
        ("new_requests", 25, 5),
        ("carried_in", 2, 0),
        ("granted", 18, 3),
        ("unavailable_not_held", 6, 2),
        ("total_processed", 24, 5),
        ("carried_out", 3, 0),
    ):
        values[f"t3/{row}/natural_person"] = Decimal(person)
        values[f"t3/{row}/commercial_enterprise"] = Decimal(enterprise)
        values[f"t3/{row}/total"] = Decimal(person + enterprise)
    values["t4/reconsideration/upheld"] = values["t4/reconsideration/total"] = Decimal(2)
    values[T2[form]] = Decimal(17)
    values[FEES[form]] = Decimal("24252.311082")
    return values


def build_report(form: str = "2021", **changes: object) -> Report:
    """A consistent report in the form of `form`; `changes` replace its fields."""
    cells = tuple(
        ReportCell(key, value, str(value), State.READ, 0.99, Place(line=number, cell=1))
        for number, (key, value) in enumerate(figures(form).items())
    )
    fields: dict[str, object] = {
        "name": "qingxi_2023",
        "sha256": "ab" * 32,
        "media_type": "text/plain",
        "pages": None,
        "status": Status.CONSISTENT,
        "agency": "清溪市文化局",
        "year": 2023,
        "forms": {"t2": form, "t3": form},
        "cells": cells,
        "passed": 53,
        "model": "cd" * 32,
        "lines": (
            ReportLine(0, None, ("清溪市文化局2023年报",), "title", 0.97, ("",), ()),
            ReportLine(1, 1, ("一、", "25"), "category", 0.9, ("category", "value"), ("t3/x",)),
        ),
        **changes,
    }
    return Report(**fields)  # type: ignore[arg-type]


def build_damaged(form: str = "2021") -> Report:
    """A report that has something in every list and a cell in every state."""
    report = build_report(form)
    states: Mapping[str, tuple[State, str | None]] = {
        "t3/granted/natural_person": (State.LOST, None),
        "t3/carried_in/legal_service": (State.BLANK, ""),
        "t3/carried_in/total": (State.ILLEGIBLE, "2?"),
        "t4/litigation_direct/upheld": (State.NOT_APPLICABLE, "/"),
    }
    cells = []
    for cell in report.cells:
        state, raw = states.get(cell.key, (cell.state, cell.raw))
        value = cell.value if state is State.READ else None
        if cell.key == "t4/reconsideration/total":
            value, raw = Decimal(20), "20"
        cells.append(ReportCell(cell.key, value, raw, state, 0.8, cell.source, cell.unit))
    return build_report(
        form,
        status=Status.NEEDS_REVIEW,
        cells=tuple(cells),
        findings=(
            Finding(
                "t3.row_total",
                Severity.WARNING,
                Outcome.NOT_CHECKABLE,
                ("t3/granted/natural_person", "t3/granted/total"),
                "“（一）予以公开”一行无法核对。",
            ),
            Finding(
                "t4.row_total",
                Severity.ERROR,
                Outcome.FAIL,
                ("t4/reconsideration/upheld", "t4/reconsideration/total"),
                "“行政复议”：总计报告值为 20，其余各项计算得 2。",
                Decimal(20),
                Decimal(2),
                Decimal(18),
            ),
        ),
        proposals=(
            Proposal(
                "t3/granted/natural_person",
                Decimal(18),
                "unique",
                ("t3.row_total",),
                (Decimal(17),),
            ),
        ),
        narrative=(
            NarrativeFigure(
                Statement(
                    "收到申请 30 件",
                    Decimal(30),
                    ("t3/new_requests/natural_person", "t3/new_requests/commercial_enterprise"),
                    Place(line=4, start=3, end=7, box=(1.5, 2.25, 30.0, 40.125)),
                ),
                True,
            ),
        ),
        doubts=(
            Doubt("low_label", "“重复申请”的标签辨认不清。", ("t3/declined_duplicate/total",)),
        ),
    )


@pytest.fixture
def make_report() -> Callable[..., Report]:
    return build_report


@pytest.fixture
def make_damaged() -> Callable[..., Report]:
    return build_damaged


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a file; in memory where that is possible, for databases sync without end."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        made = Path(folder) / "place"
        made.mkdir()
        (made / "a").write_text("old a")
        yield made
