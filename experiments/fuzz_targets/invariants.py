"""What has to hold of every report, whatever it was read from."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from functools import cache
from typing import Any

from gipr_ml.assemble.numbers import MISREAD
from gipr_ml.export import dumps, loads
from gipr_ml.forms import load_forms
from gipr_ml.types import Report, ReportCell, State, Status

_NOT_DIGITS = re.compile(r"\D+")


def holds(report: Report, source: Sequence[str]) -> None:
    """Raise AssertionError where a report breaks what is promised of it.

    `source`: the texts of the cells of the document, in order.
    """
    once = dumps(report).encode("utf-8", "replace")
    again = dumps(loads(once)).encode("utf-8", "replace")
    assert again == once, "a result that is read and written again is another"
    if report.status is Status.CONSISTENT:
        consistent(report.cells, report.forms)
    printed = _digits("".join(source))
    for cell in report.cells:
        assert (cell.value is None) == (cell.state is not State.READ), f"{cell.key}: no value"
        if cell.value is not None:
            digits = _digits(f"{cell.value:f}")
            assert digits in printed, f"{cell.key}: the value {cell.value} is invented"


def consistent(cells: Sequence[ReportCell], forms: Mapping[str, str]) -> None:
    """Raise AssertionError where cells that were called consistent are not all there, or a sum does
    not hold. A cell that is printed empty counts as nothing beside a printed total."""
    by_key = {cell.key: cell for cell in cells}
    known = load_forms().tables_of(list(by_key), dict(forms))
    assert len(known) == 3, "consistent without one of the tables"
    for table in known.values():
        for key in table.cell_keys:
            state = by_key[key].state if key in by_key else State.LOST
            assert state in (State.READ, State.BLANK, State.NOT_APPLICABLE), f"{key} is {state}"
        for identity in load_forms().identities_of(table.table, table.form):
            total = by_key[identity.total].value
            if total is None:
                continue
            found = [(factor, by_key[key].value) for key, factor in identity.coefficients.items()]
            with localcontext(prec=1_000):
                terms = [factor * value for factor, value in found if value is not None]
                left = sum(terms, Decimal(0))
            assert left == 0, f"{identity.rule}: a consistent report is off by {left}"


def valid(report: Report) -> None:
    """Raise where the result file does not follow the published schema."""
    from jsonschema import Draft202012Validator

    text = dumps(report).encode("utf-8", "replace")
    Draft202012Validator(_schema()).validate(json.loads(text))


@cache
def _schema() -> dict[str, Any]:
    from gipr_ml.export.schema import json_schema

    return json_schema()


def _digits(text: str) -> str:
    """The digits of a text as plain ones, with letters that stand for digits."""
    plain = unicodedata.normalize("NFKC", text).translate(MISREAD)
    return "".join(str(unicodedata.digit(c)) for c in _NOT_DIGITS.sub("", plain))
