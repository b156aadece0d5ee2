"""Draw the parts of the program and the imports between them.

    python docs/architecture.py

Writes docs/architecture.svg: a box for each part, one row for each layer of tests/test_layers.py,
an arrow for each import between two parts. The lowest layer is imported everywhere and has none.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
DRAWING = HERE / "architecture.svg"
sys.path.insert(0, str(HERE.parent / "tests"))

from test_layers import FILES, LAYERS, inner, layer, part  # noqa: E402

FLOW = ("sources", "lines", "narrative", "heading", "match", "assemble", "checking", "export")
"""The stages of reading in the order in which data pass them."""

WIDTH, MARGIN, GAP = 1000, 24, 30
HIGH, LANE, CHANNEL = 44, 10, 8
SPACE = 64
"""Between two rows: room for arrow heads, and for arrows that have to go sideways."""
COLOURS = ("#5b6770", "#2f6f4f", "#1f5fa8", "#8a4b9c", "#b3541e", "#0b7285", "#444444")

Edge = tuple[str, str]


class Box(NamedTuple):
    """Where a part is drawn, in pixels."""

    left: float
    top: float
    right: float

    @property
    def bottom(self) -> float:
        return self.top + HIGH


def edges() -> list[Edge]:
    """Imports between two parts, but for those of the lowest layer, in a fixed order."""
    found = {
        (part(path), name)
        for path in FILES
        if part(path) != "__init__"
        for name in inner(path)
        if layer(name) > 0
    }
    return sorted(found, key=lambda edge: (-layer(edge[0]), layer(edge[1]), _place(edge)))


def _place(edge: Edge) -> tuple[int, ...]:
    return tuple(FLOW.index(name) if name in FLOW else len(FLOW) for name in edge)


def boxes() -> dict[str, Box]:
    """Every part in its row: what reads from the top, what is used by all at the bottom."""
    placed = {}
    for row, parts in enumerate(reversed(LAYERS)):
        names = sorted(parts, key=lambda name: (FLOW.index(name) if name in FLOW else -1, name))
        width = (WIDTH - 2 * MARGIN - (len(names) - 1) * GAP) / len(names)
        top = MARGIN + row * (HIGH + SPACE)
        for column, name in enumerate(names):
            left = MARGIN + column * (width + GAP)
            placed[name] = Box(left, top, left + width)
    return placed


def routes(places: dict[str, Box], drawn: list[Edge]) -> dict[Edge, list[tuple[float, float]]]:
    """Corners of each arrow; no two vertical pieces run on top of each other."""
    taken: list[tuple[float, float, float]] = []
    channels = count(1)

    def free(left: float, right: float, top: float, bottom: float) -> float:
        lanes = [left + LANE * n for n in range(1, int((right - left) / LANE))]
        middle = (left + right) / 2
        for x in sorted(lanes, key=lambda x: (_crossed(places, x, top, bottom), abs(x - middle))):
            if all(abs(x - at) >= LANE / 2 or bottom <= a or b <= top for at, a, b in taken):
                taken.append((x, top, bottom))
                return x
        raise ValueError("more arrows than fit: make the drawing wider")

    found = {}
    for name, other in drawn:
        start, end = places[name], places[other]
        if start.top == end.top:
            side = (start.left, end.right) if end.left < start.left else (start.right, end.left)
            y = start.top + HIGH / 2
            found[name, other] = [(side[0], y), (side[1], y)]
            continue
        left, right = max(start.left, end.left), min(start.right, end.right)
        if right - left > 2 * LANE:
            x = free(left, right, start.bottom, end.top)
            found[name, other] = [(x, start.bottom), (x, end.top)]
            continue
        y = end.top - 14 - CHANNEL * (next(channels) % 5)
        x, to = (
            free(start.left, start.right, start.bottom, y),
            free(end.left, end.right, y, end.top),
        )
        found[name, other] = [(x, start.bottom), (x, y), (to, y), (to, end.top)]
    return found


def _crossed(places: dict[str, Box], x: float, top: float, bottom: float) -> int:
    """How many boxes a vertical line passes behind."""
    return sum(box.left - 4 <= x <= box.right + 4 and top < box.top < bottom
               for box in places.values())  # fmt: skip


def draw() -> str:
    """The drawing as SVG, the same for the same imports."""
    places, drawn = boxes(), edges()
    height = MARGIN * 2 + len(LAYERS) * HIGH + (len(LAYERS) - 1) * SPACE
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="15">',
        "<title>The parts of gipr-ml and the imports between them</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for (name, other), corners in routes(places, drawn).items():
        colour = COLOURS[layer(name) % len(COLOURS)]
        (x, y), (to, end) = corners[0], corners[-1]
        turn = _turn(corners)
        path = "M" + "L".join(f"{a:g} {b:g}" for a, b in corners)
        out.append(
            f'<g class="import" data-from="{name}" data-to="{other}" stroke="{colour}" '
            f'fill="{colour}"><path d="{path}" fill="none" stroke-width="1.5"/>'
            f'<circle cx="{x:g}" cy="{y:g}" r="3"/>'
            f'<path d="M0 0l-4 -9h8z" transform="translate({to:g} {end:g}) rotate({turn})"/></g>'
        )
    for name, box in places.items():
        colour = COLOURS[layer(name) % len(COLOURS)]
        out.append(
            f'<g class="part" data-part="{name}"><rect x="{box.left:g}" y="{box.top:g}" '
            f'width="{box.right - box.left:g}" height="{HIGH}" rx="6" fill="#f7f8fa" '
            f'stroke="{colour}" stroke-width="2"/><text x="{(box.left + box.right) / 2:g}" '
            f'y="{box.top + HIGH / 2 + 5:g}" text-anchor="middle" fill="#1b1f23">{name}</text></g>'
        )
    return "\n".join([*out, "</svg>", ""])


def _turn(corners: list[tuple[float, float]]) -> int:
    """By how many degrees an arrow head that points down has to be turned."""
    (x, y), (to, end) = corners[-2:]
    if y == end:
        return 90 if to < x else -90
    return 0


if __name__ == "__main__":
    DRAWING.write_text(draw(), encoding="utf-8")
