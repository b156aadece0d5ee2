"""May a reading be trusted? Tests that sums cannot replace.

Exchanging two rows or two columns breaks no identity, so a clean sum never proves a label right.
What does: for every two rows (columns) with different values, the labels as they stand must fit
clearly better than the labels exchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from gipr_ml.assemble.candidates import Slot
from gipr_ml.assemble.stream import Kind, Stream
from gipr_ml.match import normalise
from gipr_ml.types import State

SWAP_MARGIN = 0.5
"""How much better the labels must fit as they stand; two clean labels give 1 to 2."""
HEADER_MARGIN = 2
"""Characters of the header that only fit in the order in which the columns stand."""
HEADER_SEEN = 0.6
"""Share of the official header that a text must hold to count as the header."""
REMEMBERED = 500
"""Characters of a text that is remembered: that of an official header comes again and again."""

Values = tuple[object, ...]


_HELD = itemgetter(Slot._fields.index("state"), Slot._fields.index("value"))


def content(slots: Sequence[Slot]) -> Values:
    """What cells hold, for comparing."""
    return tuple(map(_HELD, slots))


def swappable_rows(fit: NDArray[np.float64], values: Sequence[Values | None]) -> set[int]:
    """Rows that might be exchanged with another row of different content.

    `fit[i, j]` says how well the label beside row i's values fits row j, 0 to 1; rows without
    values are None.
    """
    own = np.diag(fit)
    margins = own[:, None] + own[None, :] - fit - fit.T
    found: set[int] = set()
    for i, j in np.argwhere(np.triu(margins < SWAP_MARGIN, 1)).tolist():
        if values[i] is not None and values[j] is not None and values[i] != values[j]:
            found |= {i, j}
    return found


def swappable_columns(
    headers: Sequence[str], labels: Sequence[str], values: Sequence[Values], between: str = ""
) -> set[int]:
    """Columns that might be exchanged with another column of different content.

    `headers` are the texts of the table's header, each time it is printed; `labels` the official
    labels in order. `between` is a group label that stands behind the first one.
    """
    seen = _headers_seen(headers, _joined(labels, between))
    known = _unsure_pairs if _is_short(seen) else _unsure_pairs.__wrapped__
    return {
        column
        for i, j in known(seen, tuple(labels), between)
        if values[i] != values[j]
        for column in (i, j)
    }


_Seen = tuple[tuple[str, int], ...]
"""The texts that hold a header, reduced to its characters, and how many of these fit in order."""


def _is_short(seen: _Seen) -> bool:
    return sum([len(text) for text, _ in seen]) <= REMEMBERED


@lru_cache(maxsize=1024)
def _unsure_pairs(seen: _Seen, labels: tuple[str, ...], between: str) -> list[tuple[int, int]]:
    """Pairs of columns that the headers do not tell apart."""
    official = _joined(labels, between)
    found = []
    for i, j in combinations(range(len(labels)), 2):
        other = _joined(_swapped(labels, i, j), between)
        margins = [fit - _in_order(text, other) for text, fit in seen]
        needed = min(HEADER_MARGIN, len(official) - _in_order(official, other))
        if not margins or max(margins) < needed or min(margins) < 0:
            found.append((i, j))
    return found


def _swapped(labels: Sequence[str], i: int, j: int) -> list[str]:
    swapped = list(labels)
    swapped[i], swapped[j] = swapped[j], swapped[i]
    return swapped


def printed_order(headers: Sequence[str], labels: Sequence[str], between: str = "") -> list[int]:
    """For each printed column the official one, where the header shows two of them exchanged.

    The official order where no exchange fits every printed header clearly better.
    """
    seen = _headers_seen(headers, _joined(labels, between))
    known = _exchanged if _is_short(seen) else _exchanged.__wrapped__
    order = list(range(len(labels)))
    pair = known(seen, tuple(labels), between)
    if pair is not None:
        i, j = pair
        order[i], order[j] = order[j], order[i]
    return order


@lru_cache(maxsize=1024)
def _exchanged(seen: _Seen, labels: tuple[str, ...], between: str) -> tuple[int, int] | None:
    """The columns whose exchange fits every header better, and best of all."""
    best, pair = HEADER_MARGIN, None
    for i, j in combinations(range(len(labels)), 2):
        other = _joined(_swapped(labels, i, j), between)
        gain = min((_in_order(text, other) - fit for text, fit in seen), default=0)
        if gain > best:
            best, pair = gain, (i, j)
    return pair


def _headers_seen(headers: Sequence[str], official: str) -> _Seen:
    found = []
    for header in headers:
        known = _reduced if len(header) <= REMEMBERED else _reduced.__wrapped__
        text, fit = known(header, official)
        if fit >= HEADER_SEEN * len(official):
            found.append((text, fit))
    return tuple(found)


@lru_cache(maxsize=4096)
def _reduced(header: str, official: str) -> tuple[str, int]:
    """The characters of a text that the official header has too, and how many fit in order."""
    alphabet = set(official)
    text = "".join(c for c in normalise(header) if c in alphabet)
    return text, LCSseq.similarity(text, official)


@lru_cache(maxsize=4096)
def _in_order(text: str, header: str) -> int:
    """Characters of the text that stand in the header in the same order."""
    return LCSseq.similarity(text, header)


@lru_cache(maxsize=1024)
def _name(labels: tuple[str, ...], between: str) -> str:
    return normalise(labels[0] + between + "".join(labels[1:]))


def _joined(labels: Sequence[str], between: str) -> str:
    return _name(tuple(labels), between)


def header_texts(stream: Stream) -> list[str]:
    """Every stretch of text between two printed values, where a header may stand."""
    found, current = [], ""
    for gap, atom in zip(stream.gaps, [*stream.atoms, None], strict=True):
        for piece in gap:
            current += piece.text
        if current and (atom is None or atom.kind is not Kind.BLANK):
            found.append(current)
            current = ""
    return found


def text_before(stream: Stream, atom: int) -> str:
    """The text between the last printed value and the atom at this index."""
    first = atom
    while first and stream.atoms[first - 1].kind is Kind.BLANK:
        first -= 1
    return "".join(piece.text for gap in stream.gaps[first : atom + 1] for piece in gap)


def mixed_blanks(columns: Sequence[Sequence[Slot]]) -> set[tuple[int, int]]:
    """Blank cells (row, column) of columns that otherwise print their zeros."""
    found: set[tuple[int, int]] = set()
    for column, slots in enumerate(columns):
        if all(slot.state is not State.BLANK for slot in slots):
            continue
        blanks = {i for i, slot in enumerate(slots) if slot.state is State.BLANK}
        if blanks and any(slot.state is State.READ and slot.value == 0 for slot in slots):
            found |= {(row, column) for row in blanks}
    return found
