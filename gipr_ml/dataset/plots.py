"""The plots of the summary, as SVG. matplotlib is loaded when the first one is drawn."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gipr_ml.dataset.counts import SummaryCell, SummaryTable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FONTS = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, sans-serif"
"""For whoever opens the picture: its words stay text."""
MOST = 20
"""Bars of a plot."""
COLOURS = {
    "consistent": "#4f9d69",
    "needs review": "#e0a93b",
    "rejected": "#b0b7c0",
    "errors": "#b33a3a",
    "warnings": "#e0a93b",
    "remarks": "#b0b7c0",
    "times": "#1f4e79",
}
_DRAWN = {
    "years": ("year", ("consistent", "needs review", "rejected")),
    "rules": ("rule", ("errors", "warnings", "remarks")),
    "agencies": ("agency", ("errors", "warnings")),
    "missing": ("label", ("times",)),
}
"""By table: what the bars are, and what they are made of."""


def plots(tables: Sequence[SummaryTable]) -> Iterator[tuple[str, bytes]]:
    """The name of each plot, which is that of its table, and its SVG; none of empty tables."""
    from matplotlib import rc_context

    # Words as text, and the same bytes for the same figures.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "gipr"}), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # fonts without Chinese: only to measure by
        for table in tables:
            if table.key in _DRAWN and table.rows:
                data = io.BytesIO()
                _bars(table).savefig(data, format="svg", metadata={"Date": None})
                yield table.key, data.getvalue().replace(b"DejaVu Sans", FONTS.encode())


def _bars(table: SummaryTable) -> Figure:
    from matplotlib.figure import Figure

    names = [english for _, english in table.columns]
    what, parts = _DRAWN[table.key]
    rows = table.rows[-MOST:] if table.key == "years" else table.rows[:MOST]
    figure = Figure((7.5, 1.3 + 0.28 * len(rows)), layout="constrained")
    axes: Any = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    left = [0] * len(rows)
    for part in parts:
        values = [_number(row[names.index(part)]) for row in rows]
        label = f"{table.columns[names.index(part)][0]} {part}"
        axes.barh(range(len(rows)), values, left=left, color=COLOURS[part], label=label)
        left = [one + other for one, other in zip(left, values, strict=True)]
    axes.set_yticks(range(len(rows)), [_short(row[names.index(what)]) for row in rows])
    axes.invert_yaxis()
    axes.set_title(" · ".join(table.title), loc="left", fontsize=11)
    if len(parts) > 1:
        axes.legend(frameon=False, fontsize=8, loc="lower right", bbox_to_anchor=(1, 1), ncols=3)
    return figure


def _number(cell: SummaryCell) -> int:
    assert isinstance(cell, int)
    return cell


def _short(cell: SummaryCell) -> str:
    text = str(cell).replace("$", r"\$")  # no formula
    return text if len(text) <= 36 else "…" + text[-35:]
