"""Digits that can be cut in one way only, in a row that no sum speaks of."""

from __future__ import annotations

from gipr_ml.learning.synthesis import make_report
from gipr_ml.pipeline import process_bytes
from gipr_ml.types import Status


def test_a_long_number_between_notes_is_never_taken_for_a_whole_row() -> None:
    # 942, 6004 and 1, each with a note behind it; 6004 alone can only be cut as 60, 0 and 4.
    made = make_report(1_600_956, "cell_lines", "notes_in_cells")
    report = process_bytes(made.text.encode(), "report.txt")
    wrong = [c.key for c in report.cells if c.value not in (None, made.gold["cells"][c.key])]
    assert wrong == [] or report.status is Status.NEEDS_REVIEW
    assert "942（" in made.text
    assert "6004（" in made.text
