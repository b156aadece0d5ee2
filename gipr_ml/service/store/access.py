"""Who may do what: tokens and sessions.

Only digests are kept. A token is 256 random bits, so a plain SHA-256 cannot be turned back, and
looking its digest up tells nobody who measures the time anything about the token.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Row, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from gipr_ml.errors import UsageError
from gipr_ml.service.store.database import Database
from gipr_ml.service.store.schema import sessions, tokens

Role = Literal["read", "review", "administer"]
ROLES: tuple[Role, ...] = get_args(Role)
"""Each may do what those before it may."""
_PREFIX = "gipr_"
_BYTES = 32


@dataclass(frozen=True)
class Who:
    """Who calls."""

    name: str
    role: Role
    token: str | None = None
    """Id of the token, or None for somebody on this machine."""
    csrf: str | None = None
    """What a session must send along with every change; None outside of sessions."""

    def may(self, role: Role) -> bool:
        """Whether the role is enough."""
        return ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True)
class Access:
    """Tokens and sessions in a database."""

    database: Database

    def add_token(self, name: str, role: Role) -> str:
        """Make a token; it is shown this once. Raises `UsageError` where the name is taken."""
        token = _PREFIX + secrets.token_urlsafe(_BYTES)
        try:
            with self.database.write() as connection:
                connection.execute(
                    tokens.insert().values(
                        id=secrets.token_hex(4), name=name, role=role, sha256=_digest(token),
                        created_at=self.database.now(connection),
                    )
                )  # fmt: skip
        except IntegrityError:
            raise UsageError(f"there is a token of the name {name!r} already") from None
        return token

    def tokens(self) -> list[Row[Any]]:
        """All tokens, the revoked ones too."""
        with self.database.read() as connection:
            return list(connection.execute(select(tokens).order_by(tokens.c.created_at)))

    def any_tokens(self) -> bool:
        """Whether there is a token that is not revoked."""
        with self.database.read() as connection:
            query = select(func.count()).where(tokens.c.revoked_at.is_(None))
            return bool(connection.scalar(query))

    def revoke(self, name: str) -> None:
        """End a token and its sessions. Raises `UsageError` where there is none of that name."""
        with self.database.write() as connection:
            now = self.database.now(connection)
            row = connection.execute(
                select(tokens.c.id).where(tokens.c.name == name, tokens.c.revoked_at.is_(None))
            ).first()
            if row is None:
                raise UsageError(f"there is no token of the name {name!r} that is in force")
            connection.execute(update(tokens).where(tokens.c.id == row.id).values(revoked_at=now))
            connection.execute(delete(sessions).where(sessions.c.token == row.id))

    def by_token(self, connection: Connection, token: str) -> Who | None:
        """Whose token it is, or None."""
        digest = _digest(token)
        query = select(tokens).where(tokens.c.sha256 == digest, tokens.c.revoked_at.is_(None))
        row = connection.execute(query).first()
        if row is None or not hmac.compare_digest(row.sha256, digest):
            return None
        return Who(row.name, row.role, row.id)

    def open_session(self, connection: Connection, who: Who, hours: float) -> tuple[str, str]:
        """A new session of somebody: the secret of its cookie, and its CSRF token."""
        secret, csrf = secrets.token_urlsafe(_BYTES), secrets.token_hex(_BYTES)
        now = self.database.now(connection)
        connection.execute(delete(sessions).where(sessions.c.ends_at < now))
        connection.execute(
            sessions.insert().values(
                sha256=_digest(secret), token=who.token, name=who.name, role=who.role, csrf=csrf,
                ends_at=now + hours * 3600,
            )
        )  # fmt: skip
        return secret, csrf

    def by_session(self, connection: Connection, secret: str) -> Who | None:
        """Whose session it is, or None where it has ended, or its token was revoked."""
        query = select(sessions).outerjoin(tokens, tokens.c.id == sessions.c.token)
        # A session may be opened while its token is being revoked.
        in_force = sessions.c.sha256 == _digest(secret), tokens.c.revoked_at.is_(None)
        row = connection.execute(query.where(*in_force)).first()
        if row is None or row.ends_at < self.database.now(connection):
            return None
        return Who(row.name, row.role, row.token, row.csrf)

    def close_session(self, connection: Connection, secret: str) -> None:
        """End a session."""
        connection.execute(delete(sessions).where(sessions.c.sha256 == _digest(secret)))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
