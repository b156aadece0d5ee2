"""The layouts that a report is printed in, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from gipr_ml.learning.synthesis import layouts_html as web
from gipr_ml.learning.synthesis import layouts_lines as lines
from gipr_ml.learning.synthesis import layouts_spaces as spaces
from gipr_ml.learning.synthesis.canvas import Canvas
from gipr_ml.learning.synthesis.paper import Paper

EVERYTHING = frozenset(("cells", "rows", "counts"))


@dataclass(frozen=True)
class Layout:
    """A way of printing a report."""

    name: str
    render: Callable[[Paper, Random], Canvas]
    suffix: str = "txt"
    shows: frozenset[str] = EVERYTHING
    """cells: where a cell ends, so that an empty one is seen; rows: the values of a row in a line;
    counts: how many numbers a row has."""


LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout("tabs", lines.tabs),
        Layout("pipes", lines.pipes),
        Layout("markdown", lines.markdown, suffix="md"),
        Layout("ocr_tabs", lines.ocr_tabs),
        Layout("cell_lines", lines.cell_lines, shows=frozenset(("counts",))),
        Layout("loose_cell_lines", lines.loose_cell_lines, shows=frozenset(("counts",))),
        Layout("column_lines", lines.column_lines, shows=frozenset()),
        Layout("aligned", spaces.aligned),
        Layout("single_spaces", spaces.single_spaces, shows=frozenset(("rows", "counts"))),
        Layout("glued", spaces.glued, shows=frozenset()),
        Layout("html_spans", web.html_spans, suffix="html"),
        Layout("html_plain", web.html_plain, suffix="html"),
    )
}
