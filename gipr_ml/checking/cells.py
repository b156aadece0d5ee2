"""The cells of a report by their keys, and the number that a cell prints."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from gipr_ml.types import ReportCell

Cells = Mapping[str, ReportCell]

_TEN_THOUSAND = Decimal(10_000)


def printed(cell: ReportCell | None) -> Decimal | None:
    """The number that a cell prints, in the form's own unit; None where it prints none."""
    if cell is None or cell.value is None:
        return None
    return cell.value / _TEN_THOUSAND if cell.unit == "元" else cell.value
