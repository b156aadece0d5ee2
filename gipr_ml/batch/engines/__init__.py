"""Engines: machines that read many documents at once. All behave alike."""

from gipr_ml.batch.engines.engine import Engine
from gipr_ml.batch.engines.local import Local, workers_for

__all__ = ["Engine", "Local", "workers_for"]
