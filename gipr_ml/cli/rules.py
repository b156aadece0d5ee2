"""`gipr rules`: the checking rules, and whether they make sense."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gipr_ml.cli.codes import FAILED
from gipr_ml.cli.options import AsJson

if TYPE_CHECKING:
    from gipr_ml.forms import Forms
    from gipr_ml.forms.model import Rule
    from gipr_ml.forms.years import YearIdentity

KINDS = {
    "Identity": "identity",
    "Limit": "limit",
    "TextRule": "textrule",
    "YearIdentity": "years",
}
"""What `--json` calls the kinds of rules."""

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
    from gipr_ml.forms.model import TableRule

    forms = load_forms() if rules_file is None else with_rules(load_forms(), rules_file)
    rulings = examine(forms)
    told = [*forms.rules.values(), *_between_years(forms)]
    if as_json:
        about = [
            {
                "id": rule.rule,
                "kind": KINDS[type(rule).__name__],
                "table": rule.table if isinstance(rule, TableRule) else None,
                "severity": rule.severity.value,
                "zh": _general(rule, rule.zh, forms),
                "en": _general(rule, rule.en, forms),
                "source": rule.source,
            }
            for rule in told
        ]
        data = {"rules": about, "tables": [asdict(ruling) for ruling in rulings]}
        typer.echo(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        for rule in told:
            typer.echo(f"{rule.rule}  {rule.severity.value}\n    {_general(rule, rule.zh, forms)}")
            typer.echo(f"    {_general(rule, rule.en, forms)}\n    {rule.source}")
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


def _between_years(forms: Forms) -> list[YearIdentity]:
    """One rule of each id that holds this year's report against last year's."""
    from gipr_ml.forms.years import load_year_rules

    return list({r.rule: r for r in load_year_rules() if r.rule not in forms.off}.values())


def _general(rule: Rule, words: str, forms: Forms) -> str:
    """The words of a rule without the row or column that one case of it is about."""
    from gipr_ml.forms import Identity

    if not isinstance(rule, Identity):
        return words
    row, column = forms.table(rule.table, rule.form).by_key[rule.total]
    return words.replace(f"“{row.label}”", "“…”").replace(f"“{column.label}”", "“…”")
