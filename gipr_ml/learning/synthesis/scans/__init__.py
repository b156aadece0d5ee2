"""Generated scans of the official forms: set on pages, drawn and damaged."""

from gipr_ml.learning.synthesis.scans.kinds import KINDS, Kind
from gipr_ml.learning.synthesis.scans.scan import SyntheticScan, generate_scans, make_scan

__all__ = ["KINDS", "Kind", "SyntheticScan", "generate_scans", "make_scan"]
