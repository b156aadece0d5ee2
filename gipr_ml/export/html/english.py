"""The English words of the page for people, from english.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from gipr_ml.export.marks import Mark, signature
from gipr_ml.forms import Identity, TableForm, load_forms
from gipr_ml.forms.years import load_year_rules
from gipr_ml.types import Finding


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """The translations by kind: tables, labels, marks, states, findings."""
    return tomllib.loads(Path(__file__).with_name("english.toml").read_text(encoding="utf-8"))


def label(text: str) -> str:
    """An official label in English; the label itself where it has no translation."""
    return words()["labels"].get(text, text)


def mark_words(mark: Mark) -> str:
    """What a mark says, in English."""
    return words()["marks"][mark.name]


def cell_words(table: TableForm, key: str) -> str:
    """A cell by its labels: Table 3, (1) Granted, Natural persons."""
    row, column = table.by_key[key]
    parts = (words()["tables"][table.table], label(row.full_label), label(column.label))
    return ", ".join(parts)


def cause_words(finding: Finding) -> str:
    """What the evidence blames, in English; empty as `marks.cause_words` is."""
    told = finding.cause and not finding.rule.startswith("fault.")
    return words()["causes"][finding.cause] if finding.cause and told else ""


def decision_words(finding: Finding) -> str:
    """What a person has decided of a finding, in English; the reason as it was given."""
    if finding.decision is None:
        return ""
    return f"{words()['decisions'][finding.decided]}: {signature(finding.decision)}"


def finding_words(finding: Finding) -> str:
    """What a finding says, in English: the words of its rule, else of its code."""
    cells = set(finding.cells)
    for identity in load_forms().identities:
        if identity.rule == finding.rule and set(identity.coefficients) == cells:
            return identity_words(identity)
    known = findings()
    code = finding.rule.rpartition(".")[2]
    return known.get(finding.rule) or known.get(code) or f"Rule {finding.rule}"


@cache
def findings() -> Mapping[str, str]:
    """What findings say, by their rule or code; of an identity each row and column has its own."""
    rules = [*load_forms().limits, *load_forms().texts, *load_year_rules()]
    return {**words()["findings"], **{rule.rule: f"{rule.en}." for rule in rules}}


def identity_words(identity: Identity) -> str:
    """The words of a rule, with the official label that it quotes in English."""
    table = load_forms().table(identity.table, identity.form)
    row, column = table.by_key[identity.total]
    sentence = identity.en.replace(f"“{row.label}”", f"“{label(row.full_label)}”")
    return sentence.replace(f"“{column.label}”", f"“{label(column.label)}”")
