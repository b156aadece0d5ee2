"""Every setting of the service: from a TOML file, and from the environment."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, IPvAnyNetwork, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from gipr_ml.errors import UsageError
from gipr_ml.files import read_toml

EXAMPLE = Path(__file__).with_name("settings.toml")
"""The file that explains every setting."""


def _some(network: IPvAnyNetwork) -> IPvAnyNetwork:
    """Raise `ValueError` for the network of all addresses: anybody could then name any address."""
    if network.prefixlen == 0:
        raise ValueError("name the proxies, not every address")
    return network


Proxies = Annotated[IPvAnyNetwork, AfterValidator(_some)]


class Settings(BaseSettings):
    """The settings; `settings.toml` says what each is for."""

    model_config = SettingsConfigDict(env_prefix="GIPR_", extra="forbid", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    allowed_hosts: tuple[str, ...] = ()
    https: bool = False
    trusted_proxies: tuple[Proxies, ...] = ()
    data: Path = Path("gipr-data")
    database: str = ""
    training_data: str = ""
    training_config: str = ""
    mlflow_url: str = ""
    agencies: str = ""
    workers: int = Field(2, ge=0, le=256)
    lease_seconds: float = Field(30, gt=0)
    file_bytes: int = Field(100_000_000, gt=0)
    upload_bytes: int = Field(500_000_000, gt=0)
    upload_files: int = Field(500, gt=0)
    archive_files: int = Field(2_000, gt=0)
    archive_bytes: int = Field(2_000_000_000, gt=0)
    pages: int = Field(300, gt=0)
    read_seconds: float = Field(300, gt=0)
    read_memory: int = Field(3_000_000_000, ge=300_000_000)
    train_seconds: float = Field(7_200, gt=0)
    queue_length: int = Field(1_000, gt=0)
    wait_seconds: float = Field(60, ge=0)
    session_hours: float = Field(12, gt=0)

    @property
    def database_url(self) -> str:
        """The database as SQLAlchemy names it."""
        if not self.database:
            return f"sqlite:///{self.data.resolve() / 'gipr.db'}"
        for short in ("postgresql://", "postgres://"):
            if self.database.startswith(short):
                return "postgresql+psycopg://" + self.database.removeprefix(short)
        return self.database

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def read_settings(path: Path | None = None, **changes: Any) -> Settings:
    """The settings of a TOML file and the environment; `changes` (of the command line) beat both.

    Raises `UsageError` naming the first fault.
    """
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = read_toml(path)
        except OSError as error:
            raise UsageError(f"--settings: {path} cannot be read ({error.strerror})") from None
        except ValueError as error:
            raise UsageError(f"--settings: {path} is no valid TOML ({error})") from None
    try:
        given = {name: value for name, value in changes.items() if value is not None}
        return Settings(**{**values, **EnvSettingsSource(Settings)(), **given})
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(str(step) for step in fault["loc"]) or "settings"
        raise UsageError(f"the setting {name} is wrong: {fault['msg']}") from None
