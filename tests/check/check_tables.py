"""Consistent reports made at random, for tests of the checker."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from gipr_ml.forms import load_forms
from gipr_ml.types import ReportCell, State

FORM = {"t2": "2021", "t3": "2021", "t4": "2021"}
PARTS = (
    "natural_person",
    "commercial_enterprise",
    "research_institution",
    "social_organization",
    "legal_service",
    "other_organization",
)
RESULTS = ("upheld", "corrected", "other", "pending")


def consistent(seed: int, form: Mapping[str, str] = FORM) -> dict[str, int]:
    """All cells of a report in which every identity holds."""
    rng = random.Random(seed)
    values: dict[str, int] = {}
    t3 = load_forms().table("t3", form["t3"])
    outcomes = [r.key for r in t3.rows if len(r.group) and r.key != "total_processed"]
    for part in PARTS:
        column = {row: _number(rng) for row in outcomes}
        column["total_processed"] = sum(column.values())
        column["carried_out"] = _number(rng)
        all_requests = column["total_processed"] + column["carried_out"]
        column["carried_in"] = rng.randint(0, all_requests)
        column["new_requests"] = all_requests - column["carried_in"]
        values |= {f"t3/{row}/{part}": n for row, n in column.items()}
    for row in t3.rows:
        values[f"t3/{row.key}/total"] = sum(values[f"t3/{row.key}/{part}"] for part in PARTS)
    for row in load_forms().table("t4", form["t4"]).rows:
        values |= {f"t4/{row.key}/{result}": _number(rng) for result in RESULTS}
        values[f"t4/{row.key}/total"] = sum(values[f"t4/{row.key}/{r}"] for r in RESULTS)
    t2 = load_forms().table("t2", form["t2"])
    values |= {key: rng.randint(0, 500) for key in t2.cell_keys}
    values |= {key: rng.randint(500, 900) for key in t2.cell_keys if key.endswith("/in_force")}
    return values


def cells(
    values: Mapping[str, int | None], states: Mapping[str, State] | None = None
) -> tuple[ReportCell, ...]:
    """Cells that were read for sure; None is blank; `states` names cells that were not read."""
    made = [_cell(key, value) for key, value in values.items()]
    return tuple(
        replace(cell, value=None, raw=None, state=states[cell.key])
        if states and cell.key in states
        else cell
        for cell in made
    )


def lost(keys: Iterable[str]) -> dict[str, State]:
    return dict.fromkeys(keys, State.LOST)


def reports(form: Mapping[str, str] = FORM) -> st.SearchStrategy[dict[str, int]]:
    """Consistent reports."""
    return st.integers(0, 10**6).map(lambda seed: consistent(seed, form))


def _cell(key: str, value: int | None) -> ReportCell:
    if value is None:
        return ReportCell(key, None, "", State.BLANK, 1.0)
    return ReportCell(key, Decimal(value), str(value), State.READ, 1.0)


def _number(rng: random.Random) -> int:
    return rng.choice((0, 0, 0, rng.randint(1, 9), rng.randint(10, 4000)))
