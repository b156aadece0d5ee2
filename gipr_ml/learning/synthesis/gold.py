"""What a careful reader can tell from the text alone: the gold beside each generated report."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from gipr_ml.forms import Identity, load_forms
from gipr_ml.learning.synthesis.canvas import Canvas
from gipr_ml.learning.synthesis.figures import form_of
from gipr_ml.learning.synthesis.paper import Paper, Value

Number = int | float | None


def make_gold(
    name: str, paper: Paper, canvas: Canvas, truth: Mapping[str, Decimal], unsure: Collection[str]
) -> dict[str, object]:
    """The gold of a laid-out paper.

    `truth` holds the figures before any damage; `unsure` the keys that the text cannot settle:
    they keep the value that was printed, or the true one, and are not scored.
    """
    printed = _printed(canvas)
    tables = [form_of(load_forms(), paper.forms, table) for table in ("t2", "t3", "t4")]
    cells: dict[str, Decimal | None] = {}
    states: dict[str, str] = {}
    for key in (key for table in tables for key in table.cell_keys):
        value = printed.get(key)
        cells[key] = value.number if value else None
        if key in unsure:
            cells[key] = value.number if value else truth.get(key)
            states[key] = "ambiguous"
        elif value is None:
            states[key] = "lost"
        elif value.state != "read":
            states[key] = value.state
    text = "".join(canvas.text.split())
    identities = load_forms().identities_in(tables)
    return {
        "document": name,
        "agency": paper.agency,
        "year": paper.year,
        "forms": dict(paper.forms),
        "states": states,
        "forced": {key: plain(value) for key, value in forced(cells, states, identities).items()},
        "published_errors": _contradictions(cells, states, identities),
        "narrative": [
            {**entry, "agrees": _agrees(entry, cells)}
            for entry in paper.statements
            if "".join(str(entry["quote"]).split()) in text
        ],
        "cells": {key: plain(value) for key, value in cells.items()},
    }


def plain(value: Decimal | None) -> Number:
    """The number as JSON has it; floats keep the six places that amounts have."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _agrees(entry: Mapping[str, object], cells: Mapping[str, Decimal | None]) -> bool | None:
    """Whether the cells add up to what the sentence says; None where one of them is not printed."""
    numbers = [cells.get(key) for key in str(entry["restates"]).split(" + ")]
    known = [number for number in numbers if number is not None]
    return sum(known) == entry["value"] if len(known) == len(numbers) else None


def _printed(canvas: Canvas) -> dict[str, Value]:
    printed = {}
    for span in canvas.spans:
        if span.value is not None and span.value.key is not None:
            printed[span.value.key] = span.value
    return printed


def forced(
    cells: Mapping[str, Decimal | None],
    states: Mapping[str, str],
    identities: Collection[Identity],
) -> dict[str, Decimal]:
    """Lost cells whose value the identities leave no choice about, found one after the other.

    A cell counts only if all identities that it alone is missing from say the same, and that is
    not negative.
    """
    known = {key: v for key, v in cells.items() if v is not None and key not in states}
    found: dict[str, Decimal] = {}
    while True:
        says: dict[str, set[Decimal]] = {}
        for identity in identities:
            unknown = [key for key in identity.coefficients if key not in known]
            if len(unknown) == 1 and states.get(unknown[0]) == "lost":
                rest = sum(
                    (n * known[k] for k, n in identity.coefficients.items() if k in known),
                    Decimal(0),
                )
                value = -rest / identity.coefficients[unknown[0]]
                says.setdefault(unknown[0], set()).add(value)
        sure = {key: min(values) for key, values in says.items() if len(values) == 1}
        sure = {key: value for key, value in sure.items() if value >= 0}
        if not sure:
            return found
        known |= sure
        found |= sure


def _contradictions(
    cells: Mapping[str, Decimal | None],
    states: Mapping[str, str],
    identities: Collection[Identity],
) -> list[dict[str, object]]:
    """Identities that the printed figures break."""
    entries: list[dict[str, object]] = []
    for identity in identities:
        if any(key in states or cells[key] is None for key in identity.coefficients):
            continue
        numbers = {key: cells[key] or Decimal(0) for key in identity.coefficients}
        excess = sum((n * numbers[k] for k, n in identity.coefficients.items()), Decimal(0))
        if excess:
            reported = numbers[identity.total]
            expected = reported - excess / identity.coefficients[identity.total]
            entries.append(
                {
                    "kind": "identity",
                    "rule": identity.rule,
                    "cells": [identity.total],
                    "printed": plain(reported),
                    "expected": plain(expected),
                }
            )
    return entries
