"""Which lines of text beside table 3 are the label of which of its rows.

Labels wrap, and labels of groups stand beside many rows, so neither nearness nor order is enough.
Lines that cannot be the label of a row are set apart as labels of groups; the others are dealt out
in order by a programme over (line, row) that weighs how well the middle of the lines fits the row
and how well their text fits any official label.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import inf
from statistics import median

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from gipr_ml.forms import load_forms
from gipr_ml.sources.chars import fold
from gipr_ml.sources.scan.rows import Band
from gipr_ml.sources.scan.words import Word, text_rows

_MARK = re.compile(r"\(?[一二三四五六七八\d]{1,2}[)、.,]?")
"""The mark of a label in a cell of its own."""
MOST_LINES = 6
"""Lines of one label."""
TEXT = 2.0
"""Weight of the text; a middle that is off by `FAR` heights weighs 1."""
FAR = 1.5
OUTSIDE = 1.0
"""Cost of a line whose middle lies outside of the printed rules of its row."""
NO_LINE, NO_ROW = 1.2, 1.5
"""Cost of a row without label and of a line that belongs to no row."""
GROUP_LIKE = 0.6


@dataclass(frozen=True)
class Labelled:
    """Labels of the rows, and of groups with the row before which they belong."""

    rows: list[list[Word]]
    groups: list[list[Word]]
    """For each row, what begins a group there; one more for what stands behind the last row."""


def deal(words: Sequence[Word], bands: Sequence[Band], height: float, *, ruled: bool) -> Labelled:
    """Deal the words left of the values out to the rows."""
    aside, own = _groups_apart(words, height)
    lines = text_rows(own)
    lines.sort(key=lambda line: median(w.y for w in line))
    rows: list[list[Word]] = [[] for _ in bands]
    behind: list[Word] = []
    owners = _programme(lines, bands, height, ruled=ruled)
    for line, owner in zip(lines, owners, strict=True):
        if owner is None:
            behind += line
        else:
            rows[owner] += line
    groups: list[list[Word]] = [[] for _ in range(len(bands) + 1)]
    for cluster in _clusters(aside, height):
        groups[_first_row(cluster, rows, bands)] += cluster
    for one in behind:
        groups[sum(band.y < one.y for band in bands)].append(one)
    return Labelled(rows, groups)


def _groups_apart(words: Sequence[Word], height: float) -> tuple[list[Word], list[Word]]:
    """Labels of groups, and all others: those with a label to their right, or that read so."""
    aside: list[Word] = []
    own: list[Word] = []
    detail = _detail_edge(words, height)
    texts, kinds = _official()
    for one in words:
        right = [w for w in words if w.rect[0] >= one.rect[2] - 0.3 * height and _beside(one, w)]
        tall = one.rect[3] - one.rect[1] > 2.2 * height
        if tall or (right and not _MARK.fullmatch(fold(one.text))):
            aside.append(one)
            continue
        outer = detail is not None and one.rect[2] <= detail + 0.3 * height
        group = outer and _reads_as_group(fold(one.text), texts, kinds)
        (aside if group else own).append(one)
    return aside, own


def _reads_as_group(text: str, texts: Sequence[str], kinds: NDArray[np.int_]) -> bool:
    """Whether a text is rather (a piece of) the label of a group than of a row."""
    whole = process.cdist([text], texts, scorer=fuzz.ratio)[0] / 100
    if max(whole) >= GROUP_LIKE:
        return bool(whole[kinds == 1].max() > whole[kinds == 0].max())
    piece = process.cdist([text], texts, scorer=fuzz.partial_ratio)[0]
    return bool(piece[kinds == 1].max() >= piece[kinds == 0].max())


def _beside(one: Word, other: Word) -> bool:
    """Whether two words share a line, even after a fifth of their heights is taken off."""
    shrink = 0.2 * (one.rect[3] - one.rect[1] + other.rect[3] - other.rect[1])
    shared = min(one.rect[3], other.rect[3]) - max(one.rect[1], other.rect[1])
    return shared > shrink


def _detail_edge(words: Sequence[Word], height: float) -> float | None:
    """Left edge of the innermost column of labels: the most common one, if others lie left."""
    edges = sorted(w.rect[0] for w in words)
    if len(edges) < 4:
        return None
    counts = [sum(abs(e - edge) < 0.8 * height for e in edges) for edge in edges]
    best = edges[int(np.argmax(counts))]
    return best if best > edges[0] + 1.2 * height else None


def _clusters(words: Sequence[Word], height: float) -> list[list[Word]]:
    """Words of group labels that stand above each other, as one label each."""
    found: list[list[Word]] = []
    for one in sorted(words, key=lambda w: (w.y, w.x)):
        for group in found:
            near = one.rect[1] - max(w.rect[3] for w in group) < 0.8 * height
            middle = median(w.x for w in group)
            if near and abs(one.x - middle) < max(one.width, height):
                group.append(one)
                break
        else:
            found.append([one])
    return found


def _first_row(
    cluster: Sequence[Word], rows: Sequence[Sequence[Word]], bands: Sequence[Band]
) -> int:
    """The row before which a group label is printed: the first of its official rows that is there.

    Where its text is none of the official ones, the row beside its top.
    """
    names, members = _official_groups()
    text = fold("".join(w.text for w in cluster))
    scores = process.cdist([text], names, scorer=fuzz.partial_ratio)[0] / 100
    best = int(np.argmax(scores))
    top = min(w.rect[1] for w in cluster)
    beside = min(sum(band.bottom <= top for band in bands), len(bands) - 1)
    if scores[best] < GROUP_LIKE or len(text) < 3:
        return beside
    for index in range(len(bands)):
        label = fold("".join(w.text for w in rows[index]))
        known = process.cdist([label], members[best], scorer=fuzz.ratio)[0] / 100
        if label and known.max() > 0.75 and index <= beside:
            return index
    return beside


def _programme(
    lines: Sequence[Sequence[Word]], bands: Sequence[Band], height: float, *, ruled: bool
) -> list[int | None]:
    """For each line the row that it labels; the cheapest dealing in order."""
    count, size = len(lines), len(bands)
    costs = _place_costs(lines, bands, height, ruled=ruled) + _text_costs(lines)[..., None]
    block_costs: list[list[list[float]]] = costs.tolist()
    best = [[inf] * (size + 1) for _ in range(count + 1)]
    best[0][0] = 0.0
    back: dict[tuple[int, int], tuple[int, int, bool]] = {}

    def offer(i: int, j: int, cost: float, source: tuple[int, int], owned: bool) -> None:
        if cost < best[i][j]:
            best[i][j] = cost
            back[i, j] = (*source, owned)

    for i in range(count + 1):
        for j in range(size + 1):
            so_far = best[i][j]
            if j < size:
                offer(i, j + 1, so_far + NO_LINE, (i, j), False)
            if i < count:
                offer(i + 1, j, so_far + NO_ROW, (i, j), False)
            for length in range(1, min(MOST_LINES, count - i) + 1) if j < size else ():
                cost = so_far + block_costs[i][length - 1][j]
                offer(i + length, j + 1, cost, (i, j), True)
    owners: list[int | None] = [None] * count
    at = (count, size)
    while at != (0, 0):
        i, j, owned = back[at]
        for line in range(i, at[0] if owned else i):
            owners[line] = j
        at = (i, j)
    return owners


def _place_costs(
    lines: Sequence[Sequence[Word]], bands: Sequence[Band], height: float, *, ruled: bool
) -> NDArray[np.float64]:
    """What 1 to `MOST_LINES` lines from each line on cost as the label of each row, by place."""
    middles, tops, bottoms = (
        np.array([getattr(band, side) for band in bands]) for side in ("y", "top", "bottom")
    )
    costs = np.full((len(lines), MOST_LINES, len(bands)), np.inf)
    for i in range(len(lines)):
        top, bottom, outside = inf, -inf, np.zeros(len(bands))
        for length, line in enumerate(lines[i : i + MOST_LINES]):
            top = min(top, *(w.rect[1] for w in line))
            bottom = max(bottom, *(w.rect[3] for w in line))
            if ruled:
                y = np.array([w.y for w in line])[:, None]
                outside = outside + ((y < tops) | (y >= bottoms)).sum(axis=0)
            off = ((top + bottom) / 2 - middles) / (FAR * height)
            costs[i, length] = np.minimum(off * off, 9.0) + OUTSIDE * outside
    return costs


def _text_costs(lines: Sequence[Sequence[Word]]) -> NDArray[np.float64]:
    """What the text of 1 to `MOST_LINES` lines from each line on costs, as far as it fits badly."""
    official, kinds = _official()
    rows = [text for text, kind in zip(official, kinds, strict=True) if kind == 0]
    texts, where = [], []
    for i in range(len(lines)):
        text = ""
        for length in range(min(MOST_LINES, len(lines) - i)):
            text += "".join(w.text for w in lines[i + length])
            texts.append(fold(text))
            where.append((i, length))
    costs = np.full((len(lines), MOST_LINES), TEXT)
    if texts:
        scores = process.cdist(texts, rows, scorer=fuzz.ratio).max(axis=1) / 100
        for (i, length), score in zip(where, scores, strict=True):
            costs[i, length] = TEXT * (1 - float(score))
    return costs


@cache
def _official() -> tuple[list[str], NDArray[np.int_]]:
    """Labels of rows (kind 0) and of their groups (kind 1), with and without item marks."""
    rows, groups = set(), set()
    for form in load_forms().forms_of("t3"):
        for row in form.rows:
            rows |= {fold(spelling) for spelling in row.spellings}
            rows |= {fold(row.mark + spelling) for spelling in row.spellings}
            groups |= {fold(name) for name in row.group}
    texts = [*sorted(rows), *sorted(groups)]
    return texts, np.array([0] * len(rows) + [1] * len(groups))


@cache
def _official_groups() -> tuple[list[str], list[list[str]]]:
    """Names of groups with the labels of the rows in each."""
    members: dict[str, list[str]] = {}
    for form in load_forms().forms_of("t3"):
        for row in form.rows:
            for name in row.group:
                members.setdefault(fold(name), []).append(fold(row.full_label))
    return list(members), list(members.values())
