"""Straight coordinates for a page that lies askew, was photographed at an angle, or curls.

Nothing is resampled: the corners of text boxes are moved, and a straight rectangle is moved back
to the page when pixels are wanted. The model is a rotation, then x' = x + ky + mxy and
y' = y + kx + mxy + cx² + dx³, over coordinates from -1 to 1. Down the page, the lines of text say
how it bends: each has a slope, and straight ones have none. Then, and across the page, those
coefficients are best that make the histogram of the places sharpest, since numbers of a table
stand in rows and columns, and lines of text begin at the same margins. Where rules are printed,
their slopes say the same with more certainty, down the page as well as across it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from gipr_ml.sources.scan.strokes import Segments, Strokes

Points = NDArray[np.float64]
"""Of shape (points, 2): x and y in pixels."""

WIDE = 4.0
"""Heights; wider boxes tell the angle of the page."""
NARROW = 2.5
"""Heights; narrower boxes may be numbers of a table."""
FEWEST = 24
"""Numbers from which a page's warp is searched for."""
BIN = 0.3
"""Heights; width of a bin of the histogram."""
SEARCH_X = {"k": (0.04, 0.005), "m": (0.1, 0.0125)}
"""Largest coefficients and steps of the search."""
GAIN = 1.03
"""How much sharper a warped page must be to be preferred to a flat one."""
LARGEST_DOWN = (0.06, 0.12, 0.15, 0.15)
"""What k, m, c and d of y' are expected to stay below."""
STEPS_DOWN = (0.01, 0.005, 0.0025, 0.00125)
"""Steps by which they are varied to make rows of numbers sharper."""
SLOPE_ERROR = (0.0012, 0.03)
"""Standard error of the slope of a line of text, and what a width of one height adds to it."""
FEWEST_RULES = 3
"""Upright rules that tell how a page bends across."""
LARGEST_ACROSS = (0.2, 0.3)
"""What k and m of x' are expected to stay below."""
SURE = 20.0
"""How much worse (in squared standard errors) the slopes must fit a flat page for a bent one."""
SLACK = 12.0
"""How much worse the slopes may fit where the numbers stand sharper."""


@dataclass(frozen=True)
class Frame:
    """How straight coordinates follow from those of the upright page, both in its pixels."""

    width: int
    height: int
    angle: float = 0.0
    """Radians that the lines of text fall to the right."""
    across: tuple[float, float] = (0.0, 0.0)
    """k and m of x'."""
    down: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    """k, m, c and d of y'."""
    turn: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        object.__setattr__(self, "turn", np.array([[cos, sin], [-sin, cos]]))

    def straight(self, points: NDArray[np.floating]) -> Points:
        """Points of the page in straight coordinates."""
        x, y = (self._unit(points) @ self.turn.T).T
        k, m = self.across
        return self._pixels(
            np.stack([x + k * y + m * x * y, y + _terms(x, y) @ np.array(self.down)], 1)
        )

    def back(self, points: Points) -> Points:
        """Straight points on the page; the coefficients are small, so a few rounds suffice."""
        goal_x, goal_y = self._unit(points).T
        x, y = goal_x, goal_y
        (k, m), (fall, twist, bow, swing) = self.across, self.down
        for _ in range(8 if any((*self.across, *self.down)) else 0):
            x = goal_x - y * (k + m * x)
            y = goal_y - x * (fall + twist * y + x * (bow + swing * x))
        return self._pixels(np.stack([x, y], 1) @ self.turn)

    def back_box(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """The upright rectangle of the page around a straight one: left, top, right, bottom."""
        left, top, right, bottom = box
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
        moved = self.back(corners)
        low, high = moved.min(axis=0), moved.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def _unit(self, points: NDArray[np.floating]) -> Points:
        return (np.asarray(points, dtype=np.float64) - self._centre) / self._scale

    def _pixels(self, units: Points) -> Points:
        return units * self._scale + self._centre

    @property
    def _centre(self) -> Points:
        return np.array([self.width / 2, self.height / 2])

    @property
    def _scale(self) -> float:
        return max(self.width, self.height) / 2


def fit_frame(
    quads: NDArray[np.float32], width: int, height: int, strokes: Strokes | None = None
) -> Frame:
    """The frame of a page whose text boxes, of shape (boxes, 4, 2), are `quads`."""
    frame = Frame(width, height, _angle(quads))
    if not len(quads):
        return frame
    widths, heights = sizes(quads)
    tall = float(np.median(heights))
    step = BIN * tall / frame._scale
    corners = frame._unit(quads.reshape(-1, 2)) @ frame.turn.T
    corners = corners.reshape(-1, 4, 2)
    narrow = (widths < NARROW * heights) & (heights < 2 * tall)
    numbers = corners[narrow].mean(axis=1)
    level = _turned(frame, strokes.level) if strokes is not None else np.zeros((0, 2, 2))
    rules = level[:, [0, 1, 1, 0]]
    lines = _Lines(np.concatenate([corners[widths > WIDE * heights], rules]))
    down = lines.bend()
    if len(numbers) >= FEWEST:
        down = _sharper(numbers, lines, down, step)
    k, m, c, d = (float(value) for value in down)
    frame = replace(frame, down=(k, m, c, d))
    if strokes is not None and len(strokes.upright) >= FEWEST_RULES:
        return replace(frame, across=_upright(_turned(frame, strokes.upright)))
    if len(numbers) < FEWEST:
        return frame
    begins = corners[~narrow][:, [0, 3]].mean(axis=1)
    return replace(frame, across=_sharpest([numbers, begins], step))


def _turned(frame: Frame, segments: Segments) -> Points:
    """The ends of strokes in the coordinates of the frame before it is bent."""
    points = frame._unit(segments.reshape(-1, 2)) @ frame.turn.T
    return points.reshape(-1, 2, 2)


def _upright(rules: Points) -> tuple[float, float]:
    """k and m of x' that put rules upright, each of which counts as far as it is long."""
    run = rules[:, 1] - rules[:, 0]
    slopes, x = run[:, 0] / run[:, 1], rules[..., 0].mean(axis=1)
    terms = np.stack([np.ones_like(x), x], axis=1)
    errors = SLOPE_ERROR[0] / np.maximum(run[:, 1], 1e-6)
    found = np.zeros(2)
    for _ in range(6):
        off = np.abs(slopes + terms @ found) / errors
        weights = 1 / (errors**2 * np.maximum(1.0, off))
        normal = (terms.T * weights) @ terms + np.diag(1 / np.array(LARGEST_ACROSS) ** 2)
        found = np.linalg.solve(normal, -(terms.T * weights) @ slopes)
    return float(found[0]), float(found[1])


class _Lines:
    """Lines of text with their slopes, which tell how the page bends."""

    def __init__(self, corners: Points) -> None:
        along = (corners[:, 1] - corners[:, 0] + corners[:, 2] - corners[:, 3]) / 2
        across = (corners[:, 3] - corners[:, 0] + corners[:, 2] - corners[:, 1]) / 2
        self._slopes = along[:, 1] / np.maximum(along[:, 0], 1e-6)
        ratio = np.abs(across[:, 1]) / np.maximum(along[:, 0], 1e-6)
        self._errors = SLOPE_ERROR[0] + SLOPE_ERROR[1] * ratio
        x, y = corners.mean(axis=1).T if len(corners) else np.zeros((2, 0))
        self._terms = np.stack([np.ones_like(x), y, 2 * x, 3 * x * x], axis=1)

    def misfit(self, down: NDArray[np.float64]) -> float:
        """Squared slopes of the straightened lines, in standard errors; strays count little."""
        errors = np.abs(self._slopes + self._terms @ down) / self._errors
        return float(np.minimum(errors, 3.0) @ np.minimum(errors, 3.0))

    def bend(self) -> NDArray[np.float64]:
        """The coefficients that level the lines; 0 where the page may as well be flat."""
        flat = np.zeros(4)
        down = flat
        if len(self._slopes) < len(flat):
            return flat
        prior = np.diag(1 / np.array(LARGEST_DOWN) ** 2)
        for _ in range(6):
            errors = np.abs(self._slopes + self._terms @ down) / self._errors
            weights = 1 / (self._errors**2 * np.maximum(1.0, errors))
            normal = (self._terms.T * weights) @ self._terms + prior
            down = np.linalg.solve(normal, -(self._terms.T * weights) @ self._slopes)
        return down if self.misfit(down) < self.misfit(flat) - SURE else flat


def _sharper(
    numbers: Points, lines: _Lines, down: NDArray[np.float64], step: float
) -> NDArray[np.float64]:
    """The coefficients varied as long as rows of numbers get sharper and lines stay level."""
    limit = lines.misfit(down) + SLACK
    terms = _terms(*numbers.T)

    def sharpness(choice: NDArray[np.float64]) -> float:
        moved = (numbers[:, 1] + terms @ choice)[None]
        return float(_sharpness(moved, step)[0] - 1e-3 * np.abs(choice).sum())

    best = sharpness(down)
    first, start = best, down
    for size in STEPS_DOWN:
        for index, sign in product(range(4), (1, -1)):
            while True:
                tried = down.copy()
                tried[index] += sign * size
                score = sharpness(tried)
                if score <= best or lines.misfit(tried) > limit:
                    break
                down, best = tried, score
    return down if best >= GAIN * first else start


def _terms(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """What k, m, c and d of y' are multiplied by."""
    return np.stack([x, x * y, x * x, x**3], axis=-1)


def sizes(quads: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Widths and heights of boxes."""
    widths = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)
    return widths, np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)


def _angle(quads: NDArray[np.float32]) -> float:
    """Weighted median angle of the wide boxes."""
    widths, heights = sizes(quads)
    wide = widths > WIDE * heights
    if not wide.any():
        return 0.0
    along = (quads[wide, 1] - quads[wide, 0]) + (quads[wide, 2] - quads[wide, 3])
    angles = np.arctan2(along[:, 1], along[:, 0])
    order = np.argsort(angles)
    weights = np.cumsum(widths[wide][order])
    return float(angles[order][np.searchsorted(weights, weights[-1] / 2)])


def _sharpest(groups: list[Points], step: float) -> tuple[float, float]:
    """k and m of x' for points of several kinds, each of which has a histogram of its own."""
    choices = np.array(list(product(*(_steps(*SEARCH_X[name]) for name in ("k", "m")))))
    best = np.zeros(2)
    for fine in (False, True):
        if fine:
            halves = [_steps(size, size / 2) for _, size in SEARCH_X.values()]
            choices = best + np.array(list(product(*halves)))
        scores, flat = np.zeros(len(choices)), 0.0
        for points in groups:
            x, y = points.T
            moved = x + choices[:, :1] * y + choices[:, 1:] * x * y
            scores += _sharpness(moved, step)
            flat += float(_sharpness(x[None], step)[0])
        # Between choices that are equally sharp, the smallest.
        scores -= np.abs(choices).sum(axis=1) * 1e-3
        best = choices[int(np.argmax(scores))] if scores.max() >= GAIN * flat else np.zeros(2)
    return float(best[0]), float(best[1])


def _steps(limit: float, step: float) -> NDArray[np.float64]:
    count = round(limit / step)
    return np.arange(-count, count + 1, dtype=np.float64) * step


def _sharpness(moved: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Sum of squares of the smoothed histogram of each row of coordinates."""
    if not moved.size:
        return np.zeros(len(moved))
    moved = moved - moved.min(axis=1, keepdims=True)
    places = np.floor(moved / step).astype(np.int64) + 1
    size = int(places.max()) + 3
    rows = np.arange(len(moved))[:, None] * size
    counts = np.bincount((rows + places).ravel(), minlength=len(moved) * size)
    table = counts.reshape(len(moved), size).astype(np.float64)
    smooth = table.copy()
    smooth[:, 1:] += table[:, :-1]
    smooth[:, :-1] += table[:, 1:]
    scores: NDArray[np.float64] = (smooth**2).sum(axis=1)
    return scores
