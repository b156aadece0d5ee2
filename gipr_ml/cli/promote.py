"""`gipr promote`: put a better model to work, or go back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from gipr_ml.cli.options import AsJson
from gipr_ml.cli.train import Data, Track
from gipr_ml.errors import UsageError

Challenger = Annotated[
    str,
    typer.Argument(help="A model folder, challenger, a run's id, or a runs:/ or models:/ URI."),
]
Models = Annotated[
    Path | None, typer.Option("--models", help="Folder of the champion; else models/.")
]
Margin = Annotated[
    float, typer.Option("--margin", min=0, max=1, help="How much worse a figure may be.")
]
Override = Annotated[
    str | None, typer.Option("--override", help="Promote all the same; why.", metavar="REASON")
]
Back = Annotated[
    bool, typer.Option("--rollback", help="Put the model before the last promotion back.")
]


def promote(
    challenger: Challenger = "challenger",
    models: Models = None,
    margin: Margin = 0.01,
    override: Override = None,
    back: Back = False,
    data: Data = None,
    track: Track = True,
    as_json: AsJson = False,
) -> None:
    """Put a challenger in the champion's place, if it is not worse and breaks no report."""
    from gipr_ml.learning import promotion
    from gipr_ml.learning.training import default_data
    from gipr_ml.store import default_folder

    if override is not None and not override.strip():
        raise UsageError("--override: say why the challenger is promoted all the same")
    place = models or default_folder()
    if back:
        entry = promotion.rollback(place, _version if track else None)
    else:
        entry = _promote(challenger, place, data or default_data(), margin, override, track)
    if entry["version"] is not None:
        from gipr_ml.learning.tracking import set_champion

        set_champion(entry["version"])
    elif track:
        typer.echo("MLflow does not know this model, so the alias champion was not moved", err=True)
    if as_json:
        typer.echo(json.dumps(entry))
    else:
        _tell(entry, place)


def _promote(
    challenger: str, models: Path, data: Path, margin: float, override: str | None, track: bool
) -> dict[str, Any]:
    """Hold the challenger against the champion and put it in its place. Gives the log's entry."""
    from gipr_ml.learning import promotion
    from gipr_ml.learning.comparison.judging import MANIFEST
    from gipr_ml.learning.naming import folder_of
    from gipr_ml.store import read_manifest

    folder = folder_of(challenger)
    decided = promotion.gate(folder, models, data, margin)
    digest = str(read_manifest(folder, MANIFEST)["sha256"])
    # Asked before anything is changed: a registry that is down leaves everything as it was.
    version = _version(digest) if track else None
    return promotion.promote(folder, models, decided, override, version)


def _tell(entry: Mapping[str, Any], models: Path) -> None:
    for name, (old, new) in entry["figures"].items():
        typer.echo(f"{name}: {old:.4f} → {new:.4f}")
    for reason in entry.get("overridden", ()):
        typer.echo(f"overridden: {reason}")
    typer.echo(f"{entry['action']}: model {entry['model'][:12]} is the champion in {models}")


def _version(digest: str) -> str | None:
    from gipr_ml.learning.tracking import version_of

    return version_of(digest)
