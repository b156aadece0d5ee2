"""All verbs of `gipr`."""

from __future__ import annotations

from typing import Annotated

import typer

from gipr_ml.cli.check import check
from gipr_ml.cli.compare import compare
from gipr_ml.cli.decide import decide
from gipr_ml.cli.doctor import doctor
from gipr_ml.cli.evaluate import evaluate
from gipr_ml.cli.label import label
from gipr_ml.cli.process import process
from gipr_ml.cli.promote import promote
from gipr_ml.cli.rules import rules
from gipr_ml.cli.serve import serve, work
from gipr_ml.cli.summarise import summary
from gipr_ml.cli.synthesize import synthesize
from gipr_ml.cli.token import token
from gipr_ml.cli.train import train

app = typer.Typer(
    help="Reads 政府信息公开工作年度报告 into checked tables, and says what it is not sure of.",
    epilog="Exit codes of process and check: 0 all consistent, 1 the program failed, 2 called "
    "wrongly, 3 some inputs could not be read, 4 some reports need review.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"gipr-ml {version('gipr-ml')}")
        raise typer.Exit


@app.callback()
def _gipr(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    del version


_READING = (process, check, decide, rules, summary)
_LEARNING = (label, train, evaluate, compare, promote)
for _verb in (*_READING, *_LEARNING, synthesize, serve, work, doctor):
    app.command()(_verb)
app.add_typer(token, name="token")
