"""What the service keeps: a database, and files beside it. The only part that knows SQL."""

from gipr_ml.service.store.database import Database
from gipr_ml.service.store.files import Files

__all__ = ["Database", "Files"]
