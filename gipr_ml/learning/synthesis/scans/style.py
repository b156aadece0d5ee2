"""How a page is set: margins, sizes, widths, rules, breaks. All lengths are points (1/72 inch)."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

Rules = Literal["thin", "thick", "framed", "gaps", "no_verticals", "hairline", "none"]
GroupBreak = Literal["cut", "first", "repeat"]
PageNumbers = Literal["none", "plain", "dashes", "of"]
Align = Literal["left", "centre", "right"]

PAGE = (595.0, 842.0)
"""A4, upright."""


@dataclass(frozen=True)
class Style:
    """One way to set a report."""

    left: float
    right: float
    top: float
    bottom: float
    body: float
    """Size of the prose."""
    small: float
    """Size of the text in tables."""
    leading: float
    """Distance of lines over their size."""
    pad: float
    """Above and below the text of a cell."""
    shares: tuple[float, float, float]
    """Widths of the label columns of table 3."""
    new_page: bool
    """Table 3 begins on a page of its own."""
    repeat_header: bool
    open_break: bool
    """No rule is drawn where a page ends within a table."""
    group_break: GroupBreak
    """What becomes of a group label whose cell a page break cuts."""
    vertical: bool
    """The outermost group label is set one character a line."""
    rules: Rules
    page_numbers: PageNumbers
    values: Align
    """Where the values stand in their cells."""
    grey: int
    """Level of grey of the rules, 0 for black."""
    running_head: bool
    """A line above and an address below the text of each page, as browsers print them."""
    cover: bool
    """The title stands on a page of its own."""

    @property
    def width(self) -> float:
        """Between the margins."""
        return PAGE[0] - self.left - self.right

    @property
    def end(self) -> float:
        """Where the text of a page ends, from its top."""
        return PAGE[1] - self.bottom


def draw_style(rng: Random, rules: Rules | None = None) -> Style:
    """A style; `rules` decides how tables are ruled, else it is drawn."""
    side = rng.uniform(38, 68)
    drawn: Rules = rng.choices(("thin", "thick", "framed"), (70, 10, 20))[0]
    vertical = rng.random() < 0.3
    return Style(
        left=side,
        right=side + rng.uniform(-6, 6),
        top=rng.uniform(50, 80),
        bottom=rng.uniform(50, 80),
        body=rng.choice((10.5, 12.0, 14.0, 16.0)),
        small=rng.choice((8.5, 9.0, 9.5, 10.0, 10.5)),
        leading=rng.uniform(1.2, 1.45),
        pad=rng.choice((1.5, 2.5, 4.0, 7.0)),
        shares=(
            rng.uniform(16, 20) if vertical else rng.uniform(26, 48),
            rng.uniform(36, 56),
            rng.uniform(92, 128) if rng.random() < 0.7 else rng.uniform(128, 180),
        ),
        new_page=rng.random() < 0.5,
        repeat_header=rng.random() < 0.35,
        open_break=rng.random() < 0.3,
        group_break=rng.choices(("cut", "first", "repeat"), (55, 35, 10))[0],
        vertical=vertical,
        rules=rules or drawn,
        page_numbers=rng.choice(("none", "plain", "dashes", "of")),
        values=rng.choices(("centre", "left", "right"), (76, 14, 10))[0],
        grey=rng.choices((0, 90, 160), (75, 15, 10))[0],
        running_head=rng.random() < 0.2,
        cover=rng.random() < 0.12,
    )
