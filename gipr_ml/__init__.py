"""Reads 政府信息公开工作年度报告 into checked tables, and says what it is not sure of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gipr_ml.pipeline import check as check
    from gipr_ml.pipeline import process as process

__all__ = ["check", "process"]


def __getattr__(name: str) -> object:
    """`process` and `check` are loaded when first used, so that importing the package is quick."""
    if name in __all__:
        from gipr_ml import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
