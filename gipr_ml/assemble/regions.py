"""Which part of the stream belongs to which table.

The official order (一 overview, 二 table 2, 三 table 3, 四 table 4, 五 problems) never changes, but
headings get lost, repeated and damaged, and in glued text everything stands in one line. So the
best cut into these parts is searched for over all cues at once (Viterbi over five states that
only move forward).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gipr_ml.assemble.cues import STATES, cue_words
from gipr_ml.assemble.stream import Kind, Piece, Stream
from gipr_ml.forms import Forms
from gipr_ml.match import Matcher

PROSE, NOT_PROSE = 1.0, 0.1
VALUES, SEVERAL, DIGITS = 2.0, 5, 7
"""So many values side by side are no prose."""
LONGEST_CUE = 90
"""Characters; longer pieces are prose whatever they mention."""


def find_regions(stream: Stream, matcher: Matcher, forms: Forms) -> Mapping[str, Stream]:
    """The stream of each table that the document holds: "t2", "t3", "t4"."""
    pieces = _items(stream)
    if not pieces:
        return {}
    cues = _cues([piece for _, piece in pieces], matcher, forms)
    for i, (_, piece) in enumerate(pieces):
        if not piece.text:
            cues[i, [0, 4]] = -VALUES
    path = _viterbi(cues)
    regions = {}
    for state, name in enumerate(STATES):
        members = np.flatnonzero(path == state)
        if name.startswith("t") and len(members):
            first, last = int(members[0]), int(members[-1])
            regions[name] = _cut(stream, pieces, first, last)
    return regions


def _items(stream: Stream) -> list[tuple[int, Piece]]:
    """All pieces with their gaps, and an empty piece where several values stand without text."""
    found: list[tuple[int, Piece]] = []
    last = 0
    for gap, row in enumerate(stream.gaps):
        if not row:
            continue
        if _many_values(stream, last, gap):
            found.append((last, Piece("", stream.atoms[last].line, 0)))
        found += [(gap, piece) for piece in row]
        last = gap
    if _many_values(stream, last, len(stream.atoms)):
        found.append((last, Piece("", stream.atoms[last].line, 0)))
    return found


def _many_values(stream: Stream, start: int, stop: int) -> bool:
    printed = [atom for atom in stream.atoms[start:stop] if atom.kind is not Kind.BLANK]
    if len(printed) < SEVERAL and sum([len(atom.raw) for atom in printed]) < DIGITS:
        return False
    return all(a.weak < 0.6 for a in printed)


def _cues(pieces: list[Piece], matcher: Matcher, forms: Forms) -> NDArray[np.float64]:
    """Cue weights of shape (pieces, states)."""
    cues = np.zeros((len(pieces), len(STATES)))
    weights = np.array([piece.weight for piece in pieces])
    cues[:, [0, 4]] += (PROSE * (1 - weights) - NOT_PROSE)[:, None]
    short = [i for i, piece in enumerate(pieces) if 0 < len(piece.text) <= LONGEST_CUE]
    labels = [i for i in short if pieces[i].weight > 0.3]
    words = cue_words(forms, matcher)
    texts = [pieces[i].text for i in labels]
    told = [
        *zip(short, words.headings([pieces[i].text for i in short]), strict=True),
        *zip(labels, words.headers(texts), strict=True),
        *zip(labels, words.rows(texts), strict=True),
    ]
    for i, cue in told:
        if cue is not None:
            cues[i, cue.state] += cue.weight
    return cues


def _viterbi(cues: NDArray[np.float64]) -> NDArray[np.int_]:
    """The best path through the states that never moves back."""
    first, *others = cues.tolist()
    total: list[float] = first
    back: list[list[int]] = []
    for row in others:
        best, came, now = 0, [], []
        for state, cue in enumerate(row):
            if total[state] > total[best]:
                best = state
            came.append(best)
            now.append(total[best] + cue)
        back.append(came)
        total = now
    path = [max(range(len(total)), key=total.__getitem__)]
    for came in reversed(back):
        path.append(came[path[-1]])
    return np.array(path[::-1])


def _cut(stream: Stream, pieces: list[tuple[int, Piece]], first: int, last: int) -> Stream:
    """The part from piece `first` to the atoms behind piece `last`."""
    start = pieces[first][0]
    stop = pieces[last + 1][0] if last + 1 < len(pieces) else len(stream.atoms)
    part = stream.slice(start, stop)
    chosen = {id(piece) for _, piece in pieces[first : last + 1]}
    part.gaps[0] = [piece for piece in part.gaps[0] if id(piece) in chosen]
    part.gaps[-1] = [piece for piece in part.gaps[-1] if id(piece) in chosen]
    return part
