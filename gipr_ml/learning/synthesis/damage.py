"""The kinds of damage, by name, with what each does to the gold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from gipr_ml.learning.synthesis import damage_headers as headers
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
    needs: frozenset[str] = frozenset()
    """What a layout must show (see `Layout.shows`) for the gold to hold."""
    only: tuple[str, ...] = ()
    """The layouts that can be damaged so, if not all."""
    error: bool = False
    """The figures themselves are published with an error."""
    blanks: bool = False
    """Zeros are printed as empty cells."""
    forms: tuple[Mapping[str, str], ...] = ()
    """The forms to choose from, if not the usual ones."""


def several(*changes: ChangePaper, count: int, always: ChangePaper = nothing) -> ChangePaper:
    """`count` of the changes one after the other, and one in any case."""

    def change(paper: Paper, rng: Random) -> set[str]:
        unsure = always(paper, rng)
        for number in sorted(rng.sample(range(len(changes)), count)):
            unsure |= changes[number](paper, rng)
        return unsure

    return change


USUAL = (
    rows.swap_rows,
    rows.page_numbers,
    rows.repeat_headers,
    rows.note_in_table4,
    rows.extra_row,
    rows.split_title,
    rows.no_headings,
    headers.total_twice,
    headers.cut,
    labels.marks_apart,
    labels.wrap,
    labels.spaced,
    labels.scramble(0.1),
)
"""What often comes together, none of which changes the gold."""

SAME = "the same"
PRINTED = "what the damaged text prints"
LOST = "lost cells are null, and forced where the sums leave one value"
CELLS = frozenset(("cells",))
ROWS = frozenset(("rows",))
COUNTS = frozenset(("counts",))
MIXED = ({"t2": "2021", "t3": "2019"}, {"t2": "2019", "t3": "2021"})
LINES = ("tabs", "pipes", "ocr_tabs", "single_spaces")

DAMAGES: Mapping[str, Damage] = {
    damage.name: damage
    for damage in (
        Damage("none", SAME, light=True),
        Damage("labels_10", SAME, labels.scramble(0.10), light=True),
        Damage("labels_20", SAME, labels.scramble(0.20)),
        Damage("labels_30", SAME, labels.scramble(0.30)),
        Damage("labels_wrapped", SAME, labels.wrap, light=True),
        Damage("labels_spaced", SAME, labels.spaced),
        Damage("marks_apart", SAME, labels.marks_apart, light=True),
        Damage("labels_after", SAME, labels.after_values, needs=COUNTS),
        Damage("labels_glued", SAME, labels.glue, needs=ROWS),
        Damage("group_cut", SAME, labels.cut_group, light=True),
        Damage("row_cut", SAME, labels.cut_row),
        Damage("repeated_headers", SAME, rows.repeat_headers, light=True),
        Damage("header_missing", SAME, headers.missing),
        Damage("header_illegible", SAME, headers.illegible),
        Damage("header_total_twice", SAME, headers.total_twice),
        Damage("header_cut", SAME, headers.cut),
        Damage("header_instructions", SAME, headers.instructions),
        Damage("columns_swapped", "by the printed header", values.swap_columns),
        Damage("page_numbers", SAME, rows.page_numbers),
        Damage("rows_swapped", SAME, rows.swap_rows),
        Damage("rows_shuffled", SAME, rows.shuffle_group),
        Damage("labels_swapped", "by the printed label", rows.swap_labels),
        Damage("cells_shifted", SAME, rows.shift_cells, needs=CELLS),
        Damage("total_lost", LOST, values.lose_total, needs=COUNTS),
        Damage("cell_lost", LOST, values.lose_cell, needs=COUNTS),
        Damage("row_lost", LOST, rows.lose_row),
        Damage("total_column_lost", LOST, values.lose_total_column, needs=ROWS),
        Damage("equal_lines_lost", LOST, rows.labels_above, text.drop_equal_lines, only=LINES),
        Damage("cut_in_half", LOST, canvas=text.cut_in_half),
        Damage("blank_zeros", "blank cells are null", blanks=True, needs=CELLS),
        Damage("blank_block", "blank cells are null", values.blank_block, needs=CELLS),
        Damage("dashes", "strokes are null", values.dashes, needs=COUNTS),
        Damage("double_zeros", "00 is 0", values.double_zeros, needs=COUNTS),
        Damage("letters", "the digits they stand for", values.letters, needs=COUNTS),
        Damage("wide_digits", SAME, values.wide_digits),
        Damage("notes_in_cells", "the number before the note", values.notes, needs=COUNTS),
        Damage("surplus_table3", SAME, values.surplus_in_table3, needs=COUNTS),
        Damage("surplus_table4", SAME, values.surplus_in_table4),
        Damage("digit_changed", PRINTED, values.change_digit),
        Damage("published_error", PRINTED, error=True),
        Damage("table2_reordered", SAME, rows.reorder_blocks),
        Damage("table2_extra_row", SAME, rows.extra_row),
        Damage("table4_split", SAME, rows.split_table4),
        Damage("table4_note", SAME, rows.note_in_table4),
        Damage("table4_in_prose", "table 4 is lost", rows.prose_for_table4),
        Damage("numbers_beside", SAME, rows.numbers_beside),
        Damage("prose_disagrees", SAME, rows.prose_disagrees),
        Damage("headings_missing", SAME, rows.no_headings),
        Damage("title_split", SAME, rows.split_title),
        Damage("mixed_forms", SAME, forms=MIXED),
        Damage("several", SAME, several(*USUAL, count=3)),
        Damage(
            "several_lost", LOST, several(*USUAL, count=2, always=values.lose_cell), needs=COUNTS
        ),
    )
}
