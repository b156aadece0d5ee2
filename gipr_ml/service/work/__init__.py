"""What workers do: take jobs from the database, one at a time, and see them through."""

from gipr_ml.service.work.worker import Worker

__all__ = ["Worker"]
