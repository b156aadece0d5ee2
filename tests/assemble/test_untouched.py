"""What is read without a search is what the search reads."""

import pytest

from gipr_ml.assemble import table2, table3
from gipr_ml.export import dumps
from gipr_ml.learning.synthesis.corpus import HELD_OUT, generate
from gipr_ml.pipeline import process_bytes

SHORTCUTS = ((table2, "untouched"), (table3, "_untouched"))
LAYOUTS = ("tabs", "html_spans", "column_lines")
DAMAGES = ("none", "page_numbers", "columns_swapped", "labels_swapped", "rows_swapped", "row_lost")


def test_tables_that_are_told_at_once_are_read_as_by_the_search(monkeypatch: pytest.MonkeyPatch):
    taken: dict[str, list[bool]] = {name: [] for _, name in SHORTCUTS}

    def watched(name, shortcut):
        def told(*args):
            found = shortcut(*args)
            taken[name].append(found is not None)
            return found

        return told

    for report in generate(HELD_OUT.start + 930_000, 18, LAYOUTS, DAMAGES):
        with monkeypatch.context() as patch:
            for module, name in SHORTCUTS:
                patch.setattr(module, name, watched(name, getattr(module, name)))
            quick = dumps(process_bytes(report.data, report.file_name))
        with monkeypatch.context() as patch:
            for module, name in SHORTCUTS:
                patch.setattr(module, name, lambda *_: None)
            searched = dumps(process_bytes(report.data, report.file_name))
        assert quick == searched, report.file_name
    assert all({*told} == {True, False} for told in taken.values()), taken
