"""What PDF and OFD pages draw: points through matrices, boxes around them, and rules."""

from __future__ import annotations

from collections.abc import Sequence

from gipr_ml.sources.pages import Rule
from gipr_ml.types import Box

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]
"""a, b, c, d, e and f as both formats write them: x becomes ax + cy + e, and y bx + dy + f."""


def moved(matrix: Matrix, x: float, y: float) -> Point:
    """A point where the matrix puts it."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def product(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that does what `first` does, and then what `then` does."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (
        a * p + b * r,
        a * q + b * s,
        c * p + d * r,
        c * q + d * s,
        e * p + f * r + t,
        e * q + f * s + u,
    )


def around(points: Sequence[Point]) -> Box:
    """The smallest box around the points: smallest x and y, largest x and y."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def rule_of(box: Box, thickest: float) -> Rule | None:
    """A shape that is no thicker than that, and longer than thick, as a rule along its middle."""
    left, top, right, bottom = box
    if bottom - top <= thickest and right - left > bottom - top:
        return Rule(True, (top + bottom) / 2, left, right)
    if right - left <= thickest and bottom - top > right - left:
        return Rule(False, (left + right) / 2, top, bottom)
    return None
