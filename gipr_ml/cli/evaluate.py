"""`gipr evaluate`: leave-one-report-out scores, and the model card that states them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gipr_ml.cli.train import Config, Data


def evaluate(
    config: Config = None,
    data: Data = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for scores.json and CARD.md.")] = Path(
        "models"
    ),
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="How many seeds.")] = 3,
) -> None:
    """Score the line model on each report by a model that was trained without it."""
    from gipr_ml.learning.card import write_card
    from gipr_ml.learning.evaluation import evaluate_lines
    from gipr_ml.learning.training import default_data, read_settings

    def say(what: str) -> None:
        typer.echo(what, err=True)

    scores = evaluate_lines(data or default_data(), read_settings(config), range(seeds), say)
    typer.echo(write_card(scores, out))
