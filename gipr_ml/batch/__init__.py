"""Many documents: what has been read (ledger), who reads (workers, engines), and the driver."""

from gipr_ml.batch import places
from gipr_ml.batch.engines import Engine, Local, workers_for
from gipr_ml.batch.entry import Entry
from gipr_ml.batch.job import Job, Outcome, Settings
from gipr_ml.batch.run import Input, Run, opened

__all__ = [
    "Engine",
    "Entry",
    "Input",
    "Job",
    "Local",
    "Outcome",
    "Run",
    "Settings",
    "opened",
    "places",
    "workers_for",
]
