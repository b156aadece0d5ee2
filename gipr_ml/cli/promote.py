"""`gipr promote`: put a better model to work, or go back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gipr_ml.cli.options import AsJson
from gipr_ml.cli.train import Data, Track
from gipr_ml.errors import UsageError


def promote(
    challenger: Annotated[
        str,
        typer.Argument(help="A model folder, challenger, a run's id, or a runs:/ or models:/ URI."),
    ] = "challenger",
    models: Annotated[
        Path | None, typer.Option("--models", help="Folder of the champion; else models/.")
    ] = None,
    margin: Annotated[
        float, typer.Option("--margin", min=0, max=1, help="How much worse a figure may be.")
    ] = 0.01,
    override: Annotated[
        str | None,
        typer.Option("--override", help="Promote all the same; why.", metavar="REASON"),
    ] = None,
    back: Annotated[
        bool, typer.Option("--rollback", help="Put the model before the last promotion back.")
    ] = False,
    data: Data = None,
    track: Track = True,
    as_json: AsJson = False,
) -> None:
    """Put a challenger in the champion's place, if it is not worse and breaks no report."""
    from gipr_ml.learning import promotion
    from gipr_ml.learning.comparison.judging import MANIFEST
    from gipr_ml.learning.naming import folder_of
    from gipr_ml.learning.training import default_data
    from gipr_ml.store import default_folder, read_manifest

    if override is not None and not override.strip():
        raise UsageError("--override: say why the challenger is promoted all the same")
    place = models or default_folder()
    if back:
        entry = promotion.rollback(place, _version if track else None)
    else:
        folder = folder_of(challenger)
        decided = promotion.gate(folder, place, data or default_data(), margin)
        digest = str(read_manifest(folder, MANIFEST)["sha256"])
        # Asked before anything is changed: a registry that is down leaves everything as it was.
        version = _version(digest) if track else None
        entry = promotion.promote(folder, place, decided, override, version)
    if entry["version"] is not None:
        from gipr_ml.learning.tracking import set_champion

        set_champion(entry["version"])
    elif track:
        typer.echo("MLflow does not know this model, so the alias champion was not moved", err=True)
    if as_json:
        typer.echo(json.dumps(entry))
        return
    for name, (old, new) in entry["figures"].items():
        typer.echo(f"{name}: {old:.4f} → {new:.4f}")
    for reason in entry.get("overridden", ()):
        typer.echo(f"overridden: {reason}")
    typer.echo(f"{entry['action']}: model {entry['model'][:12]} is the champion in {place}")


def _version(digest: str) -> str | None:
    from gipr_ml.learning.tracking import version_of

    return version_of(digest)
