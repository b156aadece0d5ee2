"""The kinds of damage that a generated scan has, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gipr_ml.learning.synthesis.scans import damage
from gipr_ml.learning.synthesis.scans.damage import Step
from gipr_ml.learning.synthesis.scans.style import Rules

Group = Literal["alone", "together", "hard", "others"]


@dataclass(frozen=True)
class Kind:
    """One kind of scan."""

    name: str
    group: Group
    """alone: one ordinary fault; together: all of these; hard: what readers of ruled tables fail
    on; others: what goes beyond them."""
    dpi: int
    """Dots an inch."""
    steps: tuple[Step, ...] = ()
    """What is done to each page, in this order."""
    rules: Rules | None = None
    """How tables are ruled; drawn where None."""
    blanks: bool = False
    """Zeros are printed as empty cells, whole columns of them among others."""


_ORDINARY = (
    damage.skew(3.0),
    damage.blur(0.2, 0.4),
    damage.noise(8, 0.0005),
    damage.contrast((60, 90), (205, 225)),
    damage.jpeg(30, 30),
)

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("dpi_300", "alone", 300),
        Kind("dpi_200", "alone", 200),
        Kind("dpi_150", "alone", 150),
        Kind("skew", "alone", 200, (damage.skew(3.0, 1.0),)),
        Kind("blur", "alone", 200, (damage.blur(0.4, 0.6),)),
        Kind("noise", "alone", 200, (damage.noise(22, 0.002),)),
        Kind("jpeg", "alone", 200, (damage.jpeg(30, 30),)),
        Kind("low_contrast", "alone", 200, (damage.contrast((120, 150), (200, 220)),)),
        Kind("together", "together", 150, _ORDINARY),
        Kind("fax", "hard", 200, (damage.skew(1.0), damage.black_and_white), rules="hairline"),
        Kind("borderless", "hard", 200, (damage.skew(1.0),), rules="none"),
        Kind("photo", "hard", 200, (damage.photographed,)),
        Kind("turned_90", "hard", 200, (damage.skew(1.0), damage.turned(90))),
        Kind("turned_180", "hard", 200, (damage.skew(1.0), damage.turned(180))),
        Kind("turned_270", "hard", 200, (damage.skew(1.0), damage.turned(270))),
        Kind("seal", "hard", 200, (damage.seal, damage.skew(1.0), damage.jpeg(70, 85))),
        Kind("dpi_110", "others", 110),
        Kind("turned_each", "others", 200, (damage.turned(0, 90, 180, 270),)),
        Kind("gaps", "others", 200, (damage.skew(1.0),), rules="gaps"),
        Kind("no_verticals", "others", 200, (damage.skew(1.0),), rules="no_verticals"),
        Kind("curl", "others", 200, (damage.curl(3, 10),)),
        Kind("show_through", "others", 200, (damage.show_through, damage.jpeg(60, 80))),
        Kind("copies", "others", 200, (damage.copied(3),)),
        Kind("perspective", "others", 200, (damage.slanted(0.08),)),
        Kind("strong_curl", "others", 200, (damage.curl(12, 20),)),
        Kind("shadow", "others", 200, (damage.shaded, damage.jpeg(60, 80))),
        Kind("edges", "others", 200, (damage.dark_edges, damage.jpeg(60, 80))),
        Kind("grey_seal", "others", 200, (damage.seal, damage.skew(1.0), damage.without_colours)),
        Kind("blanks", "others", 200, (damage.skew(1.0), damage.noise(6)), blanks=True),
    )
}
