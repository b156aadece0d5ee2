"""Long straight strokes on a page as it lies: the printed rules of its tables.

They say how the page is turned and bent, they are what a person sees as the table, and they are
taken out of the picture before numbers are read, since a rule beside a digit reads as 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gipr_ml.sources.scan.broken import left_over
from gipr_ml.sources.scan.levels import percentile

Segments = NDArray[np.float64]
"""Of shape (segments, 2, 2): x and y of both ends, in pixels of the page."""

SIDE = 1754
"""Pixels on the long side of the picture in which strokes are looked for."""
FAINT = 0.22
"""Share of the contrast of text that a rule, a hair thinner, may be fainter than."""
RUN_DOWN, RUN_ACROSS = 0.5, 1.0
"""Heights of a box of text that a rule runs on without leaving its line of pixels."""
GAP = 0.2
"""Heights of the breaks in a rule that noise makes."""
LONG_DOWN, LONG_ACROSS = 2.5, 5.0
"""Heights; a shorter stroke may belong to a character, or to several of a line of text."""
PIECE = 12.0
"""Heights; longer strokes are measured in pieces, since a page may curl."""
THICK = 0.15
"""Heights; what is thicker is no rule."""
ASIDE = 0.12
"""Heights beside an upright stroke where there is paper, but for digits; characters have more."""
EMPTY, FULL = 0.15, 0.55
"""Share of ink that may stand on its emptier and on its other side."""
CROSSING = 1.8
"""Heights from which a stroke that crosses a rule is one."""
MARGIN = 0.025
"""Share of the page at its sides in which dark strokes are its edges, not rules."""
FITS = 4
ASTRAY = 1.5
"""Times the median distance from a line at which points may still be of it."""
LINE = 0.5
"""Share of the points of a stroke that must lie on its line."""
WHOLE = 0.9
"""Share of its way that a rule is printed; the strokes of characters in line have gaps."""


@dataclass(frozen=True)
class Strokes:
    """The rules of a page."""

    upright: Segments
    level: Segments
    scale: float
    """Pixels of the next three pictures for one of the page, at most 1."""
    lit: NDArray[np.uint8]
    """The page, evenly lit: paper is 255."""
    columns: NDArray[np.uint8]
    rows: NDArray[np.uint8]
    """Where the upright and the level ones are, 1 or 0."""
    paper: NDArray[np.uint8]
    """How light the paper is, in a smaller picture still."""

    def taken_out(self, grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The page with its rules painted over in the colour of the paper around them."""
        import cv2

        size = (grey.shape[1], grey.shape[0])
        where = cv2.resize(self.columns | self.rows, size, interpolation=cv2.INTER_NEAREST)
        paper = cv2.resize(self.paper, size, interpolation=cv2.INTER_LINEAR)
        bare = grey.copy()
        cv2.copyTo(paper, where, bare)
        return bare


def find_strokes(grey: NDArray[np.uint8], height: float) -> Strokes:
    """The rules of a page whose boxes of text are so many pixels high."""
    import cv2

    scale = min(1.0, SIDE / max(grey.shape))
    small = grey
    if scale < 1:
        small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    tall = height * scale
    paper = paper_of(small, max(15, round(2 * tall)))
    lit = _over(small, paper)
    dark = percentile(lit[::3, ::3], 2)
    ink = (lit < 255 - FAINT * (255 - dark)).astype(np.uint8)
    across = cv2.transpose(ink)
    level, rows = _along(across, across, tall, RUN_ACROSS, LONG_ACROSS)
    # Rules across would join the strokes of characters in rows above each other.
    rows = cv2.transpose(rows)
    upright, columns = _along(cv2.subtract(ink, rows), ink, tall, RUN_DOWN, LONG_DOWN, rows)
    columns |= left_over(upright, columns, rows, ink, tall)
    upright, level = upright / scale, level[..., ::-1] / scale
    return Strokes(upright, level, scale, lit, columns, rows, paper)


def _over(picture: NDArray[np.uint8], paper: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import cv2

    whole = cv2.resize(paper, picture.shape[::-1], interpolation=cv2.INTER_LINEAR)
    lit: NDArray[np.uint8] = cv2.divide(picture, whole, scale=255)
    return lit


def paper_of(picture: NDArray[np.uint8], reach: int) -> NDArray[np.uint8]:
    """The paper of a page, at a quarter of its size: what remains when dark strokes are closed."""
    import cv2

    small = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    size = max(3, reach // 4 | 1)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    smooth: NDArray[np.uint8] = np.maximum(cv2.blur(closed, (2 * size + 1, 2 * size + 1)), 1)
    return smooth


def _along(
    loose: NDArray[np.uint8],
    ink: NDArray[np.uint8],
    tall: float,
    run: float,
    least: float,
    rows: NDArray[np.uint8] | None = None,
) -> tuple[Segments, NDArray[np.uint8]]:
    """Strokes that run down the picture over `least` heights, and a picture of them.

    They are made of straight runs of `run` heights in `loose`, and must lie on `ink` nearly
    everywhere. Shorter ones count where they run from one of the `rows` to another.
    """
    import cv2

    gap = max(3, round(GAP * tall) | 1)  # even kernels move what they close
    # A stroke that leans leaves its column of pixels after its own width over its slope.
    wide = cv2.dilate(loose, np.ones((1, 3), np.uint8))
    whole = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((gap, 1), np.uint8))
    runs = cv2.morphologyEx(
        whole, cv2.MORPH_OPEN, np.ones((max(9, round(run * tall) | 1), 1), np.uint8)
    )
    broad = cv2.dilate(ink, np.ones((1, 3), np.uint8))
    names, boxes = _parts(runs)
    segments, mask = [], np.zeros_like(ink)
    for name, (left, top, width, height) in boxes:
        short = height < least * tall
        if not MARGIN < (left + width / 2) / ink.shape[1] < 1 - MARGIN:
            continue
        if short and not _meets(rows, (left, top, width, height), tall):
            continue
        own = names[top : top + height, left : left + width] == name
        pieces = max(1, round(height / (PIECE * tall)))
        for start, stop in pairwise(np.linspace(0, height, pieces + 1).astype(int)):
            y, x = np.nonzero(own[start:stop])
            fit = _fitted(y, x, THICK * tall / 2 + 2) if len(y) else None
            if fit is None:
                continue
            (slope, at), near = fit
            down = np.arange(stop - start)
            rows_of, columns_of = top + start + down, left + np.round(at + slope * down).astype(int)
            columns_of = np.clip(columns_of, 0, ink.shape[1] - 1)
            if broad[rows_of, columns_of].mean() < WHOLE:
                continue
            if rows is not None and not _apart(ink, rows_of, columns_of, tall):
                continue
            mask[top + start + y[near], left + x[near]] = 1
            ends = down[[0, -1]]
            segments.append(np.stack([left + at + slope * ends, top + start + ends], axis=1))
    return np.array(segments, dtype=np.float64).reshape(-1, 2, 2), mask


def _parts(
    runs: NDArray[np.uint8],
) -> tuple[NDArray[np.int32], list[tuple[int, tuple[int, int, int, int]]]]:
    """A picture with a number for each connected part, and each number with its box: left, top,
    width, height. The boxes are those of outlines; to gather them over all pixels takes longer."""
    import cv2

    _, names = cv2.connectedComponents(runs, connectivity=8)
    outlines, tree = cv2.findContours(runs, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    boxes = []
    for index, outline in enumerate(outlines):
        if tree[0, index, 3] < 0:  # no hole
            x, y = outline[0, 0]
            boxes.append((int(names[y, x]), cv2.boundingRect(outline)))
    return names, sorted(boxes)


def _fitted(
    y: NDArray[np.intp], x: NDArray[np.intp], reach: float
) -> tuple[tuple[float, float], NDArray[np.bool_]] | None:
    """Slope and beginning of the line through most points, top to bottom, and which are of it.

    Characters that hang on a rule must neither draw it aside nor be taken for a part of it. None
    where too few points are of one line.
    """
    tall = int(y[-1] - y[0])
    if not tall:
        return None
    down, right = y.astype(np.float64), x.astype(np.float64)
    near = np.ones(len(y), dtype=np.bool_)
    slope = at = 0.0
    for _ in range(FITS):
        own = down[near]
        if own[-1] - own[0] < tall / 2:
            return None
        middle, across = own.mean(), right[near]
        along = own - middle
        slope = float(along @ across) / float(along @ along)
        at = float(across.mean() - slope * middle)
        off = np.abs(right - at - slope * down)
        limit = reach
        if 2 * np.count_nonzero(off <= reach / ASTRAY) <= len(off):  # else the median is small
            limit = max(reach, ASTRAY * float(np.median(off)))
        before, near = near, off <= limit
        if np.array_equal(before, near):
            break
    if float(near.mean()) < LINE:
        return None
    counts = np.bincount(y[near])
    thick = float(np.median(counts[counts > 0]))
    return (slope, at), off <= thick / 2 + 0.5


def _meets(rows: NDArray[np.uint8] | None, box: tuple[int, int, int, int], tall: float) -> bool:
    """Whether a stroke in this box (left, top, width, height) begins and ends at rules across, or
    crosses one and is too long for a character."""
    if rows is None:
        return False
    left, top, width, height = box
    part = rows[max(0, top - 1) : top + height + 1, left : left + width]
    ends = bool(part[:2].any() and part[-2:].any())
    return ends or (height > CROSSING * tall and bool(part.any()))


def _apart(ink: NDArray[np.uint8], y: NDArray[np.int_], x: NDArray[np.int_], tall: float) -> bool:
    """Whether there is paper beside a stroke, as there is beside a rule but not in a character."""
    off = max(4, round(ASIDE * tall))
    sides = [float(ink[y, np.clip(x + o, 0, ink.shape[1] - 1)].mean()) for o in (-off, off)]
    return min(sides) < EMPTY and max(sides) < FULL
