"""Which part of the stream belongs to which table.

The official order (一 overview, 二 table 2, 三 table 3, 四 table 4, 五 problems) never changes, but
headings get lost, repeated and damaged, and in glued text everything stands in one line. So the
best cut into these parts is searched for over all cues at once (Viterbi over five states that
only move forward).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from operator import add

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
    path = _viterbi(_cues([piece for _, piece in pieces], matcher, forms))
    regions = {}
    for state, name in enumerate(STATES):
        if name.startswith("t") and state in path:
            first = path.index(state)
            regions[name] = _cut(stream, pieces, first, first + path.count(state) - 1)
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
    if stop - start < 2 and (start == stop or len(stream.atoms[start].raw) < DIGITS):
        return False
    printed = [atom for atom in stream.atoms[start:stop] if atom.kind is not Kind.BLANK]
    if len(printed) < SEVERAL and sum([len(atom.raw) for atom in printed]) < DIGITS:
        return False
    return max([atom.weak for atom in printed]) < 0.6


def _cues(pieces: list[Piece], matcher: Matcher, forms: Forms) -> list[list[float]]:
    """For each piece the weights of the cues for each state."""
    cues = []
    short, labels = [], []
    for i, piece in enumerate(pieces):
        prose = PROSE * (1 - piece.weight) - NOT_PROSE if piece.text else -VALUES
        cues.append([prose, 0.0, 0.0, 0.0, prose])
        if 0 < len(piece.text) <= LONGEST_CUE:
            short.append(i)
            if piece.weight > 0.3:
                labels.append(i)
    words = cue_words(forms, matcher)
    texts = [pieces[i].text for i in labels]
    told = (
        (short, words.headings([pieces[i].text for i in short])),
        (labels, words.headers(texts)),
        (labels, words.rows(texts)),
    )
    for places, found in told:
        for i, cue in zip(places, found, strict=True):
            if cue is not None:
                cues[i][cue.state] += cue.weight
    return cues


def _viterbi(cues: list[list[float]]) -> list[int]:
    """The best path through the states that never moves back."""
    totals = [cues[0]]
    bests: list[list[float]] = []
    for row in cues[1:]:
        # What each state is worth that is reached from itself or from one before it.
        best = list(accumulate(totals[-1], max))
        bests.append(best)
        totals.append(list(map(add, best, row)))
    state = totals[-1].index(max(totals[-1]))
    path = [state]
    for total, best in zip(reversed(totals[:-1]), reversed(bests), strict=True):
        state = total.index(best[state])
        path.append(state)
    return path[::-1]


def _cut(stream: Stream, pieces: list[tuple[int, Piece]], first: int, last: int) -> Stream:
    """The part from piece `first` to the atoms behind piece `last`."""
    start = pieces[first][0]
    stop = pieces[last + 1][0] if last + 1 < len(pieces) else len(stream.atoms)
    part = stream.slice(start, stop)
    chosen = {id(piece) for _, piece in pieces[first : last + 1]}
    part.gaps[0] = [piece for piece in part.gaps[0] if id(piece) in chosen]
    part.gaps[-1] = [piece for piece in part.gaps[-1] if id(piece) in chosen]
    return part
