"""Generated reports with known answers: figures, words, layouts, damage."""

from gipr_ml.learning.synthesis.corpus import (
    DEVELOPMENT,
    HELD_OUT,
    SyntheticReport,
    combinations,
    generate,
    make_report,
)
from gipr_ml.learning.synthesis.damage import DAMAGES, Damage
from gipr_ml.learning.synthesis.layouts import LAYOUTS, Layout

__all__ = [
    "DAMAGES",
    "DEVELOPMENT",
    "HELD_OUT",
    "LAYOUTS",
    "Damage",
    "Layout",
    "SyntheticReport",
    "combinations",
    "generate",
    "make_report",
]
