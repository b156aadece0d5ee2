"""The deterministic checker: what the figures say of each other, without changing any of them."""

from gipr_ml.checking.checker import Checked, check
from gipr_ml.checking.decisions import apply_decisions
from gipr_ml.checking.prose_years import check_changes
from gipr_ml.checking.series import Outline, Series, Set
from gipr_ml.checking.years import carried_cells, check_years

__all__ = [
    "Checked",
    "Outline",
    "Series",
    "Set",
    "apply_decisions",
    "carried_cells",
    "check",
    "check_changes",
    "check_years",
]
