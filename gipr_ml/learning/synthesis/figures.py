"""Random figures for the official forms that keep every identity, and how they are printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from gipr_ml.forms import FormColumn, Forms, TableForm, load_forms
from gipr_ml.learning.synthesis.paper import OUTSIDE

SCALES = (
    (0, 0, 6),
    (1, 5, 24),
    (6, 60, 36),
    (61, 1_000, 24),
    (1_001, 20_000, 8),
    (20_001, 100_000, 2),
)
"""Smallest and largest number of requests, and how often out of a hundred."""

ROW_WEIGHTS: Mapping[str, float] = {
    "granted": 8,
    "partly_granted": 4,
    "unavailable_not_held": 9,
    "unavailable_needs_creation": 2,
    "declined_petition": 2,
    "declined_duplicate": 1.5,
    "other_other": 1.5,
    "other_merged": 2,
}
BLANK_STYLES = ("all", "organisations", "only_totals", "no_totals")


@dataclass(frozen=True)
class Figures:
    """The numbers of one report by cell key; every identity of the forms holds."""

    forms: Mapping[str, str]
    """Form of each table: {"t2": "2021", "t3": "2019"}."""
    values: Mapping[str, Decimal]

    def table(self, name: str) -> TableForm:
        """The form of a table; table 4 is the same in both."""
        return form_of(load_forms(), self.forms, name)


def form_of(forms: Forms, choice: Mapping[str, str], table: str) -> TableForm:
    """The form that `choice` names for `table`; table 4 follows table 3."""
    return forms.table(table, choice.get(table, choice["t3"]))


def draw_figures(rng: Random, choice: Mapping[str, str]) -> Figures:
    """Figures for the forms in `choice` ({"t2": ..., "t3": ...})."""
    forms = load_forms()
    size = _size(rng)
    values = _requests(rng, form_of(forms, choice, "t3"), size)
    values |= _disputes(rng, form_of(forms, choice, "t4"), size)
    values |= _disclosure(rng, form_of(forms, choice, "t2"))
    return Figures(dict(choice), {key: Decimal(value) for key, value in values.items()})


def _size(rng: Random) -> int:
    low, high, _ = rng.choices(SCALES, [weight for *_, weight in SCALES])[0]
    return round(low * (high / low) ** rng.random()) if low else 0


def _requests(rng: Random, form: TableForm, size: int) -> dict[str, int | Decimal]:
    details = [column.key for column in form.rows[0].columns if column.key != "total"]
    results = [row.key for row in form.rows if row.key not in OUTSIDE]
    new = _shares(rng, size, details)
    active = rng.sample(results, min(len(results), 2 + int(rng.expovariate(0.3))))
    weights = [ROW_WEIGHTS.get(row, 0.6) * rng.uniform(0.2, 1.8) for row in active]
    values: dict[str, int | Decimal] = {}
    totals = dict.fromkeys((*OUTSIDE, *results), 0)
    for column in details:
        carried_in = _portion(rng, new[column], 0.2)
        carried_out = _portion(rng, new[column] + carried_in, 0.15)
        processed = new[column] + carried_in - carried_out
        row_values = dict.fromkeys(results, 0)
        row_values |= _spread(rng, processed, active, weights)
        row_values |= {
            "new_requests": new[column],
            "carried_in": carried_in,
            "carried_out": carried_out,
            "total_processed": processed,
        }
        for row, value in row_values.items():
            values[f"t3/{row}/{column}"] = value
            totals[row] += value
    return values | {f"t3/{row}/total": value for row, value in totals.items()}


def _shares(rng: Random, size: int, columns: Sequence[str]) -> dict[str, int]:
    """`size` requests by applicant: natural persons ask most, most others nothing."""
    shares = dict.fromkeys(columns, 0)
    rest = size
    for column in columns[1:]:
        if rng.random() < (0.55 if column == "commercial_enterprise" else 0.13):
            shares[column] = min(rest, round(size * rng.random() ** 3 * 0.3 + rng.random()))
            rest -= shares[column]
    shares[columns[0]] = rest
    return shares


def _portion(rng: Random, whole: int, most: float) -> int:
    return round(whole * most * rng.random()) if rng.random() < 0.5 else 0


def _spread(
    rng: Random, whole: int, names: Sequence[str], weights: Sequence[float]
) -> dict[str, int]:
    """`whole` cut into parts, one a name, roughly by weight."""
    parts = dict.fromkeys(names, 0)
    left, weight_left = whole, sum(weights)
    for name, weight in zip(names[:-1], weights[:-1], strict=True):
        share = left * weight / weight_left
        part = min(left, max(0, round(rng.gauss(share, share**0.5))))
        parts[name] = part
        left -= part
        weight_left -= weight
    parts[names[-1]] += left
    return parts


def _disputes(rng: Random, form: TableForm, size: int) -> dict[str, int | Decimal]:
    values: dict[str, int | Decimal] = {}
    for row in form.rows:
        whole = 0
        if rng.random() < 0.45:
            whole = round(rng.expovariate(1.0) * (1 + size**0.45))
        details = [column.key for column in row.columns if column.key != "total"]
        weights = [5 * rng.random(), 1.5 * rng.random(), 2 * rng.random(), 1.5 * rng.random()]
        for column, value in _spread(rng, whole, details, weights).items():
            values[f"t4/{row.key}/{column}"] = value
        values[f"t4/{row.key}/total"] = whole
    return values


def _disclosure(rng: Random, form: TableForm) -> dict[str, int | Decimal]:
    busy = rng.random()
    return {
        f"t2/{row.key}/{column.key}": _disclosed(rng, column, busy, row.key == "regulations")
        for row in form.rows
        for column in row.columns
    }


def _disclosed(rng: Random, column: FormColumn, busy: float, rare: bool) -> int | Decimal:
    if rng.random() > busy * (0.3 if rare else 1.2):
        return 0
    if column.type == "decimal":
        places = rng.choice((0, 0, 1, 2, 2, 2, 3, 4, 6))
        return Decimal(round(10 ** rng.uniform(-0.5, 5) * 10**places)).scaleb(-places)
    number = int(10 ** rng.uniform(0, 1.5 if rare else 4.3))
    return -number // 8 if column.type == "signed" and rng.random() < 0.5 else number


def blank_keys(rng: Random, figures: Figures, style: str) -> frozenset[str]:
    """Cells of zeros that are printed empty in a report of this style.

    Styles: "all" zeros of tables 3 and 4; the columns of "organisations"; "only_totals" of table 3
    filled in beside natural persons; "no_totals" in the rows of results.
    """
    keys: list[str] = []
    for key, value in figures.values.items():
        table, row, column = key.split("/")
        organisation = column not in ("natural_person", "total")
        if table == "t3" and style == "no_totals":
            if value == 0 or (column == "total" and row not in OUTSIDE):
                keys.append(key)
        elif table == "t3" and value == 0:
            if style == "all" or (style in ("organisations", "only_totals") and organisation):
                keys.append(key)
        elif table == "t4" and value == 0 and style == "all" and rng.random() < 0.9:
            keys.append(key)
    return frozenset(keys)


def published_error(rng: Random, figures: Figures) -> Figures:
    """The figures of an office that added up wrongly: one total of table 3 or 4 is off."""
    values = dict(figures.values)
    totals = [
        key
        for key in values
        if key.startswith(("t3/", "t4/")) and (key.endswith("/total") or "total_processed" in key)
    ]
    key = rng.choice(totals)
    wrong = max(Decimal(0), values[key] + rng.choice((-10, -3, -2, -1, 1, 1, 2, 3, 6, 10)))
    values[key] = wrong if wrong != values[key] else values[key] + 1
    return Figures(figures.forms, values)
