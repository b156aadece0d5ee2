"""Files to documents: one module for each kind of input."""

from gipr_ml.sources.archive import read_path
from gipr_ml.sources.images import page_images
from gipr_ml.sources.pictures import beside
from gipr_ml.sources.read import read_bytes, read_document

__all__ = ["beside", "page_images", "read_bytes", "read_document", "read_path"]
