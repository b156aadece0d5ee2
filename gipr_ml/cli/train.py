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
Track = Annotated[bool, typer.Option("--track/--no-track", help="Log to MLflow.")]


def train(
    config: Config = None,
    data: Data = None,
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")] = Path("challenger"),
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same model.")] = 0,
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, help="Seeds to score; the first makes the model.")
    ] = 1,
    track: Track = True,
) -> None:
    """Train the models that label lines and match categories from labelled reports."""
    from gipr_ml.learning.training import default_data, read_settings, save_trained, train_lines

    folder = data or default_data()
    trained = train_lines(folder, read_settings(config), seed, _say, seeds)
    _say("fitting the category voter")
    digest = save_trained(trained, out)
    _say(f"written to {out}")
    if track:
        from gipr_ml.learning.runs import log_trained

        _say("logging the run to MLflow")
        run, number = log_trained(trained, folder, out)
        _say(f"run {run}, version {number} of the registered model, alias challenger")
    spread = trained.spread
    typer.echo(
        f"model {digest[:12]}: macro-F1 {_spread(spread['macro_f1'])}, accuracy"
        f" {_spread(spread['accuracy'])} on agencies that were held out"
    )


def _spread(figure: dict[str, float]) -> str:
    """A mean, with its range where there are several seeds."""
    if figure["min"] == figure["max"]:
        return f"{figure['mean']:.3f}"
    return f"{figure['mean']:.3f} ({figure['min']:.3f} to {figure['max']:.3f})"


def _say(what: str) -> None:
    typer.echo(what, err=True)
