"""What the prose of a report restates of its tables: sentences in, `Statement`s out."""

from gipr_ml.narrative.read import read_narrative

__all__ = ["read_narrative"]
