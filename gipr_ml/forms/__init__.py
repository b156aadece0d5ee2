"""The official forms, their labels and the checking rules: data files, and what reads them."""

from gipr_ml.forms.load import load_forms, with_rules
from gipr_ml.forms.model import FormColumn, FormRow, Forms, Identity, Section, TableForm

__all__ = [
    "FormColumn",
    "FormRow",
    "Forms",
    "Identity",
    "Section",
    "TableForm",
    "load_forms",
    "with_rules",
]
