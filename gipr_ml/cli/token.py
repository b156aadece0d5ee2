"""`gipr token`: who may call the service from other machines."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gipr_ml.cli.serve import SettingsFile

if TYPE_CHECKING:
    from gipr_ml.service.store.access import Access

token = typer.Typer(help="Make, list and revoke the tokens of the service.", no_args_is_help=True)

Data = Annotated[Path | None, typer.Option(help="Folder of the service.", metavar="DIR")]
Name = Annotated[str, typer.Argument(help="Who it is for; entered beside every change.")]


@token.command()
def add(
    name: Name,
    role: Annotated[
        Literal["read", "review", "administer"],
        typer.Option(
            help="read: see everything; review: also send and correct; administer: also delete,"
            " train and promote."
        ),
    ] = "read",
    settings: SettingsFile = None,
    data: Data = None,
) -> None:
    """Make a token. It is printed this once; only a digest of it is kept."""
    typer.echo(_access(settings, data).add_token(name, role))


@token.command("list")
def list_(settings: SettingsFile = None, data: Data = None) -> None:
    """List the tokens, without the tokens themselves."""
    for row in _access(settings, data).tokens():
        made = datetime.fromtimestamp(row.created_at, UTC).date()
        end = "" if row.revoked_at is None else "  revoked"
        typer.echo(f"{row.name:30} {row.role:10} {made}{end}")


@token.command()
def revoke(name: Name, settings: SettingsFile = None, data: Data = None) -> None:
    """End a token, and the sessions that were opened with it."""
    _access(settings, data).revoke(name)


def _access(settings: Path | None, data: Path | None) -> Access:
    from gipr_ml.service.context import open_context
    from gipr_ml.service.settings import read_settings

    return open_context(read_settings(settings, data=data)).access
