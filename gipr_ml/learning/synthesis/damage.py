"""The kinds of damage, by name, with what each does to the gold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from gipr_ml.learning.synthesis import damage_labels as labels
from gipr_ml.learning.synthesis import damage_rows as rows
from gipr_ml.learning.synthesis import damage_text as text
from gipr_ml.learning.synthesis import damage_values as values
from gipr_ml.learning.synthesis.canvas import Canvas
from gipr_ml.learning.synthesis.paper import Paper

ChangePaper = Callable[[Paper, Random], set[str]]
ChangeCanvas = Callable[[Canvas, Random], tuple[Canvas, set[str]]]


def nothing(_paper: Paper, _rng: Random) -> set[str]:
    """No damage."""
    return set()


@dataclass(frozen=True)
class Damage:
    """A kind of damage. Both steps return the keys that the text can no longer settle."""

    name: str
    gold: str
    """What becomes of the gold."""
    paper: ChangePaper = nothing
    canvas: ChangeCanvas | None = None
    light: bool = False
    """Most such reports should still be called consistent."""
    needs: str = ""
    """What a layout must show: "cells" or "rows"; nothing where every layout does."""
    error: bool = False
    """The figures themselves are published with an error."""


SAME = "the same"
PRINTED = "what the damaged text prints"

DAMAGES: Mapping[str, Damage] = {
    damage.name: damage
    for damage in (
        Damage("none", SAME, light=True),
        Damage("labels_10", SAME, labels.scramble(0.10), light=True),
        Damage("labels_20", SAME, labels.scramble(0.20)),
        Damage("labels_30", SAME, labels.scramble(0.30)),
        Damage("labels_wrapped", SAME, labels.wrap, light=True),
        Damage("marks_apart", SAME, labels.marks_apart, light=True),
        Damage("labels_after", SAME, labels.after_values),
        Damage("repeated_headers", SAME, rows.repeat_headers, light=True),
        Damage("page_numbers", SAME, rows.page_numbers),
        Damage("lost_total", "the cell lost, its value forced", values.lose_total, needs="rows"),
        Damage(
            "lost_cell", "the cell lost, or not to be told which", values.lose_cell, needs="rows"
        ),
        Damage("lost_row", "the row lost, its values forced", rows.lose_row),
        Damage("swapped_rows", SAME, rows.swap_rows),
        Damage("swapped_labels", "by the printed label", rows.swap_labels),
        Damage("digit_changed", PRINTED, values.change_digit),
        Damage("published_error", PRINTED, error=True),
        Damage("cut_in_half", "what is cut off is lost", canvas=text.cut_in_half),
    )
}
