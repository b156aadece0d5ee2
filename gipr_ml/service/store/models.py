"""Which models there are, and which one reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from gipr_ml.service.store.database import Database
from gipr_ml.service.store.files import Files
from gipr_ml.service.store.schema import models
from gipr_ml.store import default_folder
from gipr_ml.versions import model_digest

SHIPPED = ""
"""Folder of the model that comes with the program."""


@dataclass(frozen=True)
class Models:
    """The models of a service: one is in use, the champion; all others could be."""

    database: Database
    files: Files

    def folder(self, name: str) -> Path:
        """Where the model of a row lies."""
        return default_folder() if name == SHIPPED else self.files.models / name

    def in_use(self) -> Path:
        """Folder of the model that reads."""
        with self.database.read() as connection:
            name = connection.scalar(select(models.c.folder).where(models.c.in_use))
        return self.folder(SHIPPED if name is None else name)

    def settle(self) -> None:
        """Enter the shipped model; a newer one takes the place of the one shipped before.

        Raises `ModelError` where there is none.
        """
        digest = model_digest(default_folder())
        scores = default_folder() / "scores.json"
        about = json.loads(scores.read_text("utf-8")).get("lines", {}) if scores.exists() else {}
        with self.database.write() as connection:
            self.database.lock(connection, "models")
            rows = list(connection.execute(select(models)))
            if any(row.digest == digest for row in rows):
                return
            old = [row for row in rows if row.folder == SHIPPED]
            in_use = not rows or any(row.in_use for row in old)
            connection.execute(delete(models).where(models.c.folder == SHIPPED))
            self._insert(connection, digest, SHIPPED, {"scores": about}, "gipr-ml", in_use)

    def add(self, connection: Connection, folder: str, about: Mapping[str, Any], by: str) -> str:
        """Enter a model that was trained into `folder`, below the folder of models."""
        digest = model_digest(self.files.models / folder)
        self.database.lock(connection, "models")
        known = connection.execute(select(models).where(models.c.digest == digest)).first()
        if known is None:
            self._insert(connection, digest, folder, about, by, in_use=False)
        return digest

    def listed(self, connection: Connection) -> list[Row[Any]]:
        """All models, the newest first."""
        return list(connection.execute(select(models).order_by(models.c.made_at.desc())))

    def get(self, connection: Connection, digest: str) -> Row[Any]:
        """The row of a model. Raises `KeyError`."""
        row = connection.execute(select(models).where(models.c.digest == digest)).first()
        if row is None:
            raise KeyError(digest)
        return row

    def promote(self, connection: Connection, digest: str, by: str) -> None:
        """Read with this model from now on. Raises `KeyError`."""
        self.database.lock(connection, "models")
        self.get(connection, digest)
        now = self.database.now(connection)
        connection.execute(update(models).where(models.c.in_use).values(in_use=False))
        connection.execute(
            update(models)
            .where(models.c.digest == digest)
            .values(in_use=True, promoted_at=now, promoted_by=by)
        )

    def _insert(
        self,
        connection: Connection,
        digest: str,
        folder: str,
        about: Mapping[str, Any],
        by: str,
        in_use: bool,
    ) -> None:
        connection.execute(
            models.insert().values(
                digest=digest, folder=folder, made_at=self.database.now(connection), made_by=by,
                about=json.dumps(dict(about)), in_use=in_use,
            )
        )  # fmt: skip
