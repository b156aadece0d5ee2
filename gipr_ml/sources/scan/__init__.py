"""Scans and photographs: pictures of pages to lines of cells with boxes and confidences."""

from gipr_ml.sources.scan.document import read_image, read_pictures
from gipr_ml.sources.scan.reader import read_scanned

__all__ = ["read_image", "read_pictures", "read_scanned"]
