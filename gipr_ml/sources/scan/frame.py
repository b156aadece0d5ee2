"""Straight coordinates for a page that lies askew, was photographed at an angle, or curls.

Nothing is resampled: the corners of text boxes are moved, and a straight rectangle is moved back
to the page when pixels are wanted. The model is a rotation, then x' = x + ky + mxy and
y' = y + kx + mxy + cx², over coordinates from -1 to 1; its coefficients are those that make the
histogram of the centres of the numbers sharpest, since the numbers of a table stand in rows and
columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

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
SEARCH_Y = {"k": (0.008, 0.002), "m": (0.06, 0.01), "c": (0.06, 0.01)}
"""Largest coefficients and steps of the search."""
GAIN = 1.03
"""How much sharper a warped page must be to be preferred to a flat one."""


@dataclass(frozen=True)
class Frame:
    """How straight coordinates follow from those of the upright page, both in its pixels."""

    width: int
    height: int
    angle: float = 0.0
    """Radians that the lines of text fall to the right."""
    across: tuple[float, float] = (0.0, 0.0)
    """k and m of x'."""
    down: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """k, m and c of y'."""
    turn: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        object.__setattr__(self, "turn", np.array([[cos, sin], [-sin, cos]]))

    def straight(self, points: NDArray[np.floating]) -> Points:
        """Points of the page in straight coordinates."""
        x, y = (self._unit(points) @ self.turn.T).T
        (k, m), (down_k, down_m, down_c) = self.across, self.down
        return self._pixels(
            np.stack([x + k * y + m * x * y, y + down_k * x + down_m * x * y + down_c * x * x], 1)
        )

    def back(self, points: Points) -> Points:
        """Straight points on the page; the coefficients are small, so a few rounds suffice."""
        goal_x, goal_y = self._unit(points).T
        x, y = goal_x, goal_y
        (k, m), (down_k, down_m, down_c) = self.across, self.down
        for _ in range(8 if any((*self.across, *self.down)) else 0):
            x = goal_x - k * y - m * x * y
            y = goal_y - down_k * x - down_m * x * y - down_c * x * x
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


def fit_frame(quads: NDArray[np.float32], width: int, height: int) -> Frame:
    """The frame of a page whose text boxes, of shape (boxes, 4, 2), are `quads`."""
    frame = Frame(width, height, _angle(quads))
    widths, heights = sizes(quads)
    tall = float(np.median(heights)) if len(heights) else 1.0
    small = quads[(widths < NARROW * heights) & (heights < 2 * tall)]
    if len(small) < FEWEST:
        return frame
    centres = frame._unit(small.mean(axis=1)) @ frame.turn.T
    step = BIN * tall / frame._scale
    down = _sharpest(centres[:, ::-1], step, SEARCH_Y)
    across = _sharpest(centres, step, {**SEARCH_X, "c": (0.0, 1.0)})
    return replace(frame, across=across[:2], down=down)


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


def _sharpest(
    points: Points, step: float, search: dict[str, tuple[float, float]]
) -> tuple[float, float, float]:
    """k, m and c for the first coordinate a and the second b: a + kb + mab + cb²."""
    first, second = points.T
    steps = [_steps(*search[name]) for name in ("k", "m", "c")]
    choices = np.array(list(product(*steps)))
    for fine in (False, True):
        scores = _sharpness(first, second, choices, step)
        flat = _sharpness(first, second, np.zeros((1, 3)), step)[0]
        best = choices[int(np.argmax(scores))]
        if scores.max() < GAIN * flat:
            best = np.zeros(3)
        if not fine:
            halves = [
                _steps(size, size / 2) if search[name][0] else np.zeros(1)
                for name, size in ((n, search[n][1]) for n in ("k", "m", "c"))
            ]
            choices = best + np.array(list(product(*halves)))
    return float(best[0]), float(best[1]), float(best[2])


def _steps(limit: float, step: float) -> NDArray[np.float64]:
    count = round(limit / step)
    return np.arange(-count, count + 1, dtype=np.float64) * step


def _sharpness(
    first: Points, second: Points, choices: NDArray[np.float64], step: float
) -> NDArray[np.float64]:
    """Sum of squares of the smoothed histogram of the moved coordinate, for each choice."""
    k, m, c = (column[:, None] for column in choices.T)
    moved = first + k * second + m * first * second + c * second**2
    moved = moved - moved.min(axis=1, keepdims=True)
    places = np.floor(moved / step).astype(np.int64) + 1
    size = int(places.max()) + 3
    rows = np.arange(len(choices))[:, None] * size
    counts = np.bincount((rows + places).ravel(), minlength=len(choices) * size)
    table = counts.reshape(len(choices), size).astype(np.float64)
    smooth = table.copy()
    smooth[:, 1:] += table[:, :-1]
    smooth[:, :-1] += table[:, 1:]
    scores: NDArray[np.float64] = (smooth**2).sum(axis=1)
    # Between choices that are equally sharp, the smallest.
    scores -= np.abs(choices).sum(axis=1) * 1e-3
    return scores
