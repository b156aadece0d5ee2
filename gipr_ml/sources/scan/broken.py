"""Rules with gaps: the short pieces that are left between and beyond the long ones.

Such a piece is no longer than a stroke of a character, and beside a digit it reads as 1. What
tells it is that it lies on the line of a longer piece, with paper to both sides.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

DIGIT, PIECE, GAP = 0.4, 0.75, 3.0
"""Heights from which a stroke may be a digit and from which it is none, and of a gap in a rule:
no row of figures with its own header fits into one."""
TOUCHED = 0.2
"""Share of the way that something may touch a piece of a rule; strokes of characters have more."""
OFF, LEAN = 0.1, 0.02
"""Heights that pieces of one rule may be out of line, and its growth with their distance."""
FARTHEST = 12.0
"""Heights between two long pieces of one rule, and from its last long piece to its end."""
CORNER = 0.3
"""Heights before the end of a long piece from which a rule across may be where it ends."""
SPECK = 0.2
"""Heights of the breaks that noise and crossing rules make in a piece."""


def left_over(
    upright: Points,
    columns: NDArray[np.uint8],
    rows: NDArray[np.uint8],
    ink: NDArray[np.uint8],
    tall: float,
) -> NDArray[np.uint8]:
    """What is left on `ink` of the rules whose long pieces are `upright`, 1 or 0.

    `upright` has the shape (pieces, 2, 2): x and y of the upper and the lower end; `columns` is a
    picture of them, `rows` one of the rules across; `tall` is the height of a box of text; all in
    pixels of `ink`.
    """
    import cv2

    mask = np.zeros_like(ink)
    if not len(upright):
        return mask
    length = float(np.abs(upright[:, 1, 1] - upright[:, 0, 1]).sum())
    half = max(1, math.ceil(float(columns.sum()) / max(1.0, length) / 2)) + 1
    for index, piece in enumerate(upright):
        for end, way in ((1, 1), (0, -1)):
            goal, known = _next(np.delete(upright, index, axis=0), piece, end, way, tall)
            y, x = _between(_back(piece, end, CORNER * tall), goal, half, ink.shape)
            stop = _corner(rows[y, x], ink[y[:, None], x[:, None] + np.arange(-1, 2)], tall)
            _mark(ink, mask, y[:stop], x[:stop], half, tall, known and stop == len(y))
    # The edges of a rule are paler than what counts as ink.
    return np.asarray(cv2.dilate(mask, np.ones((1, 3), np.uint8)), dtype=np.uint8)


def _next(others: Points, piece: Points, end: int, way: int, tall: float) -> tuple[Points, bool]:
    """The nearest end of another piece on the line of a piece; if none, where the rule may end."""
    slope = (piece[1, 0] - piece[0, 0]) / max(1.0, piece[1, 1] - piece[0, 1])
    starts = others[:, 1 - end]
    far = way * (starts[:, 1] - piece[end, 1])
    off = np.abs(starts[:, 0] - piece[end, 0] - slope * way * far)
    near = (far > 0) & (far < FARTHEST * tall) & (off < OFF * tall + LEAN * far)
    if near.any():
        return starts[near][np.argmin(far[near])], True
    run = way * FARTHEST * tall
    return np.array([piece[end, 0] + slope * run, piece[end, 1] + run]), False


def _back(piece: Points, end: int, way: float) -> Points:
    """The point of a piece that lies `way` pixels before its end."""
    length = max(1.0, float(abs(piece[1, 1] - piece[0, 1])))
    back: Points = piece[end] + (piece[1 - end] - piece[end]) * min(1.0, way / length)
    return back


def _corner(across: NDArray[np.uint8], ink: NDArray[np.uint8], tall: float) -> int:
    """Where a line meets a rule across and does not go on behind it: there the table ends.

    What stands below on the line is text, which would be taken for pieces of the rule.
    """
    paper = ink.max(axis=1) == 0
    behind = np.flatnonzero(np.diff(across.astype(np.int8)) < 0) + 1
    reach = max(2, round(SPECK * tall))
    ends = [int(at) for at in behind if paper[at + 1 : at + 1 + reach].all()]
    return ends[0] if ends else len(across)


def _between(
    start: Points, goal: Points, half: int, shape: tuple[int, ...]
) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """The pixels on the way from one point to another, `half` their distance to the edges."""
    count = int(abs(goal[1] - start[1]))
    steps = np.arange(1, count + 1)
    y = np.round(start[1] + np.sign(goal[1] - start[1]) * steps).astype(int)
    x = np.round(start[0] + (goal[0] - start[0]) * steps / max(1, count)).astype(int)
    inside = (y >= 0) & (y < shape[0]) & (x > half) & (x < shape[1] - half - 1)
    return y[inside], x[inside]


def _mark(
    ink: NDArray[np.uint8],
    mask: NDArray[np.uint8],
    y: NDArray[np.int_],
    x: NDArray[np.int_],
    half: int,
    tall: float,
    known: bool,
) -> None:
    """Mark the pieces of a rule that lie on a line, `half` to either side, up to a wide gap.

    Where it is `known`, another piece begins at the end of the line.
    """
    across = np.arange(-half, half + 1)
    on = ink[y[:, None], x[:, None] + across]
    beside = ink[y, x - half - 1] | ink[y, x + half + 1]
    runs = _runs(on.any(axis=1), tall)
    # What is as high as a digit may be one: rather a rule that reads as 1 than a number cut short.
    pieces = [
        (begin, end)
        for begin, end in runs
        if not DIGIT * tall <= end - begin < PIECE * tall and beside[begin:end].mean() <= TOUCHED
    ]
    reach = 0
    for begin, end in [*pieces, (len(y), len(y))] if known else pieces:
        if end - begin >= PIECE * tall or begin == len(y):
            if begin - reach > GAP * tall:
                break
            reach = end
    for begin, end in pieces:
        if end <= reach:
            rows = np.arange(begin, end)
            mask[y[rows, None], x[rows, None] + across] |= on[rows]


def _runs(printed: NDArray[np.bool_], tall: float) -> list[tuple[int, int]]:
    """Where something is printed along a line, breaks that noise makes left out."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], printed.astype(np.int8), [0]])))
    runs: list[tuple[int, int]] = []
    for begin, end in edges.reshape(-1, 2).tolist():
        if runs and begin - runs[-1][1] < SPECK * tall:
            runs[-1] = runs[-1][0], end
        else:
            runs.append((begin, end))
    return runs
