"""The columns of a row whose numbers were mostly missed, by the ink that stands in it.

Such are the last row or two of table 3 alone on a page, and the row of table 4 in small print.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from gipr_ml.sources.scan.columns import COLUMNS, Columns, between, row_labels
from gipr_ml.sources.scan.ink import ink_boxes
from gipr_ml.sources.scan.sheet import Sheet
from gipr_ml.sources.scan.words import Word

APART = 0.7
"""Heights between the ink of two numbers; digits of one stand closer."""
REACH = 0.6
"""Heights above and below the middle of a row in which its numbers stand."""
SAME = 1.0
"""Heights that numbers of one column may lie apart in two rows."""


def inked_columns(sheet: Sheet, words: Sequence[Word]) -> Columns | None:
    """Seven columns where each labelled row with a number beside it has ink in seven places."""
    rows: list[list[float]] = []
    for label in row_labels(words):
        near = [w for w in words if abs(w.y - label.y) < REACH * sheet.height]
        values = [w for w in near if w.is_count and w.x > label.rect[2]]
        if values:
            y = median(w.y for w in values)
            rows.append(marks_beside(sheet, max(w.rect[2] for w in near if w not in values), y))
    if not rows or any(len(marks) != COLUMNS for marks in rows):
        return None
    columns = [sorted(marks) for marks in zip(*rows, strict=True)]
    if any(marks[-1] - marks[0] > SAME * sheet.height for marks in columns):
        return None
    return between([median(marks) for marks in columns])


def marks_beside(sheet: Sheet, left: float, y: float) -> list[float]:
    """The middles of what is inked right of `left` at the height y, one for each number."""
    reach = REACH * sheet.height
    boxes = sorted(ink_boxes(sheet, (left, y - reach, float(sheet.grey.shape[1]), y + reach)))
    groups: list[list[float]] = []
    for box in boxes:
        if groups and box[0] - groups[-1][1] < APART * sheet.height:
            groups[-1][1] = max(groups[-1][1], box[2])
        else:
            groups.append([box[0], box[2]])
    return [(a + b) / 2 for a, b in groups]
