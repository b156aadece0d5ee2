"""`gipr train`: labelled lines in, a model folder out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None, typer.Option("--config", help="Settings, a TOML file with a table [lines].")
]
Data = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of labelled lines; else training_data/."),
]


def train(
    config: Config = None,
    data: Data = None,
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")] = Path("models"),
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same model.")] = 0,
    track: Annotated[
        bool, typer.Option("--track/--no-track", help="Log the run to MLflow.")
    ] = True,
) -> None:
    """Train the models that label lines and match categories from labelled reports."""
    from gipr_ml.learning.training import (
        about,
        default_data,
        read_settings,
        save_trained,
        train_lines,
    )

    settings = read_settings(config)
    trained = train_lines(data or default_data(), settings, seed, _say)
    _say("fitting the category voter")
    digest = save_trained(trained, out)
    _say(f"written to {out}")
    if track:
        from dataclasses import asdict

        from gipr_ml.learning.tracking import log_run

        _say("logging the run")
        made = about(trained)
        tags = {name: str(made[name]) for name in ("data_sha256", "guide_version")}
        log_run({**asdict(settings), "seed": seed}, trained.scores, out, tags)
    scores = trained.scores
    typer.echo(
        f"model {digest[:12]}: macro-F1 {scores['macro_f1']:.3f}, accuracy"
        f" {scores['accuracy']:.3f} on reports that were held out"
    )


def _say(what: str) -> None:
    typer.echo(what, err=True)
