"""The service over HTTP. The only part that knows FastAPI."""

from gipr_ml.service.api.app import make_app

__all__ = ["make_app"]
