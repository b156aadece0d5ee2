"""Which models there are, and which one reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, select, update

from gipr_ml.errors import ServiceError
from gipr_ml.service.store.database import Database
from gipr_ml.service.store.files import Files
from gipr_ml.service.store.schema import models, promotions
from gipr_ml.store import default_folder
from gipr_ml.versions import model_digest

SHIPPED = ""
"""Folder of the model that comes with the program."""


class Promotion(NamedTuple):
    """That another model reads: when, who said so, and the entry of `learning.promotion`."""

    at: float
    by: str
    entry: Mapping[str, Any]


@dataclass(frozen=True)
class Models:
    """The models of a service: one is in use, the champion; all others could be."""

    database: Database
    files: Files

    def folder(self, name: str) -> Path:
        """Where the model of a row lies."""
        return default_folder() if name == SHIPPED else self.files.models / name

    def in_use(self) -> Path:
        """Folder of the model that reads. Raises as `trusted` does."""
        with self.database.read() as connection:
            row = connection.execute(select(models).where(models.c.in_use)).first()
        return default_folder() if row is None else self.trusted(row)

    def trusted(self, row: Row[Any]) -> Path:
        """Where the model of a row lies: the one that was entered, and no other.

        Raises `ServiceError` where another lies there by now. What the model's files hold is held
        against its manifest when they are loaded.
        """
        folder = self.folder(row.folder)
        if model_digest(folder) != row.digest:
            raise ServiceError(f"the model in {folder} is no longer the one that was entered")
        return folder

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

    def champion(self, connection: Connection) -> str:
        """Digest of the model that reads."""
        return str(connection.scalar(select(models.c.digest).where(models.c.in_use)))

    def enter(
        self, connection: Connection, entry: Mapping[str, Any], instead_of: str, by: str
    ) -> None:
        """Enter a promotion or a rollback, and read with its model from now on.

        Raises `ServiceError` where the model in use is no longer `instead_of`.
        """
        self.database.lock(connection, "models")
        if self.champion(connection) != instead_of:
            raise ServiceError("another model was promoted meanwhile; look at it and try again")
        now = self.database.now(connection)
        digest = entry["model"]
        connection.execute(update(models).values(in_use=models.c.digest == digest))
        text = json.dumps(dict(entry), ensure_ascii=False)
        connection.execute(promotions.insert().values(at=now, by=by, entry=text))

    def promotions(self, connection: Connection) -> list[Promotion]:
        """Every promotion and rollback, the first one first."""
        rows = connection.execute(select(promotions).order_by(promotions.c.number))
        return [Promotion(row.at, row.by, json.loads(row.entry)) for row in rows]

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
