"""The deterministic checker: what the figures say of each other, without changing any of them."""

from gipr_ml.checking.checker import Checked, check

__all__ = ["Checked", "check"]
