"""The summary as one page that opens without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from gipr_ml.dataset.counts import SummaryTable
from gipr_ml.export.text import printable

SHOWN = 100
"""Rows of a table; all of them stand in summary.json."""
_HERE = Path(__file__).parent


def page(
    tables: Sequence[SummaryTable], plots: Mapping[str, bytes], facts: Mapping[str, int]
) -> bytes:
    """The page: facts, and each table with its plot. What comes from reports is escaped."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    drawn = {name: Markup(_inner(svg)) for name, svg in plots.items()}
    template = environment.from_string((_HERE / "page.html.j2").read_text("utf-8"))
    return printable(template.render(tables=tables, plots=drawn, facts=facts, shown=SHOWN)).encode()


def _inner(svg: bytes) -> str:
    """An SVG file as a part of a page: what was text in it is escaped there already."""
    text = svg.decode("utf-8", "replace")
    return text[text.index("<svg") :]
