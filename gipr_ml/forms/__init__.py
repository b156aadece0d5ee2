"""The official forms, their labels and the checking rules: data files, and what reads them."""

from gipr_ml.forms.load import load_forms, with_rules
from gipr_ml.forms.model import (
    TABLE_NAMES,
    FormColumn,
    FormRow,
    Forms,
    Identity,
    Limit,
    Section,
    TableForm,
    TextRule,
)

__all__ = [
    "TABLE_NAMES",
    "FormColumn",
    "FormRow",
    "Forms",
    "Identity",
    "Limit",
    "Section",
    "TableForm",
    "TextRule",
    "load_forms",
    "with_rules",
]
