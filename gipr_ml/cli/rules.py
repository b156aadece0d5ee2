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
    told = forms.rules
    if as_json:
        about = [
            {
                "id": rule.rule,
                "kind": type(rule).__name__.lower(),
                "table": rule.table,
                "severity": rule.severity.value,
                "zh": rule.zh,
                "en": rule.en,
                "source": rule.source,
            }
            for rule in told.values()
        ]
        typer.echo(
            json.dumps(
                {"rules": about, "tables": [asdict(ruling) for ruling in rulings]},
                ensure_ascii=False,
                indent=1,
            )
        )
    else:
        for rule in told.values():
            typer.echo(f"{rule.rule}  {rule.severity.value}\n    {rule.zh}")
            typer.echo(f"    {rule.en}\n    {rule.source}")
        for ruling in rulings:
            typer.echo(
                f"{ruling.table} of {ruling.form}: {ruling.identities} identities, "
                f"{ruling.independent} of them independent; {ruling.limits} limits"
            )
    faults = [fault for ruling in rulings for fault in ruling.faults]
    for fault in faults:
        typer.echo(fault, err=True)
    if faults:
        raise typer.Exit(FAILED)
