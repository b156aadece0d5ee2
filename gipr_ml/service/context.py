"""Everything of a running service that a request or a job needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gipr_ml.files import make_folder
from gipr_ml.forms.agencies import read_renamings
from gipr_ml.service.settings import Settings
from gipr_ml.service.store import Database, Files
from gipr_ml.service.store.access import Access
from gipr_ml.service.store.history import History
from gipr_ml.service.store.jobs import Jobs
from gipr_ml.service.store.models import Models
from gipr_ml.service.store.reports import Reports
from gipr_ml.versions import Versions, versions


@dataclass(frozen=True)
class Context:
    """The parts of a service, on one database and one folder."""

    settings: Settings
    database: Database
    files: Files
    jobs: Jobs
    history: History
    reports: Reports
    models: Models
    access: Access
    renamed: Mapping[str, str]
    """Today's names of agencies that had another."""

    def versions(self) -> Versions:
        """What reads at this moment."""
        return versions(self.models.in_use())

    @property
    def training_data(self) -> Path:
        """Folder of the labelled reports that training starts from and models are compared on."""
        if self.settings.training_data:
            return Path(self.settings.training_data)
        from gipr_ml.learning.training import default_data

        return default_data()


def open_context(settings: Settings) -> Context:
    """Open the store, bring it to this version and enter the shipped model.

    Raises `ServiceError` where the database cannot be used, `OSError` where the folder cannot,
    `FormsError` where the file of renamed agencies is wrong.
    """
    renamed = read_renamings(Path(settings.agencies)) if settings.agencies else {}
    make_folder(settings.data)
    database = Database(settings.database_url)
    database.migrate()
    files, jobs, history = (
        Files(settings.data),
        Jobs(database, settings.lease_seconds),
        History(database),
    )
    models = Models(database, files)
    models.settle()
    reports = Reports(database, files, jobs, history)
    reports.settle()
    access = Access(database)
    return Context(settings, database, files, jobs, history, reports, models, access, renamed)
