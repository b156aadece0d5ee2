"""Files to documents: one module for each kind of input."""

from gipr_ml.sources.read import read_bytes, read_document

__all__ = ["read_bytes", "read_document"]
