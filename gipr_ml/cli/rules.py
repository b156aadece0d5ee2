"""`gipr rules`: the checking rules, and whether they make sense."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gipr_ml.cli.codes import FAILED
from gipr_ml.cli.options import AsJson

RulesFile = Annotated[
    Path | None,
    typer.Option(
        "--rules", help="A file of rules to add and to switch off (TOML).", metavar="FILE"
    ),
]


def rules(rules_file: RulesFile = None, as_json: AsJson = False) -> None:
    """List the rules that figures are checked by, and check that the rules themselves are sound."""
    import json
    from dataclasses import asdict

    from gipr_ml.checking.ruleset import examine
    from gipr_ml.forms import load_forms, with_rules

    forms = load_forms() if rules_file is None else with_rules(load_forms(), rules_file)
    rulings = examine(forms)
    told = {identity.rule: identity for identity in forms.identities}
    if as_json:
        about = [
            {"id": i.rule, "table": i.table, "severity": i.severity.value, "source": i.source}
            for i in told.values()
        ]
        typer.echo(
            json.dumps(
                {"rules": about, "tables": [asdict(ruling) for ruling in rulings]},
                ensure_ascii=False,
                indent=1,
            )
        )
    else:
        for identity in told.values():
            typer.echo(f"{identity.rule}  {identity.severity.value}\n    {identity.zh}")
            typer.echo(f"    {identity.en}\n    {identity.source}")
        for ruling in rulings:
            typer.echo(
                f"{ruling.table} of {ruling.form}: {ruling.identities} identities, "
                f"{ruling.independent} of them independent"
            )
    faults = [fault for ruling in rulings for fault in ruling.faults]
    for fault in faults:
        typer.echo(fault, err=True)
    if faults:
        raise typer.Exit(FAILED)
