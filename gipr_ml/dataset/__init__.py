"""A set of results as data: tidy tables (Parquet), one workbook, a data dictionary, and a summary
with plots. Results are read one after the other; memory grows with agencies, years and rules, and
by a few hundred bytes a report."""

from gipr_ml.dataset.build import PARTS, Built, build

__all__ = ["PARTS", "Built", "build"]
