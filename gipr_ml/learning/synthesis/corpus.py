"""Generated reports: text, gold and labelled lines, the same for the same seed on every machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from gipr_ml.forms import load_forms
from gipr_ml.learning.synthesis.ambiguity import unsettled
from gipr_ml.learning.synthesis.build import build_paper
from gipr_ml.learning.synthesis.canvas import Canvas
from gipr_ml.learning.synthesis.damage import DAMAGES, Damage
from gipr_ml.learning.synthesis.figures import (
    BLANK_STYLES,
    blank_keys,
    draw_figures,
    form_of,
    published_error,
)
from gipr_ml.learning.synthesis.gold import make_gold
from gipr_ml.learning.synthesis.layouts import LAYOUTS, Layout
from gipr_ml.learning.synthesis.lines import label_lines
from gipr_ml.learning.synthesis.prose import write_text

DEVELOPMENT = range(0, 1_000_000)
"""Seeds whose reports weights may be tuned and models trained on."""
HELD_OUT = range(1_000_000, 2_000_000)
"""Seeds whose reports figures are quoted for; nothing is ever tuned on them."""

FORMS = (
    ({"t2": "2021", "t3": "2021"}, 60),
    ({"t2": "2019", "t3": "2019"}, 25),
    ({"t2": "2021", "t3": "2019"}, 15),
)


@dataclass(frozen=True)
class SyntheticReport:
    """One generated report."""

    name: str
    suffix: str
    text: str
    gold: dict[str, object]
    layout: str
    damage: str
    canvas: Canvas = field(repr=False)

    @property
    def file_name(self) -> str:
        """The name to write the text under."""
        return f"{self.name}.{self.suffix}"

    @property
    def data(self) -> bytes:
        """The text as UTF-8."""
        return self.text.encode()

    @cached_property
    def lines(self) -> list[dict[str, object]]:
        """The lines as the sources cut them, with their labels, in the format of training data."""
        return label_lines(self.name, self.file_name, self.data, self.canvas)


def generate(
    seed: int,
    count: int,
    layouts: Sequence[str] | None = None,
    damages: Sequence[str] | None = None,
) -> Iterator[SyntheticReport]:
    """`count` reports from `seed` on, one seed each.

    Kinds of damage and layouts take turns, so that every pair that goes together comes up equally
    often; `layouts` and `damages` restrict them by name.
    """
    pairs = combinations(layouts, damages)
    for number in range(seed, seed + count):
        layout, damage = pairs[number % len(pairs)]
        yield make_report(number, layout, damage)


def combinations(
    layouts: Sequence[str] | None = None, damages: Sequence[str] | None = None
) -> list[tuple[str, str]]:
    """Layouts and kinds of damage that go together, in the order in which they take turns."""
    return [
        (layout, damage)
        for damage in damages or DAMAGES
        for layout in layouts or LAYOUTS
        if _goes(LAYOUTS[layout], DAMAGES[damage])
    ]


def _goes(layout: Layout, damage: Damage) -> bool:
    return damage.needs <= layout.shows and (not damage.only or layout.name in damage.only)


def make_report(seed: int, layout: str, damage: str) -> SyntheticReport:
    """One report with this kind of damage in this layout."""
    return compose(seed, LAYOUTS[layout], DAMAGES[damage])


def compose(seed: int, layout: Layout, damage: Damage) -> SyntheticReport:
    """One report; all that is random in it follows from the seed and the two names."""
    rng = Random(f"gipr-ml {seed} {layout.name} {damage.name}")
    choice = rng.choice(damage.forms) if damage.forms else _draw_forms(rng)
    figures = draw_figures(rng, choice)
    if damage.error:
        figures = published_error(rng, figures)
    blank = blank_keys(rng, figures, rng.choice(BLANK_STYLES)) if damage.blanks else frozenset()
    paper = build_paper(rng, figures, blank, write_text(rng, figures))
    style = Random(rng.random())
    unsure = damage.paper(paper, rng)
    canvas = layout.render(deepcopy(paper), style)
    if damage.canvas:
        canvas, more = damage.canvas(canvas, rng)
        unsure |= more
    if canvas.glued:
        tables = [form_of(load_forms(), choice, table) for table in ("t2", "t3", "t4")]
        unsure |= unsettled(canvas, tables)
    name = f"{damage.name}-{layout.name}-{seed}"
    gold = make_gold(name, paper, canvas, figures.values, unsure)
    return SyntheticReport(name, layout.suffix, canvas.text, gold, layout.name, damage.name, canvas)


def _draw_forms(rng: Random) -> dict[str, str]:
    return rng.choices([form for form, _ in FORMS], [weight for _, weight in FORMS])[0]
